import type { Instant, UserId } from '@latchkey/contract'
import { formatUuid, parseUuid } from '../../core/ports/uuid.ts'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

/** A number that its user has verified. */
export interface PhoneRecord {
  userId: UserId
  /** E.164. */
  number: string
  verifiedAt: Instant
  /** When a code to it was last answered. */
  provenAt: Instant
  /** True if a code to it is asked for after another proof. */
  secondFactor: boolean
}

interface Row {
  user_id: Uint8Array
  number: string
  verified_at: Instant
  proven_at: Instant
  second_factor: number
}

const columns = 'user_id, number, verified_at, proven_at, second_factor'

const findByUser = statement(`SELECT ${columns} FROM phone WHERE user_id = :userId`)
const findByNumber = statement(`SELECT ${columns} FROM phone WHERE number = :number`)
const upsert = statement(`
  INSERT INTO phone (${columns}) VALUES (:userId, :number, :now, :now, :secondFactor)
  ON CONFLICT (user_id) DO UPDATE SET number = excluded.number, verified_at = excluded.verified_at,
    proven_at = excluded.proven_at, second_factor = excluded.second_factor
  RETURNING ${columns}`)
const setFactor = statement(
  'UPDATE phone SET second_factor = :secondFactor WHERE user_id = :userId RETURNING user_id',
)
const proven = statement('UPDATE phone SET proven_at = :now WHERE user_id = :userId AND number = :number')
const remove = statement('DELETE FROM phone WHERE user_id = :userId RETURNING user_id')

export const findPhone = async (db: Queryable, userId: UserId): Promise<PhoneRecord | null> =>
  toRecord(await findOne<Row>(db, findByUser, { userId: parseUuid(userId) }))

export const findPhoneByNumber = async (db: Queryable, number: string): Promise<PhoneRecord | null> =>
  toRecord(await findOne<Row>(db, findByNumber, { number }))

/** Throws UniqueViolation if another user has the number. */
export async function savePhone(
  tx: Queryable,
  { userId, number, secondFactor }: Pick<PhoneRecord, 'userId' | 'number' | 'secondFactor'>,
  now: Instant,
): Promise<PhoneRecord> {
  const values = { userId: parseUuid(userId), number, now, secondFactor: secondFactor ? 1 : 0 }
  const [row] = await tx.all<Row>(upsert, values)
  return toRecord(row!)!
}

export const setPhoneFactor = (tx: Queryable, userId: UserId, secondFactor: boolean): Promise<unknown[]> =>
  tx.all(setFactor, { userId: parseUuid(userId), secondFactor: secondFactor ? 1 : 0 })

/** Notes that the number has answered again. */
export const touchPhone = (
  db: Queryable,
  { userId, number }: Pick<PhoneRecord, 'userId' | 'number'>,
  now: Instant,
): Promise<unknown[]> => db.all(proven, { userId: parseUuid(userId), number, now })

/** False if there was none. */
export const removePhone = async (tx: Queryable, userId: UserId): Promise<boolean> =>
  (await tx.all(remove, { userId: parseUuid(userId) })).length > 0

const toRecord = (row: Row | null): PhoneRecord | null =>
  row && {
    userId: formatUuid(row.user_id) as UserId,
    number: row.number,
    verifiedAt: row.verified_at,
    provenAt: row.proven_at,
    secondFactor: row.second_factor === 1,
  }
