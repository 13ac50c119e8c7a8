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
  let running = 0

  async function run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running < concurrency) running++
    else await queueUp()
    try {
      return await inSpan('hash password', { kind: 'internal' }, work)
    } finally {
      handOver()
    }
  }

  function queueUp(): Promise<void> {
    if (turns.length >= queue) throw new AuthError('overloaded', { retryAfter })
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
    get running() {
      return running
    },
    get waiting() {
      return turns.length
    },
  }
}
