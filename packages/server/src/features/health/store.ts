import type { Instant } from '@latchkey/contract'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

const beat = statement(`
  INSERT INTO heartbeat (process, at, filling) VALUES (:process, :now, :filling)
  ON CONFLICT (process) DO UPDATE SET at = :now, filling = :filling`)
const touch = statement('UPDATE heartbeat SET at = :now WHERE process = :process')
const removeBefore = statement('DELETE FROM heartbeat WHERE at < :before')
const remove = statement('DELETE FROM heartbeat WHERE process = :process')

const standing = statement(`SELECT pg_is_in_recovery() AS standby`)
const littleMemory = statement(`SELECT set_config('work_mem', '64kB', true)`)
// More rows than that memory holds: they go to a file, and a full disk has no room for it.
const spill = statement('SELECT max(n) AS most FROM generate_series(1, 20000) AS n')

export const isStandby = async (db: Queryable): Promise<boolean> =>
  (await findOne<{ standby: boolean }>(db, standing))?.standby === true

export async function writeHeartbeat(
  db: Queryable,
  row: { process: Uint8Array; now: Instant; filling: Uint8Array | null },
): Promise<void> {
  await db.all(beat, row)
}

export async function touchHeartbeat(
  db: Queryable,
  row: { process: Uint8Array; now: Instant },
): Promise<void> {
  await db.all(touch, row)
}

export async function removeHeartbeatsBefore(db: Queryable, before: Instant): Promise<void> {
  await db.all(removeBefore, { before })
}

export async function removeHeartbeat(db: Queryable, process: Uint8Array): Promise<void> {
  await db.all(remove, { process })
}

/** Needs room on the disk of PostgreSQL, and leaves nothing there. */
export async function fillTemporaryFile(tx: Queryable): Promise<void> {
  await tx.all(littleMemory)
  await tx.all(spill)
}
