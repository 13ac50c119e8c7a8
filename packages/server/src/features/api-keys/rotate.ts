import { type CreatedApiKey, seconds } from '@latchkey/contract'
import type { CredentialActor } from '../../accounts/authority/service-account-authority.ts'
import { AuthError } from '../../core/auth-error.ts'
import { mintRow, scopesOf } from './api-key.ts'
import type { ApiKeyServices } from './api-key-services.ts'
import { asRevoked } from './holder.ts'
import { mostKeysInOverlap } from './options.ts'
import { lockOwner, mailOwner } from './owner.ts'
import { requireWithinAsker } from './require-within-asker.ts'
import * as store from './store.ts'

/** `overlap` in seconds. Throws AuthError `api_key_not_found`, `api_key_rotated`, `api_key_limit_reached`, `forbidden`. */
export async function rotateKey(
  services: ApiKeyServices,
  owner: store.OwnerRef,
  { id, overlap }: { id: string; overlap: number },
  by: CredentialActor,
): Promise<CreatedApiKey> {
  const { db, ports, revocations, outbox, record, config } = services
  const { made, entries } = await db.transaction(async (tx) => {
    await by.guard?.(tx)
    await lockOwner(tx, owner)
    const now = ports.now()
    const before = await store.findKeyOf(tx, owner, id)
    if (!before) throw new AuthError('api_key_not_found')
    // A chain of successors, each within the overlap of the one before, would have no end.
    if (overlap > 0 && (await store.countLiveKeys(tx, owner, now)) >= mostKeysInOverlap)
      throw new AuthError('api_key_limit_reached')
    await by.mayGive?.(tx, { scopes: scopesOf(before), inheritRoles: before.inherits_roles === 1 })
    const ttl = ttlAnew(before, config.apiKeyMaxTtl)
    await requireWithinAsker(tx, by, { ttl, requestsPerMinute: before.requests_per_minute })
    const expiresAt = ttl === null ? null : now + ttl
    const made = mintRow(ports, owner, { ...before, created_at: now, expires_at: expiresAt })
    const until = now + seconds(overlap)
    const succeeded = await store.succeedKey(tx, owner, { id, successorId: made.row.id, now, until })
    if (!succeeded) throw new AuthError(before.successor_id ? 'api_key_rotated' : 'api_key_not_found')
    await store.insertKey(tx, made.row)
    await mailOwner(services, tx, { owner, change: 'rotated', name: before.name }, by)
    const revoked = overlap === 0 ? [asRevoked(before)] : []
    return { made, entries: await revocations.append(tx, revoked) }
  })
  revocations.remember(entries)
  outbox.wake()
  record('api_key.rotated', owner, made.row, by, { predecessorId: id, overlap })
  return made.answer
}

/** As long as the key before was meant to live, and not longer than is allowed by now; null for any time. */
function ttlAnew({ created_at, expires_at }: store.ApiKeyRow, most: number): number | null {
  const ttl = Math.min((expires_at ?? Infinity) - created_at, most === 0 ? Infinity : most)
  return ttl === Infinity ? null : ttl
}
