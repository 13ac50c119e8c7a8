import type { AuthClientError } from '../wire/errors.ts'
import type { User, WireSession } from '../wire/wire.ts'

/** The session as an application sees it: what a refresh changes is not in it. */
export type Session = Omit<WireSession, 'generation'>

/** The user's access, as the access token says; for showing and hiding, never for deciding. */
export interface Access {
  roles: readonly string[]
  permissions: readonly string[]
  scopes: readonly string[]
}

/**
 * `signed-out` is known, never guessed: while nobody can be asked, the state stays what it was, with `stale`.
 * `user` and `session` keep their identity for as long as nothing in them changes.
 */
export type AuthState =
  | ({ status: 'loading' | 'signed-out'; user: null; session: null } & Circumstances)
  | ({ status: 'signed-in'; user: User; session: Session } & Circumstances)

interface Circumstances {
  access: Access
  /** The server could not be asked lately; the next try comes by itself. */
  stale: boolean
  error: AuthClientError | null
}

export interface Observable<Value> {
  get(): Value
  /** Calls `listener` after each change; returns how to stop. */
  subscribe(listener: () => void): () => void
}

export interface StateCell extends Observable<AuthState> {
  /** Applies a change. Values that do not differ keep their identity, and nobody is told. */
  set(change: Partial<AuthState>): void
}

const nothing: Access = { roles: [], permissions: [], scopes: [] }

export const loading: AuthState = {
  status: 'loading',
  user: null,
  session: null,
  access: nothing,
  stale: false,
  error: null,
}
export const signedOut: AuthState = { ...loading, status: 'signed-out' }

export const signedInState = (user: User, session: Session, access?: Partial<Access>): AuthState => ({
  ...loading,
  status: 'signed-in',
  user,
  session,
  access: { ...nothing, roles: user.roles, ...access },
})

export function createState(initial: AuthState): StateCell {
  const listeners = new Set<() => void>()
  let state = initial
  return {
    get: () => state,
    subscribe(listener) {
      // Wrapped, so that the same function may subscribe twice.
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    set(change) {
      const changed = Object.entries(change).filter(
        ([key, value]) => JSON.stringify(value) !== JSON.stringify(state[key as keyof AuthState]),
      )
      if (changed.length === 0) return
      state = { ...state, ...Object.fromEntries(changed) }
      for (const listener of listeners) listener()
    },
  }
}
