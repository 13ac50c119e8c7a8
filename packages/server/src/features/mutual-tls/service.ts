import { type CertificateIssuer, type CertificateMapping, toSeconds, type UserId } from '@latchkey/contract'
import type { Audit, AuditInput } from '../../core/audit/audit.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { formatUuid, uuidV7 } from '../../core/ports/uuid.ts'
import type { Revoked, RevocationLog } from '../../core/revocations/log.ts'
import type { Permissions } from '../../identity/roles/permissions.ts'
import { requireKnownScopes } from '../../accounts/authority/own-scopes.ts'
import type { Doer } from '../../accounts/authority/service-account-authority.ts'
import { findServiceAccount, lockServiceAccount } from '../../identity/service-accounts/store.ts'
import type { CertificateHolder } from '../../identity/service-accounts/certificate-holder.ts'
import type { MachineTokens } from '../../sessions/tokens/machine-token.ts'
import { isoTime, isoTimeOrNull } from '../../core/iso-time.ts'
import { type Database, UniqueViolation } from '../../db/database.ts'
import type { TlsFiles } from './files.ts'
import { issuersOf, requireIssuer } from './issuers.ts'
import { listedCertificates, mostMappings, useInterval } from './options.ts'
import { type Authority, decideCertificate, type Trust } from './policy.ts'
import { canonicalValue, kindOf, type SelectorKind, selectorOf, selectorsOf } from './selector.ts'
import * as store from './store.ts'
import type { CertificateRow, FoundMapping, MappingRow } from './store.ts'
import { type Certificate, parseCertificate } from './x509/certificate.ts'

export interface NewMapping {
  name: string
  kind: SelectorKind
  value: string
  /** Which CA must have issued them; may be left out where there is only one. */
  issuer?: string | undefined
  scopes: string[]
  inheritRoles: boolean
}

type Origin = Pick<Doer, 'ip' | 'userAgent'>

export interface MutualTls {
  /** Newest first. Throws AuthError `service_account_not_found`. */
  list(serviceAccountId: string): Promise<CertificateMapping[]>
  /** The CAs that mappings may be of. */
  issuers(): CertificateIssuer[]
  /**
   * Throws AuthError `invalid_input`, `certificate_mapping_taken`, `certificate_mapping_limit_reached`,
   * `service_account_not_found`.
   */
  create(serviceAccountId: string, mapping: NewMapping, by: Doer): Promise<CertificateMapping>
  /** Its tokens are refused by this process before it resolves. Throws `certificate_mapping_not_found`. */
  remove(serviceAccountId: string, id: string, by: Doer): Promise<void>
  /** The service account that a mapping is of. */
  ownerOf(id: string): Promise<string | null>
  /**
   * Whose certificate this is, of a connection whose holder has proven to have its key. Throws AuthError
   * `client_certificate_needed`, `client_certificate_invalid`, `client_certificate_expired`,
   * `client_certificate_revoked`, `service_account_disabled`, and `unavailable` while the revocation list has lapsed.
   */
  authenticate(der: Uint8Array | undefined, origin: Origin): Promise<CertificateHolder>
  /** A short access token that is bound to the certificate (RFC 8705 §3). */
  exchange(holder: CertificateHolder): Promise<{ accessToken: string; lifetime: number }>
  /** Whether the certificate of this id, its mapping and its service account are alive. */
  isAlive(id: string): Promise<boolean>
  /** Ends the tokens of certificates that are on a revocation list by now. Returns how many certificates. */
  endRevoked(): Promise<number>
}

export interface MutualTlsOptions {
  db: Database
  ports: Ports
  files: TlsFiles
  machineTokens: MachineTokens
  revocations: RevocationLog
  permissions: Permissions
  audit: Audit
}

const pageSize = 500

export function createMutualTls(options: MutualTlsOptions): MutualTls {
  const { db, ports, files, machineTokens, revocations, permissions, audit } = options

  return { list, issuers, create, remove, ownerOf, authenticate, exchange, isAlive, endRevoked }

  async function list(serviceAccountId: string): Promise<CertificateMapping[]> {
    if (!(await findServiceAccount(db, serviceAccountId))) throw new AuthError('service_account_not_found')
    const mappings: CertificateMapping[] = []
    for (const row of await store.listMappings(db, serviceAccountId))
      mappings.push(toMapping(row, await store.listCertificates(db, row, listedCertificates)))
    return mappings
  }

  function issuers(): CertificateIssuer[] {
    return issuersOf(files.current().trust)
  }

  async function create(
    serviceAccountId: string,
    mapping: NewMapping,
    by: Doer,
  ): Promise<CertificateMapping> {
    const { name, kind, scopes, inheritRoles } = mapping
    requireKnownScopes('service_account', scopes)
    const row: MappingRow = {
      id: uuidV7(ports),
      service_account_id: Buffer.from(serviceAccountId.replaceAll('-', ''), 'hex'),
      name,
      selector: selectorOf(kind, requireValue(mapping)),
      issuer: requireIssuer(mapping, issuers()),
      scopes: scopes.join(' '),
      inherits_roles: inheritRoles ? 1 : 0,
      created_at: ports.now(),
    }
    await db
      .transaction(async (tx) => {
        await by.guard?.(tx)
        // Waits for others who make mappings for the same service account.
        if (!(await lockServiceAccount(tx, serviceAccountId)))
          throw new AuthError('service_account_not_found')
        await by.mayGive?.(tx, mapping)
        if ((await store.countMappings(tx, serviceAccountId)) >= mostMappings)
          throw new AuthError('certificate_mapping_limit_reached')
        await store.insertMapping(tx, row)
      })
      .catch(refuseTaken)
    record('certificate_mapping.created', row, by, { scopes, inheritRoles })
    return toMapping(row, [])
  }

  async function remove(serviceAccountId: string, id: string, by: Doer): Promise<void> {
    const { row, entries } = await db.transaction(async (tx) => {
      await by.guard?.(tx)
      const row = await store.lockMapping(tx, serviceAccountId, id)
      if (!row) throw new AuthError('certificate_mapping_not_found')
      const ended = await store.listCertificateIds(tx, row, ports.now())
      await store.deleteMapping(tx, row)
      return { row, entries: await revocations.append(tx, ended.map(asRevoked)) }
    })
    revocations.remember(entries)
    record('certificate_mapping.removed', row, by)
  }

  async function ownerOf(id: string): Promise<string | null> {
    const owner = await store.findOwnerOfMapping(db, id)
    return owner && formatUuid(owner)
  }

  async function authenticate(der: Uint8Array | undefined, origin: Origin): Promise<CertificateHolder> {
    const { trust } = files.current()
    if (!der || !trust) throw new AuthError('client_certificate_needed')
    const certificate = requireCertificate(der)
    const authority = requireIssued(certificate, trust)
    const { row: mapping, account } = await getMapping(certificate, authority)
    if (account.disabledAt !== null) throw new AuthError('service_account_disabled')
    const row = await keep(certificate, mapping, authority, origin)
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

  function requireIssued(certificate: Certificate, trust: Trust): Authority {
    const verdict = decideCertificate(certificate, trust, ports.now())
    if (verdict.ok) return verdict.authority
    const { thumbprint, subject } = certificate
    throw new AuthError(verdict.code, {
      log: { reason: verdict.reason, thumbprint, subject },
      ...(verdict.code === 'unavailable' && { retryAfter: 60 }),
    })
  }

  /** By the most specific of its names, as the CA that has issued it gives them. */
  async function getMapping(certificate: Certificate, { key: issuer }: Authority): Promise<FoundMapping> {
    const { thumbprint, subject } = certificate
    const selectors = selectorsOf(certificate)
    if (!selectors) throw refuse('too many names')
    const rank = ({ row }: FoundMapping): number => selectors.names.indexOf(row.selector)
    const found = await store.findMappings(db, { ...selectors, issuer })
    const [best, ...others] = found.toSorted((a, b) => rank(a) - rank(b))
    if (!best) throw refuse('no mapping')
    // One certificate, two names, two accounts: whose it is would be for the CA to say.
    if (others.some(({ account }) => account.id !== best.account.id))
      throw refuse('names of several accounts')
    await permissions.catchUp(best.changes)
    return best

    function refuse(reason: string): AuthError {
      return new AuthError('client_certificate_invalid', { log: { reason, thumbprint, subject, issuer } })
    }
  }

  /** What is known here of the certificate, with this use of it. */
  async function keep(
    { thumbprint, serial, subject, notAfter }: Certificate,
    mapping: MappingRow,
    { key: issuer }: Authority,
    origin: Origin,
  ): Promise<CertificateRow> {
    const now = ports.now()
    const kept = await store.keepCertificate(db, {
      id: uuidV7(ports),
      mappingId: mapping.id,
      thumbprint,
      issuer,
      serial,
      subject,
      notAfter,
      now,
    })
    if (!kept) throw new AuthError('client_certificate_invalid', { log: { reason: 'the mapping has gone' } })
    const { row, isNew } = kept
    // What was on a list once stays refused, whatever list comes later: an older one, that of another server.
    if (row.revoked_at !== null)
      throw new AuthError('client_certificate_revoked', { log: { thumbprint, subject } })
    if (isNew) record('client_certificate.first_used', mapping, origin, certificateDetail(row))
    else if (row.last_used_at <= now - useInterval) await store.noteUse(db.relaxed, row, now)
    return row
  }

  async function exchange(holder: CertificateHolder): Promise<{ accessToken: string; lifetime: number }> {
    const { certificateId, thumbprint, scopes, account, roles, expiresAt } = holder
    const { accessToken, lifetime } = await machineTokens.issue(
      {
        sub: account.id as UserId,
        client_id: certificateId,
        ...(scopes.length > 0 && { scope: scopes.join(' ') }),
        epoch: account.epoch,
        cnf: { 'x5t#S256': thumbprint },
        roles,
        permissions: permissions.ofRoles(roles),
      },
      { until: expiresAt, revoked: 'client_certificate_revoked' },
    )
    return { accessToken, lifetime: toSeconds(lifetime) }
  }

  async function isAlive(id: string): Promise<boolean> {
    return await store.isCertificateAlive(db, id, ports.now())
  }

  async function endRevoked(): Promise<number> {
    const authorities = files.current().trust?.authorities ?? []
    if (authorities.every(({ list }) => list === null)) return 0
    let ended = 0
    for (let after: Uint8Array = new Uint8Array(16); ;) {
      const rows = await store.listLiveCertificates(db, { after, now: ports.now(), limit: pageSize })
      for (const row of rows.filter((each) => isListed(each, authorities))) if (await end(row)) ended++
      if (rows.length < pageSize) return ended
      after = rows.at(-1)!.id
    }
  }

  async function end({ id }: CertificateRow): Promise<boolean> {
    const { row, entries } = await db.transaction(async (tx) => {
      const row = await store.endCertificate(tx, id, ports.now())
      return { row, entries: await revocations.append(tx, row ? [asRevoked(row)] : []) }
    })
    revocations.remember(entries)
    if (row) audit.record({ kind: 'client_certificate.revoked', detail: certificateDetail(row) })
    return row !== null
  }

  function record(
    kind: AuditInput['kind'],
    { id, service_account_id: owner, name, selector, issuer }: MappingRow,
    { ip, userAgent, ...by }: Origin & Partial<Doer>,
    detail: Record<string, unknown> = {},
  ): void {
    audit.record({
      kind,
      actorId: by.actorId ?? null,
      ip,
      userAgent,
      detail: {
        mappingId: formatUuid(id),
        name,
        ...kindOf(selector),
        ...(issuer !== '' && { issuer }),
        serviceAccountId: formatUuid(owner),
        ...(by.via && { by: by.via }),
        ...detail,
      },
    })
  }
}

function requireCertificate(der: Uint8Array): Certificate {
  const certificate = parseCertificate(der)
  if (certificate) return certificate
  throw new AuthError('client_certificate_invalid', { log: { reason: 'not a certificate' } })
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

/** Serial numbers are of a CA: another of the same name has its own. */
const isListed = ({ issuer, serial }: CertificateRow, authorities: readonly Authority[]): boolean =>
  authorities.some(({ key, list }) => key === issuer && list?.revoked.has(serial))

/** Access tokens name the certificate as their client. */
const asRevoked = ({ id }: { id: Uint8Array }): Revoked => ({ kind: 'client', subject: formatUuid(id) })

const scopesOf = ({ scopes }: MappingRow): string[] => (scopes === '' ? [] : scopes.split(' '))

const certificateDetail = ({ id, thumbprint, serial, subject }: CertificateRow) => ({
  certificateId: formatUuid(id),
  thumbprint,
  serial,
  subject,
})

const toMapping = (row: MappingRow, certificates: CertificateRow[]): CertificateMapping => ({
  id: formatUuid(row.id),
  name: row.name,
  ...kindOf(row.selector),
  issuer: row.issuer === '' ? null : row.issuer,
  scopes: scopesOf(row),
  inheritRoles: row.inherits_roles === 1,
  createdAt: isoTime(row.created_at),
  certificates: certificates.map((each) => ({
    id: formatUuid(each.id),
    thumbprint: each.thumbprint,
    serial: each.serial,
    subject: each.subject,
    expiresAt: isoTime(each.not_after),
    firstUsedAt: isoTime(each.first_used_at),
    lastUsedAt: isoTime(each.last_used_at),
    revokedAt: isoTimeOrNull(each.revoked_at),
  })),
})
