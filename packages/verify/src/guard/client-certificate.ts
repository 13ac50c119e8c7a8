import type { Incoming } from './incoming.ts'

/**
 * How a proxy that ends TLS hands on the certificate of its client: RFC 9440, as Envoy does, or as nginx does in
 * `$ssl_client_escaped_cert`.
 */
export type CertificateHeader = 'client-cert' | 'x-forwarded-client-cert' | 'ssl-client-cert'

/** Longer values are not looked at; RSA keys of 8192 bits and forty names fit. */
const longest = 16_384

const readers = {
  'client-cert': ofStructuredField,
  'x-forwarded-client-cert': ofEnvoy,
  'ssl-client-cert': ofEscapedPem,
} satisfies Record<CertificateHeader, (value: string) => Uint8Array | null>

export const certificateHeaders = Object.keys(readers) as CertificateHeader[]

/** Returns the DER in such a header; null unless it is exactly one certificate in that form. */
export const certificateIn = (header: CertificateHeader, value: string): Uint8Array | null =>
  value.length <= longest ? readers[header](value) : null

/** The connections whose header is believed. */
export interface CertificateProxies {
  header: CertificateHeader
  isTrusted: (address: string) => boolean
}

/**
 * Returns the DER of the client's certificate: the connection's or, if the peer is a trusted proxy, the one that the
 * proxy passes on. The header is ignored from all other peers. Undefined without a certificate.
 */
export function clientCertificate(
  { header, peer, certificate }: Pick<Incoming, 'header' | 'peer' | 'certificate'>,
  proxies: CertificateProxies | null,
): Uint8Array | undefined {
  const isProxy = proxies !== null && peer !== undefined && proxies.isTrusted(peer)
  if (!isProxy) return certificate?.()
  // Never that of the connection itself: it would be the proxy's own, and its clients would share it.
  const value = header(proxies.header)
  return value === null ? undefined : (certificateIn(proxies.header, value) ?? undefined)
}

/** RFC 9440 §2.1: an item whose value is a byte sequence (RFC 8941 §3.3.5), and nothing beside it. */
function ofStructuredField(value: string): Uint8Array | null {
  const [, base64] = /^ *:([A-Za-z0-9+/]+={0,2}): *$/.exec(value) ?? []
  return base64 === undefined ? null : bytesOf(base64)
}

/**
 * Parses Envoy's list of elements `Key=value;Key="value"`. Several elements are several certificates, and which one is
 * the client's depends on who wrote them: only a single one is accepted.
 */
function ofEnvoy(value: string): Uint8Array | null {
  const pair = /\s*([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;=\s]*))\s*(;|$)/y
  const found: string[] = []
  for (;;) {
    const match = pair.exec(value)
    if (!match) return null
    const [, key = '', quoted, plain = '', end] = match
    if (key.toLowerCase() === 'cert') found.push(quoted?.replaceAll(/\\(.)/g, '$1') ?? plain)
    if (end === '') break
  }
  const [only, ...others] = found
  return only === undefined || others.length > 0 ? null : ofEscapedPem(only)
}

const head = '-----BEGIN CERTIFICATE-----'
const foot = '-----END CERTIFICATE-----'

/** Percent-encoded PEM (RFC 7468 §5.1) with one certificate in it. */
function ofEscapedPem(value: string): Uint8Array | null {
  const pem = unescaped(value).trim()
  if (!pem.startsWith(head) || !pem.endsWith(foot) || pem.length < head.length + foot.length) return null
  return bytesOf(pem.slice(head.length, -foot.length).replaceAll(/\s/g, ''))
}

function unescaped(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return ''
  }
}

/** Null for base64 that is not canonical (RFC 4648 §3.5): a second form of the same. */
function bytesOf(base64: string): Uint8Array | null {
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null
  const hasSpareBits = base64.endsWith('==')
    ? !/[AQgw]==$/.test(base64)
    : base64.endsWith('=') && !/[AEIMQUYcgkosw048]=$/.test(base64)
  return hasSpareBits ? null : Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}
