import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { AuthError } from '../../core/auth-error.ts'
import {
  ClientGone,
  type Connection,
  type IncomingRequest,
  largestBody,
  pathOf,
} from '../../core/request/incoming.ts'

/** A request as Express, Connect or a body parser may have left it. */
export type ParsedMessage = IncomingMessage & { originalUrl?: string; body?: unknown; rawBody?: Buffer }

/** Throws {@link UnreadableRequest} if target or host is no address. */
export function incomingOf(message: ParsedMessage, response: ServerResponse): IncomingRequest {
  let controller: AbortController | undefined
  const isGone = isGoneOf(response)
  return {
    ...connectionOf(message),
    method: message.method ?? 'GET',
    target: targetOf(message),
    readBody: () => readBody(message),
    isGone,
    get signal() {
      if (controller) return controller.signal
      controller = new AbortController()
      const abort = () => controller?.abort()
      if (isGone()) abort()
      else response.once('close', abort)
      return controller.signal
    },
  }
}

export const isGoneOf = (response: ServerResponse) => (): boolean =>
  response.destroyed && !response.writableFinished

export function connectionOf(message: IncomingMessage): Connection & Pick<IncomingRequest, 'header'> {
  const socket = message.socket as Partial<TLSSocket>
  return {
    remoteAddress: socket.remoteAddress,
    certificate: () => socket.getPeerX509Certificate?.()?.raw,
    header: headerOf(message),
  }
}

export function headerOf(message: IncomingMessage): (name: string) => string | null {
  return (name) => {
    const values = (isOnceOnly.has(name) && distinctOf(message, name)) || message.headers[name]
    return typeof values === 'string' ? values : (values?.join(', ') ?? null)
  }
}

/**
 * Headers that may occur only once. Node keeps the first of two and silently drops the other, which a proxy in front
 * may have looked at. Joined, the two are no valid token, type or origin, and are refused.
 */
const isOnceOnly: ReadonlySet<string> = new Set(['authorization', 'content-type', 'origin'])

/** HTTP/2 has no such list: there Node itself joins. */
const distinctOf = ({ headersDistinct }: Partial<IncomingMessage>, name: string): string[] | undefined =>
  headersDistinct?.[name]

/** The target of a request, or its host, is no address. */
export class UnreadableRequest extends Error {}

/** Matches targets that `URL` leaves unchanged, unless they have a dot segment. */
const plainTarget = /^\/[\w!$&()*+,;=:@~/?.-]*$/
/** RFC 3986 §5.2.4: clients remove them. A rule of a proxy for `/admin` would not see `/x/../admin`. */
const dotSegment = /\/(?:\.|%2e){1,2}(?:\/|$)/i
const host = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

function targetOf(message: ParsedMessage): string {
  const { originalUrl, url = '/', headers } = message
  const target = originalUrl ?? url
  const authority = headers.host || headers[':authority'] || 'localhost'
  // RFC 9112 §3.2: more than one Host is refused.
  if (
    typeof authority !== 'string' ||
    !host.test(authority) ||
    (distinctOf(message, 'host')?.length ?? 1) > 1
  )
    throw new UnreadableRequest('the host is no address')
  if (dotSegment.test(pathOf(target))) throw new UnreadableRequest('the target has dot segments')
  if (plainTarget.test(target)) return target
  // RFC 9112 §3.2.2: a server takes absolute targets as well.
  const isAbsolute = /^https?:\/\//i.test(target)
  const address = isAbsolute || target.startsWith('/') ? URL.parse(target, `http://${authority}`) : null
  if (!address || pathOf(target).includes('\\')) throw new UnreadableRequest('the target is no address')
  return address.pathname + address.search
}

function readBody(message: ParsedMessage): Promise<Uint8Array> {
  if (Number(message.headers['content-length'] ?? 0) > largestBody)
    return Promise.reject(new AuthError('body_too_large'))
  const parsed = parsedBodyOf(message)
  if (parsed)
    return parsed.length > largestBody
      ? Promise.reject(new AuthError('body_too_large'))
      : Promise.resolve(parsed)
  if (message.destroyed) return Promise.reject(new ClientGone())
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    message
      .on('data', onData)
      .on('end', onEnd)
      .on('error', () => reject(new ClientGone()))

    function onData(chunk: Buffer): void {
      length += chunk.length
      chunks.push(chunk)
      if (length <= largestBody) return
      message.off('data', onData).off('end', onEnd).pause()
      reject(new AuthError('body_too_large'))
    }

    function onEnd(): void {
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
    }
  })
}

/** Writes out again the body of a parser that ran before and used up the stream. */
function parsedBodyOf({ rawBody, body, readableEnded, headers }: ParsedMessage): Buffer | null {
  if (rawBody !== undefined) return rawBody
  if (!readableEnded) return null
  if (body === undefined) return Buffer.alloc(0)
  return Buffer.isBuffer(body) ? body : Buffer.from(textOf(body, headers['content-type']))
}

function textOf(body: unknown, type: string | undefined): string {
  if (typeof body === 'string') return body
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(type ?? '')
  // A repeated field became a list; as one text it is refused later, as it would be without the parser.
  return isForm ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body)
}
