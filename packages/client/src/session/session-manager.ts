import { type Api, unexpected } from '../transport/api.ts'
import { AuthClientError, isSignOut } from '../wire/errors.ts'
import type { Events, SignOutReason } from '../transport/events.ts'
import { type Lease, remaining, startLease } from './lifetime.ts'
import { isHidden, isOwnOrigin, mayHaveCookies, onWake } from '../transport/page.ts'
import { type Access, loading, signedInState, signedOut, type StateCell } from '../transport/state.ts'
import type { SharedAnswer, TabMessage, Tabs } from '../transport/tabs.ts'
import { isNewer, type Vault } from './session-storage.ts'
import type { AnySignedIn, SignedIn, WireSession } from '../wire/wire.ts'

export interface TokenOptions {
  /** Milliseconds that the token must still be good for; default 10 seconds, or a tenth of short lives. */
  minValidity?: number | undefined
  /** A new one, even if the present one has not expired. */
  force?: boolean | undefined
  /** Stops waiting; the refresh itself goes on for the others. */
  signal?: AbortSignal | null | undefined
}

/** Holds the session: one refresh at a time, tokens that never go backwards, and no guess that somebody signed out. */
export interface Keeper {
  /** Whether an answer has brought a session of the kind that is kept here. */
  isSignedIn(answer: unknown): answer is AnySignedIn
  /** Finds out once whether there is a session. */
  start(): Promise<void>
  /** Empty where the session is a cookie: the request may go as it is. */
  token(options?: TokenOptions): Promise<string | null>
  /** Another token than `used`, which a server has refused; null when there is none or this has been asked too often. */
  renewed(used: string): Promise<string | null>
  /**
   * Sends the refresh token, with an attempt that is stored before, to a route that answers with the session's next
   * tokens. For use in {@link Tabs.inTurn}.
   */
  present<Answer>(path: string, body?: object, bearer?: string): Promise<Answer>
  /** After a sign-in; for use in {@link Tabs.inTurn}. */
  welcome(answer: AnySignedIn): Promise<void>
  leave(scope: 'this' | 'all'): Promise<void>
  /** Tells the server of a log-out that it has not heard of; before anything that could bring the session back. */
  payDebt(bearer?: string): Promise<void>
  receive(message: TabMessage): void
  wake(restored?: boolean): void
  dispose(): void
}

interface Grant {
  accessToken: string
  session: WireSession
  lease: Lease
}

export interface KeeperOptions {
  base: string
  api: Api
  vault: Vault
  tabs: Tabs
  state: StateCell
  events: Events
  /** Whether the refresh token is in a cookie, or in the vault. */
  usesCookies: boolean
  inPage: boolean
  disposal: AbortController
}

const longestTimer = 2 ** 31 - 1
/** Refreshes that a server's refusals may cause: beyond it something is wrong that refreshing does not mend. */
const forced = { most: 5, within: 30_000 }

export function createKeeper(options: KeeperOptions): Keeper {
  const { base, api, vault, tabs, state, events, usesCookies, inPage, disposal } = options
  let grant: Grant | null = null
  let flight: Promise<Grant | null> | null = null
  let started: Promise<void> | null = null
  /** Rises with every sign-in and sign-out: what was asked before is old news. */
  let era = 0
  /** The session that ended last: its late tokens come from tabs that do not know yet. */
  let ended: string | undefined
  let failures = 0
  let forcedAt: number[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  /** False from a sign-in until its cookie has been seen to arrive. */
  let cookiesKept = true
  if (inPage) onWake(disposal.signal, wake)

  return { isSignedIn, start, token, renewed, present, welcome, leave, payDebt, receive, wake, dispose }

  function start(): Promise<void> {
    return (started ??= begin().catch((error: unknown) => {
      // Asked again on the next occasion; meanwhile the timer tries.
      started = null
      throw error
    }))
  }

  async function begin(): Promise<void> {
    if (grant || state.get().status === 'signed-out') return
    if (await vault.load('debt')) {
      end('logout')
      return payLater()
    }
    if (usesCookies ? !isHintGone() : await vault.load('seen')) await refresh()
    else end('no_session')
  }

  async function token({ minValidity, force, signal }: TokenOptions = {}): Promise<string | null> {
    try {
      if (!grant) await unlessAborted(start(), signal)
      if (!force && left() > (minValidity ?? margin())) return grant!.accessToken
      return state.get().status === 'signed-out' ? null : tokenOf(await unlessAborted(refresh(), signal))
    } catch (error) {
      // Still good, if not for as long as was asked.
      if (force || signal?.aborted || left() <= 0) throw error
      return tokenOf(grant)
    }
  }

  async function renewed(used: string): Promise<string | null> {
    if (grant && grant.accessToken !== used) return grant.accessToken
    if (!grant) return null
    // Those who join the refresh under way cause none.
    if (!flight) {
      const now = performance.now()
      forcedAt = forcedAt.filter((at) => now - at < forced.within)
      if (forcedAt.length >= forced.most) return null
      forcedAt.push(now)
    }
    return tokenOf(await refresh())
  }

  /** One at a time; whoever asks meanwhile gets the same. */
  function refresh(): Promise<Grant | null> {
    const before = grant
    return (flight ??= tabs
      .inTurn(async () => ((await hasMovedOn(before)) ? grant : await refreshNow()))
      .finally(() => (flight = null)))
  }

  /** Whether another tab has refreshed while this one waited for its turn. Its message may be on its way yet. */
  async function hasMovedOn(before: Grant | null): Promise<boolean> {
    const moved = () => grant !== null && grant !== before
    for (let waits = 0; waits < 15 && !moved() && (await isOutdated(before?.session)); waits++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return moved()
  }

  /** A newer generation has arrived here than this: what came with it may not hold any more. */
  async function isOutdated(session: WireSession | undefined): Promise<boolean> {
    const seen = await vault.load('seen')
    return !!session && seen?.session === session.id && seen.generation > session.generation
  }

  async function refreshNow(): Promise<Grant | null> {
    await payDebt().catch(retryLater)
    for (let round = 0; ; round++) {
      const began = era
      const seen = await vault.load('seen')
      try {
        if (!usesCookies && !seen?.refreshToken) return end('no_session')
        const answer = await present('/refresh')
        if (!isSignedIn(answer)) throw unexpected(base, { status: 200 })
        // A log-out or another sign-in came first and wins.
        if (era !== began) return grant
        if (round < 2 && (await isOutdated(answer.session))) continue
        cookiesKept = true
        return grant
      } catch (error) {
        if (era !== began) return grant
        if (!isSignOut(error)) return retryLater(error)
        // Another tab has signed in since: the refusal was of the session before.
        if (round < 2 && ((await vault.load('seen'))?.session ?? '') > (seen?.session ?? '')) continue
        const reason = reasonOf(error.code)
        tabs.post({ kind: 'signed-out', session: seen?.session, reason })
        await forget()
        return end(reason)
      }
    }
  }

  async function present<Answer>(path: string, body?: object, bearer?: string): Promise<Answer> {
    const began = era
    const refreshToken = (await vault.load('seen'))?.refreshToken
    const answer = await api<Answer>(path, {
      bearer,
      attempt: await vault.attempt(),
      body: refreshToken ? { ...body, refreshToken } : body,
    })
    if (isSignedIn(answer) && era === began) await adopt(answer)
    return answer
  }

  /** In one go, so that a log-out comes before or after all of it. */
  async function adopt(answer: SignedIn, isSignIn = false): Promise<void> {
    failures = 0
    hold(answer)
    const stored = vault.received(answer, isSignIn)
    tabs.post({
      kind: 'tokens',
      answer: { ...answer, refreshToken: undefined } as SharedAnswer,
      sentAt: Date.now(),
    })
    await stored
  }

  function hold({ session, user, accessToken, expiresIn }: SharedAnswer, age = 0): void {
    if (grant && !isNewer(seenOf(session), seenOf(grant.session))) return
    grant = { accessToken, session, lease: startLease(expiresIn * 1000, age) }
    const { generation: _, ...visible } = session
    state.set(signedInState(user, visible, accessIn(accessToken)))
    plan()
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

  function end(reason: SignOutReason): null {
    const was = state.get().status
    era++
    ended = grant?.session.id ?? ended
    grant = null
    clearTimeout(timer)
    state.set(signedOut)
    if (was === 'signed-in') events.emit('signed-out', { reason })
    return null
  }

  function reasonOf(code: SignOutReason): SignOutReason {
    // The sign-in was a moment ago, and the browser has never sent its cookie.
    if (code !== 'no_session' || cookiesKept) return code
    warnOfCookies()
    return 'cookies_blocked'
  }

  function warnOfCookies(): void {
    const error = cookiesBlocked(base)
    state.set({ error })
    events.emit('warning', error)
  }

  async function welcome(answer: AnySignedIn): Promise<void> {
    era++
    grant = null
    cookiesKept = !usesCookies
    started = Promise.resolve()
    await adopt(answer as SignedIn, true)
    if (isHintGone()) warnOfCookies()
  }

  async function leave(scope: 'this' | 'all'): Promise<void> {
    const seen = await vault.load('seen')
    // Written down first: a log-out while nobody can be reached is owed.
    await vault.save('debt', { scope, refreshToken: seen?.refreshToken })
    const bearer = grant?.accessToken
    const session = grant?.session.id ?? seen?.session
    started = Promise.resolve()
    end('logout')
    const forgotten = forget()
    tabs.post({ kind: 'signed-out', session, reason: 'logout' })
    await forgotten
    await payDebt(bearer).catch(retryLater)
  }

  async function payDebt(bearer?: string): Promise<void> {
    const body = await vault.load('debt')
    if (!body) return
    try {
      await api('/logout', { body, bearer, keepalive: true })
    } catch (error) {
      // What the server has understood and refuses will not be accepted later either.
      const { status, requestId } = error as AuthClientError
      if (!requestId || status === 429 || status >= 500) throw error
    }
    await vault.save('debt')
  }

  async function forget(): Promise<void> {
    await Promise.all([vault.save('seen'), vault.save('attempt')])
  }

  function payLater(): Promise<void> {
    return payDebt()
      .catch(retryLater)
      .catch(() => {})
  }

  function receive(message: TabMessage): void {
    const { status } = state.get()
    if (message.kind === 'signed-out') {
      if (grant ? grant.session.id === message.session : status === 'signed-in') end(message.reason)
      return
    }
    const { answer, sentAt } = message as TabMessage & { kind: 'tokens' }
    const { id } = answer.session
    if (id === ended || (grant && id < grant.session.id)) return
    if (grant?.session.id !== id) era++
    started = Promise.resolve()
    hold(answer, Math.max(0, Date.now() - sentAt))
    if (status === 'signed-out') events.emit('signed-in', { user: answer.user })
  }

  /** Somebody comes back to the page, or the network does. */
  function wake(restored = false): void {
    if (!started) return
    const { status, stale } = state.get()
    if (status === 'signed-out') void payLater()
    else if (restored || stale || left() < margin()) void checkAgain(restored)
    else plan()
  }

  /** A page that comes back shows nothing of a session that may have ended while it was away. */
  async function checkAgain(restored: boolean): Promise<void> {
    if (restored && (isHintGone() || (await vault.load('seen'))?.session !== grant?.session.id)) {
      grant = null
      state.set(loading)
    }
    await refresh().catch(() => {})
  }

  function isHintGone(): boolean {
    return inPage && usesCookies && !mayHaveCookies(base)
  }

  /** The next refresh, ahead of the end and never at the same time everywhere. Only while somebody looks. */
  function plan(): void {
    if (inPage && grant) setTimer(left() - grant.lease.lifetime * (0.1 + Math.random() * 0.1))
  }

  function setTimer(wait: number): void {
    clearTimeout(timer)
    // A longer one would fire at once; who comes too early plans again.
    timer = setTimeout(onTimer, Math.min(longestTimer, Math.max(1000, wait)))
    ;(timer as { unref?: () => void }).unref?.()
  }

  function onTimer(): void {
    const { status, stale } = state.get()
    if (status === 'signed-out') void payLater()
    // Another tab has moved on.
    else if (grant && !stale && left() > grant.lease.lifetime * 0.21) plan()
    else if (!inPage || !isHidden()) void refresh().catch(() => {})
  }

  /** Milliseconds. */
  function left(): number {
    return grant ? remaining(grant.lease) : -1
  }

  function margin(): number {
    return grant ? Math.min(10_000, grant.lease.lifetime / 10) : 0
  }

  function dispose(): void {
    era++
    clearTimeout(timer)
    disposal.abort()
    tabs.close()
  }
}

function isSignedIn(answer: unknown): answer is SignedIn {
  const { accessToken, expiresIn, session, user } = (answer ?? {}) as Partial<SignedIn>
  return !!(accessToken && user && session && (expiresIn as number) > 0)
}

const tokenOf = (grant: Grant | null): string | null => grant && grant.accessToken

const seenOf = ({ id, generation }: WireSession) => ({ session: id, generation })

/** The claims of RFC 9068 §2.2; a token that is none of ours says nothing. */
function accessIn(accessToken: string): Partial<Access> {
  try {
    const payload = accessToken.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/')
    const { permissions = [], scope } = JSON.parse(atob(payload)) as {
      permissions?: string[]
      scope?: string
    }
    return { permissions, scopes: scope?.split(' ') ?? [] }
  } catch {
    return {}
  }
}

export const cookiesBlocked = (base: string) =>
  new AuthClientError(
    'cookies_blocked',
    isOwnOrigin(base)
      ? 'The browser keeps no cookies for this site.'
      : `The browser sends no cookies to ${base}, another site to it: serve Latchkey below the domain of the application.`,
  )

export function unlessAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal | null | undefined,
): Promise<Result> {
  if (!signal) return promise
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
  })
  return Promise.race([promise, aborted])
}
