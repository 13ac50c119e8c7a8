import type { Instant, UserId } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import { parseUuid } from '../../core/ports/uuid.ts'

export interface TrustedDeviceRow {
  id: Uint8Array
  user_id: Uint8Array
  secret_hash: Uint8Array
  label: string
  ip: string | null
  created_at: Instant
  last_used_at: Instant
  expires_at: Instant
}

const columns = 'id, user_id, secret_hash, label, ip, created_at, last_used_at, expires_at'

const insert = statement(`INSERT INTO trusted_device (${columns})
  VALUES (:id, :user_id, :secret_hash, :label, :ip, :created_at, :last_used_at, :expires_at)`)
const removeBeyond = statement(`DELETE FROM trusted_device WHERE user_id = :userId AND id NOT IN
  (SELECT id FROM trusted_device WHERE user_id = :userId ORDER BY id DESC LIMIT :most)`)
const find = statement(
  `SELECT ${columns} FROM trusted_device WHERE user_id = :userId AND secret_hash = :secretHash AND expires_at > :now`,
)
const use = statement(
  'UPDATE trusted_device SET last_used_at = :now WHERE id = :id AND expires_at > :now RETURNING id',
)
const list = statement(
  `SELECT ${columns} FROM trusted_device WHERE user_id = :userId AND expires_at > :now ORDER BY last_used_at DESC`,
)
const remove = statement('DELETE FROM trusted_device WHERE id = :id AND user_id = :userId RETURNING id')
const removeOfUser = statement('DELETE FROM trusted_device WHERE user_id = :userId')
const removeBefore = statement('DELETE FROM trusted_device WHERE created_at < :before')
const removeExpired = statement(`DELETE FROM trusted_device WHERE id IN
  (SELECT id FROM trusted_device WHERE expires_at < :now ORDER BY expires_at LIMIT :limit) RETURNING id`)

export const insertTrustedDevice = (tx: Queryable, row: TrustedDeviceRow): Promise<unknown[]> =>
  tx.all(insert, { ...row })

/** All but the newest. */
export const removeTrustBeyond = (tx: Queryable, userId: UserId, most: number): Promise<unknown[]> =>
  tx.all(removeBeyond, { userId: parseUuid(userId), most })

export const findTrustedDevices = (
  db: Queryable,
  by: { userId: UserId; secretHash: Uint8Array; now: Instant },
): Promise<TrustedDeviceRow[]> => db.all<TrustedDeviceRow>(find, { ...by, userId: parseUuid(by.userId) })

/** False when it was removed or has expired meanwhile. */
export async function useTrustedDevice(tx: Queryable, id: Uint8Array, now: Instant): Promise<boolean> {
  return (await tx.all(use, { id, now })).length > 0
}

export const listTrustedDevices = (
  db: Queryable,
  userId: UserId,
  now: Instant,
): Promise<TrustedDeviceRow[]> => db.all<TrustedDeviceRow>(list, { userId: parseUuid(userId), now })

export async function removeTrustedDevice(db: Queryable, userId: UserId, id: Uint8Array): Promise<boolean> {
  return (await db.all(remove, { userId: parseUuid(userId), id })).length > 0
}

export const removeTrustedDevices = (tx: Queryable, userId: UserId): Promise<unknown[]> =>
  tx.all(removeOfUser, { userId: parseUuid(userId) })

export const removeTrustedDevicesBefore = (tx: Queryable, before: Instant): Promise<unknown[]> =>
  tx.all(removeBefore, { before })

export const removeExpiredTrust = (db: Queryable, now: Instant, limit: number): Promise<unknown[]> =>
  db.all(removeExpired, { now, limit })
