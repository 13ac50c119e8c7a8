import type { Ports } from '../core/ports/ports.ts'
import type { SessionCookies } from '../sessions/cookies/session-cookies.ts'
import type { Sessions } from '../sessions/service.ts'
import type { RequestContext } from '../core/request/request-context.ts'
import type { SessionWithAccount } from '../sessions/store.ts'
import type { Account } from '../identity/users/account.ts'

export interface SignedInServices {
  sessions: Sessions
  cookies: SessionCookies
  ports: Ports
}

/**
 * Who is signed in on this browser, by the cookie and without changing anything; null for nobody, and where the session is
 * bound to a key that no page proves.
 */
export const findSignedIn = async (
  parts: SignedInServices,
  context: RequestContext,
): Promise<Account | null> => (await findSignedInSession(parts, context))?.account ?? null

/** The same with the session. */
export async function findSignedInSession(
  parts: SignedInServices,
  context: RequestContext,
): Promise<SessionWithAccount | null> {
  const found = await parts.sessions.identify(parts.cookies.read(context), context)
  return found && isAlive(found, parts) ? found : null
}

/** Whether there is a session to be ended, whoever it belongs to: ending it takes the cookie alone. */
export async function holdsSession(parts: SignedInServices, context: RequestContext): Promise<boolean> {
  const found = await parts.sessions.identify(parts.cookies.read(context))
  return found !== null && isAlive(found, parts)
}

function isAlive({ session, account }: SessionWithAccount, { ports }: SignedInServices): boolean {
  const { revoked_at, expires_at, rotated_at, idle_ttl } = session
  const now = ports.now()
  return account.disabledAt === null && revoked_at === null && expires_at > now && rotated_at + idle_ttl > now
}
