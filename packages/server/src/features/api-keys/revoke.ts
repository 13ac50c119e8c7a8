import type { Instant } from '@latchkey/contract'
import type { CredentialActor } from '../../accounts/authority/service-account-authority.ts'
import { AuthError } from '../../core/auth-error.ts'
import { endInBatches } from '../../core/revocations/in-batches.ts'
import type { ApiKeyServices } from './api-key-services.ts'
import { asRevoked } from './holder.ts'
import { mailOwner } from './owner.ts'
import * as store from './store.ts'

/** Durable, and refused by this process, before it resolves. Throws AuthError `api_key_not_found`. */
export async function revokeKey(
  services: ApiKeyServices,
  owner: store.OwnerRef,
  id: string,
  by: CredentialActor,
): Promise<void> {
  const { db, ports, revocations, outbox, record } = services
  const { row, entries } = await db.transaction(async (tx) => {
    await by.guard?.(tx)
    const row = await store.endKey(tx, owner, id, ports.now())
    if (!row) throw new AuthError('api_key_not_found')
    await mailOwner(services, tx, { owner, change: 'revoked', name: row.name }, by)
    return { row, entries: await revocations.append(tx, [asRevoked(row)]) }
  })
  revocations.remember(entries)
  outbox.wake()
  record('api_key.revoked', owner, row, by)
}

/**
 * Ends every key made before a moment: a restored backup does not know which of them were revoked. Resolves to their
 * number.
 */
export async function revokeKeysBefore(
  { db, ports, revocations }: ApiKeyServices,
  before: Instant,
): Promise<number> {
  const ending = { before, now: ports.now(), reason: 'database_restored' } as const
  return await endInBatches(db, revocations, {
    end: (tx, page) => store.endKeysBefore(tx, { ...ending, ...page }),
    asRevoked,
  })
}

/** How many live keys {@link revokeKeysBefore} would end. */
export const countKeysBefore = ({ db, ports }: ApiKeyServices, before: Instant): Promise<number> =>
  store.countKeysBefore(db, { before, now: ports.now() })
