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
 * Who is signed in on this browser, by the cookie and without keeping anybody signed in; null for nobody, and where the
 * session is bound to a key that no page proves.
 */
export async function findSignedIn(
  { sessions, cookies }: SignedInServices,
  context: RequestContext,
): Promise<Account | null> {
  const read = await sessions.readStanding(cookies.read(context), context)
  return read && isLive(read.standing) ? read.found.account : null
}

/** Whether there is a session to be ended, whoever it belongs to: ending it takes the cookie alone. */
export async function holdsSession(
  { sessions, cookies }: SignedInServices,
  context: RequestContext,
): Promise<boolean> {
  const read = await sessions.readStanding(cookies.read(context), context)
  return read !== null && mayLeave(read)
}
