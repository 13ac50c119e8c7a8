import type { Database, Queryable } from '../db/database.ts'
import { formatUuid } from '../core/ports/uuid.ts'
import type { Revoked, RevocationLog } from '../core/revocations/log.ts'
import type { RevocationRow } from '../core/revocations/store.ts'

/** Runs what ends sessions: durable, and refused by this process, before the caller is answered. */
export type EndWith = (ending: (tx: Queryable) => Promise<{ id: Uint8Array }[]>) => Promise<number>

export function createEndWith(db: Database, revocations: RevocationLog): EndWith {
  return async (ending) => {
    const entries: RevocationRow[] = await db.transaction(async (tx) => {
      const rows = await ending(tx)
      return await revocations.append(tx, rows.map(asRevoked))
    })
    revocations.remember(entries)
    return entries.length
  }
}

export const asRevoked = ({ id }: { id: Uint8Array }): Revoked => ({
  kind: 'session',
  subject: formatUuid(id),
})

/** Tokens of one session with one epoch. */
export const epochOf = (id: Uint8Array, epoch: number): Revoked => ({
  kind: 'epoch',
  subject: `${formatUuid(id)}:${epoch}`,
})
