import type { AuthOptions } from './guard/auth-options.ts'
import { type Auth, authOf, createGuard, type MaybeAuthenticated } from './guard/guard.ts'
import type { Incoming } from './guard/incoming.ts'
import type { Refusal } from './guard/refusal.ts'
import type { RouteRequirement } from './guard/route-requirement.ts'
import { addVary } from './guard/vary.ts'
import type { Verifier } from './verifier/verifier.ts'

export interface RequestAuth {
  /** Reads: returns the caller or null, and why. Refuses nobody. */
  auth(request: Request): Promise<MaybeAuthenticated>
  /**
   * Guards: returns a handler that gets the caller's claims after the request. Refuses with 401, 403 or 503 as
   * problem+json with `WWW-Authenticate`. Throws TypeError for a wrong requirement.
   */
  requireAuth<Req extends Request, Rest extends unknown[]>(
    requirement: RouteRequirement,
    handler: (request: Req, auth: Auth, ...rest: Rest) => Response | Promise<Response>,
  ): (request: Req, ...rest: Rest) => Promise<Response>
  /** The `Vary` header of answers made after {@link RequestAuth.auth}; guarded handlers set it themselves. */
  vary: string
}

/**
 * Creates guards for web-standard `Request` and `Response`: Workers, Bun, Deno, route handlers. Throws TypeError for
 * wrong options.
 */
export function createRequestAuth(verifier: Verifier, options: AuthOptions = {}): RequestAuth {
  const guard = createGuard(verifier, options)

  return {
    async auth(request) {
      const authVerdict = await guard.read(incomingOf(request))
      return { auth: authOf(authVerdict), authVerdict }
    },
    requireAuth(requirement, handler) {
      const check = guard.require(requirement)
      return async (request, ...rest) => {
        const verdict = await check(incomingOf(request))
        const answer = verdict.ok
          ? await handler(request, verdict.claims, ...rest)
          : refusalResponse(verdict.refusal)
        return varied(answer, guard.vary)
      }
    },
    vary: guard.vary,
  }
}

/** A refusal as the answer that says so. */
export const refusalResponse = ({ status, headers, body }: Refusal): Response =>
  new Response(body === '' ? null : body, { status, headers })

/** The parts of a request that the guard reads. */
export function incomingOf({ method, url, headers }: Pick<Request, 'method' | 'url' | 'headers'>): Incoming {
  return { method, target: targetOf(url), header: (name) => headers.get(name) }
}

/** `/path?query` of an absolute address. */
export function targetOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  const [target = '/'] = (start === -1 ? '/' : url.slice(start)).split('#', 1)
  return target
}

function varied(response: Response, names: string): Response {
  const vary = addVary(response.headers.get('vary'), names)
  try {
    response.headers.set('vary', vary)
    return response
  } catch {
    // The headers of a fetched answer are immutable.
    const copy = new Response(response.body, response)
    copy.headers.set('vary', vary)
    return copy
  }
}
