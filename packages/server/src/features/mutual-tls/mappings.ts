import type { CertificateIssuer, CertificateMapping } from '@latchkey/contract'
import type { Given } from '../../accounts/authority/authority.ts'
import { requireKnownScopes } from '../../accounts/authority/own-scopes.ts'
import type { CredentialActor } from '../../accounts/authority/service-account-authority.ts'
import { AuthError } from '../../core/auth-error.ts'
import { formatUuid, uuidV7 } from '../../core/ports/uuid.ts'
import { type Queryable, UniqueViolation } from '../../db/database.ts'
import { findServiceAccount, lockServiceAccount } from '../../identity/service-accounts/store.ts'
import { issuersOf, requireIssuer } from './issuers.ts'
import type { MutualTlsServices } from './mutual-tls-services.ts'
import { listedCertificates, mostMappings } from './options.ts'
import { asRevoked, recordMapping } from './record.ts'
import { canonicalValue, type SelectorKind, selectorOf } from './selector.ts'
import * as store from './store.ts'
import { scopesOf, toMapping } from './to-mapping.ts'

export interface NewMapping {
  name: string
  kind: SelectorKind
  value: string
  /** The CA that must have issued them; may be omitted if there is only one. */
  issuer?: string | undefined
  scopes: string[]
  inheritRoles: boolean
}

/** Newest first. Throws AuthError `service_account_not_found`. */
export async function listMappings(
  { db }: MutualTlsServices,
  serviceAccountId: string,
): Promise<CertificateMapping[]> {
  if (!(await findServiceAccount(db, serviceAccountId))) throw new AuthError('service_account_not_found')
  const mappings: CertificateMapping[] = []
  for (const row of await store.listMappings(db, serviceAccountId))
    mappings.push(toMapping(row, await store.listCertificates(db, row, listedCertificates)))
  return mappings
}

/** The rights of each mapping. */
export async function listRights(tx: Queryable, serviceAccountId: string): Promise<Given[]> {
  const rows = await store.listMappings(tx, serviceAccountId)
  return rows.map((row) => ({ scopes: scopesOf(row), inheritRoles: row.inherits_roles === 1 }))
}

/** The CAs that mappings may name. */
export const listIssuers = ({ files }: MutualTlsServices): CertificateIssuer[] =>
  issuersOf(files.current().trust)

/** Returns the service account of a mapping; null if unknown. */
export async function findOwnerOfMapping({ db }: MutualTlsServices, id: string): Promise<string | null> {
  const owner = await store.findOwnerOfMapping(db, id)
  return owner && formatUuid(owner)
}

/**
 * Throws AuthError `invalid_input`, `certificate_mapping_taken`, `certificate_mapping_limit_reached`,
 * `service_account_not_found`.
 */
export async function createMapping(
  services: MutualTlsServices,
  serviceAccountId: string,
  mapping: NewMapping,
  by: CredentialActor,
): Promise<CertificateMapping> {
  const { db, ports } = services
  const { name, kind, scopes, inheritRoles } = mapping
  requireKnownScopes('service_account', scopes)
  const row: store.MappingRow = {
    id: uuidV7(ports),
    service_account_id: Buffer.from(serviceAccountId.replaceAll('-', ''), 'hex'),
    name,
    selector: selectorOf(kind, requireValue(mapping)),
    issuer: requireIssuer(mapping, listIssuers(services)),
    scopes: scopes.join(' '),
    inherits_roles: inheritRoles ? 1 : 0,
    created_at: ports.now(),
  }
  await db
    .transaction(async (tx) => {
      await by.guard?.(tx)
      // Waits for concurrent requests that make mappings for the same service account.
      if (!(await lockServiceAccount(tx, serviceAccountId))) throw new AuthError('service_account_not_found')
      await by.mayGive?.(tx, mapping)
      if ((await store.countMappings(tx, serviceAccountId)) >= mostMappings)
        throw new AuthError('certificate_mapping_limit_reached')
      await store.insertMapping(tx, row)
    })
    .catch(refuseTaken)
  const detail = { scopes, inheritRoles }
  recordMapping(services, row, { kind: 'certificate_mapping.created', ...by, detail })
  return toMapping(row, [])
}

function requireValue({ kind, value }: NewMapping): string {
  const canonical = canonicalValue(kind, value)
  if (canonical !== null) return canonical
  throw new AuthError('invalid_input', { errors: [{ path: 'body.value', message: expected[kind] }] })
}

const expected: Record<SelectorKind, string> = {
  thumbprint: 'must be the SHA-256 of the certificate, in hexadecimal or base64url',
  uri: 'must be a URI such as spiffe://example.com/builder',
  dns: 'must be a host name such as builder.example.com, without wildcards',
  subject: 'must be a distinguished name such as CN=builder,O=Example (RFC 4514)',
}

function refuseTaken(error: unknown): never {
  if (error instanceof UniqueViolation) throw new AuthError('certificate_mapping_taken', { cause: error })
  throw error
}

/** Its tokens are refused by this process before it resolves. Throws AuthError `certificate_mapping_not_found`. */
export async function removeMapping(
  services: MutualTlsServices,
  serviceAccountId: string,
  id: string,
  by: CredentialActor,
): Promise<void> {
  const { db, ports, revocations } = services
  const { row, entries } = await db.transaction(async (tx) => {
    await by.guard?.(tx)
    const row = await store.lockMapping(tx, serviceAccountId, id)
    if (!row) throw new AuthError('certificate_mapping_not_found')
    const ended = await store.listCertificateIds(tx, row, ports.now())
    await store.deleteMapping(tx, row)
    return { row, entries: await revocations.append(tx, ended.map(asRevoked)) }
  })
  revocations.remember(entries)
  recordMapping(services, row, { kind: 'certificate_mapping.removed', ...by })
}
