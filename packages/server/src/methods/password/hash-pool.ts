import { availableParallelism } from 'node:os'
import { AuthError } from '../../core/auth-error.ts'
import { inSpan } from '../../core/tracing/span.ts'

/** Lets a few hashes be computed at a time and a few more wait; what comes on top is refused at once. */
export interface HashPool {
  /**
   * Does the work when its turn comes, first come, first served.
   *
   * @throws {AuthError} `overloaded` with `retryAfter`, before anything is computed, if the queue is full.
   */
  run<Result>(work: () => Promise<Result>): Promise<Result>
  /**
   * Takes a place for a caller who is going to hash; the place is left by what is returned. No network takes more than
   * half of the places.
   *
   * @throws {AuthError} `overloaded` with `retryAfter`, without one.
   */
  enter(network: string): () => void
  /** @throws {AuthError} `overloaded` with `retryAfter`, if no caller could enter now. */
  checkRoom(): void
  /** How many are being computed now. */
  readonly running: number
  /** How many wait for their turn. */
  readonly waiting: number
}

export interface HashPoolOptions {
  /** At most this many at a time; default: the number of cores. More of them gain nothing and starve file reads. */
  concurrency?: number
  /** At most this many waiting; default 64 × concurrency. */
  queue?: number
}

// Argon2id with m=19456, t=2 takes about 10 ms of one core.
const secondsPerHash = 0.01

export function createHashPool({
  concurrency = availableParallelism(),
  queue = 64 * concurrency,
}: HashPoolOptions = {}): HashPool {
  const turns: (() => void)[] = []
  // The time in which a full queue drains; with the default sizes 64 × 10 ms, that is the next second.
  const retryAfter = Math.max(1, Math.ceil((queue / concurrency) * secondsPerHash))
  const places = concurrency + queue
  const entered = new Map<string, number>()
  let inside = 0
  let running = 0

  // One for all: hundreds a moment are refused, and to note where each was thrown costs more than all the rest.
  const overloaded = new AuthError('overloaded', { retryAfter })

  async function run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running < concurrency) running++
    else await queueUp()
    try {
      return await inSpan('hash password', { kind: 'internal' }, work)
    } finally {
      handOver()
    }
  }

  function enter(network: string): () => void {
    checkRoom()
    const ofNetwork = entered.get(network) ?? 0
    if (ofNetwork >= Math.ceil(places / 2)) throw overloaded
    entered.set(network, ofNetwork + 1)
    inside++
    return () => leave(network)
  }

  function leave(network: string): void {
    inside--
    const rest = (entered.get(network) ?? 1) - 1
    if (rest > 0) entered.set(network, rest)
    else entered.delete(network)
  }

  function checkRoom(): void {
    if (inside >= places) throw overloaded
  }

  function queueUp(): Promise<void> {
    if (turns.length >= queue) throw overloaded
    return new Promise((resolve) => turns.push(resolve))
  }

  // The place goes straight to the next in line, so that nobody who comes meanwhile can take it.
  function handOver(): void {
    const next = turns.shift()
    if (next) next()
    else running--
  }

  return {
    run,
    enter,
    checkRoom,
    get running() {
      return running
    },
    get waiting() {
      return turns.length
    },
  }
}
