import type { Connection, IncomingRequest } from '../core/request/incoming.ts'
import type { RequestContext } from '../core/request/request-context.ts'
import { parseCookies } from '../core/request/cookie.ts'
import { bearerOf, dpopTokenOf } from '../sessions/tokens/bearer.ts'
import { clientAddress } from '../core/request/network.ts'
import { clientCertificate, certificateHeaders, type CertificateProxies } from '@latchkey/verify/core'

export interface ContextOptions {
  isTrustedProxy: (address: string) => boolean
  /** Null if no proxy forwards the certificates of its clients. */
  certificateProxies: CertificateProxies | null
  requestId: () => string
}

const noCookies: ReadonlyMap<string, readonly string[]> = new Map()
const longestUserAgent = 512

export function createRequestContext(incoming: IncomingRequest, options: ContextOptions): RequestContext {
  const header = (name: string) => (ofCertificates.has(name) ? null : incoming.header(name))
  const cookie = header('cookie')
  const authorization = header('authorization')
  const bearer = bearerOf(authorization)
  return {
    requestId: options.requestId(),
    ...deviceOf(incoming, options.isTrustedProxy),
    cookies: cookie === null ? noCookies : parseCookies(cookie),
    header,
    bearer,
    dpopToken: bearer === '' ? dpopTokenOf(authorization) : null,
    provenKey: null,
    isGone: incoming.isGone,
    get certificate() {
      return certificateOf(incoming, options.certificateProxies)
    },
    get signal() {
      return incoming.signal
    },
  }
}

/** Returns the address of the client, as far as proxies are trusted, and the name of its program. */
export const deviceOf = (
  { remoteAddress, header = () => null }: Connection,
  isTrustedProxy: ContextOptions['isTrustedProxy'],
): Pick<RequestContext, 'ip' | 'userAgent'> => ({
  ip: clientAddress(remoteAddress, header('x-forwarded-for'), isTrustedProxy),
  userAgent: printable(header('user-agent')),
})

/** Headers that only {@link certificateOf} may read: it alone checks which proxy sent them. */
const ofCertificates: ReadonlySet<string> = new Set(certificateHeaders)

/** Returns the certificate of the client, as far as proxies are trusted. */
export const certificateOf = (
  { header = () => null, remoteAddress, certificate }: Connection,
  proxies: CertificateProxies | null,
): Uint8Array | undefined =>
  clientCertificate({ header, peer: remoteAddress, ...(certificate && { certificate }) }, proxies)

// oxlint-disable-next-line no-control-regex -- they are what is taken out
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/g

const printable = (text: string | null): string | null =>
  text === null ? null : text.slice(0, longestUserAgent).replaceAll(controlCharacters, '')
