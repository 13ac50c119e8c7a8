import {
  type ActiveToken,
  type ApiKey,
  type CreatedApiKey,
  milliseconds,
  minutes,
  seconds,
  toSeconds,
  type UserId,
} from '@latchkey/contract'
import { fingerprint } from '@latchkey/verify/core'
import type { Audit, AuditInput } from '../../core/audit/audit.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Limits } from '../../core/limits/limits.ts'
import type { ApiKeyChange, Mails } from '../../core/mail/mails.ts'
import type { Outbox } from '../../core/mail/outbox.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { formatUuid, uuidV7 } from '../../core/ports/uuid.ts'
import { type Revoked, type RevocationLog } from '../../core/revocations/log.ts'
import type { Permissions } from '../../core/roles/permissions.ts'
import type { RevokeReason } from '../../core/sessions/session.ts'
import { lockServiceAccount } from '../../core/service-accounts/store.ts'
import type { AccessGrant, AccessTokens } from '../../core/tokens/access-token.ts'
import { hashApiKey, mintApiKey } from '../../core/tokens/api-key.ts'
import { introspectScope, type KeyHolder } from '../../core/tokens/key-holder.ts'
import { isoTime, isoTimeOrNull } from '../../core/users/account.ts'
import { findAccount } from '../../core/users/store.ts'
import type { Database, Queryable } from '../../db/database.ts'
import { machineTokenTtl, mostKeys, refusalInterval, useInterval, usualTtl } from './options.ts'
import { decideUse } from './policy.ts'
import * as store from './store.ts'
import type { ApiKeyRow, OwnerRef } from './store.ts'

export interface NewApiKey {
  name: string
  scopes: string[]
  /** Seconds; null for ever. */
  expiresIn?: number | null | undefined
  inheritRoles: boolean
  requestsPerMinute: number | null
}

/** Whoever changes a key, and from where. */
export interface Doer {
  /** Null where it is the owner. */
  actorId: UserId | null
  ip: string | null
  userAgent: string | null
  /** Asked first inside the transaction: what it throws undoes everything. */
  guard?: (tx: Queryable) => Promise<unknown>
  /** Said in the audit event. */
  via?: 'command line'
}

type Origin = Pick<Doer, 'ip' | 'userAgent'>

export interface ApiKeys {
  /** Newest first; those that have ended as well, for a month. */
  list(owner: OwnerRef): Promise<ApiKey[]>
  /** Throws AuthError `api_key_limit_reached`, `invalid_input`, and `service_account_not_found` or `token_revoked`. */
  create(owner: OwnerRef, input: NewApiKey, by: Doer): Promise<CreatedApiKey>
  /** `overlap` in seconds. Throws `api_key_not_found`, `api_key_rotated`. */
  rotate(owner: OwnerRef, id: string, overlap: number, by: Doer): Promise<CreatedApiKey>
  /** Durable, and refused by this process, before it resolves. Throws `api_key_not_found`. */
  revoke(owner: OwnerRef, id: string, by: Doer): Promise<void>
  /**
   * Counts a use of a key that somebody presents. Throws AuthError `api_key_invalid`, `api_key_expired`,
   * `api_key_revoked`, `service_account_disabled`, `rate_limited`.
   */
  authenticate(key: string, origin: Origin): Promise<KeyHolder>
  /** A short access token. Throws `api_key_revoked`, and `unavailable` while it would be refused with older ones. */
  exchange(holder: KeyHolder): Promise<{ accessToken: string; lifetime: number }>
  /** What a key says to those who check it; null for one that does not count. Takes nothing from its limit. */
  introspect(key: string): Promise<ActiveToken | null>
  /** Whether the key of this id, and its owner, are alive. */
  isAlive(id: string): Promise<boolean>
  /** Ends the keys of a user where that is more than signing out; pass the result on to {@link RevocationLog.append}. */
  endAlongWithSessions(tx: Queryable, userId: UserId, reason: RevokeReason): Promise<Revoked[]>
}

export interface ApiKeysOptions {
  db: Database
  ports: Ports
  accessTokens: AccessTokens
  revocations: RevocationLog
  permissions: Permissions
  limits: Limits
  audit: Audit
  outbox: Outbox
  mails: Mails
  config: { publicUrl: string; audience: string; apiKeyMaxTtl: number }
}

export function createApiKeys(options: ApiKeysOptions): ApiKeys {
  const { db, ports, accessTokens, revocations, permissions, limits, audit, outbox, mails, config } = options

  return { list, create, rotate, revoke, authenticate, exchange, introspect, isAlive, endAlongWithSessions }

  async function list(owner: OwnerRef): Promise<ApiKey[]> {
    return (await store.listKeys(db, owner)).map(toApiKey)
  }

  async function create(owner: OwnerRef, input: NewApiKey, by: Doer): Promise<CreatedApiKey> {
    requireAllowedScopes(owner, input.scopes)
    const ttl = ttlOf(input)
    const now = ports.now()
    const made = mintRow(owner, {
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
      const made = mintRow(owner, {
        ...before,
        created_at: now,
        expires_at: expiryAnew(before, now, config.apiKeyMaxTtl),
      })
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
    const { keyId, expiresAt } = holder
    const grant = grantOf(holder)
    // A token that every verifier would refuse is no answer. The key was revoked while we looked at it:
    if (revocations.isRevoked([await fingerprint('client', keyId)])) throw new AuthError('api_key_revoked')
    // or its service account was disabled, and enabled again before the last token of before has expired.
    if (revocations.isRevoked([await fingerprint('user', grant.sub)])) {
      throw new AuthError('unavailable', {
        retryAfter: toSeconds(minutes(1)),
        detail:
          'Older tokens were revoked a moment ago, and a new one would be refused with them: try again later.',
      })
    }
    const left = expiresAt === null ? Infinity : expiresAt - ports.now()
    const lifetime = milliseconds(Math.min(machineTokenTtl, accessTokens.ttl, left))
    return { accessToken: accessTokens.issue(grant, lifetime), lifetime: toSeconds(lifetime) }
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
    const { roles, permissions: permitted, ...grant } = grantOf(holder)
    return {
      active: true,
      token_type: 'api_key',
      iss: config.publicUrl,
      aud: config.audience,
      ...grant,
      iat: toSeconds(holder.createdAt),
      ...(holder.expiresAt !== null && { exp: toSeconds(holder.expiresAt) }),
      ...(roles.length > 0 && { roles }),
      ...(permitted.length > 0 && { permissions: permitted }),
    }
  }

  /** What a token for the key says: who, by which key, and within which scopes. */
  function grantOf({ keyId, owner, scopes, roles }: KeyHolder): AccessGrant {
    return {
      sub: owner.account.id as UserId,
      client_id: keyId,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      roles,
      permissions: permissions.ofRoles(roles),
    }
  }

  async function isAlive(id: string): Promise<boolean> {
    const found = await store.findKey(db, id)
    return found !== null && decideUse(found, ports.now()) === null
  }

  async function endAlongWithSessions(
    tx: Queryable,
    userId: UserId,
    reason: RevokeReason,
  ): Promise<Revoked[]> {
    const end = keyEnds[reason]
    if (end === null) return []
    const ended = await store.endKeysOfUser(tx, { userId, now: ports.now(), reason: end })
    return ended.map(asRevoked)
  }

  /** Waits for others who make keys for the same owner, and for whoever disables them. */
  async function lockOwner(tx: Queryable, { kind, id }: OwnerRef): Promise<void> {
    if (kind === 'user' && !(await store.lockEnabledUser(tx, id as UserId)))
      throw new AuthError('token_revoked')
    if (kind === 'service_account' && !(await lockServiceAccount(tx, id)))
      throw new AuthError('service_account_not_found')
  }

  function mintRow(
    { kind, id }: OwnerRef,
    given: Pick<
      ApiKeyRow,
      'name' | 'scopes' | 'inherits_roles' | 'requests_per_minute' | 'created_at' | 'expires_at'
    >,
  ): { row: ApiKeyRow; answer: CreatedApiKey } {
    const key = mintApiKey(ports)
    const owner = Buffer.from(id.replaceAll('-', ''), 'hex')
    const { name, scopes, inherits_roles, requests_per_minute, created_at, expires_at } = given
    const row: ApiKeyRow = {
      id: uuidV7(ports),
      user_id: kind === 'user' ? owner : null,
      service_account_id: kind === 'service_account' ? owner : null,
      name,
      secret_hash: hashApiKey(key) as Uint8Array,
      last_four: key.slice(-4),
      scopes,
      inherits_roles,
      requests_per_minute,
      created_at,
      expires_at,
      last_used_at: null,
      refused_at: null,
      successor_id: null,
      revoked_at: null,
      revoke_reason: null,
    }
    return { row, answer: { apiKey: toApiKey(row), key } }
  }

  /** The owner of a user's key is told of every change; a service account reads no mail. */
  async function mailOwner(
    tx: Queryable,
    { kind, id }: OwnerRef,
    about: { change: ApiKeyChange; name: string },
    { ip, actorId }: Doer,
  ): Promise<void> {
    const account = kind === 'user' ? await findAccount(tx, id as UserId) : null
    // Users learn that an administrator acted, not from where.
    const from = actorId === null ? ip : null
    if (account) await outbox.mail(tx, mails.apiKeyChanged({ account, at: ports.now(), ip: from, ...about }))
  }

  function record(
    kind: AuditInput['kind'],
    owner: OwnerRef,
    row: Pick<ApiKeyRow, 'id' | 'name'>,
    { ip, userAgent, ...by }: Origin & Partial<Doer>,
    detail: Record<string, unknown> = {},
  ): void {
    const isUser = owner.kind === 'user'
    audit.record({
      kind,
      userId: isUser ? (owner.id as UserId) : null,
      actorId: by.actorId ?? null,
      ip,
      userAgent,
      detail: {
        apiKeyId: formatUuid(row.id),
        name: row.name,
        ...(!isUser && { serviceAccountId: owner.id }),
        ...(by.via && { by: by.via }),
        ...detail,
      },
    })
  }
}

/** `most` is the key's own. What its owner has set is not for the operator to stretch. */
const perKey = { name: 'api-key', window: minutes(1), isExact: true }

function requireAllowedScopes({ kind }: OwnerRef, scopes: readonly string[]): void {
  if (kind === 'service_account' || !scopes.includes(introspectScope)) return
  throw new AuthError('invalid_input', {
    errors: [
      { path: 'body.scopes', message: `must not hold ${introspectScope}, which is for service accounts` },
    ],
  })
}

/**
 * Why sessions end, and whether the user's keys do as well: not when they sign out, but when the account may have been in
 * other hands, or is to be in none.
 */
const keyEnds: Record<RevokeReason, store.KeyEnd | null> = {
  logout: null,
  replaced: null,
  logout_others: null,
  logout_all: null,
  ended_by_user: null,
  ended_by_admin: null,
  refresh_token_reused: null,
  fenced_after_restore: null,
  // No key came of it: making one takes a fresh sign-in, and its owner gets a mail.
  passkey_removed: null,
  password_changed: 'password_changed',
  password_reset: 'password_reset',
  email_change_undone: 'email_change_undone',
  owner_arrived: 'owner_arrived',
  user_disabled: 'user_disabled',
}

/** Access tokens name the key as their client. */
const asRevoked = ({ id }: { id: Uint8Array }): Revoked => ({ kind: 'client', subject: formatUuid(id) })

/** As long from now as the key before was meant to live, and not longer than is allowed by now; 0 for any time. */
function expiryAnew({ created_at, expires_at }: ApiKeyRow, now: number, most: number): number | null {
  const ttl = Math.min((expires_at ?? Infinity) - created_at, most === 0 ? Infinity : most)
  return ttl === Infinity ? null : now + ttl
}

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

const scopesOf = ({ scopes }: ApiKeyRow): string[] => (scopes === '' ? [] : scopes.split(' '))

const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: formatUuid(row.id),
  name: row.name,
  lastFour: row.last_four,
  scopes: scopesOf(row),
  inheritRoles: row.inherits_roles === 1,
  requestsPerMinute: row.requests_per_minute,
  createdAt: isoTime(row.created_at),
  expiresAt: isoTimeOrNull(row.expires_at),
  lastUsedAt: isoTimeOrNull(row.last_used_at),
  refusedAt: isoTimeOrNull(row.refused_at),
  successorId: row.successor_id && formatUuid(row.successor_id),
  revokedAt: isoTimeOrNull(row.revoked_at),
})
