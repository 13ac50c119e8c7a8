import {
  type Client,
  type ClientConfig,
  type CustomTypesConfig,
  Pool,
  type PoolClient,
  types as pgTypes,
} from 'pg'
import { spend } from '../budget.ts'
import { DatabaseUnavailable, type PoolFigures } from '../database.ts'
import { type Params, type Statement, valuesOf } from '../statement.ts'
import type { Breaker } from './breaker.ts'
import { cancel } from './cancel.ts'
import { isSilence, translate } from './errors.ts'
import { backendOf, type Backends, beginText, prepareSession, type SessionSettings } from './session.ts'

/** int8 as number: every integer of ours stays below 2^53 (times in milliseconds, counters). */
const types: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pgTypes.builtins.INT8 ? Number : pgTypes.getTypeParser(oid, format),
}

/** Returns the configuration of every client of this process; the system detects dead peers. */
export const clientConfig = (url: string, name: string, timeout: number): ClientConfig => ({
  connectionString: url,
  application_name: name,
  connectionTimeoutMillis: timeout,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  types,
})

/** A connection on loan. */
export class Connection {
  readonly pooled: boolean
  readonly #client: PoolClient
  readonly #settings: SessionSettings
  /** True if no caller waits for it any more. */
  givenUp = false

  constructor(client: PoolClient, pooled: boolean, settings: SessionSettings) {
    this.#client = client
    this.pooled = pooled
    this.#settings = settings
  }

  /** Named, so that each is planned once per connection; poolers hand a name to a server that never heard it. */
  async run<Row>(statement: Statement, params: Params): Promise<Row[]> {
    this.#requireWanted()
    const { name, text } = statement.postgres
    const values = valuesOf(statement.postgres, params)
    const { rows } = await this.#client.query(this.pooled ? { text, values } : { name, text, values })
    return rows as Row[]
  }

  async begin(patient: boolean): Promise<void> {
    this.#requireWanted()
    await this.#client.query(beginText(this, this.#settings, { patient }))
  }

  async commit(): Promise<void> {
    this.#requireWanted()
    await this.#client.query('COMMIT')
  }

  async rollBack(): Promise<void> {
    await this.#client.query('ROLLBACK')
  }

  #requireWanted(): void {
    if (this.givenUp) throw timedOut()
  }
}

const timedOut = (): DatabaseUnavailable =>
  new DatabaseUnavailable('the PostgreSQL server did not answer in time')

export interface ConnectionsOptions {
  config: ClientConfig
  most: number
  settings: SessionSettings
  backends: Backends
  breaker: Breaker
  /** Work that was given up, and the process of the server that may still be at it. */
  onGivenUp: () => void
  onLost: (pid: number) => void
}

/**
 * A pool that answers in time. A caller past its limit is told so; the connection stays taken until the server has let
 * go of the work, so that the server never has more processes than there are connections.
 */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #pooled = new WeakMap<Client, boolean>()
  /** Connections whose work was given up and has not ended. */
  readonly #stuck = new Set<PoolClient>()
  #unconfirmed = new WeakSet<Client>()
  #pool: Pool

  constructor(options: ConnectionsOptions) {
    this.#options = options
    this.#pool = this.#createPool()
  }

  /** Runs `work` on a connection. Throws {@link DatabaseUnavailable} after `limit` milliseconds. */
  async use<Result>(limit: number, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    this.#options.breaker.pass()
    if (limit <= 0) throw timedOut()
    try {
      return await spend(() => this.#within(limit, work))
    } catch (error) {
      if (isSilence(error)) this.#options.breaker.doubt(reasonOf(error))
      throw error
    }
  }

  figures(): PoolFigures {
    const { totalCount: open, idleCount: idle, waitingCount: waiting } = this.#pool
    return { open, busy: open - idle, waiting, most: this.#options.most }
  }

  /** Closes every connection; those in use close when their work ends. Later work connects anew. */
  renew(): void {
    const old = this.#pool
    this.#pool = this.#createPool()
    void old.end()
  }

  /** Breaks connections whose work was given up and has not ended. */
  breakStuck(): void {
    for (const client of this.#stuck) this.#break(client)
  }

  async close(): Promise<void> {
    this.breakStuck()
    await this.#pool.end()
  }

  #createPool(): Pool {
    const { config, most } = this.#options
    const pool = new Pool({
      ...config,
      max: most,
      idleTimeoutMillis: 60_000,
      // oxlint-disable-next-line typescript/no-misused-promises -- the pool waits for it; its types do not say so
      onConnect: (client) => this.#prepare(client as Client),
    })
    // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
    pool.on('error', (error) => this.#options.breaker.doubt(reasonOf(error)))
    pool.on('connect', (client) => {
      // Also covers a connection on loan: the pool then removes its own listener. The next user gets the error.
      client.on('error', () => {})
      client.on('notice', ({ routine }) => {
        if (routine === 'SyncRepWaitForLSN') this.#unconfirmed.add(client)
      })
    })
    return pool
  }

  async #prepare(client: Client): Promise<void> {
    const { settings, backends } = this.#options
    const limit = setTimeout(() => client.connection.stream.destroy(), settings.timeout)
    try {
      this.#pooled.set(client, (await prepareSession(client, settings, backends)).pooled)
    } finally {
      clearTimeout(limit)
    }
  }

  /** Answers by `limit`, whatever becomes of the work. */
  #within<Result>(limit: number, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const place: Place = { client: null, connection: null, givenUp: false, cancelled: null, limit: undefined }
    const running = this.#run(place, work)
    if (limit === Infinity) return running
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(timedOut())
        this.#giveUp(place)
      }, limit)
      running.then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }

  async #run<Result>(place: Place, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const client = await this.#connect()
    if (place.givenUp) {
      client.release()
      throw timedOut()
    }
    place.client = client
    // A pooler noticed on one connection is taken to stand before all.
    const pooled = this.#options.backends.isShared || (this.#pooled.get(client) ?? false)
    place.connection = new Connection(client, pooled, this.#options.settings)
    this.#unconfirmed.delete(client)
    try {
      const result = await work(place.connection)
      if (this.#unconfirmed.has(client))
        throw new DatabaseUnavailable('no synchronous standby has confirmed what was written')
      return result
    } finally {
      if (place.cancelled === null) client.release(client.getTransactionStatus() !== 'I')
      else void this.#releaseCancelled(client, place.cancelled, place.limit)
    }
  }

  async #connect(): Promise<PoolClient> {
    const startedAt = performance.now()
    try {
      return await this.#pool.connect()
    } catch (error) {
      // All of them in use is no sign that the server is away.
      if (isSilence(error) && !isQueueFull(error)) this.#options.breaker.open(reasonOf(error), startedAt)
      throw error
    }
  }

  #giveUp(place: Place): void {
    place.givenUp = true
    const { client, connection } = place
    if (client === null || connection === null) return
    connection.givenUp = true
    this.#stuck.add(client)
    this.#options.onGivenUp()
    const { timeout } = this.#options.settings
    place.cancelled = cancel(client, timeout)
    // Limit in case the server does not hear even the cancel.
    place.limit = setTimeout(() => this.#break(client), timeout)
    place.limit.unref()
    this.#options.breaker.doubt(reasonOf(timedOut()))
  }

  #break(client: PoolClient): void {
    if (!this.#stuck.delete(client)) return
    const backend = backendOf(client)
    if (backend !== null) this.#options.onLost(backend.pid)
    client.connection.stream.destroy()
  }

  /** Waits for the cancel: a late one would hit the next user's work on the connection. */
  async #releaseCancelled(
    client: PoolClient,
    cancelled: Promise<void>,
    limit: NodeJS.Timeout | undefined,
  ): Promise<void> {
    await cancelled
    await client.query('SELECT 1').catch(() => {})
    clearTimeout(limit)
    this.#stuck.delete(client)
    client.release(client.getTransactionStatus() !== 'I')
  }
}

/** State of one piece of work in the pool. */
interface Place {
  client: PoolClient | null
  connection: Connection | null
  givenUp: boolean
  cancelled: Promise<void> | null
  /** Limit for a cancel to clear the connection; then it is broken. */
  limit: NodeJS.Timeout | undefined
}

function reasonOf(error: unknown): string {
  const translated = translate(error)
  return translated instanceof DatabaseUnavailable
    ? translated.message
    : 'the PostgreSQL server is not available'
}

const isQueueFull = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('timeout exceeded when trying to connect')
