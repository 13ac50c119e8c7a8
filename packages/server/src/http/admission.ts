import { networkOfCaller } from '../core/request/request-context.ts'
import type { HashPool } from '../methods/password/hash-pool.ts'
import type { Exchange } from './exchange.ts'

/**
 * Limits concurrent requests to those whose passwords can be hashed in turn. Others are answered 503 before the body is
 * read and before the database is asked, so that a thousand sign-ins at once cost the other routes nothing.
 */
export interface Admission {
  /**
   * Waits for its turn: of the many that come at one moment a few are looked at before all others get in between. Throws
   * AuthError `overloaded` while there is no room. Takes no place: a slow body must not hold one.
   */
  check(): Promise<void>
  /** Does the work in a place of its own. Throws AuthError `overloaded` without one. */
  within<Result>(exchange: Exchange, work: () => Promise<Result>): Promise<Result>
}

/** Requests that are looked at in one turn of the event loop; refusing them takes a few milliseconds. */
const perTurn = 32

export function createAdmission(hashPool: HashPool): Admission {
  const waiting: (() => void)[] = []
  return {
    async check() {
      await turn()
      hashPool.checkRoom()
    },
    async within({ contract, context }, work) {
      if (!contract.hashes) return await work()
      const leave = hashPool.enter(networkOfCaller(context))
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }

  function turn(): Promise<void> {
    return new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(callNext)
    })
  }

  function callNext(): void {
    for (const resolve of waiting.splice(0, perTurn)) resolve()
    if (waiting.length > 0) setImmediate(callNext)
  }
}
