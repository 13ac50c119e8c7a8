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
  /** base64url of the SHA-256 of its public key (SPKI): which CA it is, whatever others call themselves. */
  key: string
  /** Its own revocation list; null where none are configured. */
  list: RevocationList | null
  /** Those of the configured that have issued it. */
  parents: readonly Authority[]
}

/** What clients' certificates are held against. */
export interface Trust {
  authorities: readonly Authority[]
}

export type CertificateVerdict =
  | { ok: true; authority: Authority }
  | { ok: false; code: ErrorCode; reason: string }

/**
 * Whether a certificate proves its holder now (RFC 5280 §6). The path is one step: a configured CA has issued it, so that
 * no certificate that comes with a request is ever trusted, and lengths and constraints of paths have nothing to say.
 * Whether the holder has the key was proven in the handshake.
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

/** By the signature, not by the name alone: anybody may call their CA as ours is called. */
export function hasIssued(authority: Certificate, certificate: Certificate): boolean {
  return (
    authority.subjectName === certificate.issuerName &&
    signatureHashes.has(certificate.signatureAlgorithm) &&
    certificate.x509.checkIssued(authority.x509) &&
    certificate.x509.verify(authority.x509.publicKey)
  )
}

/** Why this is no client's certificate, whoever has issued it; null where it is. */
function unfitnessOf({ x509, purposes, unknownCritical }: Certificate): string | null {
  if (x509.ca) return 'a CA certificate'
  // RFC 5280 §4.2: what must be understood, and is not, may say that this is not what it seems.
  if (unknownCritical.length > 0) return `critical extensions: ${unknownCritical.join(' ')}`
  // Stricter than RFC 5280 §4.2.1.12: a server's certificate of the same CA, which says nothing of clients, is none.
  if (!purposes?.includes(clientAuth)) return 'not for client authentication'
  const { modulusLength = leastRsaBits } = x509.publicKey.asymmetricKeyDetails ?? {}
  return modulusLength < leastRsaBits ? 'a short RSA key' : null
}

const isInForce = ({ notBefore, notAfter }: Certificate, now: Instant): boolean =>
  notBefore <= now && now < notAfter

/** Null where neither the certificate nor a configured CA above it is on a list. */
function decideRevocation(
  certificate: Certificate,
  authority: Authority,
  now: Instant,
  above: readonly Authority[] = [],
): CertificateVerdict | null {
  const { list, parents } = authority
  // Who cannot know what was revoked must not say that nothing was.
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
