import type { HttpMethod, RouteContract } from '@latchkey/contract'
import type { Caller, Route } from '../sessions/route.ts'
import type { RequestContext } from '../core/request/request-context.ts'

/** What the web server knows of the connection and no header says. */
export interface Connection {
  /** The peer's address. */
  remoteAddress?: string | undefined
  /** The DER of the client certificate of a TLS connection, whose key its peer has proven to hold. */
  certificate?: () => Uint8Array | undefined
  /** Looks a request header up by its lower-case name, where the web server has parsed them already. */
  header?: (name: string) => string | null
}

/** One request on its way through the pipeline; each step fills in what it has proven. */
export interface Exchange {
  readonly raw: Request
  readonly method: HttpMethod
  readonly route: Route
  readonly contract: RouteContract
  readonly pathParams: Record<string, string>
  readonly search: string
  readonly context: RequestContext
  caller: Caller | null
  params: unknown
  query: unknown
  headers: unknown
  body: unknown
}

export type Step = (exchange: Exchange) => void | Promise<void>
