import { DatabaseUnavailable } from '../database.ts'
import { isSilence } from './errors.ts'

/** While the database is away it is asked this often, so that its return is noticed within a second. */
const interval = 300
/** A probe that gets no answer may hang; a few overlap, so that the first after the return is soon. */
const mostProbes = 5

export interface BreakerOptions {
  /** How soon a doubt becomes a certainty, in milliseconds. */
  verdictAfter: number
  /** Connects and runs a query; rejects if there is no answer. */
  probe: () => Promise<void>
  onAway: (reason: string) => void
  onBack: (awayFor: number) => void
}

/**
 * Knows if the database is away, so that no request waits for it. A doubt (an answer that did not come, a connection
 * that broke) is settled by a probe, so that one slow statement or one dead connection refuses no request.
 */
export class Breaker {
  readonly #options: BreakerOptions
  #away: { since: number; reason: string } | null = null
  #doubt: NodeJS.Timeout | undefined
  #asking: NodeJS.Timeout | undefined
  #probes = 0
  #answeredAt = 0
  #stopped = false

  constructor(options: BreakerOptions) {
    this.#options = options
  }

  get isAway(): boolean {
    return this.#away !== null
  }

  /** Throws {@link DatabaseUnavailable} while the database is known to be away. */
  pass(): void {
    if (this.#away !== null) throw new DatabaseUnavailable(this.#away.reason)
  }

  /** Something did not answer: asks, and opens unless there is an answer soon. */
  doubt(reason: string): void {
    if (this.#stopped || this.#away !== null || this.#doubt !== undefined) return
    const since = performance.now()
    this.#doubt = setTimeout(() => this.open(reason, since), this.#options.verdictAfter)
    this.#doubt.unref()
    void this.#probe(reason)
  }

  /** Marks the server as away: it has not answered since then. Work begun before the last answer proves nothing. */
  open(reason: string, since: number): void {
    if (since < this.#answeredAt) return
    this.#settleDoubt()
    if (this.#stopped || this.#away !== null) return
    this.#away = { since: performance.now(), reason }
    this.#options.onAway(reason)
    this.#asking = setInterval(() => void this.#probe(reason), interval)
    this.#asking.unref()
  }

  stop(): void {
    this.#stopped = true
    this.#settleDoubt()
    clearInterval(this.#asking)
  }

  async #probe(reason: string): Promise<void> {
    if (this.#probes >= mostProbes) return
    this.#probes++
    const startedAt = performance.now()
    try {
      await this.#options.probe()
      this.#close()
    } catch (error) {
      // A server that refuses is reachable.
      if (!isSilence(error)) this.#close()
      else if (this.#doubt !== undefined) this.open(reason, startedAt)
    } finally {
      this.#probes--
    }
  }

  #close(): void {
    this.#answeredAt = performance.now()
    this.#settleDoubt()
    if (this.#stopped || this.#away === null) return
    const awayFor = performance.now() - this.#away.since
    this.#away = null
    clearInterval(this.#asking)
    this.#options.onBack(awayFor)
  }

  #settleDoubt(): void {
    clearTimeout(this.#doubt)
    this.#doubt = undefined
  }
}
