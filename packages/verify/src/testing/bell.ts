/** Wakes everybody who waits for it. */
export interface Bell {
  ring(): void
  /** Resolves when it rings, after `wait` milliseconds, or with the signal. */
  heard(wait: number, signal?: AbortSignal): Promise<void>
}

export function createBell(): Bell {
  const waiting = new Set<() => void>()
  return {
    ring() {
      for (const resolve of waiting) resolve()
    },
    async heard(wait, signal) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const limit = setTimeout(resolve, wait)
      waiting.add(resolve)
      signal?.addEventListener('abort', () => resolve(), { once: true })
      await promise
      waiting.delete(resolve)
      clearTimeout(limit)
    },
  }
}
