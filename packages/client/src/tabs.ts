import type { SignOutReason } from './events.ts'
import type { SignedIn } from './wire.ts'

export type TabMessage =
  | {
      kind: 'tokens'
      answer: Pick<SignedIn, 'user' | 'accessToken' | 'expiresIn' | 'session'>
      sentAt: number
    }
  | { kind: 'signed-out'; session: string | null; reason: SignOutReason }

/** The other tabs of this origin. */
export interface Tabs {
  post(message: TabMessage): void
  /**
   * Runs `work` while no other tab does, or after three seconds all the same: the server makes concurrent refreshes
   * safe, taking turns only saves some.
   */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>
  close(): void
}

const patience = 3000

/** Outside a page there are no tabs; on a server a channel would lead from one user's client to another's. */
export const noTabs: Tabs = { post() {}, inTurn: (work) => work(), close() {} }

export function openTabs(base: string, onMessage: (message: TabMessage) => void): Tabs {
  const name = `latchkey:${base}`
  const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(name) : null
  channel?.addEventListener('message', ({ data }) => onMessage(data as TabMessage))
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
    post: (message) => channel?.postMessage(message),
    async inTurn(work) {
      let leave!: () => void
      const left = new Promise<void>((resolve) => (leave = resolve))
      await turn(name, left)
      try {
        return await work()
      } finally {
        leave()
      }
    },
    close: () => channel?.close(),
  }
}

function turn(name: string, left: Promise<void>): Promise<void> {
  // Missing on plain http and in older browsers.
  const locks = (navigator as { locks?: LockManager }).locks
  if (!locks) return Promise.resolve()
  return new Promise((go) => {
    const timer = setTimeout(go, patience)
    const entered = () => {
      clearTimeout(timer)
      go()
      return left
    }
    locks.request(name, entered).catch(() => go())
  })
}
