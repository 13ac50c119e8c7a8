import type { Database } from '../../db/database.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import { hasLost, readSeen, type Seen } from '../../core/revocations/store.ts'
import type { Marks } from './marks.ts'

/** The position up to which a follower has read. */
export interface Position {
  since: number
  /** Null if the follower does not say. */
  log: string | null
  entry: Uint8Array | null
  mark: string | null
}

export interface Against {
  db: Database
  revocations: RevocationLog
  marks: Marks
}

/** A follower remembers entries that this database, and every process that knew them, may have lost. */
export async function readHeldAgainst(
  { db, revocations, marks }: Against,
  { since, log, entry, mark }: Position,
): Promise<Seen> {
  const head = await readSeen(db, since)
  if (log === null || mark === null) return head
  const seen = [entry, null]
    .map((hash) => ({ logId: log, seq: since, hash }))
    .find((each) => hasLost(head, each) && marks.isOurs(each, mark))
  if (!seen) return head
  await revocations.testify(seen)
  return await readSeen(db, since)
}
