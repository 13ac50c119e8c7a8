import { type ActiveToken, minutes, toSeconds, type UserId } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import type { Limits } from '../../core/limits/limits.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { formatUuid } from '../../core/ports/uuid.ts'
import type { Permissions } from '../../identity/roles/permissions.ts'
import type { TokenClaims } from '../../sessions/tokens/access-token.ts'
import { hashApiKey } from '../../sessions/tokens/api-key.ts'
import type { KeyHolder } from '../../identity/service-accounts/key-holder.ts'
import type { MachineTokens } from '../../sessions/tokens/machine-token.ts'
import type { Database } from '../../db/database.ts'
import { scopesOf } from './api-key.ts'
import { refusalInterval, useInterval } from './options.ts'
import { decideUse } from './policy.ts'
import type { RecordOfKey } from './record.ts'
import * as store from './store.ts'
import type { OwnerRef } from './store.ts'

export interface Origin {
  ip: string | null
  userAgent: string | null
}

/** The use of a key by programs. */
export interface KeyUse {
  /**
   * Counts a use of a presented key. Throws AuthError `api_key_invalid`, `api_key_expired`, `api_key_revoked`,
   * `service_account_disabled`, `rate_limited`.
   */
  authenticate(key: string, origin: Origin): Promise<KeyHolder>
  /** A short access token. Throws `api_key_revoked`. */
  exchange(holder: KeyHolder): Promise<{ accessToken: string; lifetime: number }>
  /** Returns a key's claims to a service that checks it; null if it is not valid. Takes nothing from its limit. */
  introspect(key: string): Promise<ActiveToken | null>
  /** True if the key of this id, and its owner, are alive. */
  isAlive(id: string): Promise<boolean>
}

export interface KeyUseOptions {
  db: Database
  ports: Ports
  machineTokens: MachineTokens
  permissions: Permissions
  limits: Limits
  config: { publicUrl: string; audience: string }
  record: RecordOfKey
}

export function createKeyUse(options: KeyUseOptions): KeyUse {
  const { db, ports, machineTokens, permissions, limits, config, record } = options

  return { authenticate, exchange, introspect, isAlive }

  async function authenticate(key: string, origin: Origin): Promise<KeyHolder> {
    const found = await find(key)
    if (!found) throw new AuthError('api_key_invalid')
    const refusal = decideUse(found, ports.now())
    if (refusal) {
      await noteRefusal(found, refusal, origin)
      throw new AuthError(refusal, { log: { apiKeyId: formatUuid(found.row.id) } })
    }
    const { requests_per_minute: most } = found.row
    if (most !== null) await limits.take({ ...perKey, most }, formatUuid(found.row.id))
    await noteUse(found, origin)
    return toHolder(found)
  }

  async function find(key: string): Promise<store.FoundKey | null> {
    const hash = hashApiKey(key)
    const found = hash && (await store.findKeyByHash(db, hash))
    if (found) await permissions.catchUp(found.changes)
    return found
  }

  async function noteUse({ row, owner }: store.FoundKey, origin: Origin): Promise<void> {
    const now = ports.now()
    if (row.last_used_at !== null && row.last_used_at > now - useInterval) return
    const isNoted = await store.noteUse(db.relaxed, row, now)
    if (isNoted && row.last_used_at === null) record('api_key.first_used', refOf(owner), row, origin)
  }

  async function noteRefusal({ row, owner }: store.FoundKey, reason: string, origin: Origin): Promise<void> {
    const isNoted = await store.noteRefusal(db.relaxed, row, { now: ports.now(), interval: refusalInterval })
    if (isNoted) record('api_key.refused', refOf(owner), row, origin, { reason })
  }

  async function exchange(holder: KeyHolder): Promise<{ accessToken: string; lifetime: number }> {
    const { accessToken, lifetime } = await machineTokens.issue(tokenClaimsOf(holder), {
      until: holder.expiresAt,
      revoked: 'api_key_revoked',
    })
    return { accessToken, lifetime: toSeconds(lifetime) }
  }

  async function introspect(key: string): Promise<ActiveToken | null> {
    const found = await find(key)
    if (!found) return null
    const refusal = decideUse(found, ports.now())
    const nowhere = { ip: null, userAgent: null }
    if (refusal) await noteRefusal(found, refusal, nowhere)
    else await noteUse(found, nowhere)
    return refusal ? null : toActive(toHolder(found))
  }

  function toActive(holder: KeyHolder): ActiveToken {
    // The key itself has no epoch: it is looked up.
    const { roles, permissions: permitted, epoch: _, ...claims } = tokenClaimsOf(holder)
    return {
      active: true,
      token_type: 'api_key',
      iss: config.publicUrl,
      aud: config.audience,
      ...claims,
      iat: toSeconds(holder.createdAt),
      ...(holder.expiresAt !== null && { exp: toSeconds(holder.expiresAt) }),
      ...(roles.length > 0 && { roles }),
      ...(permitted.length > 0 && { permissions: permitted }),
    }
  }

  /** Returns the claims of a token for the key: its user, its key, and its scopes. */
  function tokenClaimsOf({ keyId, owner, scopes, roles }: KeyHolder): TokenClaims {
    return {
      sub: owner.account.id as UserId,
      client_id: keyId,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(owner.kind === 'service_account' && { epoch: owner.account.epoch }),
      roles,
      permissions: permissions.ofRoles(roles),
    }
  }

  async function isAlive(id: string): Promise<boolean> {
    const found = await store.findKey(db, id)
    return found !== null && decideUse(found, ports.now()) === null
  }
}

/** `most` is the key's own limit. The operator's settings do not stretch what its owner has set. */
const perKey = { name: 'api-key', window: minutes(1), isExact: true }

const refOf = ({ kind, account }: store.FoundKey['owner']): OwnerRef => ({ kind, id: account.id })

const toHolder = ({ row, owner }: store.FoundKey): KeyHolder => ({
  keyId: formatUuid(row.id),
  name: row.name,
  scopes: scopesOf(row),
  owner,
  roles: row.inherits_roles === 1 ? owner.account.roles : [],
  createdAt: row.created_at,
  expiresAt: row.expires_at,
})
