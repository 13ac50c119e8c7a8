import { Client, type CustomTypesConfig, Pool, type PoolClient, types as pgTypes } from 'pg'
import { type Database, DatabaseUnavailable, type Queryable, UniqueViolation } from './database.ts'
import { type Params, type Statement, valuesOf } from './statement.ts'

const uniqueViolation = '23505'
/** serialization_failure, deadlock_detected: the transaction did nothing and may run again. */
const repeatable = new Set(['40001', '40P01'])
const attempts = 5

/** int8 as number: every integer of ours stays below 2^53 (times in milliseconds, counters). */
const types: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pgTypes.builtins.INT8 ? Number : pgTypes.getTypeParser(oid, format),
}

export interface PostgresOptions {
  url: string
  /** Connections for durable work. @default 10 */
  connections?: number
}

/** A pool of connections to a PostgreSQL server; statements are named, so each is planned once per connection. */
export function openPostgres({ url, connections = 10 }: PostgresOptions): Database {
  return new PostgresDatabase(url, connections)
}

class PostgresDatabase implements Database {
  readonly dialect = 'postgres'
  readonly relaxed: Queryable
  readonly #url: string
  readonly #pool: Pool
  readonly #relaxedPool: Pool

  constructor(url: string, connections: number) {
    this.#url = url
    this.#pool = createPool(url, connections)
    this.#relaxedPool = createPool(url, Math.max(2, Math.ceil(connections / 4)), '-c synchronous_commit=off')
    this.relaxed = {
      dialect: 'postgres',
      all: (statement, params) => query(this.#relaxedPool, statement, params),
    }
  }

  all<Row>(statement: Statement, params: Params = {}): Promise<Row[]> {
    return query<Row>(this.#pool, statement, params)
  }

  async transaction<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(work)
      } catch (error) {
        if (attempt === attempts || !repeatable.has(codeOf(error))) throw translate(error)
      }
    }
  }

  async exclusively<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const client = await this.#dedicated()
    try {
      await client.query('SELECT pg_advisory_lock(hashtext($1))', [`latchkey:${name}`])
      return await work()
    } catch (error) {
      throw translate(error)
    } finally {
      await client.end().catch(() => {})
    }
  }

  async listen(channel: string, listener: () => void): Promise<() => Promise<void>> {
    const client = await this.#dedicated()
    client.on('notification', listener)
    await client.query(`LISTEN ${channel}`)
    return () => client.end()
  }

  async ping(): Promise<void> {
    try {
      await this.#pool.query('SELECT 1')
    } catch (error) {
      throw translate(error)
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), this.#relaxedPool.end()])
  }

  async #once<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect()
    let broken: Error | undefined
    try {
      await client.query('BEGIN')
      const result = await work({
        dialect: 'postgres',
        all: (statement, params) => query(client, statement, params),
      })
      await client.query('COMMIT')
      return result
    } catch (error) {
      broken = await rollBack(client)
      throw error
    } finally {
      client.release(broken)
    }
  }

  async #dedicated(): Promise<Client> {
    const client = new Client({ connectionString: this.#url, connectionTimeoutMillis: 2000 })
    client.on('error', () => {})
    try {
      await client.connect()
      return client
    } catch (error) {
      throw translate(error)
    }
  }
}

function createPool(url: string, max: number, options?: string): Pool {
  const pool = new Pool({
    connectionString: url,
    max,
    types,
    connectionTimeoutMillis: 3000,
    query_timeout: 15_000,
    idleTimeoutMillis: 60_000,
    application_name: 'latchkey',
    ...(options && { options }),
  })
  // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  return pool
}

async function query<Row>(on: Pool | PoolClient, statement: Statement, params: Params = {}): Promise<Row[]> {
  const { name, text } = statement.postgres
  try {
    const result = await on.query({ name, text, values: valuesOf(statement.postgres, params) })
    return result.rows as Row[]
  } catch (error) {
    throw repeatable.has(codeOf(error)) ? error : translate(error)
  }
}

/** Returns why the connection cannot be used again, if so. */
async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('ROLLBACK')
    return undefined
  } catch (error) {
    return error as Error
  }
}

function translate(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseUnavailable || error instanceof UniqueViolation)
    return error
  const code = codeOf(error)
  if (code === uniqueViolation) return new UniqueViolation('a unique value is taken', { cause: error })
  if (isUnavailable(code, error.message))
    return new DatabaseUnavailable(sentence(code, error), { cause: error })
  return error
}

/** Classes 08 (connection), 53 (resources), 57 (operator intervention), 58 (system), 28 and 3D (refused at the door). */
function isUnavailable(code: string, message: string): boolean {
  if (/^(08|53|57|58|28|3D|25006|XX001)/.test(code)) return true
  if (/^E[A-Z_]+$/.test(code)) return true
  return /Connection terminated|timeout exceeded|timeout expired|Query read timeout|not queryable|Client was closed|pool after calling end|server closed the connection/i.test(
    message,
  )
}

function sentence(code: string, error: Error): string {
  if (code.startsWith('28')) return 'the PostgreSQL server refuses this user or password'
  if (code.startsWith('3D')) return 'the PostgreSQL server has no database of this name'
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'no PostgreSQL server answers at this address'
  if (code.startsWith('53')) return 'the PostgreSQL server is out of connections, memory or disk'
  return `the PostgreSQL server is not available (${code || error.message})`
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
