import type { Instant, UserId } from '@latchkey/contract'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import { parseUuid } from '../../core/ports/uuid.ts'
import { type Account, accountColumns, type AccountRow, toAccount } from '../../identity/users/account.ts'

const find = statement('SELECT hash, version FROM password_credential WHERE user_id = :userId')
const findHolder = (which: string) =>
  statement(`
  SELECT ${accountColumns}, hash, version FROM user_account LEFT JOIN password_credential ON user_id = id WHERE ${which}`)
const findHolderById = findHolder('id = :id')
const findHolderByLookup = findHolder('email_lookup = :lookup')
const upsert = statement(`
  INSERT INTO password_credential AS c (user_id, hash, version, changed_at) VALUES (:userId, :hash, 1, :now)
  ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, version = c.version + 1, changed_at = excluded.changed_at`)
const upgrade = statement(
  'UPDATE password_credential SET hash = :hash WHERE user_id = :userId AND hash = :from',
)
const remove = statement('DELETE FROM password_credential WHERE user_id = :userId')

export interface PasswordCredential {
  /** PHC string or a foreign format. */
  hash: string
  /** Rises with every change of the password; an upgrade of the hash keeps it. */
  version: number
}

export const findPassword = (db: Queryable, userId: UserId): Promise<PasswordCredential | null> =>
  findOne<PasswordCredential>(db, find, { userId: parseUuid(userId) })

/** A user, and the password where there is one. */
export interface PasswordHolder {
  account: Account
  credential: PasswordCredential | null
}

export const findPasswordHolder = async (db: Queryable, id: UserId): Promise<PasswordHolder | null> =>
  toHolder(await findOne<HolderRow>(db, findHolderById, { id: parseUuid(id) }))

/** `lookup` is the normalised address. */
export const findPasswordHolderByEmail = async (
  db: Queryable,
  lookup: string,
): Promise<PasswordHolder | null> => toHolder(await findOne<HolderRow>(db, findHolderByLookup, { lookup }))

type HolderRow = AccountRow & { [Field in keyof PasswordCredential]: PasswordCredential[Field] | null }

function toHolder(row: HolderRow | null): PasswordHolder | null {
  if (!row) return null
  const { hash, version } = row
  const credential = hash === null || version === null ? null : { hash, version }
  return { account: toAccount(row), credential }
}

export const savePasswordHash = (
  tx: Queryable,
  userId: UserId,
  hash: string,
  now: Instant,
): Promise<unknown[]> => tx.all(upsert, { userId: parseUuid(userId), hash, now })

/** Replaces a hash by a stronger one of the same password, unless the password was changed meanwhile. */
export const upgradePasswordHash = (
  db: Queryable,
  userId: UserId,
  from: string,
  hash: string,
): Promise<unknown[]> => db.all(upgrade, { userId: parseUuid(userId), from, hash })

export const deletePasswordHash = (tx: Queryable, userId: UserId): Promise<unknown[]> =>
  tx.all(remove, { userId: parseUuid(userId) })
