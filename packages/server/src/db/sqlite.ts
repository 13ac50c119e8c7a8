import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import {
  type Database,
  type DatabaseFigures,
  DatabaseUnavailable,
  type Queryable,
  UniqueViolation,
} from './database.ts'
import { spend, timeLeft, withoutBudget } from './budget.ts'
import { makePrivate } from './make-private.ts'
import { type CompiledStatement, type Params, type Statement, valuesOf } from './statement.ts'

/** Milliseconds to wait while opening, when no request is served yet. */
const openingTimeout = 5000
/** Milliseconds for which a wait blocks this whole process; then the write is retried while others go on. */
const busyTimeout = 5
const retryAfter = 20
/** SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY. */
const uniqueViolations = new Set([2067, 1555])

/** A statement or a transaction that writes. */
interface Write<Result = unknown> {
  /** True if the write must reach the disk before it is answered. */
  durable: boolean
  /** As long as another program may keep it from writing. */
  until: number
  run: () => Result | Promise<Result>
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

export interface SqliteOptions {
  /** Milliseconds that a write waits for another program's write if it has no budget. @default 2000 */
  timeout?: number
}

/**
 * SQLite through one connection. Statements that write and transactions that arrive in the same turn of the event loop, or
 * while others are written, share one transaction of SQLite's and one fsync (group commit): that makes durable refreshes
 * as fast as unsafe ones.
 * `location` is a path or `:memory:`.
 */
export function openSqlite(location: string, { timeout = 2000 }: SqliteOptions = {}): Database {
  return new SqliteDatabase(location, timeout)
}

const control = (text: string): CompiledStatement => ({ name: text, text, parameters: [], writes: true })
const begin = control('BEGIN IMMEDIATE')
const commit = control('COMMIT')
const savepoint = control('SAVEPOINT work')
const rollBackTo = control('ROLLBACK TO work')
const release = control('RELEASE work')

class SqliteDatabase implements Database {
  readonly dialect = 'sqlite'
  readonly #connection: DatabaseSync
  readonly #prepared = new Map<CompiledStatement, StatementSync>()
  #group: Write[] = []
  #busy = false
  #durable = true
  readonly #waiting: (() => void)[] = []
  readonly #patience: number

  constructor(location: string, patience: number) {
    this.#patience = patience
    try {
      if (location !== ':memory:') makePrivate(location)
      this.#connection = new DatabaseSync(location, { timeout: openingTimeout })
      this.#connection.exec(
        'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 8388608',
      )
      this.#connection.prepare('SELECT count(*) FROM sqlite_schema').all()
      this.#connection.exec(`PRAGMA busy_timeout = ${busyTimeout}`)
    } catch (error) {
      throw translate(error)
    }
  }

  /** Commits without waiting for the disk, unless a durable write shares the group. */
  readonly relaxed: Queryable = {
    dialect: 'sqlite',
    all: <Row>(statement: Statement, params: Params = {}) => this.#all<Row>(statement, params, false),
  }

  all<Row>(statement: Statement, params: Params = {}): Promise<Row[]> {
    return this.#all<Row>(statement, params, true)
  }

  async #all<Row>({ sqlite: compiled }: Statement, params: Params, durable: boolean): Promise<Row[]> {
    if (compiled.writes) return await this.#inGroup(() => this.#execute(compiled, params) as Row[], durable)
    if (this.#busy) await this.#turn()
    else this.#busy = true
    try {
      return this.#execute(compiled, params) as Row[]
    } finally {
      this.#release()
    }
  }

  transaction<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result> {
    // The caller's context (budget, span) is not that of the write that opened the group.
    const inContext = AsyncLocalStorage.snapshot()
    return this.#inGroup(() => inContext(() => this.#within(work)), true)
  }

  /** One transaction of several that share a commit: it is undone alone. */
  async #within<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result> {
    this.#execute(savepoint, {})
    try {
      const result = await work({
        dialect: 'sqlite',
        all: async <Row>(statement: Statement, params: Params = {}) =>
          this.#execute(statement.sqlite, params) as Row[],
      })
      this.#execute(release, {})
      return result
    } catch (error) {
      // A database in trouble undoes the group as a whole.
      if (!(error instanceof DatabaseUnavailable)) {
        this.#execute(rollBackTo, {})
        this.#execute(release, {})
      }
      throw error
    }
  }

  /** The write lock of the file is the only lock there is; migrations take it themselves. */
  async exclusively<Result>(_name: string, work: () => Promise<Result>): Promise<Result> {
    return await work()
  }

  /** Announces nothing from other processes on the same file; listeners must poll as well. */
  async listen(): Promise<() => Promise<void>> {
    return async () => {}
  }

  async ping(): Promise<void> {
    this.#execute({ name: 'ping', text: 'SELECT 1', parameters: [], writes: false }, {})
  }

  async checkpoint(): Promise<void> {
    await this.#acquire()
    try {
      this.#control('PRAGMA wal_checkpoint(TRUNCATE)')
    } finally {
      this.#release()
    }
  }

  /** It is a part of this process: it is there, or the process is not. */
  figures(): DatabaseFigures {
    return { isAway: false, outages: 0, timeouts: 0, lockTimeouts: 0, pools: {} }
  }

  async close(): Promise<void> {
    await this.#acquire()
    try {
      await this.#flush()
      this.#connection.close()
    } finally {
      // Later callers are refused, not left waiting.
      this.#release()
    }
  }

  #inGroup<Result>(run: () => Result | Promise<Result>, durable: boolean): Promise<Result> {
    const until = performance.now() + timeLeft(this.#patience)
    return spend(
      () =>
        new Promise((resolve, reject) => {
          if (this.#group.push({ run, durable, until, resolve, reject } as Write) === 1)
            setImmediate(() => void withoutBudget(() => this.#commitGroup()))
        }),
    )
  }

  /**
   * While another program writes to the file, reads go on, and so does everything else: the turn is given back between
   * the tries.
   */
  async #commitGroup(): Promise<void> {
    while (!(await this.#tryGroup())) await sleep(retryAfter)
  }

  async #tryGroup(): Promise<boolean> {
    await this.#acquire()
    try {
      return await this.#flush()
    } finally {
      this.#release()
    }
  }

  /** False where another program writes, and some of the group may still wait for it. */
  async #flush(): Promise<boolean> {
    if (this.#group.length === 0) return true
    try {
      this.#begin(this.#group.some(({ durable }) => durable))
    } catch (error) {
      return this.#refuse(error)
    }
    const group = this.#group
    this.#group = []
    await this.#settle(group)
    return true
  }

  async #settle(group: readonly Write[]): Promise<void> {
    const outcomes: (() => void)[] = []
    try {
      for (const write of group) outcomes.push(await attempt(write))
      this.#commit()
    } catch (error) {
      this.#rollback()
      if (group.length === 1) group[0]?.reject(error)
      else for (const write of group) await this.#settleAlone(write)
      return
    }
    for (const settle of outcomes) settle()
  }

  /** Refuses those of the group that may not wait any longer; true if that were all. */
  #refuse(error: unknown): boolean {
    const now = performance.now()
    const group = this.#group
    this.#group = isLocked(error) ? group.filter(({ until }) => until > now) : []
    for (const write of group) if (!this.#group.includes(write)) write.reject(error)
    return this.#group.length === 0
  }

  /** Retries a write alone, so that one that finds no room on the disk does not fail the others. */
  async #settleAlone(write: Write): Promise<void> {
    try {
      this.#begin(write.durable)
    } catch (error) {
      write.reject(error)
      return
    }
    await this.#settle([write])
  }

  /** `.all()` and an explicit transaction: an autocommitted `.get()` would never let the WAL checkpoint. */
  #execute(compiled: CompiledStatement, params: Params): unknown[] {
    try {
      let prepared = this.#prepared.get(compiled)
      if (!prepared) {
        prepared = this.#connection.prepare(compiled.text)
        this.#prepared.set(compiled, prepared)
      }
      return prepared.all(...(valuesOf(compiled, params) as (string | number | Uint8Array | null)[]))
    } catch (error) {
      throw translate(error)
    }
  }

  /**
   * NORMAL leaves the log to the system's own time; the next FULL commit, which waits for the disk, covers what
   * came before it (https://sqlite.org/pragma.html#pragma_synchronous).
   */
  #begin(durable: boolean): void {
    if (durable !== this.#durable) this.#control(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`)
    this.#durable = durable
    this.#execute(begin, {})
  }

  #commit(): void {
    this.#execute(commit, {})
  }

  #rollback(): void {
    // A closed connection does not even say whether it is in a transaction.
    if (this.#connection.isOpen && this.#connection.isTransaction) this.#control('ROLLBACK')
  }

  #control(sql: string): void {
    try {
      this.#connection.exec(sql)
    } catch (error) {
      throw translate(error)
    }
  }

  #acquire(): Promise<void> {
    if (this.#busy) return this.#turn()
    this.#busy = true
    return Promise.resolve()
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #release(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#busy = false
  }
}

/** A failed write is undone alone; the rest of the group commits. */
async function attempt({ run, resolve, reject }: Write): Promise<() => void> {
  try {
    const result = await run()
    return () => resolve(result)
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error
    return () => reject(error)
  }
}

/** SQLITE_BUSY: another connection writes. */
const isLocked = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable &&
  error.cause instanceof Error &&
  'errcode' in error.cause &&
  (Number(error.cause.errcode) & 0xff) === 5

function translate(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if ('code' in error && error.code === 'ERR_INVALID_STATE') {
    return new DatabaseUnavailable('the database has been closed', { cause: error })
  }
  if (!('errcode' in error)) return error
  const errcode = Number(error.errcode)
  if (uniqueViolations.has(errcode)) return new UniqueViolation(error.message, { cause: error })
  if (unavailable.has(errcode & 0xff))
    return new DatabaseUnavailable(sentence(errcode & 0xff), { cause: error })
  return error
}

/** Primary result codes after which the database is of no use for now, whatever the statement. */
const unavailable = new Map([
  [5, 'the database file is locked by another process'],
  [8, 'the database file is read-only'],
  [10, 'the database file cannot be read or written'],
  [11, 'the database file is damaged'],
  [13, 'the disk is full'],
  [14, 'the database file cannot be opened'],
  [26, 'the file is not a SQLite database'],
])

const sentence = (code: number): string => unavailable.get(code) ?? 'the database is not available'
