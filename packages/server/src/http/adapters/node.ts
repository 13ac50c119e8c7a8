import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Requirement } from '@latchkey/contract'
import { requireRequirement } from '@latchkey/verify/core'
import { getRequestListener } from '@hono/node-server'
import type { ShownProof } from '../../sessions/bindings/dpop.ts'
import type { AccessClaims } from '../../sessions/tokens/access-token.ts'
import type { Connection } from '../exchange.ts'
import type { Mountable } from './mountable.ts'

/** A request as Express, Connect or a body parser may have left it. */
export type NodeRequest = IncomingMessage & {
  originalUrl?: string
  body?: unknown
  rawBody?: Buffer
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
  const listener = getRequestListener(
    (request, { incoming }) => latchkey.handler(request, connectionOf(incoming as IncomingMessage)),
    { overrideGlobalObjects: ownsProcess, hostname: 'localhost', errorHandler: latchkey.unreadable },
  )
  return (request, response, next) => {
    const url = request.originalUrl ?? request.url ?? '/'
    if (next && !latchkey.owns(url.split('?', 1)[0] as string)) {
      next()
      return
    }
    request.url = url
    restoreBody(request)
    void listener(request, response)
  }
}

function connectionOf(request: IncomingMessage): Connection {
  const socket = request.socket as Partial<TLSSocket>
  return {
    remoteAddress: socket.remoteAddress,
    header: headerOf(request),
    certificate: () => socket.getPeerX509Certificate?.()?.raw,
  }
}

export function headerOf(request: IncomingMessage): (name: string) => string | null {
  return (name) => {
    const values = (isOnceOnly.has(name) && distinctOf(request, name)) || request.headers[name]
    return typeof values === 'string' ? values : (values?.join(', ') ?? null)
  }
}

/**
 * Of these Node keeps the first of two and is silent about the other, which is what a proxy in front may have looked at.
 * Joined they are no token, no type and no origin, and are refused.
 */
const isOnceOnly: ReadonlySet<string> = new Set(['authorization', 'content-type', 'origin'])

/** HTTP/2 has no such list: there Node itself joins. */
const distinctOf = ({ headersDistinct }: Partial<IncomingMessage>, name: string): string[] | undefined =>
  headersDistinct?.[name]

/** A parser that ran before has used up the stream; what it made of it is written out again. */
function restoreBody(request: NodeRequest): void {
  if (request.rawBody !== undefined || request.body === undefined || !request.readableEnded) return
  const { body } = request
  request.rawBody = Buffer.isBuffer(body) ? body : Buffer.from(textOf(body, request.headers['content-type']))
}

function textOf(body: unknown, type: string | undefined): string {
  if (typeof body === 'string') return body
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(type ?? '')
  // A field given twice became a list; as one text it is refused by what reads it, as it would have been.
  return isForm ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body)
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
