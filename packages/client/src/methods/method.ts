import type { Api } from '../transport/api.ts'
import type { Authorized } from '../session/authorized.ts'
import type { Events } from '../transport/events.ts'
import type { Keeper } from '../session/session-manager.ts'
import type { Tabs } from '../transport/tabs.ts'
import type { Delivery } from '../session/transport.ts'

/** What a method stands on; `call`, `enter` and `elevate` are the ways to use it. */
export interface MethodContext {
  /** Any route of the server, without a token. */
  api: Api
  authorized: Authorized
  keeper: Keeper
  tabs: Tabs
  events: Events
  /** To be sent along with the first step of a sign-in: what kind of session, and where its refresh token is to go. */
  delivery: Delivery
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
