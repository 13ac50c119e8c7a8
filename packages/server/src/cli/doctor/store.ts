import type { Instant } from '@latchkey/contract'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

const clock = statement({
  sqlite: `SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now`,
  postgres: 'SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now',
})
const firstMigration = statement('SELECT min(applied_at) AS at FROM latchkey_migration')
// Each step was applied in a transaction of its own; a dump is loaded in one.
const migrationTransactions = statement({
  sqlite: 'SELECT 1 AS together',
  postgres: `SELECT max(steps) AS together FROM
    (SELECT count(*) AS steps FROM latchkey_migration GROUP BY xmin::text) AS by_transaction`,
})
const fence = statement(
  `SELECT id FROM audit_event WHERE kind = 'session.ended' AND at >= :since AND detail LIKE '%fenced_after_restore%' LIMIT 1`,
)

export async function readDatabaseClock(db: Queryable): Promise<Instant> {
  return (await findOne<{ now: Instant }>(db, clock))!.now
}

/** Whether the data are older than the file that holds them: it is a copy, made then. */
export async function findCopiedSince(db: Queryable, birth: Instant): Promise<boolean> {
  const row = await findOne<{ at: Instant | null }>(db, firstMigration)
  // A minute, for a file system whose clock is another machine's.
  return typeof row?.at === 'number' && row.at + 60_000 < birth
}

/** Whether the tables were loaded from a dump (PostgreSQL). A restored snapshot of the whole server is not noticed. */
export async function findDump(db: Queryable): Promise<boolean> {
  const row = await findOne<{ together: number | null }>(db, migrationTransactions)
  return (row?.together ?? 0) > 1
}

export async function wasFencedSince(db: Queryable, since: Instant): Promise<boolean> {
  return (await findOne(db, fence, { since })) !== null
}
