import { createApi } from '../transport/api.ts'
import { type Authorized, createAuthorized } from '../session/authorized.ts'
import type { Bind } from '../transport/bind.ts'
import { accepted, AuthClientError, type ClientErrorCode, resultOf, type Result } from '../wire/errors.ts'
import { createEvents, type Events } from '../transport/events.ts'
import { createSessionManager } from '../session/session-manager.ts'
import type { ApisOf, Method } from '../methods/method.ts'
import { hasPage } from '../transport/page.ts'
import {
  type AuthState,
  createState,
  loading,
  type Observable,
  signedInState,
  signedOut,
} from '../transport/state.ts'
import { openTabs } from '../transport/tabs.ts'
import type { SessionManager, TokenOptions, TokenTransportOptions, Transport } from '../session/transport.ts'
import {
  browserStorage,
  createSessionStorage,
  memoryStorage,
  type TokenStorage,
} from '../session/session-storage.ts'

/** The roles and permissions of an application, as one type argument of {@link appTypes}. */
export interface AppTypes {
  role: string
  permission: string
}

/** Names the roles and permissions of an application, so that `can` and its kin accept no others. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- carrying the type is all it does
export const appTypes = <App extends AppTypes>(): App | undefined => undefined

/** The session as a server that renders pages knows it; null if nobody is signed in. */
export type InitialSession = Pick<AuthState & { status: 'signed-in' }, 'user' | 'session'> | null

/** Everything has a default that fits a page of the server's own site. */
export interface AuthClientOptions<Methods extends readonly Method[], App extends AppTypes> {
  /** The address of the first-party routes: a path of this site or a whole URL. @default '/api/auth' */
  baseURL?: string
  /** The methods that this application uses; those not named are not shipped. */
  methods?: Methods
  /**
   * `cookie`: the browser keeps the refresh token, out of reach of scripts. Native apps and command lines hand in a
   * storage of their own instead. `sessionCookie()`: one cookie and no tokens. @default 'cookie'
   */
  transport?: 'cookie' | { refreshToken: TokenStorage } | Transport
  /** From server rendering, so that the first paint is right. */
  initial?: InitialSession
  /** Further origins that `fetch` sends the access token to; baseURL's and the page's own are always among them. */
  origins?: readonly string[]
  /** @default the global fetch */
  fetch?: typeof fetch
  /** `dpop()` of `@latchkey/client/dpop`: tokens that are worth nothing without a key of this installation. */
  bind?: Bind
  types?: App | undefined
}

/** Access that a user must hold, all of it. */
export interface Requirement<App extends AppTypes = AppTypes> {
  role?: App['role']
  permission?: App['permission']
  scope?: string
}

/** Knows who is signed in, and acts in their name; the methods that were named stand beside these. */
export interface AuthClient<App extends AppTypes = AppTypes> {
  readonly state: Observable<AuthState>
  /**
   * Resolves once it is known if somebody is signed in. Throws {@link AuthClientError} while the server is unreachable.
   */
  ready(): Promise<AuthState>
  /**
   * A valid access token; null when signed out, and for no other reason.
   *
   * @throws {AuthClientError} `offline`, `timeout`, `unexpected_answer` and their kin: try again later.
   * @throws {TypeError} with `sessionCookie()`, which has none.
   */
  getAccessToken(options?: TokenOptions): Promise<string | null>
  /** `fetch` with the access token, for allowed origins: one refresh and one retry when it is refused. */
  readonly fetch: typeof fetch
  /** Signs out here at once; a server that cannot be reached is told later (the error says so). */
  logout(options?: { scope?: 'this' | 'others' | 'all' }): Promise<Result<true, never>>
  /** True if the user holds all of it, as the access token says: to show and hide, while the server decides. */
  can(requirement: Requirement<App>): boolean
  /** Returns how to stop. */
  readonly on: Events['on']
  /** From server rendering, once and before anything was asked. */
  hydrate(initial: InitialSession): void
  /** Has the state say what the server knows by now; a server that cannot be reached is asked later. */
  renew(): Promise<void>
  /** Checks the session again: call it on platforms without a page when somebody comes back to the app. */
  wake(): void
  /** Ends timers, listeners and channels. The session stays. */
  dispose(): void
  /** Used by {@link attachAxios} and methods of third parties. */
  readonly authorized: Authorized
}

const instances = new Set<string>()

/**
 * The one client of an application. Makes no request until somebody asks or subscribes.
 *
 * @throws {TypeError} for a `baseURL` that leads nowhere.
 * @throws {AuthClientError} `insecure_context` on plain http elsewhere than on localhost.
 */
export function createAuthClient<
  const Methods extends readonly Method[] = [],
  App extends AppTypes = AppTypes,
>(options: AuthClientOptions<Methods, App> = {}): AuthClient<App> & ApisOf<Methods> {
  const { transport = 'cookie', methods = [], origins = [] } = options
  const inPage = hasPage()
  if (inPage && !isSecureContext) throw insecure()
  // A worker has an address without a page.
  const here = typeof location === 'object' ? location.href : null
  const base = baseOf(options.baseURL ?? '/api/auth', here)
  const named = transport as Partial<Transport> & { refreshToken?: TokenStorage }
  const usesCookies = !named.refreshToken
  const events = createEvents()
  const state = createState(loading)
  const { bind } = options
  const plain: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init))
  const send = bind ? bind.wrap(plain, base) : plain
  const disposal = new AbortController()
  const api = createApi({
    base,
    fetch: send,
    credentials: usesCookies ? 'include' : 'omit',
    disposed: disposal.signal,
  })
  const tabs = openTabs(inPage ? `latchkey:${base}${named.channel ?? ''}` : null, (message) =>
    session.receive(message),
  )
  const storage = createSessionStorage(openTokenStorage(), base, !usesCookies)
  const parts = { base, api, storage, tabs, state, events, usesCookies, inPage, disposal }
  const session: SessionManager = (named.createSessionManager ?? createSessionManager)(parts)
  const allowed = [base, here ?? base, ...origins].map((url) => new URL(url).origin)
  const authorized = createAuthorized({ session, events, fetch: send, origins: new Set(allowed), here, bind })
  if (options.initial !== undefined) hydrate(options.initial)
  if (inPage) noticeOthers()

  const client: AuthClient<App> = {
    state: {
      get: state.get,
      subscribe(listener) {
        void session.start().catch(() => {})
        return state.subscribe(listener)
      },
    },
    async ready() {
      await session.start()
      return state.get()
    },
    getAccessToken: session.token,
    fetch: authorized.fetch,
    logout: ({ scope = 'this' } = {}) =>
      accepted(() => (scope === 'others' ? endOthers() : session.signOut(scope))),
    can: (requirement) => isAllowed(state.get(), requirement),
    on: events.on,
    hydrate,
    renew,
    wake: session.onWake,
    dispose() {
      session.dispose()
      instances.delete(base)
    },
    authorized,
    ...named.instead,
  }
  const tokenTransport: TokenTransportOptions =
    named.tokenTransport ?? (usesCookies ? {} : { tokenDelivery: 'body' })
  const context = { ...parts, authorized, session, tokenTransport, renew }
  const apis = Object.fromEntries(methods.map(({ name, create }) => [name, create(context)]))
  return { ...client, ...(apis as ApisOf<Methods>) }

  function openTokenStorage(): TokenStorage {
    if (named.refreshToken) return named.refreshToken
    return inPage ? browserStorage(warnOfStorage) : memoryStorage()
  }

  async function endOthers(): Promise<void> {
    await api('/logout', { body: { scope: 'others' }, bearer: await session.token() })
  }

  async function renew(): Promise<void> {
    await resultOf(() => session.token({ force: true }))
  }

  function hydrate(initial: InitialSession): void {
    if (state.get() === loading) {
      state.set(initial ? signedInState(initial.user, initial.session) : signedOut)
    }
  }

  function warnOfStorage(): void {
    warn('storage_blocked', 'localStorage is blocked: a lost answer may end the session.')
  }

  function noticeOthers(): void {
    if (instances.has(base)) {
      warn('second_instance', `There is another client for ${base}: share one.`)
    }
    instances.add(base)
  }

  /** Warns later, so that the creator of the client can listen. */
  function warn(code: ClientErrorCode, message: string): void {
    queueMicrotask(() => events.emit('warning', new AuthClientError(code, message)))
  }
}

/** True if a state holds all that is asked. A permission `notes:*` or `*` covers those below it. */
export function isAllowed({ status, access }: AuthState, { role, permission, scope }: Requirement): boolean {
  return (
    status === 'signed-in' &&
    (role === undefined || access.roles.includes(role)) &&
    (permission === undefined || access.permissions.some((held) => covers(held, permission))) &&
    (scope === undefined || access.scopes.includes(scope))
  )
}

const covers = (held: string, wanted: string): boolean =>
  held === wanted || held === '*' || (held.endsWith(':*') && wanted.startsWith(held.slice(0, -1)))

function baseOf(baseURL: string, here: string | null): string {
  try {
    return new URL(baseURL, here ?? undefined).href.replace(/(?<!\/)\/+$/, '')
  } catch (cause) {
    throw new TypeError(`baseURL is "${baseURL}": it must be a URL, or a path where there is a location.`, {
      cause,
    })
  }
}

const insecure = () =>
  new AuthClientError('insecure_context', `Sign-in needs https or localhost, not ${location.origin}.`)
