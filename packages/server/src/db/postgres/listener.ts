import { Client, type ClientConfig } from 'pg'
import { type Backends, prepareSession, type SessionSettings } from './session.ts'

/** Milliseconds between two attempts to connect. Polling finds announcements missed meanwhile. */
const retryAfter = 500
/** A connection that had been made and died alone is made again sooner. */
const firstRetryAfter = 50
/** A connection can die without a word. */
const askEvery = 15_000

export interface ListenerOptions {
  config: ClientConfig
  settings: SessionSettings
  backends: Backends
  /** Notifications do not come through a pooler; called once. */
  onPooled: () => void
}

/**
 * Holds one connection for all channels, and makes it again when it dies. There is none behind a pooler: listeners must
 * poll as well.
 */
export class Listener {
  readonly #options: ListenerOptions
  readonly #channels = new Map<string, Set<() => void>>()
  #client: Client | undefined
  #connecting: Promise<void> | undefined
  #retry: NodeJS.Timeout | undefined
  #asking: NodeJS.Timeout | undefined
  #pooled = false
  #stopped = false

  constructor(options: ListenerOptions) {
    this.#options = options
  }

  /** Resolves when it listens, or when the first try failed; later ones come by themselves. */
  async add(channel: string, listener: () => void): Promise<() => Promise<void>> {
    const listeners = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, listeners.add(listener))
    await this.#connect()
    await this.#listen(channel)
    return async () => {
      listeners.delete(listener)
      if ([...this.#channels.values()].every(({ size }) => size === 0)) await this.#leave()
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#leave()
  }

  /** A pooler was noticed elsewhere: nothing comes this way. */
  leavePooled(): void {
    if (this.#pooled) return
    this.#pooled = true
    this.#options.onPooled()
    void this.#leave()
  }

  #connect(): Promise<void> {
    if (this.#stopped || this.#pooled || this.#client !== undefined) return Promise.resolve()
    this.#connecting ??= this.#open().finally(() => (this.#connecting = undefined))
    return this.#connecting
  }

  async #open(): Promise<void> {
    clearTimeout(this.#retry)
    const client = new Client(this.#options.config)
    let isLost = false
    const lose = (): void => {
      if (isLost) return
      isLost = true
      const wasMade = this.#client === client
      if (wasMade) this.#client = undefined
      clearInterval(this.#asking)
      client.connection.stream.destroy()
      if (!this.#pooled && !this.#isIdle()) this.#tryLater(wasMade ? firstRetryAfter : retryAfter)
    }
    client.on('error', lose)
    client.on('end', lose)
    const limit = setTimeout(lose, 2 * this.#options.settings.timeout)
    try {
      await client.connect()
      const { pooled } = await prepareSession(client, this.#options.settings, this.#options.backends)
      if (pooled) {
        this.#pooled = true
        this.#options.onPooled()
        return lose()
      }
      if (isLost || this.#isIdle()) return lose()
      this.#client = client
      client.on('notification', ({ channel }) => this.#tell(channel))
      for (const channel of this.#channels.keys()) await this.#listen(channel)
      // Another process may have announced something while there was no connection.
      for (const channel of this.#channels.keys()) this.#tell(channel)
      this.#asking = setInterval(() => void this.#ask(client, lose), askEvery)
      this.#asking.unref()
    } catch {
      lose()
    } finally {
      clearTimeout(limit)
    }
  }

  #isIdle(): boolean {
    return this.#stopped || [...this.#channels.values()].every(({ size }) => size === 0)
  }

  #tryLater(after: number): void {
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.#connect(), after)
    this.#retry.unref()
  }

  async #listen(channel: string): Promise<void> {
    await this.#client?.query(`LISTEN ${channel}`).catch(() => {})
  }

  #tell(channel: string): void {
    for (const listener of this.#channels.get(channel) ?? []) listener()
  }

  async #ask(client: Client, lose: () => void): Promise<void> {
    const limit = setTimeout(lose, this.#options.settings.timeout)
    await client.query('SELECT 1').catch(lose)
    clearTimeout(limit)
  }

  async #leave(): Promise<void> {
    clearTimeout(this.#retry)
    clearInterval(this.#asking)
    await this.#connecting
    const client = this.#client
    this.#client = undefined
    client?.connection.stream.destroy()
  }
}
