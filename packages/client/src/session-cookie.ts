import { unexpected } from './transport/api.ts'
import { AuthClientError, isSignOut, type SignOutCode } from './wire/errors.ts'
import type { SignOutReason } from './transport/events.ts'
import {
  cookiesBlocked,
  type Keeper,
  type KeeperOptions,
  type TokenOptions,
  unlessAborted,
} from './session/session-manager.ts'
import { type Lease, remaining, startLease } from './session/lifetime.ts'
import { isHidden, isOwnOrigin, onWake } from './transport/page.ts'
import { type Access, loading, signedInState, signedOut } from './transport/state.ts'
import type { TabMessage } from './transport/tabs.ts'
import type { Transport } from './session/transport.ts'
import type { AnySignedIn, SignedInByCookie, WhoAmI } from './wire/wire.ts'

/**
 * The whole session is one cookie that no script can read, as for pages made on the server, and there are no tokens.
 * Named as `transport`; the server's pages take part with `PAGES_SESSION=cookie`.
 */
export const sessionCookie = (): Transport => ({
  delivery: { sessionKind: 'cookie' },
  channel: ':session',
  createKeeper: createCookieKeeper,
  instead: {
    getAccessToken: () =>
      Promise.reject(
        new TypeError(
          'A cookie session has no access token: use auth.fetch, or the transport "cookie" where another service needs one.',
        ),
      ),
  },
})

/** What goes into `Authorization`: nothing, for the browser adds the cookie. */
const noToken = ''
/** A page that comes into view again looks whether the session is still there, unless it has just done so. */
const freshFor = 60_000
const longestTimer = 2 ** 31 - 1
/** Looks that a server's refusals may cause: beyond it something is wrong that looking does not mend. */
const forced = { most: 5, within: 30_000 }

/** Knows of the session what `GET /session` says, and asks again where something speaks against it. */
function createCookieKeeper(options: KeeperOptions): Keeper {
  const { base, api, vault, tabs, state, events, inPage, disposal } = options
  let flight: Promise<void> | null = null
  let started: Promise<void> | null = null
  /** Rises with every sign-in and sign-out: what was asked before is old news. */
  let era = 0
  /** The session that ended last: what another tab still says of it is late. */
  let ended: string | undefined
  /** Until it ends by not being used. */
  let lease: Lease | null = null
  let lookedAt = -Infinity
  let failures = 0
  let forcedAt: number[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  if (inPage) onWake(disposal.signal, wake)

  return {
    isSignedIn,
    start,
    token,
    renewed,
    present,
    welcome,
    leave,
    payDebt,
    receive,
    wake,
    dispose,
  }

  function start(): Promise<void> {
    return (started ??= begin().catch((error: unknown) => {
      // Asked again on the next occasion; meanwhile the timer tries.
      started = null
      throw error
    }))
  }

  async function begin(): Promise<void> {
    if (state.get().status === 'signed-out') return
    if (await vault.load('debt')) {
      end('logout')
      return await comeBack()
    }
    if (isOwnOrigin(base) && !isHinted()) end('no_session')
    else await look()
  }

  /** Null when nobody is signed in; else nothing to send, and the request may go. */
  async function token({ force, signal }: TokenOptions = {}): Promise<string | null> {
    if (state.get().status === 'loading') await unlessAborted(start(), signal)
    else if (force && state.get().status === 'signed-in') await unlessAborted(lookAnew(), signal)
    if (state.get().status !== 'signed-in') return null
    // What is sent now uses the session.
    if (lease) lease = startLease(lease.lifetime)
    return noToken
  }

  async function renewed(): Promise<string | null> {
    if (!flight) {
      const now = performance.now()
      forcedAt = forcedAt.filter((at) => now - at < forced.within)
      if (forcedAt.length >= forced.most) return null
      forcedAt.push(now)
    }
    await look()
    return state.get().status === 'signed-in' ? noToken : null
  }

  /** One at a time; whoever asks meanwhile gets the same. */
  function look(): Promise<void> {
    return (flight ??= lookNow().finally(() => (flight = null)))
  }

  /** Not by what was asked before. */
  async function lookAnew(): Promise<void> {
    await flight?.catch(() => {})
    await look()
  }

  async function lookNow(): Promise<void> {
    if (await vault.load('debt')) await tabs.inTurn(payDebt).catch(retryLater)
    const began = era
    const { status, session } = state.get()
    try {
      const who = await ask().catch((error: unknown) => {
        // Another tab's step-up may have replaced the cookie on the way: by now the browser sends the new one.
        if (session && isUnknown(error)) return ask()
        throw error
      })
      // A log-out or a sign-in came first and wins.
      if (era !== began) return await lookAgain()
      hold(who)
      if (status === 'signed-out') events.emit('signed-in', { user: who.user })
    } catch (error) {
      if (era !== began) return await lookAgain()
      if (!isGone(error)) return retryLater(error)
      const reason = isUnknown(error) ? 'no_session' : error.code
      if (session) tabs.post({ kind: 'signed-out', session: session.id, reason })
      end(reason)
    }
  }

  async function lookAgain(): Promise<void> {
    if (state.get().status === 'loading') await lookNow()
  }

  async function ask(): Promise<WhoAmI> {
    const who = await api<WhoAmI | null>('/session', { method: 'GET' })
    if (who?.kind !== 'session') throw unexpected(base, { status: 200 })
    lookedAt = performance.now()
    return who
  }

  function hold(who: WhoAmI): void {
    failures = 0
    started ??= Promise.resolve()
    plan(who.expiresIn * 1000)
    const before = state.get()
    show(who)
    if (state.get() !== before) tabs.post({ kind: 'session', who })
  }

  function show({
    user,
    session,
    roles,
    permissions,
    scopes,
  }: Pick<WhoAmI, 'user' | 'session' | keyof Access>): void {
    const { generation: _, ...visible } = session
    state.set(signedInState(user, visible, { roles, permissions, scopes }))
  }

  async function present<Answer>(path: string, body?: object): Promise<Answer> {
    const began = era
    try {
      const answer = await api<Answer>(path, { body })
      // Says what the new proof is worth; and the server learns that the new cookie has arrived.
      if (isSignedIn(answer) && era === began) await lookAnew().catch(() => {})
      return answer
    } catch (error) {
      if (isGone(error)) await lookAnew().catch(() => {})
      throw error
    }
  }

  /** The answer says who it is. What they may do, and whether the browser has kept the cookie, says a look. */
  async function welcome({ user, session }: AnySignedIn): Promise<void> {
    era++
    ended = undefined
    started = Promise.resolve()
    try {
      hold(await ask())
    } catch (error) {
      if (isGone(error)) throw warnOfCookies()
      show({ user, session, roles: user.roles, permissions: [], scopes: [] })
      await Promise.resolve(error)
        .then(retryLater)
        .catch(() => {})
    }
  }

  function warnOfCookies(): AuthClientError {
    const error = cookiesBlocked(base)
    state.set({ ...signedOut, error })
    events.emit('warning', error)
    return error
  }

  async function leave(scope: 'this' | 'all'): Promise<void> {
    const session = state.get().session?.id
    // Written down first: a log-out while nobody can be reached is owed.
    await vault.save('debt', { scope, session })
    started = Promise.resolve()
    end('logout')
    tabs.post({ kind: 'signed-out', session, reason: 'logout' })
    await tellServer({ scope }).catch(retryLater)
  }

  /** Another session has the cookie by now, where somebody has signed in on a page of the server: that one stays. */
  async function payDebt(): Promise<void> {
    const debt = await vault.load('debt')
    if (!debt) return
    const { scope, session } = debt
    const isOwed = session === undefined || (await isStill(session))
    if (isOwed) await tellServer({ scope })
    else await vault.save('debt')
  }

  async function isStill(session: string): Promise<boolean> {
    try {
      return (await ask()).session.id === session
    } catch (error) {
      if (isGone(error)) return false
      throw error
    }
  }

  async function tellServer(body: { scope: 'this' | 'all' }): Promise<void> {
    try {
      await api('/logout', { body, keepalive: true })
    } catch (error) {
      // What the server has understood and refuses will not be accepted later either.
      const { status, requestId } = error as AuthClientError
      if (!requestId || status === 429 || status >= 500) throw error
    }
    await vault.save('debt')
  }

  /** Signed out here: pays what is owed, and finds who has signed in on a page of the server meanwhile. */
  async function comeBack(): Promise<void> {
    await (isOwnOrigin(base) && isHinted() ? look() : payDebt().catch(retryLater)).catch(() => {})
  }

  /** Keeps the session; the state says what is wrong, and the next try comes by itself. */
  function retryLater(error: unknown): never {
    if (error instanceof AuthClientError && !disposal.signal.aborted) {
      const wait = error.retryAfter ?? Math.min(60, 2 ** failures++)
      state.set({ stale: state.get().status !== 'signed-out', error })
      setTimer(wait * 1000 * (1 + Math.random() * 0.5))
    }
    throw error
  }

  function end(reason: SignOutReason): void {
    const { status, session } = state.get()
    era++
    ended = session?.id ?? ended
    lease = null
    clearTimeout(timer)
    state.set(signedOut)
    if (status === 'signed-in') events.emit('signed-out', { reason })
  }

  function receive(message: TabMessage): void {
    const { status, session: held } = state.get()
    if (message.kind === 'signed-out') {
      // What is being asked may be of before.
      if (status === 'loading') era++
      else if (held && held.id === message.session) end(message.reason)
    }
    if (message.kind !== 'session') return
    const { id } = message.who.session
    // Ids are UUIDv7: a later session has a greater one.
    if (id === ended || (held && id < held.id)) return
    if (held?.id !== id) era++
    started = Promise.resolve()
    plan(message.who.expiresIn * 1000)
    show(message.who)
    if (status === 'signed-out') events.emit('signed-in', { user: message.who.user })
  }

  /** Somebody comes back to the page, or the network does. */
  function wake(restored = false): void {
    const { status, stale } = state.get()
    if (restored) {
      // Meanwhile the server's own pages may have signed somebody else in: nothing is shown before that is known.
      era++
      started = null
      state.set(loading)
      void start().catch(() => {})
    } else if (started && status === 'signed-out') void comeBack()
    else if (stale || (started && performance.now() - lookedAt > freshFor)) void look().catch(() => {})
  }

  /** The next look, when the session ends if nobody uses it. Only while somebody looks. */
  function plan(lifetime: number): void {
    lease = startLease(lifetime)
    if (inPage) setTimer(lifetime + 1000)
  }

  function setTimer(wait: number): void {
    clearTimeout(timer)
    // A longer one would fire at once; who comes too early plans again.
    timer = setTimeout(onTimer, Math.min(longestTimer, wait))
    ;(timer as { unref?: () => void }).unref?.()
  }

  function onTimer(): void {
    const { status, stale } = state.get()
    if (status === 'signed-out') void comeBack()
    else if (lease && !stale && remaining(lease) > 0) setTimer(remaining(lease) + 1000)
    else if (!inPage || !isHidden()) void look().catch(() => {})
  }

  function dispose(): void {
    era++
    clearTimeout(timer)
    disposal.abort()
    tabs.close()
  }
}

/** The server's hint, readable, that there may be a cookie session: strangers are not asked about. */
const isHinted = (): boolean => document.cookie.split('; ').includes('latchkey-hint=cookie')

function isSignedIn(answer: unknown): answer is SignedInByCookie {
  const { sessionKind, user, session } = (answer ?? {}) as Partial<SignedInByCookie>
  return sessionKind === 'cookie' && !!user && !!session
}

/** The server's own word that nobody is signed in; nothing else is. */
const isGone = (error: unknown): error is AuthClientError<SignOutCode> => isSignOut(error) || isUnknown(error)

/** No cookie has come, or one that is worth nothing. */
const isUnknown = (error: unknown): boolean =>
  error instanceof AuthClientError && error.status === 401 && error.code === 'unauthenticated'
