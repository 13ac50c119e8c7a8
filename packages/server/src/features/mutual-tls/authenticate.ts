import { AuthError } from '../../core/auth-error.ts'
import { formatUuid, uuidV7 } from '../../core/ports/uuid.ts'
import type { CertificateHolder } from '../../identity/service-accounts/certificate-holder.ts'
import type { MutualTlsServices } from './mutual-tls-services.ts'
import { useInterval } from './options.ts'
import { type Authority, decideCertificate, type Trust } from './policy.ts'
import { certificateDetail, type Origin, recordMapping } from './record.ts'
import { selectorsOf } from './selector.ts'
import * as store from './store.ts'
import { scopesOf } from './to-mapping.ts'
import { type Certificate, parseCertificate } from './x509/certificate.ts'

/**
 * Returns the holder of a certificate whose key the connection has proven. Throws AuthError
 * `client_certificate_needed`, `client_certificate_invalid`, `client_certificate_expired`,
 * `client_certificate_revoked`, `service_account_disabled`, and `unavailable` while the revocation list has lapsed.
 */
export async function authenticateCertificate(
  services: MutualTlsServices,
  der: Uint8Array | undefined,
  origin: Origin,
): Promise<CertificateHolder> {
  const { trust } = services.files.current()
  if (!der || !trust) throw new AuthError('client_certificate_needed')
  const certificate = requireCertificate(der)
  const authority = requireIssued(services, certificate, trust)
  const { row: mapping, account } = await getMapping(services, certificate, authority)
  if (account.disabledAt !== null) throw new AuthError('service_account_disabled')
  const row = await keep(services, certificate, { mapping, authority, origin })
  const { inherits_roles: inheritsRoles } = mapping
  return {
    certificateId: formatUuid(row.id),
    thumbprint: certificate.thumbprint,
    scopes: scopesOf(mapping),
    account,
    roles: inheritsRoles === 1 ? account.roles : [],
    expiresAt: certificate.notAfter,
  }
}

function requireCertificate(der: Uint8Array): Certificate {
  const certificate = parseCertificate(der)
  if (certificate) return certificate
  throw new AuthError('client_certificate_invalid', { log: { reason: 'not a certificate' } })
}

function requireIssued({ ports }: MutualTlsServices, certificate: Certificate, trust: Trust): Authority {
  const verdict = decideCertificate(certificate, trust, ports.now())
  if (verdict.ok) return verdict.authority
  const { thumbprint, subject } = certificate
  throw new AuthError(verdict.code, {
    log: { reason: verdict.reason, thumbprint, subject },
    ...(verdict.code === 'unavailable' && { retryAfter: 60 }),
  })
}

/** Looks up the most specific of its names, as given by its issuing CA. */
async function getMapping(
  { db, permissions }: MutualTlsServices,
  certificate: Certificate,
  { key: issuer }: Authority,
): Promise<store.FoundMapping> {
  const { thumbprint, subject } = certificate
  const selectors = selectorsOf(certificate)
  if (!selectors) throw refuse('too many names')
  const rank = ({ row }: store.FoundMapping): number => selectors.names.indexOf(row.selector)
  const found = await store.findMappings(db, { ...selectors, issuer })
  const [best, ...others] = found.toSorted((a, b) => rank(a) - rank(b))
  if (!best) throw refuse('no mapping')
  // One certificate, two names, two accounts: whose it is would be for the CA to say.
  if (others.some(({ account }) => account.id !== best.account.id)) throw refuse('names of several accounts')
  await permissions.catchUp(best.changes)
  return best

  function refuse(reason: string): AuthError {
    return new AuthError('client_certificate_invalid', { log: { reason, thumbprint, subject, issuer } })
  }
}

/** Stores the certificate, with this use of it. */
async function keep(
  services: MutualTlsServices,
  { thumbprint, serial, subject, notAfter }: Certificate,
  { mapping, authority, origin }: { mapping: store.MappingRow; authority: Authority; origin: Origin },
): Promise<store.CertificateRow> {
  const { db, ports } = services
  const now = ports.now()
  const kept = await store.keepCertificate(db, {
    id: uuidV7(ports),
    mappingId: mapping.id,
    thumbprint,
    issuer: authority.key,
    serial,
    subject,
    notAfter,
    now,
  })
  if (!kept) throw new AuthError('client_certificate_invalid', { log: { reason: 'the mapping has gone' } })
  const { row, isNew } = kept
  // A certificate that was once on a list stays refused, whatever list comes later: an older one, or another server's.
  if (row.revoked_at !== null)
    throw new AuthError('client_certificate_revoked', { log: { thumbprint, subject } })
  const detail = certificateDetail(row)
  if (isNew) recordMapping(services, mapping, { kind: 'client_certificate.first_used', ...origin, detail })
  else if (row.last_used_at <= now - useInterval) await store.noteUse(db.relaxed, row, now)
  return row
}
