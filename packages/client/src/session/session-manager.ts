import { listenForWake } from '../transport/page.ts'
import { loading } from '../transport/state.ts'
import type { TabMessage } from '../transport/tabs.ts'
import type { AnySignedIn, SignedIn } from '../wire/wire.ts'
import { isHintGone, warnOfBlockedCookies } from './blocked-cookies.ts'
import { keep, lasts, plan, type TokenContext, tokenOf } from './current-token.ts'
import { signOut } from './pending-logout.ts'
import { adopt, isSignedIn, present, refresh, retryLogout } from './refresh.ts'
import { ask, askAfterRefusal, askQuietly, retryLater } from './session-clock.ts'
import { dispose, end, start, startAnew, takeOver } from './session-lifecycle.ts'
import type { SessionManager, SessionManagerOptions, TokenOptions } from './transport.ts'
import { unlessAborted } from './unless-aborted.ts'

/** Keeps a session whose proofs are an access token in memory and a refresh token in a cookie or a storage. */
export function createSessionManager(options: SessionManagerOptions): SessionManager {
  const context: TokenContext = {
    ...options,
    signInCount: 0,
    failures: 0,
    forcedAt: [],
    hint: '1',
    ask: () => refresh(context),
    comeBack,
    replan,
  }
  if (context.inPage) listenForWake(context.disposal.signal, onWake)

  return {
    isSignedIn,
    start: () => start(context),
    token,
    renewed,
    present: (path, body, bearer) => present(context, path, body, bearer),
    signedIn,
    signOut: (scope) => signOut(context, scope, tokenOf(context)),
    retryLogout: () => retryLogout(context),
    receive,
    onWake,
    dispose: () => dispose(context),
  }

  async function token({ minValidity, force, signal }: TokenOptions = {}): Promise<string | null> {
    try {
      if (!context.kept) await unlessAborted(start(context), signal)
      const isGood = !force && lasts(context, minValidity)
      if (!isGood && context.state.get().status !== 'signed-out') await unlessAborted(ask(context), signal)
    } catch (error) {
      // Still good, if not for as long as was asked.
      if (force || signal?.aborted || !lasts(context, 0)) throw error
    }
    return tokenOf(context)
  }

  async function renewed(used: string): Promise<string | null> {
    const isAnother = tokenOf(context) !== used
    return isAnother || (await askAfterRefusal(context)) ? tokenOf(context) : null
  }

  async function signedIn(answer: AnySignedIn): Promise<void> {
    startAnew(context)
    context.unseen = context.usesCookies
    await adopt(context, answer as SignedIn, true)
    if (isHintGone(context)) warnOfBlockedCookies(context)
  }

  function comeBack(): Promise<void> {
    return retryLogout(context)
      .catch(retryLater(context))
      .catch(() => {})
  }

  function receive(message: TabMessage): void {
    if (message.kind === 'signed-out') {
      const { session } = context.state.get()
      const isOurs = context.kept ? session?.id === message.session : session
      if (isOurs) end(context, message.reason)
    } else {
      const { answer, sentAt } = message as TabMessage & { kind: 'tokens' }
      takeOver(context, answer, () => keep(context, answer, Math.max(0, Date.now() - sentAt)))
    }
  }

  function onWake(restored = false): void {
    if (!context.started) return
    const { status, stale } = context.state.get()
    if (status === 'signed-out') void comeBack()
    else if (restored || stale || !lasts(context)) void checkAgain(restored)
    else plan(context)
  }

  /** A page that comes back shows nothing of a session that may have ended while it was away. */
  async function checkAgain(restored: boolean): Promise<void> {
    const isOther =
      restored &&
      (isHintGone(context) || (await context.storage.load('seen'))?.id !== context.kept?.session.id)
    if (isOther) {
      context.kept = undefined
      context.state.set(loading)
    }
    await askQuietly(context)
  }

  function replan(): boolean {
    const isEarly = !!context.kept && lasts(context, context.kept.length * 0.21)
    // Another tab has moved on.
    if (isEarly) plan(context)
    return isEarly
  }
}
