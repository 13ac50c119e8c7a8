import type { Instant, UserId } from '@latchkey/contract'
import { findOne, type Queryable } from '../../db/database.ts'
import { type Params, statement, type Statement } from '../../db/statement.ts'
import { formatUuid, parseUuid } from '../../core/ports/uuid.ts'
import { type Account, accountColumns, type AccountRow, toAccount } from './account.ts'

const findById = statement(`SELECT ${accountColumns} FROM user_account WHERE id = :id`)
const findByLookup = statement(`SELECT ${accountColumns} FROM user_account WHERE email_lookup = :lookup`)
const insert = statement(`
  INSERT INTO user_account (id, email, email_lookup, email_verified_at, name, name_lookup, locale, roles, created_at, updated_at)
  VALUES (:id, :email, :lookup, :emailVerifiedAt, :name, :nameLookup, :locale, :roles, :now, :now)
  RETURNING ${accountColumns}`)
// One column each: a row that was read before must not overwrite concurrent changes.
const update = (columns: string) =>
  statement(
    `UPDATE user_account SET ${columns}, updated_at = :now WHERE id = :id RETURNING ${accountColumns}`,
  )
const updateEmail = update('email = :email, email_lookup = :lookup, email_verified_at = :verifiedAt')
const updateVerified = update('email_verified_at = :verifiedAt')
const updateName = update('name = :name, name_lookup = :nameLookup')
const updateLocale = update('locale = :locale')
const updateRoles = update('roles = :roles')
const updateDisabled = update('disabled_at = :disabledAt')
const remove = statement('DELETE FROM user_account WHERE id = :id RETURNING id')
const countAdministrators = statement(
  `SELECT count(*) AS count FROM user_account WHERE disabled_at IS NULL AND roles LIKE '%"admin"%' AND id <> :except`,
)
// Two administrators who demote each other at the same moment wait here for one another.
const lockAdministrators = statement({
  sqlite: `SELECT name FROM role WHERE name = 'admin'`,
  postgres: `SELECT name FROM role WHERE name = 'admin' FOR UPDATE`,
})
const findHolders = statement(
  `SELECT id FROM user_account WHERE roles LIKE :pattern ESCAPE '\\' AND id > :after ORDER BY id LIMIT :limit`,
)

export interface NewAccount {
  id: Uint8Array
  email: string
  lookup: string
  emailVerifiedAt: Instant | null
  name: string | null
  locale: string | null
  roles: string[]
  now: Instant
}

export async function findAccount(db: Queryable, id: UserId): Promise<Account | null> {
  const row = await findOne<AccountRow>(db, findById, { id: parseUuid(id) })
  return row && toAccount(row)
}

/** `lookup` is the normalised address. */
export async function findAccountByEmail(db: Queryable, lookup: string): Promise<Account | null> {
  const row = await findOne<AccountRow>(db, findByLookup, { lookup })
  return row && toAccount(row)
}

/** Throws UniqueViolation when the address is taken. */
export async function insertAccount(tx: Queryable, { roles, ...account }: NewAccount): Promise<Account> {
  const [row] = await tx.all<AccountRow>(insert, {
    ...account,
    nameLookup: foldName(account.name),
    roles: JSON.stringify(roles),
  })
  return toAccount(row!)
}

/** Throws UniqueViolation when the address is taken. `lookup` is the normalised address. */
export const saveEmail = (
  tx: Queryable,
  id: UserId,
  saved: { email: string; lookup: string; verifiedAt: Instant | null; now: Instant },
): Promise<Account> => save(tx, updateEmail, id, saved)

export const saveVerified = (
  tx: Queryable,
  id: UserId,
  saved: { verifiedAt: Instant | null; now: Instant },
): Promise<Account> => save(tx, updateVerified, id, saved)

export const saveName = (
  tx: Queryable,
  id: UserId,
  { name, now }: { name: string | null; now: Instant },
): Promise<Account> => save(tx, updateName, id, { name, nameLookup: foldName(name), now })

export const saveLocale = (
  tx: Queryable,
  id: UserId,
  saved: { locale: string | null; now: Instant },
): Promise<Account> => save(tx, updateLocale, id, saved)

export const saveRoles = (
  tx: Queryable,
  id: UserId,
  { roles, now }: { roles: readonly string[]; now: Instant },
): Promise<Account> => save(tx, updateRoles, id, { roles: JSON.stringify(roles), now })

export const saveDisabled = (
  tx: Queryable,
  id: UserId,
  saved: { disabledAt: Instant | null; now: Instant },
): Promise<Account> => save(tx, updateDisabled, id, saved)

/** Updates the locked user, and returns them as they are afterwards. */
async function save(tx: Queryable, update: Statement, id: UserId, values: Params): Promise<Account> {
  const [row] = await tx.all<AccountRow>(update, { ...values, id: parseUuid(id) })
  return toAccount(row!)
}

export const deleteAccount = (tx: Queryable, id: UserId): Promise<unknown[]> =>
  tx.all(remove, { id: parseUuid(id) })

/** Enabled administrators other than `except`. */
export async function countOtherAdministrators(tx: Queryable, except: UserId | null): Promise<number> {
  await tx.all(lockAdministrators)
  const id = except ? parseUuid(except) : new Uint8Array(0)
  const row = await findOne<{ count: number }>(tx, countAdministrators, { except: id })
  return row!.count
}

/** The ids of users who hold a role, after `after` in the order of ids. */
export async function listHolders(
  tx: Queryable,
  role: string,
  { after, limit }: { after: UserId | null; limit: number },
): Promise<UserId[]> {
  const from = after ? parseUuid(after) : new Uint8Array(0)
  const rows = await tx.all<{ id: Uint8Array }>(findHolders, {
    pattern: rolePattern(role),
    after: from,
    limit,
  })
  return rows.map(({ id }) => formatUuid(id) as UserId)
}

/** Finds a role in the JSON list of them, with `ESCAPE '\'`: `_` is common in names, and a wildcard. */
export const rolePattern = (role: string): string => `%${escapeLike(JSON.stringify(role))}%`

export const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&')

/** As names are compared when searched: the databases' own lower() knows only ASCII. */
export const foldName = (name: string | null): string | null => name && name.normalize('NFKC').toLowerCase()
