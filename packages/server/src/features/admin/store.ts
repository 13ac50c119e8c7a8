import type { UserId } from '@latchkey/contract'
import { parseUuid } from '../../core/ports/uuid.ts'
import { type Account, type AccountRow, toAccount } from '../../identity/users/account.ts'
import { escapeLike, foldName, rolePattern } from '../../identity/users/store.ts'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

/** A user as an administrator sees them. */
export interface UserEntry {
  account: Account
  hasPassword: boolean
}

export interface UserFilter {
  search?: string | undefined
  role?: string | undefined
  status?: 'active' | 'disabled' | undefined
  emailVerified?: 'true' | 'false' | undefined
}

type UserRow = AccountRow & { has_password: number | boolean }

const columns = `id, email, email_verified_at, name, locale, roles, created_at, updated_at, disabled_at,
  EXISTS (SELECT 1 FROM password_credential WHERE user_id = id) AS has_password`

const find = statement(`SELECT ${columns} FROM user_account WHERE id = :id`)
// Ids are in the order of time, so the primary key is the order of the list.
const list = statement(`
  SELECT ${columns} FROM user_account
   WHERE id < :before
     AND (CAST(:search AS TEXT) IS NULL OR email_lookup LIKE :search ESCAPE '\\' OR name_lookup LIKE :search ESCAPE '\\')
     AND (CAST(:role AS TEXT) IS NULL OR roles LIKE :role ESCAPE '\\')
     AND (CAST(:status AS TEXT) IS NULL OR (disabled_at IS NOT NULL) = (:status = 'disabled'))
     AND (CAST(:emailVerified AS TEXT) IS NULL OR (email_verified_at IS NOT NULL) = (:emailVerified = 'true'))
   ORDER BY id DESC LIMIT :limit`)

const afterEverything = new Uint8Array(16).fill(0xff)

export async function findUser(db: Queryable, id: UserId): Promise<UserEntry | null> {
  const row = await findOne<UserRow>(db, find, { id: parseUuid(id) })
  return row && toEntry(row)
}

/** Newest first; `before` is the id of the last user of the page before. */
export async function listUsers(
  db: Queryable,
  { search, role, status, emailVerified }: UserFilter,
  { before, limit }: { before: Uint8Array | null; limit: number },
): Promise<UserEntry[]> {
  const rows = await db.all<UserRow>(list, {
    before: before ?? afterEverything,
    search: search === undefined ? null : `%${escapeLike(foldName(search) ?? '')}%`,
    role: role === undefined ? null : rolePattern(role),
    status: status ?? null,
    emailVerified: emailVerified ?? null,
    limit,
  })
  return rows.map(toEntry)
}

const toEntry = (row: UserRow): UserEntry => ({
  account: toAccount(row),
  hasPassword: Boolean(row.has_password),
})
