import type { TestFeed } from './test-feed.ts'

/** Services of an issuer that can fail to answer; `keys` are the metadata as well, where a verifier begins. */
export type IssuerPart = 'keys' | 'feed' | 'introspection'

export interface IssuerRoutesOptions {
  url: () => string
  keys: () => Record<string, unknown>[]
  feed: TestFeed
  isSilent: (part: IssuerPart) => boolean
  /** Null if the caller may not ask. */
  introspect: (authorization: string | null, token: string) => Record<string, unknown> | null
}

interface Row {
  method: string
  part: IssuerPart
  answer: (request: Request) => Response | Promise<Response>
}

/** The part of a Latchkey server that verifiers see. Rejects with TypeError for an address of somebody else. */
export function createIssuerRoutes(options: IssuerRoutesOptions): (request: Request) => Promise<Response> {
  const { url, keys, feed, isSilent, introspect } = options
  const paths = {
    metadata: '/.well-known/oauth-authorization-server',
    keys: '/.well-known/jwks.json',
    feed: '/api/auth/revocations',
    introspection: '/oauth/introspect',
  }

  const rows: Record<string, Row> = {
    [paths.metadata]: {
      method: 'GET',
      part: 'keys',
      // RFC 8414 §2, and Latchkey's own member.
      answer: () =>
        Response.json({
          issuer: url(),
          jwks_uri: url() + paths.keys,
          introspection_endpoint: url() + paths.introspection,
          revocation_feed_endpoint: url() + paths.feed,
        }),
    },
    [paths.keys]: { method: 'GET', part: 'keys', answer: () => Response.json({ keys: keys() }) },
    [paths.feed]: { method: 'GET', part: 'feed', answer: feed.answer },
    [paths.introspection]: {
      method: 'POST',
      part: 'introspection',
      async answer(request) {
        const token = new URLSearchParams(await request.text()).get('token') ?? ''
        const answer = introspect(request.headers.get('authorization'), token)
        return answer ? Response.json(answer) : new Response(null, { status: 401 })
      },
    },
  }

  return async (request) => {
    const { origin, pathname } = new URL(request.url)
    if (origin !== new URL(url()).origin) throw new TypeError(`${request.url} is no address of ${url()}`)
    const row = rows[pathname]
    if (!row || row.method !== request.method) return new Response(null, { status: 404 })
    if (isSilent(row.part)) return new Response(null, { status: 503 })
    return await row.answer(request)
  }
}
