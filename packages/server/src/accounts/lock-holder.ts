import type { Instant, SessionId, UserId } from '@latchkey/contract'
import { AuthError } from '../core/auth-error.ts'
import { parseUuid } from '../core/ports/uuid.ts'
import type { Queryable } from '../db/database.ts'
import type { Account } from '../identity/users/account.ts'
import { lockUser } from '../identity/users/locks.ts'
import { isAlive } from '../sessions/standing.ts'
import { findSession } from '../sessions/store.ts'

/** The account, and the session that acts for it. */
export interface SessionHolder {
  userId: UserId
  sessionId: SessionId
}

/**
 * Returns the locked user of a session, for a change of something of theirs: the session cannot end meanwhile. An
 * addition after a cleared account, or a changed password, would be a way back in. Throws AuthError `token_revoked`.
 */
export async function lockHolder(
  tx: Queryable,
  { userId, sessionId }: SessionHolder,
  now: Instant,
): Promise<Account> {
  const account = await lockUser(tx, userId)
  if (!account || account.disabledAt !== null || !(await isSessionAlive(tx, sessionId, now)))
    throw new AuthError('token_revoked')
  return account
}

export async function isSessionAlive(tx: Queryable, sessionId: SessionId, now: Instant): Promise<boolean> {
  const found = await findSession(tx, parseUuid(sessionId))
  return found !== null && isAlive(found, now)
}
