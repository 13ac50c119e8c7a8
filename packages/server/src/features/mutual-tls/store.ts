import type { Instant } from '@latchkey/contract'
import { parseUuid } from '../../core/ports/uuid.ts'
import {
  serviceAccountColumns,
  type ServiceAccountRow,
  toServiceAccount,
} from '../../identity/service-accounts/store.ts'
import type { ServiceAccount } from '../../identity/service-accounts/key-holder.ts'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

export interface MappingRow {
  id: Uint8Array
  service_account_id: Uint8Array
  name: string
  /** The form that `selector.ts` writes. */
  selector: string
  /** The key of the CA that must have issued them, as `policy.ts` says it; empty for a thumbprint. */
  issuer: string
  /** Separated by spaces. */
  scopes: string
  inherits_roles: number
  created_at: Instant
}

/** A certificate presented for a mapping. */
export interface CertificateRow {
  id: Uint8Array
  mapping_id: Uint8Array
  thumbprint: string
  /** The key of its issuing CA: that CA's revocation lists contain the serial number. */
  issuer: string
  serial: string
  subject: string
  not_after: Instant
  first_used_at: Instant
  last_used_at: Instant
  revoked_at: Instant | null
}

/** A mapping together with its service account, in one look. */
export interface FoundMapping {
  row: MappingRow
  account: ServiceAccount
  /** How often keys and roles had changed when this was read. */
  changes: number
}

const mappingNames = [
  'id',
  'service_account_id',
  'name',
  'selector',
  'issuer',
  'scopes',
  'inherits_roles',
  'created_at',
]
const mappingColumns = mappingNames.join(', ')
const certificateNames = [
  'id',
  'mapping_id',
  'thumbprint',
  'issuer',
  'serial',
  'subject',
  'not_after',
  'first_used_at',
  'last_used_at',
  'revoked_at',
]
const certificateColumns = certificateNames.join(', ')
const joined = [
  ...mappingNames.map((name) => `m.${name}`),
  ...serviceAccountColumns.map((name) => `s.${name} AS service_${name}`),
].join(', ')

const findWithAccount = (listed: string) => `
  SELECT ${joined}, (SELECT changes FROM revocation_head) AS changes
    FROM certificate_mapping m JOIN service_account s ON s.id = m.service_account_id
   WHERE m.selector IN (${listed}) AND (m.issuer = :issuer OR m.selector = :exact)`
const findBySelectors = statement({
  sqlite: findWithAccount('SELECT value FROM json_each(:selectors)'),
  postgres: findWithAccount('SELECT json_array_elements_text(:selectors::json)'),
})
const insert = statement(
  `INSERT INTO certificate_mapping (${mappingColumns}) VALUES (${mappingNames.map((name) => `:${name}`).join(', ')})`,
)
const list = statement(`SELECT ${mappingColumns} FROM certificate_mapping
  WHERE service_account_id = :serviceAccountId ORDER BY id DESC`)
const count = statement(
  'SELECT count(*) AS count FROM certificate_mapping WHERE service_account_id = :serviceAccountId',
)
const findOwner = statement('SELECT service_account_id FROM certificate_mapping WHERE id = :id')
// A concurrent request with a certificate of this mapping waits, and then finds none.
const lock = statement({
  sqlite: `SELECT ${mappingColumns} FROM certificate_mapping
            WHERE id = :id AND service_account_id = :serviceAccountId`,
  postgres: `SELECT ${mappingColumns} FROM certificate_mapping
              WHERE id = :id AND service_account_id = :serviceAccountId FOR UPDATE`,
})
const remove = statement('DELETE FROM certificate_mapping WHERE id = :id RETURNING id')

// Only one of several concurrent requests with a new certificate writes the row. The insert waits for a concurrent
// removal of the mapping, and then writes nothing.
const insertOf = (mapping: string) => `
  INSERT INTO client_certificate (${certificateColumns})
  SELECT :id, m.id, :thumbprint, :issuer, :serial, :subject, :notAfter, :now, :now, NULL ${mapping}
  ON CONFLICT (mapping_id, thumbprint) DO NOTHING
  RETURNING ${certificateColumns}`
const insertCertificate = statement({
  sqlite: insertOf('FROM certificate_mapping m WHERE m.id = :mappingId'),
  postgres: insertOf('FROM (SELECT id FROM certificate_mapping WHERE id = :mappingId FOR KEY SHARE) m'),
})
const findCertificateOf = statement(`SELECT ${certificateColumns} FROM client_certificate
  WHERE mapping_id = :mappingId AND thumbprint = :thumbprint`)
const use = statement(
  'UPDATE client_certificate SET last_used_at = :now WHERE id = :id AND last_used_at = :before RETURNING id',
)
const listOfMapping = statement(`SELECT ${certificateColumns} FROM client_certificate
  WHERE mapping_id = :mappingId ORDER BY last_used_at DESC, id DESC LIMIT :limit`)
const idsOfMapping = statement(
  'SELECT id FROM client_certificate WHERE mapping_id = :mappingId AND not_after > :now',
)
const listLive = statement(`SELECT ${certificateColumns} FROM client_certificate
  WHERE revoked_at IS NULL AND not_after > :now AND id > :after ORDER BY id LIMIT :limit`)
// A second request has nothing to announce.
const end = statement(`
  UPDATE client_certificate SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL RETURNING ${certificateColumns}`)
const findAlive = statement(`
  SELECT c.id FROM client_certificate c
    JOIN certificate_mapping m ON m.id = c.mapping_id
    JOIN service_account s ON s.id = m.service_account_id
   WHERE c.id = :id AND c.revoked_at IS NULL AND c.not_after > :now AND s.disabled_at IS NULL`)
const removeOld = statement(`
  DELETE FROM client_certificate WHERE id IN
    (SELECT id FROM client_certificate WHERE not_after < :before LIMIT :limit) RETURNING id`)

/** Names match only under the CA that has given them; the certificate's own selector (`exact`) matches under any. */
export async function findMappings(
  db: Queryable,
  { exact, names, issuer }: { exact: string; names: readonly string[]; issuer: string },
): Promise<FoundMapping[]> {
  const selectors = JSON.stringify([exact, ...names])
  const rows = await db.all<MappingRow & Joined>(findBySelectors, { selectors, exact, issuer })
  return rows.map((row) => ({ row, account: accountOf(row), changes: row.changes }))
}

/** Throws UniqueViolation if another mapping has the selector under the same issuer. */
export const insertMapping = (tx: Queryable, row: MappingRow): Promise<unknown[]> =>
  tx.all(insert, { ...row })

/** Newest first. */
export const listMappings = (db: Queryable, serviceAccountId: string): Promise<MappingRow[]> =>
  db.all<MappingRow>(list, { serviceAccountId: parseUuid(serviceAccountId) })

export async function countMappings(tx: Queryable, serviceAccountId: string): Promise<number> {
  return (await findOne<{ count: number }>(tx, count, { serviceAccountId: parseUuid(serviceAccountId) }))!
    .count
}

/** Returns the id of a mapping's service account. */
export async function findOwnerOfMapping(db: Queryable, id: string): Promise<Uint8Array | null> {
  const row = await findOne<Pick<MappingRow, 'service_account_id'>>(db, findOwner, { id: parseUuid(id) })
  return row && row.service_account_id
}

/** Locks the mapping for the rest of the transaction; null if there is none. */
export const lockMapping = (
  tx: Queryable,
  serviceAccountId: string,
  id: string,
): Promise<MappingRow | null> =>
  findOne<MappingRow>(tx, lock, { id: parseUuid(id), serviceAccountId: parseUuid(serviceAccountId) })

/** Its certificates go with it. */
export const deleteMapping = (tx: Queryable, { id }: MappingRow): Promise<unknown[]> => tx.all(remove, { id })

export interface NewCertificate {
  id: Uint8Array
  mappingId: Uint8Array
  thumbprint: string
  issuer: string
  serial: string
  subject: string
  notAfter: Instant
  now: Instant
}

/** Returns the stored certificate, and true if it was new; null if the mapping has gone. */
export async function keepCertificate(
  db: Queryable,
  certificate: NewCertificate,
): Promise<{ row: CertificateRow; isNew: boolean } | null> {
  const { mappingId, thumbprint } = certificate
  const known = await findOne<CertificateRow>(db, findCertificateOf, { mappingId, thumbprint })
  if (known) return { row: known, isNew: false }
  const made = await findOne<CertificateRow>(db, insertCertificate, { ...certificate })
  if (made) return { row: made, isNew: true }
  const other = await findOne<CertificateRow>(db, findCertificateOf, { mappingId, thumbprint })
  return other && { row: other, isNew: false }
}

export const noteUse = (
  db: Queryable,
  { id, last_used_at: before }: CertificateRow,
  now: Instant,
): Promise<unknown[]> => db.all(use, { id, before, now })

/** The last used first. */
export const listCertificates = (
  db: Queryable,
  { id: mappingId }: MappingRow,
  limit: number,
): Promise<CertificateRow[]> => db.all<CertificateRow>(listOfMapping, { mappingId, limit })

/** Certificates that may have live tokens. */
export const listCertificateIds = (
  tx: Queryable,
  { id: mappingId }: MappingRow,
  now: Instant,
): Promise<{ id: Uint8Array }[]> => tx.all(idsOfMapping, { mappingId, now })

/** By id, from `after` on. */
export const listLiveCertificates = (
  db: Queryable,
  page: { after: Uint8Array; now: Instant; limit: number },
): Promise<CertificateRow[]> => db.all<CertificateRow>(listLive, page)

/** Null if it had already ended. */
export const endCertificate = (tx: Queryable, id: Uint8Array, now: Instant): Promise<CertificateRow | null> =>
  findOne<CertificateRow>(tx, end, { id, now })

/** True if a certificate, its mapping and its service account are alive; takes its id here. */
export async function isCertificateAlive(db: Queryable, id: string, now: Instant): Promise<boolean> {
  return (await findOne(db, findAlive, { id: parseUuid(id), now })) !== null
}

export const removeOldCertificates = (db: Queryable, before: Instant, limit: number): Promise<unknown[]> =>
  db.all(removeOld, { before, limit })

type Joined = { changes: number } & {
  [Field in keyof ServiceAccountRow as `service_${Field}`]: ServiceAccountRow[Field]
}

function accountOf(row: MappingRow & Joined): ServiceAccount {
  const fields = row as unknown as Record<string, unknown>
  return toServiceAccount(
    Object.fromEntries(
      serviceAccountColumns.map((name) => [name, fields[`service_${name}`]]),
    ) as unknown as ServiceAccountRow,
  )
}
