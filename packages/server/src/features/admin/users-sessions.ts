import type { Device, SessionId, UserId } from '@latchkey/contract'
import type { Actor } from '../../accounts/authority/authority.ts'
import { AuthError } from '../../core/auth-error.ts'
import { parseUuid } from '../../core/ports/uuid.ts'
import type { Page, PageQuery } from '../../core/request/cursor.ts'
import { countLiveSessions } from '../../sessions/store.ts'
import { lockManaged } from './lock-managed.ts'
import { record } from './record.ts'
import type { UserServices } from './user-services.ts'

export async function listUserSessions(
  { users, sessions }: UserServices,
  { claims }: Actor,
  id: UserId,
  page: PageQuery,
): Promise<Page<Device>> {
  await users.get(id)
  return await sessions.devices(id, claims.sid ?? null, page)
}

export async function endUserSessions(services: UserServices, actor: Actor, id: UserId): Promise<void> {
  const { db, ports, mails, events, revocations, outbox } = services
  const count = await countLiveSessions(db, parseUuid(id), ports.now())
  const entries = await db.transaction(async (tx) => {
    const account = await lockManaged(tx, actor, id, 'sessions:write')
    const notice = { account, at: ports.now(), ip: null, notice: 'sessions_ended' } as const
    const address = mails.credentialChanged(notice)
    const revoked = await events.apply(tx, account, 'sessions_ended_by_admin', { mails: { address } })
    return await revocations.append(tx, revoked)
  })
  revocations.remember(entries)
  outbox.wake()
  const detail = { reason: 'ended_by_admin', scope: 'all', count }
  record(services, actor, { kind: 'session.ended', userId: id, detail })
}

/** Throws AuthError `session_not_found` also for a session of another user. */
export async function endUserSession(
  services: UserServices,
  actor: Actor,
  id: UserId,
  sessionId: SessionId,
): Promise<void> {
  const { db, ports, sessions, mails, outbox } = services
  await db.transaction((tx) => lockManaged(tx, actor, id, 'sessions:write'))
  const found = await sessions.findLive(sessionId)
  if (found?.account.id !== id) throw new AuthError('session_not_found')
  await sessions.end(sessionId, 'session_ended_by_admin', (account) => {
    const notice = { account, at: ports.now(), ip: null, notice: 'session_ended' } as const
    return { mails: { address: mails.credentialChanged(notice) } }
  })
  outbox.wake()
  record(services, actor, {
    kind: 'session.ended',
    userId: id,
    sessionId,
    detail: { reason: 'ended_by_admin' },
  })
}
