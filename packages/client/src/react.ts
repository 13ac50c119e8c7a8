import {
  createContext,
  createElement,
  type FunctionComponent,
  type PropsWithChildren,
  type ReactNode,
  useCallback,
  useContext,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import {
  type AppTypes,
  type AuthClient,
  type InitialSession,
  isAllowed,
  type Requirement,
} from './client/client.ts'
import type { AuthClientError, Result } from './wire/errors.ts'
import { type AuthState, loading, signedInState, signedOut } from './transport/state.ts'
import type { User } from './wire/wire.ts'

export type ShowWhen<App extends AppTypes> = AuthState['status'] | Requirement<App>

export interface AuthReact<App extends AppTypes> {
  /** Needed only to hand in what the server rendered with. */
  AuthProvider: FunctionComponent<PropsWithChildren<{ initial?: InitialSession }>>
  /** The state, or what `select` takes from it; renders again only when that changes. A refresh changes nothing. */
  useAuth: { (): AuthState; <Selected>(select: (state: AuthState) => Selected): Selected }
  /** Null if nobody is signed in, or if it is not known yet. */
  useUser(): User | null
  useCan(requirement: Requirement<App>): boolean
  /** Renders children if `when` fits, `fallback` otherwise. */
  Show: FunctionComponent<PropsWithChildren<{ when: ShowWhen<App>; fallback?: ReactNode }>>
  /** Renders children for a signed-in user (who holds `requires`); `loading` until that is known. */
  RequireAuth: FunctionComponent<
    PropsWithChildren<{
      requires?: Requirement<App>
      loading?: ReactNode
      signedOut?: ReactNode
      forbidden?: ReactNode
    }>
  >
  /** Runs a call of the client and holds what a form shows: pending, error, data. */
  useAction<Input extends unknown[], Data, Code extends string>(
    action: (...input: Input) => Promise<Result<Data, Code>>,
  ): Action<Input, Data, Code>
}

export interface Action<Input extends unknown[], Data, Code extends string> {
  run(...input: Input): Promise<Result<Data, Code>>
  pending: boolean
  data: Data | null
  error: (Result<Data, Code> & { data: null })['error'] | AuthClientError | null
}

/** The hooks and components of one client. */
export function createAuthReact<App extends AppTypes>(auth: AuthClient<App>): AuthReact<App> {
  const Initial = createContext<AuthState>(loading)

  return { AuthProvider, useAuth, useUser, useCan, Show, RequireAuth, useAction }

  function AuthProvider({ initial, children }: PropsWithChildren<{ initial?: InitialSession }>): ReactNode {
    const [state] = useState(() => {
      if (initial === undefined) return loading
      // In the browser alone: on a server this client is shared by everybody's requests.
      if (typeof document === 'object') auth.hydrate(initial)
      return initial ? signedInState(initial.user, initial.session) : signedOut
    })
    return createElement(Initial, { value: state }, children)
  }

  function useAuth<Selected = AuthState>(select?: (state: AuthState) => Selected): Selected {
    const initial = useContext(Initial)
    const pick = (state: AuthState) => (select ? select(state) : state) as Selected
    return useSyncExternalStore(
      auth.state.subscribe,
      () => pick(auth.state.get()),
      () => pick(initial),
    )
  }

  function useUser(): User | null {
    return useAuth((state) => state.user)
  }

  function useCan(requirement: Requirement<App>): boolean {
    return useAuth((state) => isAllowed(state, requirement))
  }

  function Show({
    when,
    fallback = null,
    children,
  }: PropsWithChildren<{ when: ShowWhen<App>; fallback?: ReactNode }>): ReactNode {
    const shown = useAuth((state) =>
      typeof when === 'string' ? state.status === when : isAllowed(state, when),
    )
    return shown ? children : fallback
  }

  function RequireAuth(props: Parameters<AuthReact<App>['RequireAuth']>[0]): ReactNode {
    const status = useAuth((state) => state.status)
    const allowed = useAuth((state) => isAllowed(state, props.requires ?? {}))
    if (status === 'loading') return props.loading ?? null
    if (status === 'signed-out') return props.signedOut ?? null
    return allowed ? props.children : (props.forbidden ?? null)
  }
}

function useAction<Input extends unknown[], Data, Code extends string>(
  action: (...input: Input) => Promise<Result<Data, Code>>,
): Action<Input, Data, Code> {
  const [result, setResult] = useState<Result<Data, Code> | null>(null)
  const [pending, setPending] = useState(false)
  const latest = useRef(action)
  const runs = useRef(0)
  latest.current = action
  const run = useCallback(async (...input: Input) => {
    const current = ++runs.current
    setPending(true)
    try {
      const outcome = await latest.current(...input)
      // If two runs overlap, the later one is shown.
      if (current === runs.current) setResult(outcome)
      return outcome
    } finally {
      if (current === runs.current) setPending(false)
    }
  }, [])
  return { run, pending, data: result?.data ?? null, error: result?.error ?? null }
}
