import { type Access, type HttpMethod, signOutCodes } from '@latchkey/contract'
import { AuthError } from '../core/auth-error.ts'
import type { Log } from '../core/log/log.ts'
import { withinBudget } from '../db/budget.ts'
import type { Answer, Caller, Route } from '../sessions/route.ts'
import type { RequestContext } from '../core/request/request-context.ts'
import type { Admission } from './admission.ts'
import type { Cors } from './cors.ts'
import type { Connection, Exchange } from './exchange.ts'
import type { Metrics } from '../core/metrics/metrics.ts'
import { inSpan, inTraceOf } from '../core/tracing/span.ts'
import { networkOf } from '../core/request/network.ts'
import type { Page } from '../page-kit/page.ts'
import { createPipelines, type Steps } from './pipeline.ts'
import { oauthErrorResponse } from './oauth-error.ts'
import { problemResponse, toProblem } from './problem.ts'
import { toRefusal } from '../core/request/to-refusal.ts'
import { createRequestContext, type ContextOptions } from './request-context.ts'
import { createRouting, type Match } from './router.ts'
import { type FindHolder, provePerson } from './steps/authenticate.ts'

/** A web-standard request handler; `connection` says what no header can. Never rejects. */
export type Handler = (request: Request, connection?: Connection) => Promise<Response>

export interface MountedRoute {
  /** With its base path. */
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
  context: ContextOptions
  /** How long a request may wait for the database, in milliseconds. */
  databaseTimeout: number
  metrics: Metrics
  /** Asked before a session is read; see {@link RevocationLog.confirm}. */
  confirmLog: () => Promise<void>
  /** For the header `DPoP-Nonce`. */
  nonce: () => string
  log: Log
}

type Target = { route: Route } | { page: Page }

const withSessions: ReadonlySet<Access> = new Set(['refresh', 'bearer', 'admin', 'machine'])

const readsSessions = (target: Target): boolean =>
  'page' in target || withSessions.has(target.route.contract.access)

/** What the steps have found out, for the log. */
interface Seen {
  caller: { sub: string; sid: string | null } | null
}

export function createHandler(options: HandlerOptions): Handler {
  const { cors, metrics, log } = options
  const pipelines = createPipelines(options.steps)
  const routing = createRouting<Target>()
  for (const { path, route } of options.routes) routing.add(route.contract.method, path, { route })
  for (const page of options.pages) routing.add(page.method, page.path, { page })

  return async (raw, connection = {}) => {
    const startedAt = performance.now()
    const context = createRequestContext(raw, connection, options.context)
    const [path, search] = splitUrl(raw.url)
    const found = routing.find(raw.method === 'HEAD' ? 'GET' : raw.method, path)
    const [route, seen]: [string, Seen] = [nameOf(found), { caller: null }]
    const about = { kind: 'server', 'http.request.method': raw.method, 'http.route': route } as const
    const response = await inTraceOf(raw.headers, () =>
      inSpan(`${raw.method} ${route}`, about, async (set) => {
        const answer = await withinBudget(options.databaseTimeout, () =>
          respond(raw, context, found, search, seen),
        )
        set({ 'http.response.status_code': answer.status })
        return answer
      }),
    )
    // RFC 9449 §8.2: whoever shows proofs is told the nonce of the next one.
    if (context.header('dpop') !== null) response.headers.set('dpop-nonce', options.nonce())
    const duration = performance.now() - startedAt
    metrics.answered(route, response.status, duration / 1000)
    const { requestId, ip } = context
    // What asks whether we live asks every few seconds.
    log[isOperation(found) ? 'debug' : 'info']('request', {
      requestId,
      method: raw.method,
      route,
      status: response.status,
      duration: Math.round(duration * 10) / 10,
      network: ip === null ? null : networkOf(ip),
      ...(seen.caller && { userId: seen.caller.sub, sessionId: seen.caller.sid }),
    })
    return response
  }

  async function respond(
    raw: Request,
    context: RequestContext,
    found: ReturnType<typeof routing.find>,
    search: string,
    seen: Seen,
  ): Promise<Response> {
    const isPage = found !== null && 'target' in found && 'page' in found.target
    const always = { ...(isPage ? {} : cors.headersFor(raw)), 'x-request-id': context.requestId }
    try {
      const preflight = isPage ? null : cors.preflight(raw)
      if (preflight) return withHeaders(preflight, always)
      if (found === null) throw new AuthError('not_found')
      if ('allow' in found) return withHeaders(notAllowed(found.allow, context.requestId), always)
      return await reach({ raw, context, search, seen }, found, always)
    } catch (error) {
      return withHeaders(refuse(error, context, found), always)
    }
  }

  function refuse(error: unknown, context: RequestContext, found: ReturnType<typeof routing.find>): Response {
    const code = error instanceof AuthError ? error.code : 'internal_error'
    metrics.refused(code, signsOut.has(code))
    const scheme = context.dpopToken === null ? 'Bearer' : 'DPoP'
    if (!speaksOAuth(found)) return toProblem(error, context.requestId, log, scheme)
    return oauthErrorResponse(toRefusal(error, context.requestId, log), context.header('authorization'))
  }

  async function reach(
    { raw, context, search, seen }: { raw: Request; context: RequestContext; search: string; seen: Seen },
    { target, params }: Match<Target>,
    always: Record<string, string>,
  ): Promise<Response> {
    if (readsSessions(target)) await options.confirmLog()
    if ('page' in target) {
      const response = await target.page.handle({ raw, url: new URL(raw.url), params, context })
      return withHeaders(response, always)
    }
    const exchange = toExchange(raw, context, target.route, params, search)
    options.admission.check(exchange.contract)
    try {
      await pipelines[exchange.contract.access](exchange)
    } finally {
      seen.caller = exchange.caller && idsOf(exchange.caller)
    }
    const proveCaller = () => provePerson(options.steps.authenticate, exchange)
    const call = Object.assign(exchange, { proveCaller, findHolder: () => options.findHolder(context) })
    const answer = await options.admission.within(exchange, () =>
      exchange.route.handle(call as Parameters<Route['handle']>[0]),
    )
    if (answer instanceof Response) return withHeaders(answer, always)
    seen.caller ??= idsIn(answer.body)
    return toResponse(answer, options.baseHeaders, always)
  }

  function withHeaders(response: Response, more: Record<string, string>): Response {
    for (const [name, value] of Object.entries({ ...options.baseHeaders, ...more })) {
      if (!response.headers.has(name)) response.headers.set(name, value)
    }
    return response
  }
}

function toExchange(
  raw: Request,
  context: RequestContext,
  route: Route,
  pathParams: Record<string, string>,
  search: string,
): Exchange & { request: RequestContext } {
  return {
    raw,
    method: raw.method as HttpMethod,
    route,
    contract: route.contract,
    pathParams,
    search,
    context,
    request: context,
    caller: null,
    params: undefined,
    query: undefined,
    headers: undefined,
    body: undefined,
  }
}

/** Path and query of an absolute URL, without building a URL object for each request. */
function splitUrl(url: string): [path: string, search: string] {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  const hash = url.indexOf('#')
  const end = hash < 0 ? url.length : hash
  const query = url.indexOf('?', start)
  if (start < 0) return ['/', '']
  return query < 0 || query > end
    ? [url.slice(start, end), '']
    : [url.slice(start, query), url.slice(query + 1, end)]
}

/** Headers as a plain record or list: handing them over whole is twice as fast as setting them one by one. */
function toResponse(
  { status, body, headers, cookies }: Answer,
  base: Record<string, string>,
  always: Record<string, string>,
): Response {
  // Last: an origin that is named is told its own name, also by what anybody may read.
  const record: Record<string, string> = { ...base, ...headers, ...always }
  if (body !== undefined) record['content-type'] ??= 'application/json'
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
  if (!cookies) return new Response(text, { status, headers: record })
  const list = [
    ...Object.entries(record),
    ...cookies.map((cookie): [string, string] => ['set-cookie', cookie]),
  ]
  return new Response(text, { status, headers: list })
}

function notAllowed(allow: string[], requestId: string): Response {
  const response = problemResponse(new AuthError('method_not_allowed'), requestId)
  response.headers.set('allow', allow.join(', '))
  return response
}

const speaksOAuth = (found: Match<Target> | { allow: string[] } | null): boolean =>
  found !== null &&
  'target' in found &&
  'route' in found.target &&
  found.target.route.contract.protocol === 'oauth'

const signsOut = new Set<string>(signOutCodes)

const isOperation = (found: Match<Target> | { allow: string[] } | null): boolean =>
  found !== null &&
  'target' in found &&
  'route' in found.target &&
  found.target.route.contract.access === 'operation'

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

const nameOf = (found: Match<Target> | { allow: string[] } | null): string => {
  if (found === null || !('target' in found)) return 'none'
  return 'page' in found.target ? found.target.page.path : found.target.route.contract.id
}
