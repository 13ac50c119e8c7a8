import type { Instant } from '@latchkey/contract'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

export interface RoleRow {
  name: string
  description: string
  /** JSON array. */
  permissions: string
  built_in: number
  second_factor_required: number
  created_at: Instant
  updated_at: Instant
}

const columns = 'name, description, permissions, built_in, second_factor_required, created_at, updated_at'

const list = statement(`SELECT ${columns} FROM role ORDER BY name`)
const listAfter = statement(`SELECT ${columns} FROM role WHERE name > :after ORDER BY name LIMIT :limit`)
const find = statement(`SELECT ${columns} FROM role WHERE name = :name`)
const insert = statement(`INSERT INTO role (${columns})
  VALUES (:name, :description, :permissions, :built_in, :second_factor_required, :created_at, :updated_at)`)
const update =
  statement(`UPDATE role SET description = :description, permissions = :permissions, updated_at = :updated_at
  WHERE name = :name AND built_in = 0 RETURNING name`)
// Covers every role: the all-powerful one should be the first to require it.
const demand = statement(
  'UPDATE role SET second_factor_required = :required, updated_at = :now WHERE name = :name',
)
// Changes of roles and of their holders run one after the other: a check under this lock holds until the commit.
const lock = statement({
  sqlite: `SELECT name FROM role WHERE name = 'admin'`,
  postgres: `SELECT name FROM role WHERE name = 'admin' FOR UPDATE`,
})
const remove = statement('DELETE FROM role WHERE name = :name AND built_in = 0 RETURNING name')

/** Waits for every other transaction that changes roles or grants them. */
export const lockRoles = (tx: Queryable): Promise<unknown[]> => tx.all(lock)

export const listRoles = (db: Queryable): Promise<RoleRow[]> => db.all<RoleRow>(list)
/** By name, from behind `after`. */
export const listRolesAfter = (db: Queryable, page: { after: string; limit: number }): Promise<RoleRow[]> =>
  db.all<RoleRow>(listAfter, page)
export const findRole = (db: Queryable, name: string): Promise<RoleRow | null> =>
  findOne<RoleRow>(db, find, { name })
export const insertRole = (tx: Queryable, row: RoleRow): Promise<unknown[]> => tx.all(insert, { ...row })
export const updateRole = (
  tx: Queryable,
  change: Pick<RoleRow, 'name' | 'description' | 'permissions' | 'updated_at'>,
): Promise<unknown[]> => tx.all(update, { ...change })
export const saveRoleDemand = (
  tx: Queryable,
  name: string,
  required: boolean,
  now: Instant,
): Promise<unknown[]> => tx.all(demand, { name, required: required ? 1 : 0, now })
export const deleteRole = (tx: Queryable, name: string): Promise<unknown[]> => tx.all(remove, { name })
