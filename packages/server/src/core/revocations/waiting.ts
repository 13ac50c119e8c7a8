import type { Milliseconds } from '@latchkey/contract'

/** Callers that wait for news. */
export interface Waiting {
  wake(): void
  /** Resolves at {@link wake}, after `wait`, when `signal` is aborted, or at {@link release}. */
  wait(wait: Milliseconds, signal: AbortSignal): Promise<void>
  /** Releases all waiting callers, now and from now on. */
  release(): void
  isReleased(): boolean
}

export function createWaiting(): Waiting {
  const waiting = new Set<() => void>()
  let released = false

  return { wake, wait, release, isReleased: () => released }

  function wake(): void {
    for (const each of waiting) each()
  }

  function release(): void {
    released = true
    wake()
  }

  async function wait(wait: Milliseconds, signal: AbortSignal): Promise<void> {
    if (released) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const limit = setTimeout(resolve, wait)
    waiting.add(resolve)
    const leave = () => resolve()
    signal.addEventListener('abort', leave)
    await promise
    signal.removeEventListener('abort', leave)
    waiting.delete(resolve)
    clearTimeout(limit)
  }
}
