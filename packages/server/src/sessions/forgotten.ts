import { fingerprint } from '@latchkey/verify/core'
import type { Queryable } from '../db/database.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import { asRevoked } from './revoke.ts'
import { endSession } from './store.ts'

/**
 * Ends a session again that this process knows to have ended, if the database has forgotten it: between a failover and
 * the next look at the log. Returns true if it had to.
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

  /** True if the log names this session: an entry for all sessions of a user does not say which of them live on. */
  async function isRemembered(id: Uint8Array): Promise<boolean> {
    const { kind, subject } = asRevoked({ id })
    return revocations.isRevoked([await fingerprint(kind, subject)], Infinity)
  }
}
