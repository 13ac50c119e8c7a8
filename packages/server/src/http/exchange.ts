import type { HttpMethod, RouteContract } from '@latchkey/contract'
import type { Caller, Route } from '../sessions/route.ts'
import type { IncomingRequest } from '../core/request/incoming.ts'
import type { RequestContext } from '../core/request/request-context.ts'

/** One request on its way through the pipeline; each step fills in what it has verified. */
export interface Exchange {
  readonly incoming: IncomingRequest
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
