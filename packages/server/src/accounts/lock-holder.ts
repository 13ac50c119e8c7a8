import type { Instant, SessionId, UserId } from '@latchkey/contract'
import { AuthError } from '../core/auth-error.ts'
import { parseUuid } from '../core/ports/uuid.ts'
import type { Queryable } from '../db/database.ts'
import type { Account } from '../identity/users/account.ts'
import { lockUser } from '../identity/users/locks.ts'
import { isAlive } from '../sessions/standing.ts'
import { findSession } from '../sessions/store.ts'

/** Whose account, and by which session. */
export interface SessionHolder {
  userId: UserId
  sessionId: SessionId
}

/**
 * The user of a session, locked, for whatever adds, replaces or removes something of theirs: nothing ends the session
 * meanwhile. What came after a cleared account, or a changed password, would be a way back in. Throws AuthError
 * `token_revoked`.
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
