import type { Instant } from '@latchkey/contract'
import { sha256 } from '../../core/bytes.ts'
import type { Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

const insert = statement(
  'INSERT INTO used_proof (id, expires_at) VALUES (:id, :until) ON CONFLICT (id) DO NOTHING RETURNING id',
)
const removeExpired = statement(`DELETE FROM used_proof WHERE id IN
  (SELECT id FROM used_proof WHERE expires_at < :now ORDER BY expires_at LIMIT :limit) RETURNING id`)

/**
 * True if a proof comes for the first time. One statement: if many bring the same proof, one passes, in whichever
 * process. After `until` it must be refused for its age.
 */
export async function consumeProof(db: Queryable, name: string, until: Instant): Promise<boolean> {
  // The table names no key: 128 bits are enough to tell proofs apart.
  const id = sha256(name).subarray(0, 16)
  return (await db.all(insert, { id, until })).length > 0
}

export const removeExpiredProofs = (db: Queryable, now: Instant, limit: number): Promise<unknown[]> =>
  db.all(removeExpired, { now, limit })
