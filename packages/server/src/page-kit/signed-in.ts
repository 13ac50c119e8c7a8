import type { SessionCookies } from '../sessions/cookies/session-cookies.ts'
import type { Sessions } from '../sessions/service.ts'
import type { RequestContext } from '../core/request/request-context.ts'
import type { Account } from '../identity/users/account.ts'
import { mayLeave } from '../sessions/read-standing.ts'
import { isLive } from '../sessions/standing.ts'

export interface SignedInServices {
  sessions: Pick<Sessions, 'readStanding'>
  cookies: Pick<SessionCookies, 'read'>
}

/**
 * Returns the account that is signed in on this browser, by the cookie and without extending the session. Null if there
 * is none, or if the session is bound to a key, which no page proves.
 */
export async function findSignedIn(
  { sessions, cookies }: SignedInServices,
  context: RequestContext,
): Promise<Account | null> {
  const read = await sessions.readStanding(cookies.read(context), context)
  return read && isLive(read.standing) ? read.found.account : null
}

/** True if there is a session to end, whoever owns it: ending it takes only the cookie. */
export async function holdsSession(
  { sessions, cookies }: SignedInServices,
  context: RequestContext,
): Promise<boolean> {
  const read = await sessions.readStanding(cookies.read(context), context)
  return read !== null && mayLeave(read)
}
