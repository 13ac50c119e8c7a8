import type { AuthClientError, ClientErrorCode, SignOutCode, StepUpChallenge } from '../wire/errors.ts'
import type { User } from '../wire/wire.ts'

export type SignOutReason = SignOutCode | 'logout' | 'cookies_blocked'

/** The events that `on` tells of; a refresh is not one. */
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
  /** Returns what the listeners returned. */
  emit<Name extends keyof AuthEvents>(name: Name, event: AuthEvents[Name]): unknown[]
}

export function createEvents(): Events {
  const entries = new Set<[name: string, listener: Listener<never>]>()
  return {
    on(name, listener) {
      const entry: [string, Listener<never>] = [name, listener]
      entries.add(entry)
      return () => void entries.delete(entry)
    },
    emit(name, event) {
      const heard = [...entries].filter(([wanted]) => wanted === name)
      // oxlint-disable-next-line no-console -- a warning that nobody hears would be none
      if (name === 'warning' && heard.length === 0) console.warn(event)
      return heard.map(([, listener]) => (listener as Listener<typeof name>)(event))
    },
  }
}
