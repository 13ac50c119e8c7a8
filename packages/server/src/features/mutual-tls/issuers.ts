import type { CertificateIssuer } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { Trust } from './policy.ts'
import { canonicalValue, type SelectorKind } from './selector.ts'

/** The CAs that a mapping may name. A CA renewed with the same key counts as one, until the later end. */
export function issuersOf(trust: Trust | null): CertificateIssuer[] {
  const byKey = new Map<string, CertificateIssuer>()
  const authorities = trust?.authorities ?? []
  for (const { key, certificate } of authorities.toSorted(
    (a, b) => a.certificate.notAfter - b.certificate.notAfter,
  ))
    byKey.set(key, { issuer: key, subject: certificate.subject, expiresAt: isoTime(certificate.notAfter) })
  return [...byKey.values()]
}

/**
 * Returns the key of the CA that a mapping is bound to; empty for a thumbprint. The only CA may be omitted, and is
 * stored all the same: a later second CA then issues nothing for this mapping. Throws AuthError `invalid_input`.
 */
export function requireIssuer(
  { kind, issuer }: { kind: SelectorKind; issuer?: string | undefined },
  issuers: readonly CertificateIssuer[],
): string {
  if (kind === 'thumbprint') {
    if (issuer === undefined) return ''
    throw refuse('is for names alone: a thumbprint says which certificate it is')
  }
  const [only] = issuers
  if (!only)
    throw refuse('cannot be said: no CA is configured (MTLS_CA), and a name counts under one of them')
  const choices = issuers.map((each) => `${each.issuer} (${each.subject})`).join(', ')
  if (issuer === undefined) {
    if (issuers.length === 1) return only.issuer
    throw refuse(`is needed, because each of several CAs can issue this name: one of ${choices}`)
  }
  // Written as other fingerprints are.
  const key = canonicalValue('thumbprint', issuer)
  if (key !== null && issuers.some((each) => each.issuer === key)) return key
  throw refuse(`must be the SHA-256 of the public key of a configured CA: one of ${choices}`)
}

const refuse = (message: string): AuthError =>
  new AuthError('invalid_input', { errors: [{ path: 'body.issuer', message }] })
