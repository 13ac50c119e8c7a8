// Without `.js`, so that Next gives each of its layers the file meant for it.
import { headers } from 'next/headers'
import { forbidden, redirect, unauthorized } from 'next/navigation'
import type { AuthOptions } from './guard/auth-options.ts'
import { type Auth, type AuthVerdict, authOf, createGuard } from './guard/guard.ts'
import type { Incoming } from './guard/incoming.ts'
import { createRequestAuth } from './request.ts'
import type { RouteRequirement } from './guard/route-requirement.ts'
import { requireRequirement } from './token/requirement.ts'
import type { Verifier } from './verifier/verifier.ts'

/** The requirement of a page for its visitor. */
export interface PageRequirement extends RouteRequirement {
  /** The page's own path, to come back to; default `/`. A server component does not know its path. */
  returnTo?: string
}

export interface NextAuth {
  /** Returns the caller, or null, in server components, server actions and route handlers. Refuses nobody. */
  auth(): Promise<Auth | null>
  /** The same, with the reason why it is null. */
  authVerdict(): Promise<AuthVerdict>
  /**
   * Returns the caller, in server components and server actions. Otherwise redirects to `redirectTo` if given, or shows
   * the nearest `unauthorized.tsx` or `forbidden.tsx` with status 401 or 403, which needs `experimental.authInterrupts`
   * in the configuration of Next. Throws VerifyError if the token cannot be checked now (for `error.tsx`), and
   * TypeError for a wrong requirement.
   */
  protect(requirement?: PageRequirement): Promise<Auth>
  /**
   * Guards a route handler, which gets the caller's claims after the request. Refuses with 401, 403 or 503 as
   * problem+json with `WWW-Authenticate`. Throws TypeError for a wrong requirement.
   */
  withAuth<Req extends Request, Rest extends unknown[]>(
    handler: (request: Req, auth: Auth, ...rest: Rest) => Response | Promise<Response>,
    requirement?: RouteRequirement,
  ): (request: Req, ...rest: Rest) => Promise<Response>
}

/**
 * Creates the guards for Next's App Router: `const { auth, protect, withAuth } = createNextAuth(createVerifier({ …
 * }))`. Nothing here refreshes: a server component cannot set the cookie that a refresh replaces. Throws TypeError for
 * wrong options.
 */
export function createNextAuth(verifier: Verifier, options: AuthOptions = {}): NextAuth {
  const guard = createGuard(verifier, options)
  const { requireAuth } = createRequestAuth(verifier, options)

  return {
    auth: async () => authOf(await authVerdict()),
    authVerdict,
    protect,
    withAuth: (handler, ...asked) => requireAuth(askedOf(asked), handler),
  }

  async function authVerdict(): Promise<AuthVerdict> {
    return await guard.read(await incomingAt('/'))
  }

  async function protect(...asked: [requirement?: PageRequirement]): Promise<Auth> {
    const { returnTo = '/', ...requirement } = askedOf(asked)
    const check = guard.require(requirement)
    const verdict = await check(await incomingAt(returnTo))
    if (verdict.ok) return verdict.claims
    const { status, headers, error } = verdict.refusal
    if (headers['location'] !== undefined) redirect(headers['location'])
    if (status === 503) throw error
    return status === 401 ? unauthorized() : forbidden()
  }
}

/** Returns the requirement. Leaving it out asks for nothing; passing undefined is a mistake, and is refused. */
function askedOf(asked: readonly (PageRequirement | undefined)[]): PageRequirement {
  const [requirement = {}] = asked
  // The guard checks its contents.
  if (asked.length > 0) requireRequirement(asked[0] && {})
  return requirement
}

/**
 * Returns the request as Next shows it to components: without method and address. Opening a page sends neither a body
 * nor an `Origin`. A request that has one may change something, so it is checked for forgery.
 */
async function incomingAt(target: string): Promise<Incoming> {
  const sent = await headers()
  const isPlain = !['next-action', 'content-type', 'origin'].some((name) => sent.has(name))
  return {
    method: isPlain ? 'GET' : 'POST',
    target,
    // When Next fetches the data of a page, a redirect leads the browser, too.
    header: (name) => (name === 'sec-fetch-mode' ? 'navigate' : sent.get(name)),
  }
}
