import type { ActivityEvent } from '@latchkey/client'
import { expect, test } from 'vitest'
import type { AuditKind } from '../../../../../../packages/server/src/core/audit/audit.ts'
import { activityActor, activitySentence } from './activity-sentence.ts'
import { en } from './words/en.ts'

/** Events that concern no user, and so are in no user's activity. */
type Impersonal =
  | 'login.spraying_suspected'
  | 'role.created'
  | 'role.updated'
  | 'role.deleted'
  | `service_account.${string}`
  | `certificate_mapping.${string}`
  | `client_certificate.${string}`
  | 'mail.retried'
  | 'key.rotated'
  | 'key.retired'
  | 'revocations.lost'

const told = Object.keys(en.events)

const happened = (kind: string, more: Partial<ActivityEvent> = {}): ActivityEvent => ({
  id: '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b',
  at: '2026-11-21T09:30:00.000Z',
  kind,
  userId: 'ada',
  actorId: null,
  sessionId: null,
  ip: null,
  device: null,
  userAgent: null,
  detail: {},
  ...more,
})

test('whatever the server notes about a user has a sentence', () => {
  // Held by the compiler: a kind without a sentence does not satisfy this.
  const sentences = en.events satisfies Record<Exclude<AuditKind, Impersonal>, string>
  for (const kind of Object.keys(sentences).filter((name) => name.split('.').length === 2))
    expect(activitySentence(happened(kind), en)).toBe(en.events[kind as keyof typeof en.events])
})

test('an ending says who asked for it', () => {
  const ended = (detail: Record<string, unknown>) =>
    activitySentence(happened('session.ended', { detail }), en)
  expect(ended({ reason: 'ended_by_user' })).toBe('A device was signed out')
  expect(ended({ reason: 'replaced' })).toBe(en.events['session.ended.replaced'])
  expect(ended({ reason: 'logout', scope: 'this' })).toBe('You signed out')
  expect(ended({ reason: 'logout', scope: 'others' })).toBe('You signed out all other devices')
  expect(ended({ reason: 'logout', scope: 'all' })).toBe('You signed out all devices')
})

test('what is not known yet is named and not left out', () => {
  expect(activitySentence(happened('organisation.joined'), en)).toContain('organisation.joined')
  expect(activitySentence(happened('toString'), en)).toContain('toString')
  expect(told).not.toContain('organisation.joined')
})

test('who did it is said where that was not the user', () => {
  expect(activityActor(happened('user.updated'), en)).toBeNull()
  expect(activityActor(happened('user.updated', { actorId: 'ada' }), en)).toBeNull()
  expect(activityActor(happened('user.disabled', { actorId: 'bob' }), en)).toBe('by an administrator')
  expect(activityActor(happened('user.created', { detail: { by: 'command line' } }), en)).toBe(
    'by the operator of this service',
  )
})
