import type { RouteContract } from '@latchkey/contract'
import { networkOfCaller } from '../core/request/request-context.ts'
import type { HashPool } from '../methods/password/hash-pool.ts'
import type { Exchange } from './exchange.ts'

/**
 * Lets no more requests begin than passwords can be hashed in turn: what comes on top is answered 503 before its body is
 * read, and before the database is asked, so that a thousand sign-ins at once cost the other routes nothing.
 */
export interface Admission {
  /** Throws AuthError `overloaded` while there is no room. Takes none: a body that comes slowly must hold no place. */
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
