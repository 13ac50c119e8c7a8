import type { Dialect, Params, Statement } from './statement.ts'

/** What a store needs: run a declared statement and get its rows. */
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
   * Commits asynchronously: after a crash of the database the last moments may be missing, never torn.
   * Only for what may be lost: a refresh, which is repaired by fast-forward, and the counts of the limits.
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
  /** Runs `listener` when another process may have announced something; returns how to stop. PostgreSQL: LISTEN. */
  listen(channel: string, listener: () => void): Promise<() => Promise<void>>
  /** Resolves when the database answers. Throws {@link DatabaseUnavailable}. */
  ping(): Promise<void>
  close(): Promise<void>
}

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
