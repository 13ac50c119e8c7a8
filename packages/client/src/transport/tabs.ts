import type { SignOutReason } from './events.ts'
import type { SignedIn, WhoAmI } from '../wire/wire.ts'

export type TabMessage =
  | { kind: 'tokens'; answer: SharedAnswer; sentAt: number }
  | { kind: 'session'; who: WhoAmI }
  | { kind: 'signed-out'; session: string | undefined; reason: SignOutReason }

/** The short token alone; the refresh token, where it is in a script's reach at all, is in the session storage. */
export type SharedAnswer = Omit<SignedIn, 'refreshToken'>

/** The other tabs of this origin. */
export interface Tabs {
  post(message: TabMessage): void
  /**
   * Runs `work` while neither this tab nor another runs any, or after three seconds all the same: the server makes
   * concurrent refreshes safe, taking turns only saves some.
   */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>
  close(): void
}

const patience = 3000

/** Null for what has no tabs: on a server a channel would lead from one user's client to another's. */
export function openTabs(name: string | null, onMessage: (message: TabMessage) => void): Tabs {
  if (name === null) return { post() {}, inTurn: (work) => work(), close() {} }
  const channel = new BroadcastChannel(name)
  // Missing on plain http and in older browsers.
  const locks = (navigator as { locks?: LockManager }).locks
  channel.addEventListener('message', ({ data }) => onMessage(data as TabMessage))
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
    post: (message) => channel.postMessage(message),
    close: () => channel.close(),
    async inTurn(work) {
      if (!locks) return await work()
      let hasStarted = false
      const start = () => {
        hasStarted = true
        return work()
      }
      try {
        return await locks.request(name, { signal: AbortSignal.timeout(patience) }, start)
      } catch (error) {
        if (hasStarted) throw error
        return await work()
      }
    },
  }
}
