import type { ServerResponse } from 'node:http'
import type { Requirement } from '@latchkey/contract'
import { requireRequirement } from '@latchkey/verify/core'
import { getRequestListener } from '@hono/node-server'
import type { ShownProof } from '../../sessions/bindings/dpop.ts'
import type { AccessClaims } from '../../sessions/tokens/access-token.ts'
import { type Reply, toResponse } from '../reply.ts'
import type { Mountable } from './mountable.ts'
import { connectionOf, headerOf, incomingOf, type ParsedMessage, UnreadableRequest } from './node-incoming.ts'

/** A request as Express, Connect or a body parser may have left it. */
export type NodeRequest = ParsedMessage & {
  /** Set by {@link requireAuth}. */
  auth?: AccessClaims
}

export type Next = (error?: unknown) => void
export type NodeHandler = (request: NodeRequest, response: ServerResponse, next?: Next) => void

export interface NodeHandlerOptions {
  /** Lets the adapter replace the global Request and Response by lighter ones: for a process that only serves Latchkey. */
  ownsProcess?: boolean
}

/**
 * Mounts Latchkey in Express, Connect, or on `node:http`, before or after a body parser. Addresses that are not
 * Latchkey's go on to `next`; without a `next` they are answered with 404.
 */
export function toNodeHandler(
  latchkey: Mountable,
  { ownsProcess = false }: NodeHandlerOptions = {},
): NodeHandler {
  return (request, response, next) => {
    const url = request.originalUrl ?? request.url ?? '/'
    if (next && !latchkey.owns(url.split('?', 1)[0] as string)) next()
    else void answer(request, response)
  }

  async function answer(request: NodeRequest, response: ServerResponse): Promise<void> {
    const reply = await serve(request, response)
    if (reply instanceof Response) await send(reply, request, response)
    else if (isRead(request)) write(reply, response)
    else await send(toResponse(reply), request, response)
  }

  async function serve(request: NodeRequest, response: ServerResponse): Promise<Reply | Response> {
    try {
      return await latchkey.serve(incomingOf(request, response))
    } catch (error) {
      if (error instanceof UnreadableRequest) return latchkey.unreadable(error)
      throw error
    }
  }

  function send(reply: Response, request: NodeRequest, response: ServerResponse): Promise<void> {
    const listener = getRequestListener(() => reply, {
      overrideGlobalObjects: ownsProcess,
      hostname: 'localhost',
      errorHandler: () => reply,
    })
    return listener(request, response)
  }
}

/** True if no body is left unread: an unread one makes the connection unusable. Node drains it if nobody has begun. */
const isRead = ({ headers, readableEnded, complete, readableDidRead }: NodeRequest): boolean =>
  readableEnded ||
  (complete && !readableDidRead) ||
  (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined)

function write({ status, headers, cookies, body }: Reply, response: ServerResponse): void {
  const head: Record<string, string | number | readonly string[]> = headers
  if (cookies.length > 0) head['set-cookie'] = cookies
  if (body !== null) head['content-length'] = Buffer.byteLength(body)
  response.writeHead(status, head as Record<string, string>)
  response.end(body ?? undefined)
}

/**
 * Guards a route of Express or Connect: puts the verified claims into `request.auth`, or answers 401 or 403 as
 * problem+json with `WWW-Authenticate` (RFC 6750, RFC 9470). Throws TypeError for a requirement that is wrong, as one that
 * is undefined is.
 */
export function requireAuth(latchkey: Mountable, ...asked: [requirement?: Requirement]): NodeHandler {
  const [requirement = {}] = asked
  if (asked.length > 0) requireRequirement(asked[0])
  return (request, response, next) => void guard(request, response, next)

  async function guard(request: NodeRequest, response: ServerResponse, next?: Next): Promise<void> {
    try {
      request.auth = await latchkey.authenticate(headerOf(request)('authorization'), requirement, {
        dpop: proofOf(request),
        connection: connectionOf(request),
      })
    } catch (error) {
      await sendRefusal(latchkey.refusal(error), response)
      return
    }
    next?.()
  }
}

function proofOf(request: NodeRequest): ShownProof {
  const [path = '/'] = (request.originalUrl ?? request.url ?? '/').split('?', 1)
  return { proof: headerOf(request)('dpop'), method: request.method ?? 'GET', path }
}

export async function sendRefusal(problem: Response, response: ServerResponse): Promise<void> {
  response.writeHead(problem.status, { ...Object.fromEntries(problem.headers), 'cache-control': 'no-store' })
  response.end(await problem.text())
}
