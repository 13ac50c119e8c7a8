import type { IncomingRequest } from '../core/request/incoming.ts'
import type { Answer } from '../sessions/route.ts'

type Asked = Pick<IncomingRequest, 'method' | 'header'>

/** Cross-origin reading for the configured origins, each answered by its own name, never by `*`. */
export interface Cors {
  headersFor(request: Asked): Record<string, string>
  /** Returns the answer to a preflight, or null if the request is none. */
  preflight(request: Asked): Answer | null
}

const allowedHeaders = 'authorization, content-type, dpop, refresh-attempt'
const exposedHeaders = 'date, dpop-nonce, retry-after, www-authenticate'

export function createCors(allowedOrigins: ReadonlySet<string>): Cors {
  return { headersFor, preflight }

  function headersFor(request: Asked): Record<string, string> {
    if (allowedOrigins.size === 0) return {}
    const origin = request.header('origin')
    if (origin === null || !allowedOrigins.has(origin)) return { vary: 'Origin' }
    return {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': exposedHeaders,
      vary: 'Origin',
    }
  }

  function preflight(request: Asked): Answer | null {
    if (request.method !== 'OPTIONS' || request.header('access-control-request-method') === null) return null
    const headers = headersFor(request)
    if (!headers['access-control-allow-origin']) return { status: 204, headers }
    return {
      status: 204,
      headers: {
        ...headers,
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': allowedHeaders,
        'access-control-max-age': '600',
      },
    }
  }
}
