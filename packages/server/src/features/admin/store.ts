import type { Instant, UserId } from '@latchkey/contract'
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

// An attack says so once; of several of one network the newest is the one that may go on. By an index of its own each.
const listSprays = statement(`
  SELECT id, at, detail, NOT EXISTS (
           SELECT 1 FROM audit_event n WHERE n.kind = 'login.spraying_suspected' AND n.detail = a.detail AND n.id > a.id
         ) AS newest
    FROM audit_event a
   WHERE kind = 'login.spraying_suspected' AND id < :before
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

/** An attack by password spraying, as the audit trail holds it. */
export interface SprayRow {
  id: Uint8Array
  at: Instant
  detail: string
  newest: number | boolean
}

/** Newest first; `before` is the id of the last one of the page before. */
export const listSprayRows = (
  db: Queryable,
  { before, limit }: { before: Uint8Array | null; limit: number },
): Promise<SprayRow[]> => db.all<SprayRow>(listSprays, { before: before ?? afterEverything, limit })
