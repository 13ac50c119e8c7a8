// Without `.js`: so written, Next gives each of its layers the file that is meant for it.
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
  /** The page's own path, to come back to; default `/`. A server component is not told where it is. */
  returnTo?: string
}

export interface NextAuth {
  /** In server components, server actions and route handlers: who is calling, or null. Refuses nobody. */
  auth(): Promise<Auth | null>
  /** The same, with the reason why it is null. */
  authVerdict(): Promise<AuthVerdict>
  /**
   * In server components and server actions: who is calling. Who may not pass is led to `redirectTo` where that is given;
   * else the nearest `unauthorized.tsx` or `forbidden.tsx` is shown with status 401 or 403, which needs
   * `experimental.authInterrupts` in the configuration of Next. Throws VerifyError where nobody can tell (for `error.tsx`),
   * and TypeError for a requirement that is wrong.
   */
  protect(requirement?: PageRequirement): Promise<Auth>
  /**
   * For route handlers: gives the caller's claims to the handler, after the request. Who may not pass is answered with 401,
   * 403 or 503 as problem+json with `WWW-Authenticate`. Throws TypeError for a requirement that is wrong.
   */
  withAuth<Req extends Request, Rest extends unknown[]>(
    handler: (request: Req, auth: Auth, ...rest: Rest) => Response | Promise<Response>,
    requirement?: RouteRequirement,
  ): (request: Req, ...rest: Rest) => Promise<Response>
}

/**
 * For the App Router of Next: `const { auth, protect, withAuth } = createNextAuth(createVerifier({ … }))`. Nothing here
 * refreshes: a server component cannot set the cookie that a refresh replaces. Throws TypeError for options that are wrong.
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

/** Left out asks for nothing; given as undefined is a mistake, and is refused. */
function askedOf(asked: readonly (PageRequirement | undefined)[]): PageRequirement {
  const [requirement = {}] = asked
  // What it says is looked at by the guard.
  if (asked.length > 0) requireRequirement(asked[0] && {})
  return requirement
}

/**
 * The request as Next shows it to components, which is without method and address. A page that is opened has neither a
 * body nor an `Origin`; what has one may change something, and is held to what forged requests are held to.
 */
async function incomingAt(target: string): Promise<Incoming> {
  const sent = await headers()
  const isPlain = !['next-action', 'content-type', 'origin'].some((name) => sent.has(name))
  return {
    method: isPlain ? 'GET' : 'POST',
    target,
    // Where Next fetches what a page is made of, a redirect leads the browser, too.
    header: (name) => (name === 'sec-fetch-mode' ? 'navigate' : sent.get(name)),
  }
}
