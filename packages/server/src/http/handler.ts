import { type Access, type HttpMethod, signOutCodes } from '@latchkey/contract'
import { AuthError } from '../core/auth-error.ts'
import type { Log } from '../core/log/log.ts'
import { withinBudget } from '../db/budget.ts'
import type { Answer, Caller, Route } from '../sessions/route.ts'
import { ClientGone, type IncomingRequest, pathOf } from '../core/request/incoming.ts'
import type { RequestContext } from '../core/request/request-context.ts'
import type { Admission } from './admission.ts'
import type { Cors } from './cors.ts'
import type { Exchange } from './exchange.ts'
import type { Metrics } from '../core/metrics/metrics.ts'
import { inSpan, inTraceOf } from '../core/tracing/span.ts'
import { networkOf } from '../core/request/network.ts'
import type { Page } from '../page-kit/page.ts'
import { createPipelines, type Steps } from './pipeline.ts'
import { oauthError } from './oauth-error.ts'
import { problemOf, toProblem } from './problem.ts'
import { type Reply, toReply } from './reply.ts'
import { toRefusal } from '../core/request/to-refusal.ts'
import { createRequestContext, type ContextOptions } from './request-context.ts'
import { createRouting, type Match } from './router.ts'
import { type FindHolder, provePerson } from './steps/authenticate.ts'

/** Serves one request, whichever web server took it in. Never rejects. */
export type Serve = (incoming: IncomingRequest) => Promise<Reply | Response>

export interface MountedRoute {
  /** The path with its base path. */
  path: string
  route: Route
}

export interface HandlerOptions {
  routes: readonly MountedRoute[]
  pages: readonly Page[]
  steps: Steps
  findHolder: FindHolder
  admission: Admission
  cors: Cors
  baseHeaders: Record<string, string>
  publicUrl: string
  context: ContextOptions
  /** How long a request may wait for the database, in milliseconds. */
  databaseTimeout: number
  metrics: Metrics
  /** Called before a session is read; see {@link RevocationLog.confirm}. */
  confirmLog: () => Promise<void>
  /** Returns the nonce for the header `DPoP-Nonce`. */
  nonce: () => string
  log: Log
}

type Target = { route: Route } | { page: Page }

const withSessions: ReadonlySet<Access> = new Set(['refresh', 'bearer', 'admin', 'machine'])

const readsSessions = (target: Target): boolean =>
  'page' in target || withSessions.has(target.route.contract.access)

type Found = Match<Target> | { allow: string[] } | null

/** Findings of the steps, for the log. */
interface Seen {
  caller: { sub: string; sid: string | null } | null
}

interface Asked {
  incoming: IncomingRequest
  context: RequestContext
  seen: Seen
}

export function createHandler(options: HandlerOptions): Serve {
  const { cors, metrics, log, baseHeaders } = options
  const pipelines = createPipelines(options.steps)
  const routing = createRouting<Target>()
  for (const { path, route } of options.routes) routing.add(route.contract.method, path, { route })
  for (const page of options.pages) routing.add(page.method, page.path, { page })

  return async (incoming) => {
    const startedAt = performance.now()
    const { method } = incoming
    const context = createRequestContext(incoming, options.context)
    const found = routing.find(method === 'HEAD' ? 'GET' : method, pathOf(incoming.target))
    const [route, seen]: [string, Seen] = [nameOf(found), { caller: null }]
    const about = { kind: 'server', 'http.request.method': method, 'http.route': route } as const
    const reply = await inTraceOf(incoming.header, () =>
      inSpan(`${method} ${route}`, about, async (set) => {
        const answer = await withinBudget(options.databaseTimeout, () =>
          respond({ incoming, context, seen }, found),
        )
        set({ 'http.response.status_code': answer.status })
        return answer
      }),
    )
    // RFC 9449 §8.2: a client that sends proofs gets the nonce for the next one.
    if (context.header('dpop') !== null) setHeader(reply, 'dpop-nonce', options.nonce())
    const duration = performance.now() - startedAt
    metrics.answered(route, reply.status, duration / 1000)
    const { requestId, ip } = context
    // Health checks ask every few seconds.
    log[isOperation(found) ? 'debug' : 'info']('request', {
      requestId,
      method,
      route,
      status: reply.status,
      duration: Math.round(duration * 10) / 10,
      network: ip === null ? null : networkOf(ip),
      ...(seen.caller && { userId: seen.caller.sub, sessionId: seen.caller.sid }),
    })
    return reply
  }

  async function respond(asked: Asked, found: Found): Promise<Reply | Response> {
    const { incoming, context } = asked
    const isPage = isTarget(found) && 'page' in found.target
    const always = { ...(isPage ? {} : cors.headersFor(incoming)), 'x-request-id': context.requestId }
    try {
      const preflight = isPage ? null : cors.preflight(incoming)
      if (preflight) return toReply(preflight, baseHeaders, always)
      if (found === null) throw new AuthError('not_found')
      if (!isTarget(found)) return toReply(notAllowed(found.allow, context.requestId), baseHeaders, always)
      return finish(await reach(asked, found), always)
    } catch (error) {
      return toReply(refuse(error, context, found), baseHeaders, always)
    }
  }

  function refuse(error: unknown, context: RequestContext, found: Found): Answer {
    if (error instanceof ClientGone) return { status: clientClosedRequest }
    const code = error instanceof AuthError ? error.code : 'internal_error'
    metrics.refused(code, signsOut.has(code))
    const scheme = context.dpopToken === null ? 'Bearer' : 'DPoP'
    if (!speaksOAuth(found)) return toProblem(error, context.requestId, log, scheme)
    return oauthError(toRefusal(error, context.requestId, log), context.header('authorization'))
  }

  async function reach(asked: Asked, { target, params }: Match<Target>): Promise<Answer | Response> {
    if (readsSessions(target)) await options.confirmLog()
    if ('page' in target) return await open(asked, target.page, params)
    const exchange = toExchange(asked, target.route, params)
    if (exchange.contract.hashes) await options.admission.check()
    try {
      await pipelines[exchange.contract.access](exchange)
    } finally {
      asked.seen.caller = exchange.caller && idsOf(exchange.caller)
    }
    const call = Object.assign(exchange, {
      proveCaller: () => provePerson(options.steps.authenticate, exchange),
      findHolder: () => options.findHolder(asked.context),
    })
    const answer = await options.admission.within(exchange, () =>
      exchange.route.handle(call as Parameters<Route['handle']>[0]),
    )
    if (!(answer instanceof Response)) asked.seen.caller ??= idsIn(answer.body)
    return answer
  }

  function open({ incoming, context }: Asked, page: Page, params: Record<string, string>): Promise<Response> {
    const url = new URL(incoming.target, options.publicUrl)
    return page.handle({ incoming, url, params, context })
  }

  function finish(answer: Answer | Response, always: Record<string, string>): Reply | Response {
    if (!(answer instanceof Response)) return toReply(answer, baseHeaders, always)
    for (const [name, value] of Object.entries({ ...baseHeaders, ...always })) {
      if (!answer.headers.has(name)) answer.headers.set(name, value)
    }
    return answer
  }
}

/** A status that no client reads, for the log and the metrics; name and number are nginx's. */
const clientClosedRequest = 499

function setHeader(reply: Reply | Response, name: string, value: string): void {
  if (reply instanceof Response) reply.headers.set(name, value)
  else reply.headers[name] = value
}

function toExchange(
  { incoming, context }: Asked,
  route: Route,
  pathParams: Record<string, string>,
): Exchange & { request: RequestContext } {
  const { target } = incoming
  return {
    incoming,
    method: incoming.method as HttpMethod,
    route,
    contract: route.contract,
    pathParams,
    search: target.slice(pathOf(target).length + 1),
    context,
    request: context,
    caller: null,
    params: undefined,
    query: undefined,
    headers: undefined,
    body: undefined,
  }
}

function notAllowed(allow: string[], requestId: string): Answer {
  const { headers, ...problem } = problemOf(new AuthError('method_not_allowed'), requestId)
  return { ...problem, headers: { ...headers, allow: allow.join(', ') } }
}

const isTarget = (found: Found): found is Match<Target> => found !== null && 'target' in found

const speaksOAuth = (found: Found): boolean =>
  isTarget(found) && 'route' in found.target && found.target.route.contract.protocol === 'oauth'

const signsOut = new Set<string>(signOutCodes)

const isOperation = (found: Found): boolean =>
  isTarget(found) && 'route' in found.target && found.target.route.contract.access === 'operation'

const idsOf = (caller: Caller): Seen['caller'] =>
  'claims' in caller ? { sub: caller.claims.sub, sid: caller.claims.sid ?? null } : null

/** A sign-in and a refresh say in their answer whose they were. */
function idsIn(body: unknown): Seen['caller'] {
  if (typeof body !== 'object' || body === null || !('user' in body) || !('session' in body)) return null
  const { user, session } = body
  return hasId(user) && hasId(session) ? { sub: user.id, sid: session.id } : null
}

const hasId = (value: unknown): value is { id: string } =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'

const nameOf = (found: Found): string => {
  if (!isTarget(found)) return 'none'
  return 'page' in found.target ? found.target.page.path : found.target.route.contract.id
}
