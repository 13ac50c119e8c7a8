import { warnOfBlockedCookies } from './session/blocked-cookies.ts'
import { remaining, startLifetime } from './session/lifetime.ts'
import {
  askAnew,
  askSession,
  comeBack,
  isGone,
  keep,
  look,
  type LookContext,
  plan,
  retryLogout,
  show,
} from './session/look.ts'
import { signOut } from './session/pending-logout.ts'
import { askAfterRefusal, askQuietly, retryLater, setTimer } from './session/session-clock.ts'
import { dispose, end, start, startAnew, takeOver } from './session/session-lifecycle.ts'
import type { SessionManager, SessionManagerOptions, TokenOptions, Transport } from './session/transport.ts'
import { unlessAborted } from './session/unless-aborted.ts'
import { listenForWake } from './transport/page.ts'
import { loading, signedOut } from './transport/state.ts'
import type { TabMessage } from './transport/tabs.ts'
import type { AnySignedIn, SignedInByCookie } from './wire/wire.ts'

/**
 * The whole session is one cookie that no script can read, as for pages made on the server, and there are no tokens.
 * Named as `transport`; the server's pages take part with `PAGES_SESSION=cookie`.
 */
export const sessionCookie = (): Transport => ({
  tokenTransport: { sessionKind: 'cookie' },
  channel: ':session',
  createSessionManager: createCookieSessionManager,
  instead: {
    getAccessToken: () =>
      Promise.reject(
        new TypeError(
          'A cookie session has no access token: use auth.fetch, or the transport "cookie" where another service needs one.',
        ),
      ),
  },
})

/** Put into `Authorization`: nothing, for the browser adds the cookie. */
const noToken = ''
/** A page that comes into view again looks if the session is still there, unless it has just done so. */
const freshFor = 60_000

/** Knows of the session what `GET /session` says, and asks again where something speaks against it. */
function createCookieSessionManager(options: SessionManagerOptions): SessionManager {
  const { api, state, inPage, disposal } = options
  const context: LookContext = {
    ...options,
    signInCount: 0,
    failures: 0,
    forcedAt: [],
    hint: 'cookie',
    ask: () => look(context),
    comeBack: () => comeBack(context),
    replan,
    lookedAt: -Infinity,
  }
  if (inPage) listenForWake(disposal.signal, onWake)

  return {
    isSignedIn,
    start: () => start(context),
    token,
    renewed,
    present,
    signedIn,
    signOut: (scope) => signOut(context, scope),
    retryLogout: () => retryLogout(context),
    receive,
    onWake,
    dispose: () => dispose(context),
  }

  /** Null when nobody is signed in; else nothing to send, and the request may go. */
  async function token({ force, signal }: TokenOptions = {}): Promise<string | null> {
    if (state.get().status === 'loading') await unlessAborted(start(context), signal)
    else if (force && state.get().status === 'signed-in') await unlessAborted(askAnew(context), signal)
    if (state.get().status !== 'signed-in') return null
    // A request sent now uses the session.
    if (context.kept) context.kept = startLifetime(context.kept.length)
    return noToken
  }

  async function renewed(): Promise<string | null> {
    const isAsked = await askAfterRefusal(context)
    return isAsked && state.get().status === 'signed-in' ? noToken : null
  }

  async function present<Answer>(path: string, body?: object): Promise<Answer> {
    const { signInCount } = context
    try {
      const answer = await api<Answer>(path, { body })
      // Says what the new authentication allows; and the server learns that the new cookie has arrived.
      if (isSignedIn(answer) && context.signInCount === signInCount) await askAnew(context).catch(() => {})
      return answer
    } catch (error) {
      if (isGone(error)) await askAnew(context).catch(() => {})
      throw error
    }
  }

  /** Takes the user from the answer. A look then says what they may do, and if the browser has kept the cookie. */
  async function signedIn({ user, session }: AnySignedIn): Promise<void> {
    startAnew(context)
    try {
      keep(context, await askSession(context))
    } catch (error) {
      if (isGone(error)) {
        state.set(signedOut)
        throw warnOfBlockedCookies(context)
      }
      show(context, { user, session, roles: user.roles, permissions: [], scopes: [] })
      await Promise.resolve(error)
        .then(retryLater(context))
        .catch(() => {})
    }
  }

  function receive(message: TabMessage): void {
    if (message.kind === 'signed-out') {
      const { status, session } = state.get()
      // A question under way may be older than this message.
      if (status === 'loading') context.signInCount++
      else if (session && session.id === message.session) end(context, message.reason)
    } else {
      const { who } = message as TabMessage & { kind: 'session' }
      takeOver(context, who, () => {
        plan(context, who.expiresIn * 1000)
        show(context, who)
      })
    }
  }

  function onWake(restored = false): void {
    const { started, lookedAt } = context
    const { status, stale } = state.get()
    if (restored) {
      // Meanwhile the server's own pages may have signed somebody else in: nothing is shown before that is known.
      startAnew(context)
      context.started = undefined
      state.set(loading)
      void start(context).catch(() => {})
    } else if (started && status === 'signed-out') void comeBack(context)
    else if (stale || (started && performance.now() - lookedAt > freshFor)) void askQuietly(context)
  }

  function replan(): boolean {
    const left = context.kept ? remaining(context.kept) : 0
    if (left > 0) setTimer(context, left + 1000)
    return left > 0
  }
}

function isSignedIn(answer: unknown): answer is SignedInByCookie {
  const { sessionKind, user, session } = (answer ?? {}) as Partial<SignedInByCookie>
  return sessionKind === 'cookie' && !!user && !!session
}
