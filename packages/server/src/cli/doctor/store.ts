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
const revokedBefore = statement(
  `SELECT id FROM audit_event WHERE kind = 'session.ended' AND at >= :since AND detail LIKE '%database_restored%' LIMIT 1`,
)

export async function readDatabaseClock(db: Queryable): Promise<Instant> {
  return (await findOne<{ now: Instant }>(db, clock))!.now
}

/** True if the data are older than the file that holds them: it is a copy, made then. */
export async function findCopiedSince(db: Queryable, birth: Instant): Promise<boolean> {
  const row = await findOne<{ at: Instant | null }>(db, firstMigration)
  // A minute, for a file system whose clock is another machine's.
  return typeof row?.at === 'number' && row.at + 60_000 < birth
}

/** True if the tables were loaded from a dump (PostgreSQL). A restored snapshot of the whole server is not noticed. */
export async function findDump(db: Queryable): Promise<boolean> {
  const row = await findOne<{ together: number | null }>(db, migrationTransactions)
  return (row?.together ?? 0) > 1
}

export async function wereSessionsRevokedSince(db: Queryable, since: Instant): Promise<boolean> {
  return (await findOne(db, revokedBefore, { since })) !== null
}

const lastLoss = statement(`SELECT max(at) AS at FROM audit_event WHERE kind = 'revocations.lost'`)

/** When a server last said that acknowledged revocations were lost. */
export async function findLossTold(db: Queryable): Promise<Instant | null> {
  return (await findOne<{ at: Instant | null }>(db, lastLoss))?.at ?? null
}

const quickCheck = statement('PRAGMA quick_check(1)')
// The defaults of a session; ours set what they need themselves.
const postgresSettings = statement(`
  SELECT name, reset_val AS value FROM pg_settings
   WHERE name IN ('fsync', 'full_page_writes', 'synchronous_standby_names', 'max_connections')`)
const postgresLoad = statement(`
  SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
         (SELECT count(*) FROM pg_stat_replication) AS standbys`)

/** Returns the first damage that SQLite finds in its file; null if there is none. */
export async function findDamage(db: Queryable): Promise<string | null> {
  const row = await findOne<{ quick_check: string }>(db, quickCheck)
  return row === null || row.quick_check === 'ok' ? null : row.quick_check
}

export interface PostgresState {
  fsync: boolean
  fullPageWrites: boolean
  /** Standbys that a commit waits for. */
  synchronousStandbys: string
  mostConnections: number
  connections: number
  standbys: number
}

export async function readPostgresState(db: Queryable): Promise<PostgresState> {
  const rows = await db.all<{ name: string; value: string }>(postgresSettings)
  const settings = new Map(rows.map(({ name, value }) => [name, value]))
  const load = await findOne<{ connections: number; standbys: number }>(db, postgresLoad)
  return {
    fsync: settings.get('fsync') === 'on',
    fullPageWrites: settings.get('full_page_writes') === 'on',
    synchronousStandbys: settings.get('synchronous_standby_names') ?? '',
    mostConnections: Number(settings.get('max_connections')),
    connections: load?.connections ?? 0,
    standbys: load?.standbys ?? 0,
  }
}
