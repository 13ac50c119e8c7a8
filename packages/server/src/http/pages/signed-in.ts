import type { Parts } from '../../parts.ts'
import type { RequestContext } from '../../core/route.ts'
import type { SessionWithAccount } from '../../core/sessions/store.ts'
import type { Account } from '../../core/users/account.ts'

/** Who is signed in on this browser, by the cookie and without changing anything; null for nobody. */
export const findSignedIn = async (parts: Parts, context: RequestContext): Promise<Account | null> =>
  (await findSignedInSession(parts, context))?.account ?? null

/** The same with the session. */
export async function findSignedInSession(
  { sessions, cookies, ports }: Parts,
  context: RequestContext,
): Promise<SessionWithAccount | null> {
  const found = await sessions.identify(cookies.read(context))
  if (!found || found.account.disabledAt !== null) return null
  const { revoked_at, expires_at, rotated_at, idle_ttl } = found.session
  const now = ports.now()
  return revoked_at === null && expires_at > now && rotated_at + idle_ttl > now ? found : null
}
