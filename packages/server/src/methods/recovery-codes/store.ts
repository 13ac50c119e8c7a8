import type { Instant, UserId } from '@latchkey/contract'
import { parseUuid } from '../../core/ports/uuid.ts'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { SealedValues } from '../../core/secrets/sealed-values.ts'

export interface Standing {
  left: number
  /** When they were made; null where there are none. */
  since: Instant | null
}

const insert = statement(
  'INSERT INTO recovery_code (user_id, hash, created_at) VALUES (:userId, :hash, :now)',
)
const find = statement(
  'SELECT hash FROM recovery_code WHERE user_id = :userId AND hash = :hash AND used_at IS NULL',
)
// Only one of several requests with the same code finds it unused.
const use = statement(`UPDATE recovery_code SET used_at = :now
  WHERE user_id = :userId AND hash = :hash AND used_at IS NULL RETURNING hash`)
const stand = statement(`SELECT count(*) - count(used_at) AS left_over, min(created_at) AS since
  FROM recovery_code WHERE user_id = :userId`)
const countByKey = statement(`SELECT substr(hash, 1, 1) AS "keyId", count(*) AS count FROM recovery_code
  WHERE used_at IS NULL GROUP BY 1`)
const remove = statement('DELETE FROM recovery_code WHERE user_id = :userId RETURNING hash')

export const keyedCodes: SealedValues = { name: 'recovery codes', purpose: 'recovery-codes', countByKey }

export async function replaceCodes(
  tx: Queryable,
  userId: UserId,
  hashes: readonly Uint8Array[],
  now: Instant,
): Promise<void> {
  await deleteCodes(tx, userId)
  for (const hash of hashes) await tx.all(insert, { userId: parseUuid(userId), hash, now })
}

export async function isUnused(db: Queryable, userId: UserId, hash: Uint8Array): Promise<boolean> {
  return (await findOne(db, find, { userId: parseUuid(userId), hash })) !== null
}

/** False when it was used before, or there are new ones. */
export async function useCode(
  tx: Queryable,
  userId: UserId,
  hash: Uint8Array,
  now: Instant,
): Promise<boolean> {
  return (await tx.all(use, { userId: parseUuid(userId), hash, now })).length > 0
}

export async function readStanding(db: Queryable, userId: UserId): Promise<Standing> {
  const row = await findOne<{ left_over: number; since: Instant | null }>(db, stand, {
    userId: parseUuid(userId),
  })
  return { left: row?.left_over ?? 0, since: row?.since ?? null }
}

/** False where there were none. */
export async function deleteCodes(tx: Queryable, userId: UserId): Promise<boolean> {
  return (await tx.all(remove, { userId: parseUuid(userId) })).length > 0
}
