import type { Instant } from '@latchkey/contract'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import { formatUuid, parseUuid } from '../../core/ports/uuid.ts'
import type { ServiceAccount } from './key-holder.ts'
import { rolePattern } from '../users/store.ts'

export interface ServiceAccountRow {
  id: Uint8Array
  name: string
  description: string
  /** JSON array. */
  roles: string
  created_at: Instant
  updated_at: Instant
  disabled_at: Instant | null
  epoch: number
}

/** The columns of {@link ServiceAccountRow}, for those who join the table to their own. */
export const serviceAccountColumns = [
  'id',
  'name',
  'description',
  'roles',
  'created_at',
  'updated_at',
  'disabled_at',
  'epoch',
] as const
const columns = serviceAccountColumns.join(', ')

const find = statement(`SELECT ${columns} FROM service_account WHERE id = :id`)
const findByName = statement(`SELECT ${columns} FROM service_account WHERE name = :name`)
const list = statement(
  `SELECT ${columns} FROM service_account WHERE name > :after ORDER BY name LIMIT :limit`,
)
const lock = statement({
  sqlite: `SELECT ${columns} FROM service_account WHERE id = :id`,
  postgres: `SELECT ${columns} FROM service_account WHERE id = :id FOR NO KEY UPDATE`,
})
const insert = statement(`INSERT INTO service_account (${columns})
  VALUES (:id, :name, :description, :roles, :now, :now, NULL, 0) RETURNING ${columns}`)
const update = statement(`
  UPDATE service_account SET name = :name, description = :description, roles = :roles, disabled_at = :disabledAt, epoch = :epoch,
         updated_at = :now
   WHERE id = :id RETURNING ${columns}`)
const remove = statement('DELETE FROM service_account WHERE id = :id RETURNING id')
const findHolder = statement(`SELECT id FROM service_account WHERE roles LIKE :pattern ESCAPE '\\' LIMIT 1`)

export async function findServiceAccount(db: Queryable, id: string): Promise<ServiceAccount | null> {
  const row = await findOne<ServiceAccountRow>(db, find, { id: parseUuid(id) })
  return row && toServiceAccount(row)
}

export async function findServiceAccountByName(db: Queryable, name: string): Promise<ServiceAccount | null> {
  const row = await findOne<ServiceAccountRow>(db, findByName, { name })
  return row && toServiceAccount(row)
}

/** By name, from behind `after`. */
export async function listServiceAccounts(
  db: Queryable,
  page: { after: string; limit: number },
): Promise<ServiceAccount[]> {
  return (await db.all<ServiceAccountRow>(list, page)).map(toServiceAccount)
}

/** Locks the service account for the rest of the transaction; null if there is none. */
export async function lockServiceAccount(tx: Queryable, id: string): Promise<ServiceAccount | null> {
  const row = await findOne<ServiceAccountRow>(tx, lock, { id: parseUuid(id) })
  return row && toServiceAccount(row)
}

/** Throws UniqueViolation when the name is taken. */
export async function insertServiceAccount(
  tx: Queryable,
  {
    id,
    roles,
    ...given
  }: { id: Uint8Array; name: string; description: string; roles: string[]; now: Instant },
): Promise<ServiceAccount> {
  const [row] = await tx.all<ServiceAccountRow>(insert, { id, ...given, roles: JSON.stringify(roles) })
  return toServiceAccount(row!)
}

/** Throws UniqueViolation when the name is taken. */
export async function saveServiceAccount(
  tx: Queryable,
  { id, name, description, roles, disabledAt, epoch }: ServiceAccount,
  now: Instant,
): Promise<ServiceAccount> {
  const [row] = await tx.all<ServiceAccountRow>(update, {
    id: parseUuid(id),
    name,
    description,
    roles: JSON.stringify(roles),
    disabledAt,
    epoch,
    now,
  })
  return toServiceAccount(row!)
}

/** Its API keys go with it. */
export const deleteServiceAccount = (tx: Queryable, id: string): Promise<unknown[]> =>
  tx.all(remove, { id: parseUuid(id) })

export async function isHeldByServiceAccount(tx: Queryable, role: string): Promise<boolean> {
  return (await findOne(tx, findHolder, { pattern: rolePattern(role) })) !== null
}

export const toServiceAccount = (row: ServiceAccountRow): ServiceAccount => ({
  id: formatUuid(row.id),
  name: row.name,
  description: row.description,
  roles: JSON.parse(row.roles) as string[],
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  disabledAt: row.disabled_at,
  epoch: row.epoch,
})
