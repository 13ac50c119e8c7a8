import { type CreatedApiKey, seconds, toSeconds } from '@latchkey/contract'
import { requireKnownScopes } from '../../accounts/authority/own-scopes.ts'
import type { CredentialActor } from '../../accounts/authority/service-account-authority.ts'
import { AuthError } from '../../core/auth-error.ts'
import { mintRow } from './api-key.ts'
import type { ApiKeyServices } from './api-key-services.ts'
import { mostKeys, usualTtl } from './options.ts'
import { lockOwner, mailOwner } from './owner.ts'
import { requireWithinAsker } from './require-within-asker.ts'
import { countLiveKeys, insertKey, type OwnerRef } from './store.ts'

export interface NewApiKey {
  name: string
  scopes: string[]
  /** Seconds; null for ever. */
  expiresIn?: number | null | undefined
  inheritRoles: boolean
  requestsPerMinute: number | null
}

/** Throws AuthError `api_key_limit_reached`, `invalid_input`, `forbidden`, and `service_account_not_found` or `token_revoked`. */
export async function createKey(
  services: ApiKeyServices,
  owner: OwnerRef,
  input: NewApiKey,
  by: CredentialActor,
): Promise<CreatedApiKey> {
  const { db, ports, outbox, record, config } = services
  const { name, scopes, inheritRoles, requestsPerMinute } = input
  requireKnownScopes(owner.kind, scopes)
  const ttl = ttlOf(input, config.apiKeyMaxTtl)
  const now = ports.now()
  const made = mintRow(ports, owner, {
    name,
    scopes: scopes.join(' '),
    inherits_roles: inheritRoles ? 1 : 0,
    requests_per_minute: requestsPerMinute,
    created_at: now,
    expires_at: ttl === null ? null : now + ttl,
  })
  await db.transaction(async (tx) => {
    await by.guard?.(tx)
    await lockOwner(tx, owner)
    await by.mayGive?.(tx, input)
    await requireWithinAsker(tx, by, { ttl, requestsPerMinute })
    if ((await countLiveKeys(tx, owner, now)) >= mostKeys) throw new AuthError('api_key_limit_reached')
    await insertKey(tx, made.row)
    await mailOwner(services, tx, { owner, change: 'created', name }, by)
  })
  outbox.wake()
  record('api_key.created', owner, made.row, by, { scopes, inheritRoles })
  return made.answer
}

/** Null for ever. Throws AuthError `invalid_input` beyond what is allowed. */
function ttlOf({ expiresIn }: NewApiKey, most: number): number | null {
  if (expiresIn === undefined) return most === 0 ? usualTtl : Math.min(usualTtl, most)
  const ttl = expiresIn === null ? null : seconds(expiresIn)
  if (most === 0 || (ttl !== null && ttl <= most)) return ttl
  throw new AuthError('invalid_input', {
    errors: [{ path: 'body.expiresIn', message: `must be at most ${toSeconds(most)} seconds` }],
  })
}
