import { isHidden } from '../transport/page.ts'
import { AuthClientError } from '../wire/errors.ts'
import type { SessionContext } from './session-context.ts'

const longestTimer = 2 ** 31 - 1
/** Questions that a server's refusals may cause: beyond it something is wrong that asking does not mend. */
const mostForced = 5
const forcedWithin = 30_000

/** Asks the server; one question at a time: those who come meanwhile get the same. */
export const ask = (context: SessionContext): Promise<void> =>
  (context.asking ??= context.ask().finally(() => (context.asking = undefined)))

export const askQuietly = (context: SessionContext): Promise<void> => ask(context).catch(() => {})

/** Asks because a server has refused; false if that has been done too often. Those who join a question cause none. */
export async function askAfterRefusal(context: SessionContext): Promise<boolean> {
  if (!context.asking) {
    const now = performance.now()
    if (now - (context.forcedAt[mostForced - 1] ?? -Infinity) < forcedWithin) return false
    context.forcedAt = [now, ...context.forcedAt.slice(0, mostForced - 1)]
  }
  await ask(context)
  return true
}

/** Asks in so many milliseconds, and not in less than a second; replaces what was set before. */
export function setTimer(context: SessionContext, wait: number): void {
  clearTimeout(context.timer)
  // A longer one would fire at once; who comes too early plans again.
  context.timer = setTimeout(onTimer, Math.min(longestTimer, Math.max(1000, wait)), context)
  ;(context.timer as { unref?: () => void }).unref?.()
}

function onTimer(context: SessionContext): void {
  const { status, stale } = context.state.get()
  if (status === 'signed-out') void context.comeBack()
  else if ((stale || !context.replan()) && !(context.inPage && isHidden())) void askQuietly(context)
}

/** Keeps the session; the state says what is wrong, and the next try comes by itself. */
export const retryLater =
  (context: SessionContext) =>
  (error: unknown): never => {
    if (error instanceof AuthClientError && !context.disposal.signal.aborted) {
      const wait = error.retryAfter ?? Math.min(60, 2 ** context.failures++)
      context.state.set({ stale: context.state.get().status !== 'signed-out', error })
      setTimer(context, wait * 1000 * (1 + Math.random() * 0.5))
    }
    throw error
  }
