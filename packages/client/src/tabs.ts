import type { SignOutReason } from './events.ts'
import type { SignedIn } from './wire.ts'

export type TabMessage =
  | { kind: 'tokens'; answer: SharedAnswer; sentAt: number }
  | { kind: 'signed-out'; session: string | undefined; reason: SignOutReason }

/** The short token alone; the refresh token, where it is in a script's reach at all, is in the vault. */
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
  const channel = name !== null && typeof BroadcastChannel === 'function' && new BroadcastChannel(name)
  // Missing on plain http and in older browsers.
  const locks = name !== null && (navigator as { locks?: LockManager }).locks
  let last: Promise<unknown> = Promise.resolve()
  if (channel) channel.addEventListener('message', ({ data }) => onMessage(data as TabMessage))
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
    post: (message) => channel && channel.postMessage(message),
    inTurn(work) {
      const done = atMost(last).then(() => (locks ? underLock(locks, work) : work()))
      last = done.catch(() => {})
      return done
    },
    close: () => channel && channel.close(),
  }

  async function underLock<Result>(locks: LockManager, work: () => Promise<Result>): Promise<Result> {
    let leave!: () => void
    const left = new Promise<void>((resolve) => (leave = resolve))
    await atMost(
      new Promise<void>((enter) => {
        const entered = () => {
          enter()
          return left
        }
        locks.request(name as string, entered).catch(entered)
      }),
    )
    return work().finally(leave)
  }
}

/** Waits for something that may take too long. */
function atMost(event: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patience)
    const stop = () => {
      clearTimeout(timer)
      resolve()
    }
    event.then(stop, stop)
  })
}
