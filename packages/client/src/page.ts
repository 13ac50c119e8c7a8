/** What the client learns from the page it runs in; a server, a worker and a native app have none. */
export interface Page {
  /** Calls `listener` when somebody comes back to the page, or the network does; returns how to stop. */
  onWake(listener: (restored: boolean) => void): () => void
  isHidden(): boolean
}

export const hasPage = (): boolean => typeof document === 'object' && typeof window === 'object'

export const noPage: Page = { onWake: () => () => {}, isHidden: () => true }

export function currentPage(): Page {
  return {
    isHidden: () => document.visibilityState === 'hidden',
    onWake(listener) {
      const woken = () => {
        if (document.visibilityState === 'visible') listener(false)
      }
      // From the back/forward cache: everything may have happened since.
      const shown = (event: PageTransitionEvent) => {
        if (event.persisted) listener(true)
      }
      document.addEventListener('visibilitychange', woken)
      document.addEventListener('resume', woken)
      window.addEventListener('online', woken)
      window.addEventListener('pageshow', shown)
      return () => {
        document.removeEventListener('visibilitychange', woken)
        document.removeEventListener('resume', woken)
        window.removeEventListener('online', woken)
        window.removeEventListener('pageshow', shown)
      }
    },
  }
}

/**
 * The hint cookie says that there may be a session, so that anonymous visitors make no refresh call. It belongs to the
 * server's host: from another origin nobody can see it, and only asking tells.
 */
export const mayHaveCookies = (base: string): boolean =>
  !isOwnOrigin(base) || /(^|;\s*)latchkey-hint=1/.test(document.cookie)

export const isOwnOrigin = (base: string): boolean =>
  typeof location === 'object' && new URL(base, location.href).origin === location.origin
