import type { Api } from '../transport/api.ts'
import type { Events } from '../transport/events.ts'
import type { StateCell } from '../transport/state.ts'
import type { TabMessage, Tabs } from '../transport/tabs.ts'
import type { AnySignedIn } from '../wire/wire.ts'
import type { SessionStorage } from './session-storage.ts'

/** The fields of a sign-in that say where its tokens are to go. */
export interface TokenTransportOptions {
  tokenDelivery?: 'body'
  sessionKind?: 'cookie'
}

/** Something other than tokens by which client and server know each other, with a session manager of its own. */
export interface Transport {
  readonly tokenTransport: TokenTransportOptions
  /** Its tabs talk among themselves: those of a version of the application that used tokens would not understand. */
  readonly channel: string
  createSessionManager(options: SessionManagerOptions): SessionManager
  /** The members of the client that differ from those with tokens. */
  readonly instead: { getAccessToken(options?: TokenOptions): Promise<string | null> }
}

export interface TokenOptions {
  /** Milliseconds that the token must still be good for; default 10 seconds, or a tenth of short lives. */
  minValidity?: number | undefined
  /** A new one, even if the present one has not expired. */
  force?: boolean | undefined
  /** Stops waiting; the refresh itself goes on for the others. */
  signal?: AbortSignal | null | undefined
}

/** Holds the session: one refresh at a time, tokens that never go backwards, and no guess that somebody signed out. */
export interface SessionManager {
  /** True if an answer has brought a session of the kind that is kept here. */
  isSignedIn(answer: unknown): answer is AnySignedIn
  /** Finds out once if there is a session. */
  start(): Promise<void>
  /** Empty if the session is a cookie: the request may go without a token. */
  token(options?: TokenOptions): Promise<string | null>
  /**
   * Returns another token than `used`, which a server has refused; null if there is none or this was asked too often.
   */
  renewed(used: string): Promise<string | null>
  /**
   * Sends the refresh token, with an attempt that is stored before, to a route that answers with the session's next
   * tokens. For use in {@link Tabs.inTurn}.
   */
  present<Answer>(path: string, body?: object, bearer?: string): Promise<Answer>
  /** After a sign-in; for use in {@link Tabs.inTurn}. */
  signedIn(answer: AnySignedIn): Promise<void>
  signOut(scope: 'this' | 'all'): Promise<void>
  /** Tells the server of a log-out that it has not heard of; before anything that could bring the session back. */
  retryLogout(bearer?: string): Promise<void>
  receive(message: TabMessage): void
  /** Somebody comes back to the page, or the network does. `restored`: from the back/forward cache. */
  onWake(restored?: boolean): void
  dispose(): void
}

export interface SessionManagerOptions {
  base: string
  api: Api
  storage: SessionStorage
  tabs: Tabs
  state: StateCell
  events: Events
  /** True if the refresh token is in a cookie; else it is in the storage. */
  usesCookies: boolean
  inPage: boolean
  disposal: AbortController
}
