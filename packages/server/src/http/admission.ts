import type { RouteContract } from '@latchkey/contract'
import { networkOfCaller } from '../core/request/request-context.ts'
import type { HashPool } from '../methods/password/hash-pool.ts'
import type { Exchange } from './exchange.ts'

/**
 * Limits concurrent requests to those whose passwords can be hashed in turn. Others are answered 503 before the body is
 * read and before the database is asked, so that a thousand sign-ins at once cost the other routes nothing.
 */
export interface Admission {
  /** Throws AuthError `overloaded` while there is no room. Takes no place: a slow body must not hold one. */
  check(contract: RouteContract): void
  /** Does the work in a place of its own. Throws AuthError `overloaded` without one. */
  within<Result>(exchange: Exchange, work: () => Promise<Result>): Promise<Result>
}

export function createAdmission(hashPool: HashPool): Admission {
  return {
    check(contract) {
      if (contract.hashes) hashPool.checkRoom()
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
}
