import type { Api } from '../transport/api.ts'
import type { Authorized } from '../session/authorized.ts'
import type { Events } from '../transport/events.ts'
import type { Tabs } from '../transport/tabs.ts'
import type { SessionManager, TokenTransportOptions } from '../session/transport.ts'

/** Given to each method, for use with `call`, `enter` and `elevate`. */
export interface MethodContext {
  /** Any route of the server, without a token. */
  api: Api
  authorized: Authorized
  session: SessionManager
  tabs: Tabs
  events: Events
  /** To be sent along with the first step of a sign-in: the kind of session, and where its refresh token is to go. */
  tokenTransport: TokenTransportOptions
  /** Has the state say what the server has just changed. A server that cannot be reached is asked later. */
  renew(): Promise<void>
}

/** A part of the client that an application asks for by name; methods of third parties are made the same way. */
export interface Method<Name extends string = string, Api = object> {
  readonly name: Name
  create(context: MethodContext): Api
}

type ApiOf<One> = One extends Method<string, infer Api> ? Api : never

export type ApisOf<Methods extends readonly Method[]> = {
  readonly [One in Methods[number] as One['name']]: ApiOf<One>
}
