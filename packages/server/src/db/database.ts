import type { Dialect, Params, Statement } from './statement.ts'

/** The interface that a store needs: runs a declared statement and returns its rows. */
export interface Queryable {
  readonly dialect: Dialect
  all<Row>(statement: Statement, params?: Params): Promise<Row[]>
}

/**
 * The embedded SQLite or a PostgreSQL server behind one face. A statement that writes is durable when its promise
 * resolves, unless it went through {@link Database.relaxed}.
 */
export interface Database extends Queryable {
  /**
   * Commits asynchronously: after a crash of the database the last moments may be missing, never torn. Only for data
   * that may be lost: a refresh, which is repaired by fast-forward, and the counts of the limits.
   */
  readonly relaxed: Queryable
  /**
   * Runs `work` in one transaction and commits it durably. `work` must await nothing but `tx` (the embedded
   * database has one connection), must be repeatable (deadlocks are tried again), and returns outcomes instead of
   * throwing refusals: whatever it throws rolls everything back.
   */
  transaction<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result>
  /** Runs `work` while no other process runs work under the same name. */
  exclusively<Result>(name: string, work: () => Promise<Result>): Promise<Result>
  /**
   * Runs `listener` when another process may have announced something, and after every gap; returns a function that
   * stops it. PostgreSQL: one supervised LISTEN connection, whatever becomes of the server. Listeners must poll as
   * well.
   */
  listen(channel: string, listener: () => void): Promise<() => Promise<void>>
  /** Resolves when the database answers. Throws {@link DatabaseUnavailable}. */
  ping(): Promise<void>
  /** Moves the contents of SQLite's write-ahead log into the file; PostgreSQL does so by itself. */
  checkpoint(): Promise<void>
  /** Returns the current figures for an operator to watch. */
  figures(): DatabaseFigures
  close(): Promise<void>
}

export interface DatabaseFigures {
  /** Known to be away: everything is refused at once until it answers again. */
  isAway: boolean
  /** Number of outages since the start. */
  outages: number
  /** Pieces of work that were given up because no answer came in time. */
  timeouts: number
  /** Timeouts that waited for a lock: of the ones above, and of those that the server itself gave up. */
  lockTimeouts: number
  /** Figures by pool; empty if there is only one connection. */
  pools: Readonly<Record<string, PoolFigures>>
}

export interface PoolFigures {
  open: number
  busy: number
  /** Callers waiting for a connection. */
  waiting: number
  most: number
}

/** Events worth a line in the log. */
export type DatabaseEvent =
  | { kind: 'away'; reason: string }
  | { kind: 'back'; awayFor: number }
  /** A lock was not released in time: the wanted lock, and the processes that have held one for long. */
  | { kind: 'locked'; wanted: string; holders: readonly string[] }
  /** A pooler is between this process and PostgreSQL: no notifications, no prepared statements. */
  | { kind: 'pooled' }

/** The database cannot be reached or cannot write now; nothing of the failed call has been kept. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

/** A row with the same unique value is there already. */
export class UniqueViolation extends Error {
  override readonly name = 'UniqueViolation'
}

export async function findOne<Row>(
  db: Queryable,
  statement: Statement,
  params?: Params,
): Promise<Row | null> {
  const rows = await db.all<Row>(statement, params)
  return rows[0] ?? null
}
