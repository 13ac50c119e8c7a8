import { randomBytes } from 'node:crypto'
import { Client, type ClientConfig } from 'pg'
import { patiently, timeLeft } from '../budget.ts'
import type { Database, DatabaseEvent, DatabaseFigures, Queryable } from '../database.ts'
import type { Params, Statement } from '../statement.ts'
import { Breaker } from './breaker.ts'
import { clientConfig, Connections, type Connection } from './connections.ts'
import { codeOf, isOfAnotherProcess, isRepeatable, lockNotAvailable, translate } from './errors.ts'
import { Listener } from './listener.ts'
import { Backends, type SessionSettings } from './session.ts'

const attempts = 5
/** Shortest time, in milliseconds, between two look-ups of who holds a lock. */
const lockReportEvery = 1000

export interface PostgresOptions {
  url: string
  /** Connections for durable work. @default 10 */
  connections?: number
  /** Longest wait for an answer, in milliseconds. @default 2000 */
  timeout?: number
  onEvent?: (event: DatabaseEvent) => void
}

/**
 * A PostgreSQL server behind two pools: one whose commits are on the disk when they are answered, and a relaxed one. No
 * caller waits longer than the time-out, and none waits at all while the server is known to be away.
 */
export function openPostgres({
  url,
  connections = 10,
  timeout = 2000,
  onEvent = () => {},
}: PostgresOptions): Database {
  return new PostgresDatabase({ url, connections, timeout, onEvent })
}

class PostgresDatabase implements Database {
  readonly dialect = 'postgres'
  readonly relaxed: Queryable
  readonly #timeout: number
  readonly #onEvent: (event: DatabaseEvent) => void
  readonly #config: ClientConfig
  readonly #name = `latchkey ${randomBytes(4).toString('hex')}`
  readonly #backends = new Backends(() => this.#listener.leavePooled())
  readonly #breaker: Breaker
  readonly #durable: Connections
  readonly #relaxed: Connections
  readonly #listener: Listener
  /** Processes of the server that may still be at work that was given up here. */
  readonly #lost = new Set<number>()
  readonly #counts = { timeouts: 0, lockTimeouts: 0, outages: 0 }
  #reportedAt = -lockReportEvery

  constructor({ url, connections, timeout, onEvent }: Required<PostgresOptions>) {
    this.#timeout = timeout
    this.#onEvent = onEvent
    this.#config = clientConfig(url, this.#name, timeout)
    this.#breaker = new Breaker({
      verdictAfter: timeout / 2,
      probe: () => this.#probe(),
      onAway: (reason) => this.#leave(reason),
      onBack: (awayFor) => this.#return(awayFor),
    })
    this.#durable = this.#connections(connections, { durability: 'on', plans: 'by values' })
    this.#relaxed = this.#connections(Math.max(2, Math.ceil(connections / 4)), {
      durability: 'off',
      plans: 'once',
    })
    this.relaxed = {
      dialect: 'postgres',
      all: (statement, params) => this.#single(this.#relaxed, statement, params),
    }
    this.#listener = new Listener({
      config: this.#config,
      settings: { durability: 'on', timeout, plans: 'by values' },
      backends: this.#backends,
      onPooled: () => onEvent({ kind: 'pooled' }),
    })
  }

  all<Row>(statement: Statement, params?: Params): Promise<Row[]> {
    return this.#single<Row>(this.#durable, statement, params)
  }

  async transaction<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result> {
    const startedAt = performance.now()
    const limit = timeLeft(this.#timeout)
    for (let attempt = 1; ; attempt++) {
      try {
        const left = limit - (performance.now() - startedAt)
        return await this.#durable.use(left, (connection) =>
          inTransaction(connection, work, limit === Infinity),
        )
      } catch (error) {
        const isToRepeat = isRepeatable(error) || this.#noticePooler(error)
        if (attempt === attempts || !isToRepeat) throw this.#translate(error)
      }
    }
  }

  async exclusively<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const client = await this.#dedicated()
    try {
      // Within a transaction: a pooler lends its connection only that long, and a lock of the session would stay on it.
      await client.query(
        'BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0',
      )
      await client.query(`SELECT pg_advisory_xact_lock(hashtext($1))`, [`latchkey:${name}`])
      return await patiently(work)
    } catch (error) {
      throw translate(error)
    } finally {
      await client.end().catch(() => {})
    }
  }

  listen(channel: string, listener: () => void): Promise<() => Promise<void>> {
    return this.#listener.add(channel, listener)
  }

  async ping(): Promise<void> {
    await this.#durable
      .use(timeLeft(this.#timeout), async () => {})
      .catch((error: unknown) => {
        throw translate(error)
      })
  }

  async checkpoint(): Promise<void> {}

  figures(): DatabaseFigures {
    return {
      isAway: this.#breaker.isAway,
      ...this.#counts,
      pools: { durable: this.#durable.figures(), relaxed: this.#relaxed.figures() },
    }
  }

  async close(): Promise<void> {
    this.#breaker.stop()
    await this.#listener.stop()
    // A server that is away does not say goodbye.
    const limit = new Promise<void>((resolve) => setTimeout(resolve, this.#timeout).unref())
    await Promise.race([Promise.all([this.#durable.close(), this.#relaxed.close()]), limit])
  }

  #connections(most: number, how: Pick<SessionSettings, 'durability' | 'plans'>): Connections {
    return new Connections({
      config: this.#config,
      most,
      settings: { ...how, timeout: this.#timeout },
      backends: this.#backends,
      breaker: this.#breaker,
      onGivenUp: () => void this.#counts.timeouts++,
      onLost: (pid) => void this.#lost.add(pid),
    })
  }

  async #single<Row>(on: Connections, statement: Statement, params: Params = {}): Promise<Row[]> {
    const limit = timeLeft(this.#timeout)
    const isFirst = !this.#backends.isShared
    try {
      return await on.use(limit, (connection) => {
        // A write behind a pooler, and work without a time limit, bring their own settings.
        const isFramed = limit === Infinity || (connection.pooled && statement.postgres.writes)
        if (!isFramed) return connection.run<Row>(statement, params)
        return inTransaction(connection, (tx) => tx.all<Row>(statement, params), limit === Infinity)
      })
    } catch (error) {
      if (isFirst && this.#noticePooler(error)) return await this.#single<Row>(on, statement, params)
      throw isRepeatable(error) ? error : this.#translate(error)
    }
  }

  #noticePooler(error: unknown): boolean {
    if (!isOfAnotherProcess(error)) return false
    this.#backends.share()
    return true
  }

  #translate(error: unknown): unknown {
    if (codeOf(error) === lockNotAvailable) void this.#reportLock(error)
    return translate(error)
  }

  /** Reports the lock that was refused, and the processes that have held one beyond the time-out. */
  async #reportLock(refusal: unknown): Promise<void> {
    this.#counts.lockTimeouts++
    if (performance.now() - this.#reportedAt < lockReportEvery) return
    this.#reportedAt = performance.now()
    const wanted = refusal instanceof Error && 'where' in refusal ? String(refusal.where) : 'unknown'
    const holders = await this.#findHolders().catch(() => [])
    this.#onEvent({ kind: 'locked', wanted, holders })
  }

  async #findHolders(): Promise<string[]> {
    return await this.#briefly(async (client) => {
      const { rows } = await client.query<{ holder: string }>(listHolders, [this.#timeout / 2000])
      return rows.map(({ holder }) => holder)
    })
  }

  /** Connects anew, and ends the work that was given up: only the same role has the right to end it. */
  async #probe(): Promise<void> {
    const lost = [...this.#lost]
    await this.#briefly((client) => client.query(endLost, [lost, this.#name]))
    for (const pid of lost) this.#lost.delete(pid)
  }

  /** Runs `work` on a connection of its own, closed by the time-out at the latest. */
  async #briefly<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    const client = await this.#dedicated()
    const limit = setTimeout(() => client.connection.stream.destroy(), this.#timeout)
    try {
      return await work(client)
    } finally {
      clearTimeout(limit)
      void client.end().catch(() => {})
    }
  }

  async #dedicated(): Promise<Client> {
    const client = new Client(this.#config)
    client.on('error', () => {})
    try {
      await client.connect()
      return client
    } catch (error) {
      client.connection.stream.destroy()
      throw translate(error)
    }
  }

  #leave(reason: string): void {
    this.#counts.outages++
    this.#backends.forget()
    this.#durable.renew()
    this.#relaxed.renew()
    this.#onEvent({ kind: 'away', reason })
  }

  #return(awayFor: number): void {
    this.#durable.breakStuck()
    this.#relaxed.breakStuck()
    this.#onEvent({ kind: 'back', awayFor })
  }
}

const endLost = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY($1) AND application_name = $2`

const listHolders = `
  SELECT format('process %s of %s at %s, %s for %s s', pid, application_name, coalesce(host(client_addr), 'the socket'),
                state, round(extract(epoch FROM now() - xact_start)::numeric, 1)) AS holder
    FROM pg_stat_activity
   WHERE datname = current_database() AND backend_xid IS NOT NULL
     AND xact_start < now() - make_interval(secs => $1) AND wait_event_type IS DISTINCT FROM 'Lock'
   ORDER BY xact_start LIMIT 5`

async function inTransaction<Result>(
  connection: Connection,
  work: (tx: Queryable) => Promise<Result>,
  patient: boolean,
): Promise<Result> {
  try {
    await connection.begin(patient)
    const result = await work({
      dialect: 'postgres',
      all: (statement, params = {}) => connection.run(statement, params),
    })
    await connection.commit()
    return result
  } catch (error) {
    await connection.rollBack().catch(() => {})
    throw error
  }
}
