import { fingerprint } from '@latchkey/verify/core'
import type { Queryable } from '../db/database.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import { asRevoked } from './revoke.ts'
import { endSession } from './store.ts'

/**
 * Ends a session anew that this process knows to have ended, where the database has forgotten it: between a failover and
 * the next look at the log. Returns whether it had to.
 */
export type EndForgotten = (on: Queryable, id: Uint8Array) => Promise<boolean>

export interface EndForgottenOptions {
  ports: Ports
  revocations: RevocationLog
}

export function createEndForgotten({ ports, revocations }: EndForgottenOptions): EndForgotten {
  return async (on, id) =>
    (await isRemembered(id)) &&
    (await endSession(on, { id, now: ports.now(), reason: 'ended_again' })).length > 0

  /** By its own name: an entry for all sessions of a user does not say which of them live on. */
  async function isRemembered(id: Uint8Array): Promise<boolean> {
    const { kind, subject } = asRevoked({ id })
    return revocations.isRevoked([await fingerprint(kind, subject)], Infinity)
  }
}
