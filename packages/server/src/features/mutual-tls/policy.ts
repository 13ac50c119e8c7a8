import { hash } from 'node:crypto'
import type { ErrorCode, Instant } from '@latchkey/contract'
import { leastRsaBits } from './options.ts'
import type { Certificate } from './x509/certificate.ts'
import type { RevocationList } from './x509/revocation-list.ts'
import { clientAuth } from './x509/issue.ts'
import { signatureHashes } from './x509/signature.ts'

/** A configured CA. */
export interface Authority {
  certificate: Certificate
  /** base64url of the SHA-256 of its public key (SPKI): identifies the CA, whatever names others use. */
  key: string
  /** Its own revocation list; null if none are configured. */
  list: RevocationList | null
  /** The configured CAs that have issued it. */
  parents: readonly Authority[]
}

/** The CAs that clients' certificates are verified against. */
export interface Trust {
  authorities: readonly Authority[]
}

export type CertificateVerdict =
  | { ok: true; authority: Authority }
  | { ok: false; code: ErrorCode; reason: string }

/**
 * Decides if a certificate is valid now (RFC 5280 §6). The path is one step, from a configured CA. No certificate from
 * a request is ever trusted, and lengths and constraints of paths do not matter. The handshake has proven that the
 * holder has the key.
 */
export function decideCertificate(certificate: Certificate, trust: Trust, now: Instant): CertificateVerdict {
  const authority = trust.authorities.find((each) => hasIssued(each.certificate, certificate))
  if (!authority) return invalid('issued by no configured CA')
  const unfit = unfitnessOf(certificate)
  if (unfit !== null) return invalid(unfit)
  if (now < certificate.notBefore) return invalid('not valid yet')
  if (now >= certificate.notAfter) return { ok: false, code: 'client_certificate_expired', reason: 'expired' }
  if (!isInForce(authority.certificate, now)) return invalid('the CA has expired, or is not valid yet')
  return decideRevocation(certificate, authority, now) ?? { ok: true, authority }
}

const invalid = (reason: string): CertificateVerdict => ({
  ok: false,
  code: 'client_certificate_invalid',
  reason,
})

export const authorityKeyOf = ({ x509 }: Certificate): string =>
  hash('sha256', x509.publicKey.export({ type: 'spki', format: 'der' }), 'base64url')

/** Checks the signature, not only the name: anybody may give their CA the same name as ours. */
export function hasIssued(authority: Certificate, certificate: Certificate): boolean {
  return (
    authority.subjectName === certificate.issuerName &&
    signatureHashes.has(certificate.signatureAlgorithm) &&
    certificate.x509.checkIssued(authority.x509) &&
    certificate.x509.verify(authority.x509.publicKey)
  )
}

/** Returns the reason why this is not a client's certificate, whoever has issued it; null if it is one. */
function unfitnessOf({ x509, purposes, unknownCritical }: Certificate): string | null {
  if (x509.ca) return 'a CA certificate'
  // RFC 5280 §4.2: an unknown critical extension may change what the certificate means.
  if (unknownCritical.length > 0) return `critical extensions: ${unknownCritical.join(' ')}`
  // Stricter than RFC 5280 §4.2.1.12: a server's certificate of the same CA, which does not name clients, is refused.
  if (!purposes?.includes(clientAuth)) return 'not for client authentication'
  const { modulusLength = leastRsaBits } = x509.publicKey.asymmetricKeyDetails ?? {}
  return modulusLength < leastRsaBits ? 'a short RSA key' : null
}

const isInForce = ({ notBefore, notAfter }: Certificate, now: Instant): boolean =>
  notBefore <= now && now < notAfter

/** Null if neither the certificate nor a configured CA above it is on a list. */
function decideRevocation(
  certificate: Certificate,
  authority: Authority,
  now: Instant,
  above: readonly Authority[] = [],
): CertificateVerdict | null {
  const { list, parents } = authority
  // With a lapsed list, it is unknown what was revoked.
  if (list && list.nextUpdate <= now)
    return { ok: false, code: 'unavailable', reason: `the revocation list has lapsed` }
  if (list?.revoked.has(certificate.serial))
    return { ok: false, code: 'client_certificate_revoked', reason: 'on the revocation list' }
  // CAs that have signed each other.
  for (const parent of parents.filter((each) => !above.includes(each))) {
    const verdict = decideRevocation(authority.certificate, parent, now, [...above, authority])
    if (verdict) return verdict
  }
  return null
}
