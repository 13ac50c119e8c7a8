import { DatabaseUnavailable } from '../database.ts'
import { isSilence } from './errors.ts'

/** How soon a doubt becomes a certainty. */
const verdictAfter = 500
/** While the database is away it is asked this often, so that its return is noticed within a second. */
const interval = 300
/** A probe that gets no answer may hang; a few overlap, so that the first after the return is soon. */
const mostProbes = 5

export interface BreakerOptions {
  /** Connects and asks; rejects when nobody answers. */
  probe: () => Promise<void>
  onAway: (reason: string) => void
  onBack: (awayFor: number) => void
}

/**
 * Knows whether the database is away: then nobody waits for it. A doubt (an answer that did not come, a connection
 * that broke) is settled by a probe, so that one slow statement or one dead connection refuses nobody.
 */
export class Breaker {
  readonly #options: BreakerOptions
  #away: { since: number; reason: string } | null = null
  #doubt: NodeJS.Timeout | undefined
  #asking: NodeJS.Timeout | undefined
  #probes = 0
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
    this.#doubt = setTimeout(() => this.open(reason), verdictAfter)
    this.#doubt.unref()
    void this.#probe(reason)
  }

  /** Nobody answers, that is known. */
  open(reason: string): void {
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
    try {
      await this.#options.probe()
      this.#close()
    } catch (error) {
      // Whoever refuses is there.
      if (!isSilence(error)) this.#close()
      else if (this.#doubt !== undefined) this.open(reason)
    } finally {
      this.#probes--
    }
  }

  #close(): void {
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
