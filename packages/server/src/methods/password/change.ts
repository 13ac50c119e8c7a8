import type { SessionId } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { Revoked } from '../../core/revocations/log.ts'
import type { Queryable } from '../../db/database.ts'
import type { Account } from '../../identity/users/account.ts'
import { lockUser } from '../../identity/users/locks.ts'
import type { OpenSession } from '../../sessions/open-session.ts'
import { sessionIdOf } from '../../sessions/session.ts'
import { hashNewPassword } from './hash.ts'
import type { PasswordServices } from './password-services.ts'
import { savePasswordHash } from './store.ts'
import { renew } from './step-up.ts'
import { type Reproof, verifyAgain } from './verify.ts'
import { passwordChanged } from './mails.ts'

/** The new password that replaces the present one. */
interface Replacement {
  account: Account
  newHash: string
  ip: RequestContext['ip']
}

/**
 * Ends every other session, and this one too if its refresh token was not sent; the result is then null. Throws
 * AuthError `invalid_credentials`, `password_too_common`, `invalid_input`, `rate_limited`, `overloaded`,
 * `token_revoked`.
 */
export async function changePassword(
  services: PasswordServices,
  input: Reproof & { newPassword: string },
  request: RequestContext,
): Promise<OpenSession | null> {
  const { outbox, audit } = services
  const account = await verifyAgain(services, input, request)
  const newHash = await hashNewPassword(services, input.newPassword, account, 'newPassword')
  const replacement = { account, newHash, ip: request.ip }
  const open = (await holdsSession(services, input, request))
    ? await renew(services, input, request, {
        endsEarlier: true,
        within: (tx) => replaceHash(services, tx, replacement, input.claims.sid),
      })
    : await endAll(services, replacement)
  outbox.wake()
  audit.record({
    kind: 'password.changed',
    userId: account.id,
    sessionId: input.claims.sid,
    ...originOf(request),
  })
  return open
}

async function holdsSession(
  { sessions }: PasswordServices,
  { tokens, claims }: Reproof,
  request: RequestContext,
): Promise<boolean> {
  const read = await sessions.readStanding(tokens, request)
  return read !== null && sessionIdOf(read.found.session) === claims.sid
}

/**
 * Without its refresh token this session cannot be renewed, and a thief who holds that token would keep it: it ends,
 * too.
 */
async function endAll(services: PasswordServices, replacement: Replacement): Promise<null> {
  const { db, revocations } = services
  const entries = await db.transaction(async (tx) =>
    revocations.append(tx, await replaceHash(services, tx, replacement, null)),
  )
  revocations.remember(entries)
  return null
}

async function replaceHash(
  { config, ports, events }: PasswordServices,
  tx: Queryable,
  { account: { id }, newHash, ip }: Replacement,
  sessionId: SessionId | null,
): Promise<Revoked[]> {
  // Locking the user first makes sign-ins with the old password finish before, or fail after.
  const account = await lockUser(tx, id)
  if (!account || account.disabledAt !== null) throw new AuthError('token_revoked')
  const at = ports.now()
  await savePasswordHash(tx, id, newHash, at)
  const address = passwordChanged(config, { account, at, ip })
  return await events.apply(tx, account, 'password_changed', { sessionId, mails: { address } })
}
