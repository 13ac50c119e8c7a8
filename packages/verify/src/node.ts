import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { AuthOptions } from './guard/auth-options.ts'
import {
  type Auth,
  type Authenticated,
  type AuthVerdict,
  authOf,
  createGuard,
  type MaybeAuthenticated,
} from './guard/guard.ts'
import type { Incoming } from './guard/incoming.ts'
import type { Refusal } from './guard/refusal.ts'
import type { RouteRequirement } from './guard/route-requirement.ts'
import { addVary } from './guard/vary.ts'
import type { Verifier } from './verifier/verifier.ts'

/** A request as Node, Connect or Express have it. */
export type NodeRequest = IncomingMessage & {
  /** Set by a router that is mounted below a path. */
  originalUrl?: string
  auth?: Auth | null
  authVerdict?: AuthVerdict
}

type Next = (error?: unknown) => void

export type NodeMiddleware = (request: NodeRequest, response: ServerResponse, next: Next) => Promise<void>

/** A handler behind `auth` or `requireAuth`. Without a `next` it rejects with what the handler throws. */
export type GuardedHandler<Req, Res> = (request: Req, response: Res, next?: Next) => Promise<void>

export interface NodeAuth {
  /**
   * Reads: puts the caller's claims, or null, into `request.auth` and the outcome into `request.authVerdict`. Refuses
   * nobody: a bad token gives null, and the verdict says why. With a handler it returns that handler with both set on
   * its request.
   */
  auth(): NodeMiddleware
  auth<Req extends NodeRequest, Res extends ServerResponse>(
    handler: (request: Req & MaybeAuthenticated, response: Res, next: Next) => unknown,
  ): GuardedHandler<Req, Res>
  /**
   * Guards: refuses with 401, 403 or 503 as problem+json with `WWW-Authenticate`. With a handler it returns that
   * handler, guarded, whose `request.auth` is never null. Throws TypeError for a wrong requirement.
   */
  requireAuth(requirement?: RouteRequirement): NodeMiddleware
  requireAuth<Req extends NodeRequest, Res extends ServerResponse>(
    requirement: RouteRequirement,
    handler: (request: Req & Authenticated, response: Res, next: Next) => unknown,
  ): GuardedHandler<Req, Res>
}

type Handler = (request: NodeRequest, response: ServerResponse, next: Next) => unknown
type LetIn = (request: NodeRequest, response: ServerResponse) => Promise<boolean>

/**
 * Creates the middleware of `node:http`, Connect and others that pass on Node's own request and response. Throws
 * TypeError for wrong options.
 */
export function createNodeAuth(verifier: Verifier, options: AuthOptions = {}): NodeAuth {
  const guard = createGuard(verifier, options)

  return { auth, requireAuth } as NodeAuth

  function auth(handler?: Handler): NodeMiddleware {
    return before(handler, readAnyone)
  }

  function requireAuth(...asked: [requirement?: RouteRequirement, handler?: Handler]): NodeMiddleware {
    const [requirement, handler] = asked
    const check = asked.length === 0 ? guard.require() : guard.require(requirement)
    return before(handler, async (request, response) => {
      const verdict = await check(incomingOf(request))
      note(request, response, verdict)
      if (!verdict.ok) send(verdict.refusal, response)
      return verdict.ok
    })
  }

  async function readAnyone(request: NodeRequest, response: ServerResponse): Promise<boolean> {
    note(request, response, await guard.read(incomingOf(request)))
    return true
  }

  function note(request: NodeRequest, response: ServerResponse, verdict: AuthVerdict): void {
    request.auth = authOf(verdict)
    request.authVerdict = verdict
    const vary = response.getHeader('vary')
    response.setHeader('vary', addVary(vary === undefined ? null : String(vary), guard.vary))
  }
}

/** Passes errors on to `next`: Express 4 does not look at promises. */
function before(handler: Handler | undefined, letIn: LetIn): NodeMiddleware {
  return async (request, response, next) => {
    try {
      if (!(await letIn(request, response))) return
      await handler?.(request, response, next)
    } catch (error) {
      if (!next) throw error
      next(error)
      return
    }
    if (!handler) next()
  }
}

/** Sends a refusal. Leaves the headers that are there already: CORS, request ids. */
function send({ status, headers, body }: Refusal, response: ServerResponse): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.end(body)
}

/** Node's request as the guard reads it. */
export function incomingOf(request: IncomingMessage & { originalUrl?: string }): Incoming {
  return {
    method: request.method ?? 'GET',
    target: request.originalUrl ?? request.url ?? '/',
    header: (name) => headerOf(request, name),
    // Undefined if a test or a gateway made the request up without a socket.
    peer: (request.socket as Partial<TLSSocket> | undefined)?.remoteAddress,
    certificate: () => {
      const socket = request.socket as Partial<TLSSocket> | undefined
      return socket?.getPeerX509Certificate?.()?.raw
    },
  }
}

/** `headers` would keep the first `Authorization` of two and be silent about the other. */
function headerOf({ headers, headersDistinct }: IncomingMessage, name: string): string | null {
  const values = (headersDistinct as IncomingMessage['headersDistinct'] | undefined)?.[name] ?? headers[name]
  if (values === undefined) return null
  return typeof values === 'string' ? values : values.join(name === 'cookie' ? '; ' : ', ')
}
