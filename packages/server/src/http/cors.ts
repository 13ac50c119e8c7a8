/** Cross-origin reading for the configured origins, each answered by its own name, never by `*`. */
export interface Cors {
  headersFor(request: Request): Record<string, string>
  /** The answer to a preflight, or null if this is none. */
  preflight(request: Request): Response | null
}

const allowedHeaders = 'authorization, content-type, dpop, refresh-attempt'
const exposedHeaders = 'date, dpop-nonce, retry-after, www-authenticate'

export function createCors(allowedOrigins: ReadonlySet<string>): Cors {
  return { headersFor, preflight }

  function headersFor(request: Request): Record<string, string> {
    if (allowedOrigins.size === 0) return {}
    const origin = request.headers.get('origin')
    if (origin === null || !allowedOrigins.has(origin)) return { vary: 'Origin' }
    return {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': exposedHeaders,
      vary: 'Origin',
    }
  }

  function preflight(request: Request): Response | null {
    if (request.method !== 'OPTIONS' || !request.headers.has('access-control-request-method')) return null
    const headers = headersFor(request)
    if (!headers['access-control-allow-origin']) return new Response(null, { status: 204, headers })
    return new Response(null, {
      status: 204,
      headers: {
        ...headers,
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': allowedHeaders,
        'access-control-max-age': '600',
      },
    })
  }
}
