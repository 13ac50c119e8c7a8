import type { Instant, UserId } from '@latchkey/contract'
import { parseUuid } from '../../core/ports/uuid.ts'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

const find = statement('SELECT enabled_at FROM email_factor WHERE user_id = :userId')
const insert = statement(
  'INSERT INTO email_factor (user_id, enabled_at) VALUES (:userId, :now) ON CONFLICT (user_id) DO NOTHING RETURNING enabled_at',
)
const remove = statement('DELETE FROM email_factor WHERE user_id = :userId RETURNING enabled_at')

/** The time since which a code by mail is a second proof; null if it is not. */
export async function findEmailFactor(db: Queryable, userId: UserId): Promise<Instant | null> {
  const row = await findOne<{ enabled_at: Instant }>(db, find, { userId: parseUuid(userId) })
  return row && row.enabled_at
}

/** False if it was enabled already. */
export const insertEmailFactor = async (tx: Queryable, userId: UserId, now: Instant): Promise<boolean> =>
  (await tx.all(insert, { userId: parseUuid(userId), now })).length > 0

/** False if it was not enabled. */
export const removeEmailFactor = async (tx: Queryable, userId: UserId): Promise<boolean> =>
  (await tx.all(remove, { userId: parseUuid(userId) })).length > 0
