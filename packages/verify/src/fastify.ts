import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import type { AuthOptions } from './guard/auth-options.ts'
import { type Auth, type Authenticated, type AuthVerdict, authOf, createGuard } from './guard/guard.ts'
import { incomingOf } from './node.ts'
import type { RouteRequirement } from './guard/route-requirement.ts'
import { addVary } from './guard/vary.ts'
import type { Verifier } from './verifier/verifier.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `auth()` and `requireAuth()` of `@latchkey/verify/fastify`. */
    auth: Auth | null
    /** Null if neither has run. */
    authVerdict: AuthVerdict | null
  }
}

/** A hook for `onRequest` (before the body is read) or `preHandler`. */
export type AuthHook = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/** The options of a route: its hook and its handler. */
export interface GuardedRoute {
  onRequest: AuthHook
  handler: (request: FastifyRequest, reply: FastifyReply) => unknown
}

export interface FastifyAuth {
  /** Declares `request.auth` for the whole application: register it first. */
  plugin: FastifyPluginCallback
  /** Reads: `request.auth` is the caller's claims or null, `request.authVerdict` says why. Refuses nobody. */
  auth(): AuthHook
  /**
   * Guards: refuses with 401, 403 or 503 as problem+json with `WWW-Authenticate`. With a handler it returns a route's
   * options, in whose handler `request.auth` is never null. Throws TypeError for a wrong requirement.
   */
  requireAuth(requirement?: RouteRequirement): AuthHook
  requireAuth(
    requirement: RouteRequirement,
    handler: (request: FastifyRequest & Authenticated, reply: FastifyReply) => unknown,
  ): GuardedRoute
}

/**
 * Creates Fastify's plugin and hooks: `const { plugin, auth, requireAuth } = createFastifyAuth(verifier)`. Throws
 * TypeError for wrong options.
 */
export function createFastifyAuth(verifier: Verifier, options: AuthOptions = {}): FastifyAuth {
  const guard = createGuard(verifier, options)

  return { plugin, auth, requireAuth }

  function auth(): AuthHook {
    return async (request, reply) => note(request, reply, await guard.read(requestOf(request)))
  }

  function requireAuth(requirement?: RouteRequirement): AuthHook
  function requireAuth(
    requirement: RouteRequirement,
    handler: (request: FastifyRequest & Authenticated, reply: FastifyReply) => unknown,
  ): GuardedRoute
  function requireAuth(
    ...asked: [
      requirement?: RouteRequirement,
      handler?: (request: FastifyRequest & Authenticated, reply: FastifyReply) => unknown,
    ]
  ): AuthHook | GuardedRoute {
    const [requirement, handler] = asked
    const check = asked.length === 0 ? guard.require() : guard.require(requirement)
    const onRequest: AuthHook = async (request, reply) => {
      const verdict = await check(requestOf(request))
      note(request, reply, verdict)
      if (verdict.ok) return
      const { status, headers, body } = verdict.refusal
      // Beside the headers that are there already: CORS, request ids.
      return await reply.code(status).headers(headers).send(body)
    }
    if (!handler) return onRequest
    // Only called when the hook has let somebody in.
    return { onRequest, handler: handler as GuardedRoute['handler'] }
  }

  function note(request: FastifyRequest, reply: FastifyReply, verdict: AuthVerdict): void {
    request.auth = authOf(verdict)
    request.authVerdict = verdict
    const vary = reply.getHeader('vary')
    void reply.header('vary', addVary(vary === undefined ? null : String(vary), guard.vary))
  }
}

const plugin: FastifyPluginCallback = (fastify, _, done) => {
  fastify.decorateRequest('auth', null)
  fastify.decorateRequest('authVerdict', null)
  done()
}
// Fastify's way to share what a plugin declares with those who registered it.
Object.assign(plugin, { [Symbol.for('skip-override')]: true })

const requestOf = ({ raw, originalUrl }: FastifyRequest) => ({ ...incomingOf(raw), target: originalUrl })
