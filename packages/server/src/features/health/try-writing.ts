import { days, type Instant } from '@latchkey/contract'
import { type Database, DatabaseUnavailable } from '../../db/database.ts'
import {
  fillTemporaryFile,
  isStandby,
  removeHeartbeatsBefore,
  touchHeartbeat,
  writeHeartbeat,
} from './store.ts'

/** More than a page of SQLite: a database that may not grow has no place for it. */
const filling = new Uint8Array(16_384)
/** Rows of processes that have ended. */
const kept = days(1)

/**
 * Tests what the next sign-in needs of the database: a durable write and a relaxed one, on the pools that serve, and
 * room on the disk. Each process writes a row of its own, so that none waits for another. Throws {@link
 * DatabaseUnavailable} with the reason.
 */
export async function tryWriting(db: Database, process: Uint8Array, now: Instant): Promise<void> {
  await db.transaction(async (tx) => {
    if (tx.dialect === 'postgres') {
      if (await isStandby(tx)) throw new DatabaseUnavailable('the PostgreSQL server is a standby')
      await writeHeartbeat(tx, { process, now, filling: null })
      await fillTemporaryFile(tx)
    } else {
      await writeHeartbeat(tx, { process, now, filling })
      await writeHeartbeat(tx, { process, now, filling: null })
    }
    await removeHeartbeatsBefore(tx, now - kept)
  })
  await touchHeartbeat(db.relaxed, { process, now })
}
