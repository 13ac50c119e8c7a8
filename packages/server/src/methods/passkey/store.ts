import type { Instant, UserId } from '@latchkey/contract'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import { parseUuid } from '../../core/ports/uuid.ts'

export interface PasskeyRow {
  id: Uint8Array
  user_id: Uint8Array
  credential_id: Uint8Array
  public_key: Uint8Array
  algorithm: number
  aaguid: Uint8Array
  /** Separated by spaces. */
  transports: string
  name: string
  sign_count: number
  backup_eligible: number
  backed_up: number
  /** The same for all passkeys of a user. */
  asked_after_password: number
  created_at: Instant
  last_used_at: Instant | null
  suspected_at: Instant | null
}

const columns =
  'id, user_id, credential_id, public_key, algorithm, aaguid, transports, name, sign_count, backup_eligible, backed_up, asked_after_password, created_at, last_used_at, suspected_at'

const insert = statement(`INSERT INTO passkey (${columns}) VALUES
  (:id, :user_id, :credential_id, :public_key, :algorithm, :aaguid, :transports, :name, :sign_count, :backup_eligible, :backed_up, :asked_after_password, :created_at, :last_used_at, :suspected_at)`)
const find = statement(`SELECT ${columns} FROM passkey WHERE credential_id = :credentialId`)
const list = statement(`SELECT ${columns} FROM passkey WHERE user_id = :userId ORDER BY id`)
// Only one of two requests with the same count advances it.
const use = statement(`
  UPDATE passkey SET sign_count = :signCount, backed_up = :backedUp, last_used_at = :now
  WHERE id = :id AND (sign_count < :signCount OR (sign_count = 0 AND :signCount = 0)) RETURNING id`)
const suspect = statement(
  'UPDATE passkey SET suspected_at = :now WHERE id = :id AND suspected_at IS NULL RETURNING id',
)
const rename = statement(
  `UPDATE passkey SET name = :name WHERE id = :id AND user_id = :userId RETURNING ${columns}`,
)
const ask = statement('UPDATE passkey SET asked_after_password = :asked WHERE user_id = :userId RETURNING id')
const remove = statement(`DELETE FROM passkey WHERE id = :id AND user_id = :userId RETURNING ${columns}`)
const removeSince = statement('DELETE FROM passkey WHERE user_id = :userId AND created_at >= :since')

/** Throws UniqueViolation if the credential is known already, whoever has it. */
export const insertPasskey = (tx: Queryable, row: PasskeyRow): Promise<unknown[]> =>
  tx.all(insert, { ...row })

export const findPasskey = (db: Queryable, credentialId: Uint8Array): Promise<PasskeyRow | null> =>
  findOne<PasskeyRow>(db, find, { credentialId })

/** Oldest first. */
export const listPasskeys = (db: Queryable, userId: UserId): Promise<PasskeyRow[]> =>
  db.all<PasskeyRow>(list, { userId: parseUuid(userId) })

export interface PasskeyUse {
  id: Uint8Array
  signCount: number
  backedUp: number
  now: Instant
}

/** False if it is gone, or its counter is not behind. */
export async function usePasskey(tx: Queryable, used: PasskeyUse): Promise<boolean> {
  return (await tx.all(use, { ...used })).length > 0
}

/** False if that was noted before. */
export async function suspectPasskey(tx: Queryable, id: Uint8Array, now: Instant): Promise<boolean> {
  return (await tx.all(suspect, { id, now })).length > 0
}

export const renamePasskey = (
  db: Queryable,
  userId: UserId,
  { id, name }: { id: string; name: string },
): Promise<PasskeyRow | null> =>
  findOne<PasskeyRow>(db, rename, { id: parseUuid(id), userId: parseUuid(userId), name })

/** Returns the number of the user's passkeys. */
export async function askAfterPassword(tx: Queryable, userId: UserId, asked: boolean): Promise<number> {
  return (await tx.all(ask, { userId: parseUuid(userId), asked: asked ? 1 : 0 })).length
}

export const removePasskey = (tx: Queryable, userId: UserId, id: string): Promise<PasskeyRow | null> =>
  findOne<PasskeyRow>(tx, remove, { id: parseUuid(id), userId: parseUuid(userId) })

export const removePasskeysSince = (tx: Queryable, userId: UserId, since: Instant): Promise<unknown[]> =>
  tx.all(removeSince, { userId: parseUuid(userId), since })
