import type { HttpMethod } from '@latchkey/contract'
import type { IncomingRequest } from '../core/request/incoming.ts'
import type { RequestContext } from '../core/request/request-context.ts'

/** Something for people: a page, a form's target or an asset. Not in OpenAPI. */
export interface Page {
  method: Extract<HttpMethod, 'GET' | 'POST'>
  path: string
  handle: (request: PageRequest) => Promise<Response>
}

export interface PageRequest {
  incoming: IncomingRequest
  url: URL
  params: Record<string, string>
  context: RequestContext
}
