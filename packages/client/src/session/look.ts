import { unexpected } from '../transport/api.ts'
import { isOwnOrigin, mayHaveCookies } from '../transport/page.ts'
import { type Access, signedInState } from '../transport/state.ts'
import { AuthClientError, isSignOut, type SignOutCode } from '../wire/errors.ts'
import type { WhoAmI } from '../wire/wire.ts'
import { type Lifetime, startLifetime } from './lifetime.ts'
import { tellServer } from './pending-logout.ts'
import { ask, askQuietly, retryLater, setTimer } from './session-clock.ts'
import type { SessionContext } from './session-context.ts'
import { end } from './session-lifecycle.ts'

/** The context of a cookie session. Kept is its life until it ends by not being used. */
export type LookContext = SessionContext<Lifetime> & {
  /** On the monotonic clock. */
  lookedAt: number
}

/** Looks, and not by what was asked before. */
export async function askAnew(context: LookContext): Promise<void> {
  await context.asking?.catch(() => {})
  await ask(context)
}

export async function look(context: LookContext): Promise<void> {
  const { storage, tabs, state, events } = context
  if (await storage.load('pending-logout'))
    await tabs.inTurn(() => retryLogout(context)).catch(retryLater(context))
  const began = context.signInCount
  const { status, session } = state.get()
  try {
    const who = await askSession(context).catch((error: unknown) => {
      // Another tab's step-up may have replaced the cookie on the way: by now the browser sends the new one.
      if (session && isUnknown(error)) return askSession(context)
      throw error
    })
    // A log-out or a sign-in came first and wins.
    if (context.signInCount !== began) return await lookAgain(context)
    keep(context, who)
    if (status === 'signed-out') events.emit('signed-in', { user: who.user })
  } catch (error) {
    if (context.signInCount !== began) return await lookAgain(context)
    if (!isGone(error)) return retryLater(context)(error)
    const reason = isUnknown(error) ? 'no_session' : error.code
    if (session) tabs.post({ kind: 'signed-out', session: session.id, reason })
    end(context, reason)
  }
}

async function lookAgain(context: LookContext): Promise<void> {
  if (context.state.get().status === 'loading') await look(context)
}

export async function askSession(context: LookContext): Promise<WhoAmI> {
  const who = await context.api<WhoAmI | null>('/session', { method: 'GET' })
  if (who?.kind !== 'session') throw unexpected(context.base, { status: 200 })
  context.lookedAt = performance.now()
  return who
}

/** Shows what the server has said, and tells the other tabs. */
export function keep(context: LookContext, who: WhoAmI): void {
  const { state, tabs } = context
  context.failures = 0
  context.started ??= Promise.resolve()
  plan(context, who.expiresIn * 1000)
  const before = state.get()
  show(context, who)
  if (state.get() !== before) tabs.post({ kind: 'session', who })
}

export function show(
  { state }: LookContext,
  { user, session, roles, permissions, scopes }: Pick<WhoAmI, 'user' | 'session' | keyof Access>,
): void {
  const { generation: _, ...visible } = session
  state.set(signedInState(user, visible, { roles, permissions, scopes }))
}

/** The next look, when the session ends if nobody uses it. Only while somebody looks. `length`: milliseconds. */
export function plan(context: LookContext, length: number): void {
  context.kept = startLifetime(length)
  if (context.inPage) setTimer(context, length + 1000)
}

/** Signed out here: tells of a log-out, and finds who has signed in on a page of the server meanwhile. */
export function comeBack(context: LookContext): Promise<void> {
  const { base, hint } = context
  return isOwnOrigin(base) && mayHaveCookies(base, hint)
    ? askQuietly(context)
    : retryLogout(context)
        .catch(retryLater(context))
        .catch(() => {})
}

/** Another session has the cookie by now, where somebody has signed in on a page of the server: that one stays. */
export async function retryLogout(context: LookContext): Promise<void> {
  const { storage } = context
  const pending = await storage.load('pending-logout')
  if (!pending) return
  const { session } = pending
  if (session === undefined || (await isStill(context, session))) await tellServer(context, pending)
  else await storage.save('pending-logout')
}

async function isStill(context: LookContext, session: string): Promise<boolean> {
  try {
    return (await askSession(context)).session.id === session
  } catch (error) {
    if (isGone(error)) return false
    throw error
  }
}

/** True if the server itself says that nobody is signed in; no other error counts. */
export const isGone = (error: unknown): error is AuthClientError<SignOutCode> =>
  isSignOut(error) || isUnknown(error)

/** No cookie has come, or one that is worth nothing. */
const isUnknown = (error: unknown): boolean =>
  error instanceof AuthClientError && error.status === 401 && error.code === 'unauthenticated'
