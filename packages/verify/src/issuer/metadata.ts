import { type FetchJson, IssuerError } from './fetch-json.ts'
import { shared } from './shared.ts'

/** The addresses of the issuer that a verifier needs (RFC 8414 §2). */
export interface Metadata {
  jwksUri: string
  introspectionEndpoint: string | null
  /** Latchkey's own member `revocation_feed_endpoint`. */
  revocationFeedEndpoint: string | null
}

/** Fetches the metadata once; asks again as long as it has failed. Rejects with IssuerError. */
export function createMetadata(issuer: string, fetchJson: FetchJson): () => Promise<Metadata> {
  const url = metadataUrl(issuer)
  let found: Metadata | null = null
  const discover = shared(async () => {
    const { body } = await fetchJson(url)
    return (found = readMetadata(body, issuer, url))
  })
  return async () => found ?? (await discover())
}

/** RFC 8414 §3.1: the well-known path stands between host and path of the issuer. */
function metadataUrl(issuer: string): string {
  const { origin, pathname } = new URL(issuer)
  return `${origin}/.well-known/oauth-authorization-server${pathname === '/' ? '' : pathname}`
}

function readMetadata(body: Record<string, unknown>, issuer: string, url: string): Metadata {
  // RFC 8414 §3.3: else one issuer could speak for another.
  if (body.issuer !== issuer) throw new IssuerError(`${url} is the document of another issuer`)
  const jwksUri = addressIn(body, 'jwks_uri', url)
  if (!jwksUri) throw new IssuerError(`${url} names no jwks_uri`)
  return {
    jwksUri,
    introspectionEndpoint: addressIn(body, 'introspection_endpoint', url),
    revocationFeedEndpoint: addressIn(body, 'revocation_feed_endpoint', url),
  }
}

function addressIn(body: Record<string, unknown>, name: string, url: string): string | null {
  const value = body[name]
  if (value === undefined) return null
  if (typeof value !== 'string' || !isTrustworthyUrl(value))
    throw new IssuerError(`${url}: ${name} is no https address`)
  return value
}

/** https, or plain http that does not leave this machine (W3C Secure Contexts §3.1). */
export function isTrustworthyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  const isLoopback =
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback)
}
