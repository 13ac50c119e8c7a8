import { unexpected } from '../transport/api.ts'
import type { SharedAnswer } from '../transport/tabs.ts'
import { isSignOut } from '../wire/errors.ts'
import type { SignedIn, WireSession } from '../wire/wire.ts'
import { warnOfBlockedCookies } from './blocked-cookies.ts'
import { keep, type CurrentToken, type TokenContext } from './current-token.ts'
import { tellServer } from './pending-logout.ts'
import { retryLater } from './session-clock.ts'
import { end } from './session-lifecycle.ts'

/** Refreshes, unless another tab does it meanwhile. */
export function refresh(context: TokenContext): Promise<void> {
  const before = context.kept
  return context.tabs.inTurn(async () => {
    if (!(await hasMovedOn(context, before))) await refreshNow(context)
  })
}

/** True if another tab has refreshed while this one waited for its turn. Its message may be on its way yet. */
async function hasMovedOn(context: TokenContext, before: CurrentToken | undefined): Promise<boolean> {
  const newest = () => context.kept ?? before
  for (let waits = 0; waits < 15 && newest() === before; waits++) {
    if (!(await isOutdated(context, before?.session))) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return newest() !== before
}

/** True if a newer generation has arrived here than this: what came with it may not hold any more. */
async function isOutdated(context: TokenContext, session: WireSession | undefined): Promise<boolean> {
  const seen = await context.storage.load('seen')
  return !!session && seen?.id === session.id && seen.generation > session.generation
}

async function refreshNow(context: TokenContext): Promise<void> {
  await retryLogout(context).catch(retryLater(context))
  for (let round = 0; ; round++) {
    const began = context.signInCount
    const seen = await context.storage.load('seen')
    try {
      if (!context.usesCookies && !seen?.refreshToken) return end(context, 'no_session')
      const answer = await present(context, '/refresh')
      if (!isSignedIn(answer)) throw unexpected(context.base, { status: 200 })
      // A log-out or another sign-in came first and wins.
      if (context.signInCount !== began) return
      if (round < 2 && (await isOutdated(context, answer.session))) continue
      context.unseen = false
      return
    } catch (error) {
      if (context.signInCount !== began) return
      if (!isSignOut(error)) return retryLater(context)(error)
      // Another tab has signed in since: the refusal was of the session before.
      if (round < 2 && ((await context.storage.load('seen'))?.id ?? '') > (seen?.id ?? '')) continue
      // The sign-in was a moment ago, and the browser has never sent its cookie.
      const isBlocked = error.code === 'no_session' && context.unseen
      const reason = isBlocked ? warnOfBlockedCookies(context).code : error.code
      context.tabs.post({ kind: 'signed-out', session: seen?.id, reason })
      await context.storage.forget()
      return end(context, reason)
    }
  }
}

export async function retryLogout(context: TokenContext): Promise<void> {
  const pending = await context.storage.load('pending-logout')
  if (pending) await tellServer(context, pending)
}

export async function present<Answer>(
  context: TokenContext,
  path: string,
  body?: object,
  bearer?: string,
): Promise<Answer> {
  const { signInCount } = context
  const refreshToken = (await context.storage.load('seen'))?.refreshToken
  const answer = await context.api<Answer>(path, {
    bearer,
    attempt: await context.storage.attempt(),
    body: refreshToken ? { ...body, refreshToken } : body,
  })
  if (isSignedIn(answer) && context.signInCount === signInCount) await adopt(context, answer)
  return answer
}

/** In one go, so that a log-out comes before or after all of it. */
export async function adopt(context: TokenContext, answer: SignedIn, isSignIn = false): Promise<void> {
  context.failures = 0
  keep(context, answer)
  const stored = context.storage.received(answer, isSignIn)
  context.tabs.post({
    kind: 'tokens',
    answer: { ...answer, refreshToken: undefined } as SharedAnswer,
    sentAt: Date.now(),
  })
  await stored
}

export function isSignedIn(answer: unknown): answer is SignedIn {
  const { accessToken, expiresIn, session, user } = (answer ?? {}) as Partial<SignedIn>
  return !!(accessToken && user && session && (expiresIn as number) > 0)
}
