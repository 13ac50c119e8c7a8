import { lookup as resolve, type LookupAddress } from 'node:dns'
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { type Milliseconds, seconds } from '@latchkey/contract'
import { isPublicAddress } from './public-address.ts'

/**
 * Calls to other servers, at addresses that others have a say in. Bounded in time and size; follows no redirect; reaches
 * no private network, whatever a name resolves to.
 */
export interface Outgoing {
  /** Rejects with {@link OutgoingError}; an answer of any status is an answer. */
  fetch(url: string, request?: OutgoingRequest): Promise<Response>
}

export interface OutgoingRequest {
  method?: string
  headers?: Record<string, string>
  body?: string | null
  /** Time limit for the whole request. @default 5 seconds */
  patience?: Milliseconds
  /** Bytes of the answer. @default 1 MiB */
  longest?: number
}

export type OutgoingFault = 'forbidden' | 'unreachable' | 'too_slow' | 'too_large'

/**
 * The reason why there is no answer. The message names the host and the fault, never a path, a query or received data.
 */
export class OutgoingError extends Error {
  override readonly name = 'OutgoingError'
  readonly fault: OutgoingFault

  constructor(fault: OutgoingFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}

export interface OutgoingOptions {
  /** `host` or `host:port` that may be reached though their addresses are private. */
  privateHosts: readonly string[]
  /** Plain http, to those hosts alone. */
  allowsHttp: boolean
}

const usualPatience = seconds(5)
const usualLongest = 1 << 20
const largestHeaders = 16_384

export function createOutgoing({ privateHosts, allowsHttp }: OutgoingOptions): Outgoing {
  const listed = new Set(privateHosts)
  // Agents of our own: the environment may have set the global ones to use a proxy, which resolves names itself.
  const agents = { http: new HttpAgent(), https: new HttpsAgent() }

  return { fetch }

  async function fetch(address: string, request: OutgoingRequest = {}): Promise<Response> {
    const url = URL.parse(address)
    if (!url) throw new OutgoingError('forbidden', 'what should be called is no address')
    const isListed = listed.has(url.host) || listed.has(url.hostname)
    requireCallable(url, isListed)
    try {
      return await exchange(url, isListed ? resolve : guarded, request)
    } catch (error) {
      throw toFault(url, error)
    }
  }

  function requireCallable({ protocol, hostname, host, username, password }: URL, isListed: boolean): void {
    const isSecure = protocol === 'https:' || (protocol === 'http:' && isListed && allowsHttp)
    if (!isSecure) throw new OutgoingError('forbidden', `${host} may be called by https only`)
    if (username || password) throw new OutgoingError('forbidden', `${host} stands behind a password`)
    // An address is not looked up, so that the guard of look-ups would not see it.
    const literal = hostname.replace(/^\[|\]$/g, '')
    if (!isListed && isIP(literal) && !isPublicAddress(literal)) throw privateAddress(host)
  }

  function exchange(url: URL, lookup: LookupFunction, request: OutgoingRequest): Promise<Response> {
    const { method = 'GET', headers = {}, body = null, patience = usualPatience } = request
    const isHttps = url.protocol === 'https:'
    const { promise, resolve: answered, reject } = Promise.withResolvers<Response>()
    const sent = (isHttps ? httpsRequest : httpRequest)(url, {
      method,
      headers: { ...headers, ...(body !== null && { 'content-length': String(Buffer.byteLength(body)) }) },
      agent: isHttps ? agents.https : agents.http,
      lookup,
      maxHeaderSize: largestHeaders,
      signal: AbortSignal.timeout(patience),
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      readAnswer(url, response, request.longest ?? usualLongest).then(answered, reject)
    })
    sent.end(body)
    return promise
  }
}

/**
 * Resolves a name and refuses it if any of its addresses is private. The connection goes to the very addresses that
 * were checked: a name that resolves differently a moment later (DNS rebinding) gains nothing.
 */
const guarded: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, [])
    if (!addresses.every(({ address }) => isPublicAddress(address)))
      return callback(privateAddress(hostname), [])
    if (options.all) return callback(null, addresses)
    const [first] = addresses
    callback(null, first!.address, first!.family)
  })
}

async function readAnswer({ host }: URL, response: IncomingMessage, longest: number): Promise<Response> {
  const { statusCode: status = 0, headers } = response
  // No compression was requested: a body that unpacks to a thousand times its size is not unpacked.
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity' || status < 200 || status > 599) {
    response.destroy()
    throw new OutgoingError('unreachable', `${host} answered in a way that was not asked for`)
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > longest) throw new OutgoingError('too_large', `${host} answered more than ${longest} bytes`)
    chunks.push(chunk)
  }
  const type = headers['content-type']
  const isEmpty = status === 204 || status === 205 || status === 304
  return new Response(isEmpty ? null : Buffer.concat(chunks), {
    status,
    headers: {
      ...(type !== undefined && { 'content-type': type }),
      ...(headers['retry-after'] !== undefined && { 'retry-after': headers['retry-after'] }),
    },
  })
}

function toFault({ host }: URL, error: unknown): OutgoingError {
  if (error instanceof OutgoingError) return error
  const isTimeout = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
  if (isTimeout) return new OutgoingError('too_slow', `${host} did not answer in time`, { cause: error })
  return new OutgoingError('unreachable', `${host} cannot be reached`, { cause: error })
}

const privateAddress = (host: string): OutgoingError =>
  new OutgoingError('forbidden', `${host} is in a private network, and not in OUTGOING_PRIVATE_HOSTS`)
