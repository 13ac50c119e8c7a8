import { lockUser } from '../../identity/users/locks.ts'
import {
  type ApiKey,
  type CreatedApiKey,
  type Instant,
  seconds,
  toSeconds,
  type UserId,
} from '@latchkey/contract'
import type { Audit } from '../../core/audit/audit.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { ApiKeyChange, Mails } from '../../identity/mails/mails.ts'
import type { Outbox } from '../../core/outbox/outbox.ts'
import { endInBatches } from '../../core/revocations/in-batches.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import type { Doer } from '../../accounts/authority/service-account-authority.ts'
import type { AccountEvents } from '../../identity/events/account-events.ts'
import { lockServiceAccount } from '../../identity/service-accounts/store.ts'
import { findAccount } from '../../identity/users/store.ts'
import type { Queryable } from '../../db/database.ts'
import { requireKnownScopes } from '../../accounts/authority/own-scopes.ts'
import { mintRow, scopesOf, toApiKey } from './api-key.ts'
import { asRevoked } from './holder.ts'
import { mostKeys, mostKeysInOverlap, mostListedEnded, usualTtl } from './options.ts'
import { createRecord } from './record.ts'
import * as store from './store.ts'
import type { ApiKeyRow, OwnerRef } from './store.ts'
import { createKeyUse, type KeyUse, type KeyUseOptions } from './use.ts'

export interface NewApiKey {
  name: string
  scopes: string[]
  /** Seconds; null for ever. */
  expiresIn?: number | null | undefined
  inheritRoles: boolean
  requestsPerMinute: number | null
}

/** What people do with keys, and programs by them. */
export interface ApiKeys extends KeyUse {
  /** Newest first; the last that have ended as well, for a month. */
  list(owner: OwnerRef): Promise<ApiKey[]>
  /** Throws AuthError `api_key_limit_reached`, `invalid_input`, and `service_account_not_found` or `token_revoked`. */
  create(owner: OwnerRef, input: NewApiKey, by: Doer): Promise<CreatedApiKey>
  /** `overlap` in seconds. Throws `api_key_not_found`, `api_key_rotated`, `api_key_limit_reached`. */
  rotate(owner: OwnerRef, id: string, overlap: number, by: Doer): Promise<CreatedApiKey>
  /** Only what it is called. Throws `api_key_not_found`, for a key that has ended as well. */
  rename(owner: OwnerRef, id: string, name: string, by: Doer): Promise<ApiKey>
  /** Durable, and refused by this process, before it resolves. Throws `api_key_not_found`. */
  revoke(owner: OwnerRef, id: string, by: Doer): Promise<void>
  /**
   * Ends every key that was made before a moment: a restored backup does not know which of them were revoked. Resolves to
   * how many there were.
   */
  fence(before: Instant): Promise<number>
  /** How many live keys {@link fence} would end. */
  countBefore(before: Instant): Promise<number>
}

export interface ApiKeysOptions extends Omit<KeyUseOptions, 'record'> {
  revocations: RevocationLog
  audit: Audit
  events: AccountEvents
  outbox: Outbox
  mails: Mails
  config: { publicUrl: string; audience: string; apiKeyMaxTtl: number }
}

export function createApiKeys(options: ApiKeysOptions): ApiKeys {
  const { db, ports, revocations, audit, events, outbox, mails, config } = options

  const record = createRecord(audit)
  const use = createKeyUse({ ...options, record })

  return { ...use, list, create, rename, rotate, revoke, fence, countBefore }

  async function list(owner: OwnerRef): Promise<ApiKey[]> {
    const by = { now: ports.now(), limit: mostListedEnded }
    return (await store.listKeys(db, owner, by)).map(toApiKey)
  }

  async function create(owner: OwnerRef, input: NewApiKey, by: Doer): Promise<CreatedApiKey> {
    requireKnownScopes(owner.kind, input.scopes)
    const ttl = ttlOf(input)
    const now = ports.now()
    const made = mintRow(ports, owner, {
      name: input.name,
      scopes: input.scopes.join(' '),
      inherits_roles: input.inheritRoles ? 1 : 0,
      requests_per_minute: input.requestsPerMinute,
      created_at: now,
      expires_at: ttl === null ? null : now + ttl,
    })
    await db.transaction(async (tx) => {
      await by.guard?.(tx)
      await lockOwner(tx, owner)
      await by.mayGive?.(tx, input)
      await requireWithinAsker(tx, by, { ttl, requestsPerMinute: input.requestsPerMinute })
      if ((await store.countLiveKeys(tx, owner, now)) >= mostKeys)
        throw new AuthError('api_key_limit_reached')
      await store.insertKey(tx, made.row)
      await mailOwner(tx, owner, { change: 'created', name: input.name }, by)
    })
    outbox.wake()
    const { scopes, inheritRoles } = input
    record('api_key.created', owner, made.row, by, { scopes, inheritRoles })
    return made.answer
  }

  /** Null for ever. Throws AuthError `invalid_input` beyond what is allowed. */
  function ttlOf({ expiresIn }: NewApiKey): number | null {
    const most = config.apiKeyMaxTtl
    if (expiresIn === undefined) return most === 0 ? usualTtl : Math.min(usualTtl, most)
    const ttl = expiresIn === null ? null : seconds(expiresIn)
    if (most === 0 || (ttl !== null && ttl <= most)) return ttl
    throw new AuthError('invalid_input', {
      errors: [{ path: 'body.expiresIn', message: `must be at most ${toSeconds(most)} seconds` }],
    })
  }

  async function rotate(owner: OwnerRef, id: string, overlap: number, by: Doer): Promise<CreatedApiKey> {
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
      await mailOwner(tx, owner, { change: 'rotated', name: before.name }, by)
      const revoked = overlap === 0 ? [asRevoked(before)] : []
      return { made, entries: await revocations.append(tx, revoked) }
    })
    revocations.remember(entries)
    outbox.wake()
    record('api_key.rotated', owner, made.row, by, { predecessorId: id, overlap })
    return made.answer
  }

  async function rename(owner: OwnerRef, id: string, name: string, by: Doer): Promise<ApiKey> {
    const { before, row } = await db.transaction(async (tx) => {
      await by.guard?.(tx)
      const before = await store.findKeyOf(tx, owner, id)
      const row = await store.renameKey(tx, owner, { id, name, now: ports.now() })
      if (!before || !row) throw new AuthError('api_key_not_found')
      return { before, row }
    })
    if (before.name !== name) record('api_key.renamed', owner, row, by, { before: before.name })
    return toApiKey(row)
  }

  async function revoke(owner: OwnerRef, id: string, by: Doer): Promise<void> {
    const { row, entries } = await db.transaction(async (tx) => {
      await by.guard?.(tx)
      const row = await store.endKey(tx, owner, id, ports.now())
      if (!row) throw new AuthError('api_key_not_found')
      await mailOwner(tx, owner, { change: 'revoked', name: row.name }, by)
      return { row, entries: await revocations.append(tx, [asRevoked(row)]) }
    })
    revocations.remember(entries)
    outbox.wake()
    record('api_key.revoked', owner, row, by)
  }

  async function fence(before: Instant): Promise<number> {
    const ending = { before, now: ports.now(), reason: 'fenced_after_restore' } as const
    return await endInBatches(db, revocations, {
      end: (tx, page) => store.endKeysBefore(tx, { ...ending, ...page }),
      asRevoked,
    })
  }

  function countBefore(before: Instant): Promise<number> {
    return store.countKeysBefore(db, { before, now: ports.now() })
  }

  /** Waits for others who make keys for the same owner, and for whoever disables them. */
  async function lockOwner(tx: Queryable, { kind, id }: OwnerRef): Promise<void> {
    if (kind === 'user' && (await lockUser(tx, id as UserId))?.disabledAt !== null)
      throw new AuthError('token_revoked')
    if (kind === 'service_account' && !(await lockServiceAccount(tx, id)))
      throw new AuthError('service_account_not_found')
  }

  /** The owner of a user's key is told of every change; a service account reads no mail. */
  async function mailOwner(
    tx: Queryable,
    { kind, id }: OwnerRef,
    about: { change: ApiKeyChange; name: string },
    { ip, actorId }: Doer,
  ): Promise<void> {
    const account = kind === 'user' ? await findAccount(tx, id as UserId) : null
    if (!account) return
    // Users learn that an administrator acted, not from where.
    const from = actorId === null ? ip : null
    const address = mails.apiKeyChanged({ account, at: ports.now(), ip: from, ...about })
    if (about.change === 'revoked') await outbox.mail(tx, address)
    else await events.apply(tx, account, 'api_key_made', { mails: { address } })
  }
}

/** As long as the key before was meant to live, and not longer than is allowed by now; null for any time. */
function ttlAnew({ created_at, expires_at }: ApiKeyRow, most: number): number | null {
  const ttl = Math.min((expires_at ?? Infinity) - created_at, most === 0 ? Infinity : most)
  return ttl === Infinity ? null : ttl
}

/** Whoever gave a key an end or a limit meant what it makes as well. Throws AuthError `forbidden`. */
async function requireWithinAsker(
  tx: Queryable,
  { byKey }: Doer,
  given: { ttl: number | null; requestsPerMinute: number | null },
): Promise<void> {
  const asker = byKey === undefined ? null : await store.findKey(tx, byKey)
  if (!asker) return
  const { row } = asker
  if ((given.ttl ?? Infinity) > (row.expires_at ?? Infinity) - row.created_at)
    throw new AuthError('forbidden', { detail: 'The key that asks does not live as long itself.' })
  if ((given.requestsPerMinute ?? Infinity) > (row.requests_per_minute ?? Infinity))
    throw new AuthError('forbidden', { detail: 'The key that asks may not be used as often itself.' })
}
