import { compareBytes } from '../bytes.ts'
import type { Database, Queryable } from '../../db/database.ts'
import type { Revoked, RevocationLog } from './log.ts'

/** Ends the first `limit` behind `after`, in the order of their ids, and returns them. */
type EndBatch = (
  tx: Queryable,
  page: { after: Uint8Array; limit: number },
) => Promise<readonly { id: Uint8Array }[]>

const batch = 500

/**
 * Ends however many there are, a few in a transaction: the lock that every revocation needs is free in between. Returns
 * their number.
 */
export async function endInBatches(
  db: Database,
  revocations: RevocationLog,
  { end, asRevoked }: { end: EndBatch; asRevoked: (ended: { id: Uint8Array }) => Revoked },
): Promise<number> {
  let total = 0
  let after: Uint8Array | undefined = new Uint8Array(0)
  while (after) {
    const page = { after, limit: batch }
    const { ended, entries } = await db.transaction(async (tx) => {
      const ended = await end(tx, page)
      return { ended, entries: await revocations.append(tx, ended.map(asRevoked)) }
    })
    revocations.remember(entries)
    total += ended.length
    after = ended.map(({ id }) => id).sort((a, b) => compareBytes(b, a))[0]
  }
  return total
}
