import type { Api } from './api.ts'
import type { Authorized } from './authorized.ts'
import type { Keeper } from './keeper.ts'

/** What a method stands on. */
export interface MethodContext {
  /** Any route of the server. */
  api: Api
  authorized: Authorized
  /** A call whose answer may be a session. */
  enter: Keeper['enter']
  /** A call that raises the present session. */
  elevate: Keeper['elevate']
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
