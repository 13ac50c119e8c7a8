import type { AuthClientError, ClientErrorCode, SignOutCode, StepUpChallenge } from './errors.ts'
import type { User } from './wire.ts'

export type SignOutReason = SignOutCode | 'logout' | 'cookies_blocked'

export interface AuthEvents {
  'signed-in': { user: User }
  'signed-out': { reason: SignOutReason }
  /** A route asked for a fresher or stronger sign-in. Who resolves to true has seen to it: the request is sent again. */
  'step-up': StepUpChallenge
  /** Something that needs a developer. Nobody listens: it goes to the console. */
  warning: AuthClientError<ClientErrorCode>
}

export type Listener<Name extends keyof AuthEvents> = (event: AuthEvents[Name]) => unknown

export interface Events {
  on<Name extends keyof AuthEvents>(name: Name, listener: Listener<Name>): () => void
  /** What the listeners returned. */
  emit<Name extends keyof AuthEvents>(name: Name, event: AuthEvents[Name]): unknown[]
}

export function createEvents(): Events {
  const listeners = new Map<string, Set<Listener<never>>>()
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set.add(listener))
      return () => void set.delete(listener)
    },
    emit(name, event) {
      const set = [...(listeners.get(name) ?? [])] as Listener<typeof name>[]
      // oxlint-disable-next-line no-console -- a warning that nobody hears would be none
      if (name === 'warning' && set.length === 0) console.warn(`[latchkey] ${(event as Error).message}`)
      return set.map((listener) => listener(event))
    },
  }
}
