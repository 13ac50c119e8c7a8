export const hasPage = (): boolean => typeof document === 'object'

export const isHidden = (): boolean => document.visibilityState === 'hidden'

/**
 * Calls `listener` when somebody comes back to the page, or the network does, until `signal` aborts. `restored`: from
 * the back/forward cache, so that everything may have happened since.
 */
export function listenForWake(signal: AbortSignal, listener: (restored: boolean) => void): void {
  const woken = () => isHidden() || listener(false)
  document.addEventListener('visibilitychange', woken, { signal })
  document.addEventListener('resume', woken, { signal })
  window.addEventListener('online', woken, { signal })
  window.addEventListener('pageshow', ({ persisted }) => persisted && listener(true), { signal })
}

/**
 * The hint cookie says that there may be a session, so that anonymous visitors make no refresh call. It belongs to the
 * server's host: from another origin nobody can see it, and only asking tells.
 */
export const mayHaveCookies = (base: string, hint: string): boolean =>
  !isOwnOrigin(base) || document.cookie.split('; ').includes(`latchkey-hint=${hint}`)

export const isOwnOrigin = (base: string): boolean => hasPage() && new URL(base).origin === location.origin
