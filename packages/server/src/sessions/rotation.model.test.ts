import * as fc from 'fast-check'
import { hours, milliseconds, minutes, seconds, type UserId } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { createTestLatchkey, stores, type TestLatchkey } from '#test/support/test-latchkey.ts'
import { statement } from '../db/statement.ts'
import { AuthError } from '../core/auth-error.ts'
import { parseUuid } from '../core/ports/uuid.ts'
import { findSession } from './store.ts'
import { sessionIdOf, type SessionRow } from './session.ts'

/*
 * The table of docs/tokens.md as a model of its own, written from the table and not from the code, against the real
 * service on a real store, under random interleavings. What the database holds afterwards is compared as well.
 */

const leeway = seconds(30)
const idle = hours(24 * 7)
const absolute = hours(24 * 30)

interface Model {
  generation: number
  rotatedAt: number
  fencedAt: number
  attempt: string | null
  revoked: boolean
  disabled: boolean
  startedAt: number
  elevated: boolean
  /** True if it was elevated before the last fences; null if there is nothing left to withdraw. */
  before: boolean | null
}

type Outcome = { generation: number } | { code: string }

/** Returns the outcome by the table, and sets the state after it. */
function present(model: Model, presented: number, attempt: string | null, now: number): Outcome {
  if (model.revoked) return { code: 'session_revoked' }
  if (model.disabled) return { code: 'user_disabled' }
  if (now >= model.startedAt + absolute || now >= model.rotatedAt + idle) return { code: 'session_expired' }
  const distance = model.generation - presented
  const young = now - model.rotatedAt <= leeway
  const fenced = model.fencedAt >= model.rotatedAt
  const sameAttempt = attempt !== null && attempt === model.attempt

  // A first refresh while the clock is behind leaves the later time.
  if (distance === 0 && (model.generation === 0 || !young))
    return moveTo(model, presented + 1, attempt, Math.max(now, model.rotatedAt))
  if (distance === 0) return { generation: model.generation }
  if (distance < 0)
    return young ? moveTo(model, presented, null, now) : moveTo(model, presented + 1, attempt, now)
  if (distance === 1 && !fenced && young) {
    if (attempt !== null) model.attempt = attempt
    return { generation: model.generation }
  }
  if (distance === 1 && !fenced && sameAttempt) {
    model.rotatedAt = now
    return { generation: model.generation }
  }
  if ((distance <= 2 && now - model.fencedAt <= leeway) || (distance === 1 && sameAttempt)) {
    model.elevated = model.before ?? model.elevated
    model.before = null
    return { generation: model.generation }
  }
  model.revoked = true
  return { code: 'refresh_token_reused' }
}

/** The fields that a lost commit takes back. */
const refreshedPart = ({ generation, rotatedAt, attempt }: Model) => ({ generation, rotatedAt, attempt })

function moveTo(model: Model, generation: number, attempt: string | null, now: number): Outcome {
  Object.assign(model, { generation, rotatedAt: now, attempt })
  return { generation }
}

const attempts = ['a', 'b', null] as const
const bytesOf = (attempt: string | null) =>
  attempt === null ? null : new Uint8Array(16).fill(attempt.charCodeAt(0))

type Command =
  | { kind: 'present'; back: number; attempt: (typeof attempts)[number] }
  | { kind: 'wait'; time: number }
  | { kind: 'step-up'; attempt: (typeof attempts)[number] }
  | { kind: 'lose-commit' }
  | { kind: 'end' }
  | { kind: 'disable' }
  | { kind: 'enable' }

const commands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('present' as const),
      back: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
      attempt: fc.constantFrom(...attempts),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      time: fc.oneof(
        fc.integer({ min: 0, max: seconds(40) }),
        fc.integer({ min: 0, max: minutes(30) }),
        fc.constantFrom<number>(
          leeway,
          leeway + 1,
          leeway - 1,
          idle,
          idle - 1,
          hours(24 * 3),
          -1 * minutes(5),
        ),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('step-up' as const), attempt: fc.constantFrom(...attempts) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'lose-commit' as const }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { kind: 'disable' as const },
      { kind: 'enable' as const },
      { kind: 'end' as const },
    ),
  },
)

const setState = statement(
  'UPDATE session SET generation = :generation, rotated_at = :rotatedAt, attempt = :attempt WHERE id = :id',
)
const setDisabled = statement('UPDATE user_account SET disabled_at = :at WHERE id = :userId')

describe.each(stores)('the table as a model on %s', (store) => {
  test('every interleaving ends as the table says', { timeout: 180_000 }, async () => {
    const instance = await createTestLatchkey({ store })
    const { user } = await instance.browser().register()
    await fc.assert(
      fc.asyncProperty(fc.array(commands, { minLength: 5, maxLength: 40 }), async (list) => {
        await follow(instance, userIdOf(user.id), list)
      }),
      { numRuns: store === 'sqlite' ? 400 : 120 },
    )
  })
})

async function follow({ latchkey, clock }: TestLatchkey, userId: UserId, list: Command[]): Promise<void> {
  const { sessions, db } = latchkey.services
  await db.all(setDisabled, { userId: parseUuid(userId), at: null })
  const start = await sessions.start({
    userId,
    authentication: { amr: ['pwd'], aal: 1, authenticatedAt: clock.now() },
    origin: { ip: null, userAgent: null },
    stillValid: async () => true,
  })
  const { id } = start.session
  const startedAt = clock.now()
  const tokens = new Map([[0, start.refreshToken]])
  const model: Model = {
    generation: 0,
    rotatedAt: startedAt,
    fencedAt: -Infinity,
    attempt: null,
    revoked: false,
    disabled: false,
    startedAt,
    elevated: false,
    before: null,
  }
  let saved = refreshedPart(model)

  for (const command of list) {
    await perform(command)
    await compare()
  }

  async function perform(command: Command): Promise<void> {
    switch (command.kind) {
      case 'wait':
        clock.advance(milliseconds(command.time))
        return
      case 'present': {
        const presented = Math.max(...tokens.keys()) - command.back
        if (!tokens.has(presented)) return
        saved = refreshedPart(model)
        const expected = present(model, presented, command.attempt, clock.now())
        expect(await refresh(must(tokens.get(presented)), command.attempt)).toEqual(expected)
        return
      }
      case 'step-up': {
        const presented = Math.max(...tokens.keys())
        if (model.revoked || model.disabled || presented !== model.generation) return
        if (clock.now() >= startedAt + absolute || clock.now() >= model.rotatedAt + idle) return
        const now = clock.now()
        // Fences that follow each other closely are all withdrawn: none of them is inherited.
        if (model.before === null || now - model.fencedAt > leeway) model.before = model.elevated
        Object.assign(model, {
          generation: presented + 1,
          rotatedAt: now,
          fencedAt: now,
          attempt: command.attempt,
        })
        model.elevated = true
        saved = refreshedPart(model)
        const raised = await sessions.stepUp({
          tokens: [must(tokens.get(presented))],
          sessionId: sessionIdOf(start.session),
          attempt: bytesOf(command.attempt),
          authentication: { amr: ['pwd', 'otp'], aal: 2, authenticatedAt: now },
        })
        if (raised.kind !== 'token') throw new Error('the kind of a session does not change')
        tokens.set(raised.session.generation, raised.refreshToken)
        return
      }
      case 'lose-commit': {
        if (model.revoked) return
        Object.assign(model, saved)
        const { generation, rotatedAt, attempt } = model
        await db.all(setState, { id, generation, rotatedAt, attempt: bytesOf(attempt) })
        return
      }
      case 'end':
        await sessions.end(sessionIdOf(start.session), 'logged_out')
        model.revoked = true
        return
      case 'disable':
      case 'enable':
        model.disabled = command.kind === 'disable'
        await db.all(setDisabled, { userId: parseUuid(userId), at: model.disabled ? clock.now() : null })
        return
    }
  }

  async function refresh(token: string, attempt: string | null): Promise<Outcome> {
    try {
      const input = {
        tokens: [token],
        attempt: bytesOf(attempt),
        clientId: null,
        origin: { ip: null, userAgent: null },
      }
      const open = await sessions.refresh(input)
      tokens.set(open.session.generation, open.refreshToken)
      return { generation: open.session.generation }
    } catch (error) {
      if (error instanceof AuthError) return { code: error.code }
      throw error
    }
  }

  async function compare(): Promise<void> {
    const { session } = (await findSession(db, id)) as { session: SessionRow }
    expect({
      generation: session.generation,
      rotatedAt: session.rotated_at,
      attempt: session.attempt && String.fromCharCode(session.attempt[0] as number),
      revoked: session.revoked_at !== null,
      elevated: session.aal === 2,
    }).toEqual({
      generation: model.generation,
      rotatedAt: model.rotatedAt,
      attempt: model.attempt,
      revoked: model.revoked,
      elevated: model.elevated,
    })
  }
}
