import type { Log } from '../core/log/log.ts'
import type { HttpMethod } from '@latchkey/contract'
import type { RequestContext } from '../core/request/request-context.ts'
import type { Answer, Route } from '../sessions/route.ts'
import type { Assets } from './assets.ts'
import type { PageRequest } from './page.ts'
import type { Refusals } from './words/define-words.ts'
import type { Destinations } from './return-to.ts'

/**
 * Calls a route on behalf of the person who opened the page, by the steps that every request passes: source, proof,
 * caller, requirement, input. The browser's cookies, of tokens or of a cookie session, authenticate the caller. Rejects
 * with the refusal of the route.
 */
export type CallRoute = (
  route: Route,
  given: { params?: unknown; query?: unknown; body?: unknown },
  request: Pick<PageRequest, 'incoming' | 'context'>,
) => Promise<Answer>

/** Data of the installation that every page knows. */
export interface Site {
  appName: string
  publicUrl: string
  assets: Assets
  log: Log
  /** Throws TypeError for a route that is not mounted: a page that needs it must not be made. */
  routeOf: (contract: { id: string }) => Route
  /** Calls a route of the API, which is the only way for pages to reach one. */
  callRoute: CallRoute
  /** Refuses forms that another site sends. */
  source: (exchange: { method: HttpMethod; context: RequestContext }) => void
  destinations: Destinations
  /** Sentences of the slices for their own error codes. */
  refusals: Refusals
  /** The content security policy of its pages. */
  policy: string
}
