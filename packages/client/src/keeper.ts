import { type Api, notLatchkey } from './api.ts'
import { AuthClientError, isSignOut } from './errors.ts'
import type { Events, SignOutReason } from './events.ts'
import { type Lease, remaining, startLease } from './lease.ts'
import { isOwnOrigin, mayHaveCookies, type Page } from './page.ts'
import { type Access, loading, signedInState, signedOut, type StateCell } from './state.ts'
import type { TabMessage, Tabs } from './tabs.ts'
import { isNewer, type Vault } from './vault.ts'
import type { SignedIn, WireSession } from './wire.ts'

export interface TokenOptions {
  /** Milliseconds that the token must still be good for; default 10 seconds, or a tenth of short lives. */
  minValidity?: number | undefined
  /** A new one, even if the present one has not expired. */
  force?: boolean | undefined
  /** Stops waiting; the refresh itself goes on for the others. */
  signal?: AbortSignal | undefined
}

/** Holds the session: one refresh at a time, tokens that never go backwards, and no guess that somebody signed out. */
export interface Keeper {
  /** Finds out once whether there is a session. */
  start(): Promise<void>
  token(options?: TokenOptions): Promise<string | null>
  /** Another token than `used`, which a server has refused; null when there is none or this has been asked too often. */
  renewed(used: string): Promise<string | null>
  /** A call that may sign in; pays what is owed first. */
  enter<Answer>(path: string, body: object): Promise<Answer | SignedIn>
  /** A call that raises this session and gives it a new refresh token. */
  elevate<Answer>(path: string, body: object): Promise<Answer | SignedIn | undefined>
  leave(scope: 'this' | 'all'): Promise<void>
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
  page: Page
  state: StateCell
  events: Events
  /** Whether the refresh token is in a cookie, or in the vault. */
  transport: 'cookie' | 'storage'
  inPage: boolean
}

const longestTimer = 2 ** 31 - 1
const patience = 3000
/** Refreshes that a server's refusals may cause: beyond it something is wrong that refreshing does not mend. */
const forced = { most: 5, within: 30_000 }

export function createKeeper(options: KeeperOptions): Keeper {
  const { base, api, vault, tabs, page, state, events, transport, inPage } = options
  let grant: Grant | null = null
  let flight: Promise<Grant | null> | null = null
  let started: Promise<void> | null = null
  /** Rises with every sign-in and sign-out: what was asked before is old news. */
  let era = 0
  /** The session that ended last: its late tokens come from tabs that do not know yet. */
  let ended: string | null = null
  let failures = 0
  let forcedAt: number[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  /** False from a sign-in until its cookie has been seen to arrive. */
  let cookiesKept = true
  let disposed = false
  const stopWaking = page.onWake(wake)

  return { start, token, renewed, enter, elevate, leave, receive, wake, dispose }

  function start(): Promise<void> {
    return (started ??= begin().catch((error: unknown) => {
      // Asked again on the next occasion; meanwhile the timer tries.
      started = null
      throw error
    }))
  }

  async function begin(): Promise<void> {
    assertOpen()
    if (grant || state.get().status === 'signed-out') return
    if (await vault.debt()) {
      end('logout')
      return payLater()
    }
    const mayBeThere = transport === 'storage' ? (await vault.seen()) !== null : !isHintGone()
    if (mayBeThere) await refresh()
    else end('no_session')
  }

  async function token({ minValidity, force = false, signal }: TokenOptions = {}): Promise<string | null> {
    assertOpen()
    if (!grant) await abortable(start(), signal)
    if (!force && grant && left() > (minValidity ?? margin())) return grant.accessToken
    if (state.get().status === 'signed-out') return null
    try {
      return (await abortable(refresh(), signal))?.accessToken ?? null
    } catch (error) {
      // Still good, if not for as long as was asked.
      if (!force && !signal?.aborted && grant && left() > 0) return grant.accessToken
      throw error
    }
  }

  async function renewed(used: string): Promise<string | null> {
    if (grant && grant.accessToken !== used) return grant.accessToken
    const now = performance.now()
    forcedAt = forcedAt.filter((at) => now - at < forced.within)
    if (!grant || forcedAt.length >= forced.most) return null
    forcedAt.push(now)
    return (await refresh())?.accessToken ?? null
  }

  /** One at a time; whoever asks meanwhile gets the same. */
  function refresh(): Promise<Grant | null> {
    const before = grant
    return (flight ??= tabs
      .inTurn(async () => ((await movedOn(before)) ? grant : await refreshNow()))
      .finally(() => (flight = null)))
  }

  /** Whether another tab has refreshed while this one waited for its turn. Its message may be on its way yet. */
  async function movedOn(before: Grant | null): Promise<boolean> {
    const hasMoved = () => grant !== null && grant !== before
    for (let waits = 0; waits < 15 && !hasMoved(); waits++) {
      const seen = await vault.seen()
      if (seen?.session !== before?.session.id || !before || !seen) break
      if (seen.generation <= before.session.generation) break
      await sleep(20)
    }
    return hasMoved()
  }

  async function refreshNow(): Promise<Grant | null> {
    await payDebt().catch(retryLater)
    for (let round = 0; ; round++) {
      const began = era
      const seen = await vault.seen()
      try {
        if (transport === 'storage' && !seen?.refreshToken) return end('no_session')
        const answer = await api<SignedIn>('/refresh', {
          attempt: await vault.attempt(),
          ...(seen?.refreshToken && { body: { refreshToken: seen.refreshToken } }),
        })
        if (!isSignedIn(answer)) throw notLatchkey(base, 200)
        // A log-out or another sign-in came first and wins.
        if (era !== began) return grant
        cookiesKept = true
        await accept(answer)
        if (round < 2 && (await isOutdated(answer))) continue
        share(answer)
        return grant
      } catch (error) {
        if (era !== began) return grant
        if (!isSignOut(error)) return retryLater(error)
        // Another tab has signed in since: the refusal was of the session before.
        if (round < 2 && isSuccessor((await vault.seen())?.session, seen?.session)) continue
        const reason = reasonOf(error)
        tabs.post({ kind: 'signed-out', session: seen?.session ?? null, reason })
        await vault.forget()
        return end(reason)
      }
    }
  }

  /** In one go, so that a log-out comes before or after both. */
  async function accept(answer: SignedIn): Promise<void> {
    failures = 0
    adopt(answer)
    await vault.received(answer)
  }

  /** Another tab has announced a newer generation: what this answer says may not hold any more. */
  async function isOutdated({ session }: SignedIn): Promise<boolean> {
    const seen = await vault.seen()
    return seen?.session === session.id && seen.generation > session.generation
  }

  function adopt(answer: SignedIn | TokensMessage['answer'], age = 0): void {
    const { session, user, accessToken, expiresIn } = answer
    const known = grant?.session
    if (known && !isNewer(seenOf(session), seenOf(known))) return
    grant = { accessToken, session, lease: startLease(expiresIn * 1000, age) }
    const { generation: _, ...visible } = session
    state.set(signedInState(user, visible, accessIn(accessToken)))
    plan()
  }

  /** The short token alone; the refresh token, where there is one in script's reach, is in the vault. */
  function share({ user, accessToken, expiresIn, session }: SignedIn): void {
    tabs.post({ kind: 'tokens', answer: { user, accessToken, expiresIn, session }, sentAt: Date.now() })
  }

  /** Keeps the session; the state says what is wrong, and the next try comes by itself. */
  function retryLater(error: unknown): never {
    if (!(error instanceof AuthClientError) || disposed) throw error
    const wait = (error.retryAfter ?? Math.min(60, 2 ** failures++)) * 1000
    state.set({ ...state.get(), stale: state.get().status !== 'signed-out', error })
    setTimer(wait * (1 + Math.random() * 0.5))
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

  function reasonOf({
    code,
  }: AuthClientError<Exclude<SignOutReason, 'logout' | 'cookies_blocked'>>): SignOutReason {
    // The sign-in was a moment ago, and the browser has never sent its cookie.
    if (code !== 'no_session' || cookiesKept) return code
    warnOfCookies()
    return 'cookies_blocked'
  }

  function warnOfCookies(): void {
    const message = isOwnOrigin(base)
      ? 'The browser does not keep cookies for this site, so nobody stays signed in: allow them.'
      : `The browser does not send cookies to ${base}, which is another site to it: serve Latchkey below the domain of the application, or behind it.`
    const error = new AuthClientError('cookies_blocked', message)
    state.set({ ...state.get(), error })
    events.emit('warning', error)
  }

  async function enter<Answer>(path: string, body: object): Promise<Answer | SignedIn> {
    assertOpen()
    // A refresh that is under way would set the old session's cookie after the new one's.
    await Promise.race([flight?.catch(() => {}), sleep(flight ? patience : 0)])
    const answer = await tabs.inTurn(async () => {
      await payDebt()
      const answer = await api<Answer | SignedIn>(path, {
        body: transport === 'storage' ? { ...body, tokenDelivery: 'body' } : body,
      })
      if (isSignedIn(answer)) await welcome(answer)
      return answer
    })
    if (isSignedIn(answer)) events.emit('signed-in', { user: answer.user })
    return answer
  }

  async function welcome(answer: SignedIn): Promise<void> {
    era++
    failures = 0
    grant = null
    cookiesKept = transport === 'storage'
    started = Promise.resolve()
    adopt(answer)
    await vault.replace(answer)
    share(answer)
    if (!cookiesKept && isHintGone()) warnOfCookies()
  }

  async function elevate<Answer>(path: string, body: object): Promise<Answer | SignedIn | undefined> {
    for (let tries = 0; ; tries++) {
      const bearer = await token()
      if (bearer === null) throw new AuthClientError('signed_out', 'Nobody is signed in.')
      try {
        return await tabs.inTurn(() => elevateNow<Answer>(path, body, bearer))
      } catch (error) {
        const again = error instanceof AuthClientError && outdated.has(error.code)
        if (!again || tries > 0 || (await renewed(bearer)) === null) throw error
      }
    }
  }

  async function elevateNow<Answer>(
    path: string,
    body: object,
    bearer: string,
  ): Promise<Answer | SignedIn | undefined> {
    const began = era
    const refreshToken = (await vault.seen())?.refreshToken
    const answer = await api<Answer | SignedIn | undefined>(path, {
      bearer,
      attempt: await vault.attempt(),
      body: { ...body, ...(refreshToken && { refreshToken }) },
    })
    if (isSignedIn(answer) && era === began) {
      await accept(answer)
      share(answer)
    }
    return answer
  }

  async function leave(scope: 'this' | 'all'): Promise<void> {
    const seen = await vault.seen()
    // Written down first: a log-out while nobody can be reached is owed.
    await vault.owe({ scope, refreshToken: seen?.refreshToken })
    const bearer = grant?.accessToken
    const session = grant?.session.id ?? seen?.session ?? null
    started = Promise.resolve()
    end('logout')
    const forgotten = vault.forget()
    tabs.post({ kind: 'signed-out', session, reason: 'logout' })
    await forgotten
    await payDebt(bearer).catch(retryLater)
  }

  function payLater(): Promise<void> {
    return payDebt()
      .catch(retryLater)
      .catch(() => {})
  }

  /** Before anything else that could bring the session back. */
  async function payDebt(bearer?: string): Promise<void> {
    const debt = await vault.debt()
    if (!debt) return
    try {
      await api('/logout', { body: debt, bearer })
    } catch (error) {
      // What the server has understood and refuses will not be accepted later either.
      if (!(error instanceof AuthClientError) || !isFinal(error)) throw error
    }
    await vault.settle()
  }

  function receive(message: TabMessage): void {
    if (disposed) return
    if (message.kind === 'signed-out') {
      const concerns = grant ? grant.session.id === message.session : state.get().status === 'signed-in'
      if (concerns) end(message.reason)
      return
    }
    const { answer, sentAt } = message
    if (answer.session.id === ended) return
    const isOther = grant?.session.id !== answer.session.id
    if (isOther && grant && answer.session.id < grant.session.id) return
    const was = state.get().status
    if (isOther) era++
    adopt(answer, Math.max(0, Date.now() - sentAt))
    started = Promise.resolve()
    if (was === 'signed-out') events.emit('signed-in', { user: answer.user })
  }

  /** The page is looked at again, or the network is back. */
  function wake(restored = false): void {
    if (disposed || !started) return
    const { status, stale } = state.get()
    if (status === 'signed-out') return void payLater()
    if (restored || stale || !grant || left() < margin()) void checkAgain(restored)
  }

  /** A page that comes back shows nothing of a session that may have ended while it was away. */
  async function checkAgain(restored: boolean): Promise<void> {
    if (restored && (isHintGone() || (await vault.seen())?.session !== grant?.session.id)) {
      grant = null
      state.set(loading)
    }
    await refresh().catch(() => {})
  }

  function isHintGone(): boolean {
    return inPage && transport === 'cookie' && !mayHaveCookies(base)
  }

  /** The next refresh, ahead of the end and never at the same time everywhere. Only while somebody looks. */
  function plan(): void {
    if (inPage && grant) setTimer(grant.lease.lifetime * (0.8 + Math.random() * 0.1) - spent())
  }

  function setTimer(wait: number): void {
    clearTimeout(timer)
    // A longer one fires at once; who comes too early plans again.
    timer = setTimeout(onTimer, Math.min(longestTimer, Math.max(1000, wait)))
    ;(timer as { unref?: () => void }).unref?.()
  }

  function onTimer(): void {
    const { status, stale } = state.get()
    if (status === 'signed-out') return void payLater()
    // Another tab has moved on.
    if (grant && !stale && left() > grant.lease.lifetime * 0.21) return plan()
    if (!page.isHidden() || !inPage) void refresh().catch(() => {})
  }

  function left(): number {
    return grant ? remaining(grant.lease) : 0
  }

  function spent(): number {
    return grant ? grant.lease.lifetime - left() : 0
  }

  function margin(): number {
    return Math.min(10_000, (grant?.lease.lifetime ?? 0) / 10)
  }

  function assertOpen(): void {
    if (disposed) throw new AuthClientError('disposed', 'This auth client has been disposed of.')
  }

  function dispose(): void {
    disposed = true
    era++
    clearTimeout(timer)
    stopWaking()
    tabs.close()
  }
}

type TokensMessage = Extract<TabMessage, { kind: 'tokens' }>

/** After these a newer access or refresh token may do. */
const outdated = new Set(['refresh_token_outdated', 'token_expired', 'token_revoked', 'invalid_token'])

const isFinal = ({ status, code }: AuthClientError): boolean =>
  status >= 400 && status < 500 && status !== 429 && code !== 'unexpected_answer' && code !== 'not_latchkey'

const isSignedIn = (answer: unknown): answer is SignedIn => {
  const { accessToken, expiresIn, session, user } = (answer ?? {}) as Partial<SignedIn>
  return (
    typeof accessToken === 'string' &&
    typeof expiresIn === 'number' &&
    expiresIn > 0 &&
    typeof session?.generation === 'number' &&
    typeof user?.id === 'string'
  )
}

const seenOf = ({ id, generation }: WireSession) => ({ session: id, generation })

const isSuccessor = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && one > (other ?? '')

/** The claims of RFC 9068 §2.2; a token that is none of ours says nothing. */
function accessIn(accessToken: string): Partial<Access> {
  try {
    const payload = (accessToken.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')
    const { permissions = [], scope } = JSON.parse(atob(payload)) as {
      permissions?: string[]
      scope?: string
    }
    return { permissions, scopes: scope?.split(' ') ?? [] }
  } catch {
    return {}
  }
}

const sleep = (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time))

function abortable<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
