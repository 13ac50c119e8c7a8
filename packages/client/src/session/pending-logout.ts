import type { AuthClientError } from '../wire/errors.ts'
import { retryLater } from './session-clock.ts'
import type { SessionContext } from './session-context.ts'
import { end } from './session-lifecycle.ts'
import type { PendingLogout } from './session-storage.ts'

/** Signs out here and in all tabs at once. Throws while the server cannot be told; that is tried again. */
export async function signOut(
  context: SessionContext,
  scope: PendingLogout['scope'],
  bearer?: string | null,
): Promise<void> {
  const seen = await context.storage.load('seen')
  const { session } = context.state.get()
  const pending = { scope, session: session?.id, refreshToken: seen?.refreshToken }
  // Written down first: a log-out that cannot reach the server is owed.
  await context.storage.save('pending-logout', pending)
  end(context, 'logout')
  const forgotten = context.storage.forget()
  context.tabs.post({ kind: 'signed-out', session: (session ?? seen)?.id, reason: 'logout' })
  await forgotten
  await tellServer(context, pending, bearer).catch(retryLater(context))
}

export async function tellServer(
  context: SessionContext,
  { scope, refreshToken }: PendingLogout,
  bearer?: string | null,
): Promise<void> {
  try {
    await context.api('/logout', { body: { scope, refreshToken }, bearer, keepalive: true })
  } catch (error) {
    // A request that the server has understood and refused will not be accepted later either.
    const { status, requestId } = error as AuthClientError
    if (!requestId || status === 429 || status >= 500) throw error
  }
  await context.storage.save('pending-logout')
}
