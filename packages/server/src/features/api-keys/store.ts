import type { Instant, UserId } from '@latchkey/contract'
import { parseUuid } from '../../core/ports/uuid.ts'
import {
  serviceAccountColumns,
  type ServiceAccountRow,
  toServiceAccount,
} from '../../identity/service-accounts/store.ts'
import type { EndReason } from '../../identity/events/table.ts'
import type { KeyOwner } from '../../identity/service-accounts/key-holder.ts'
import { type AccountRow, toAccount } from '../../identity/users/account.ts'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

export interface ApiKeyRow {
  id: Uint8Array
  user_id: Uint8Array | null
  service_account_id: Uint8Array | null
  name: string
  secret_hash: Uint8Array
  last_four: string
  /** Separated by spaces. */
  scopes: string
  inherits_roles: number
  requests_per_minute: number | null
  created_at: Instant
  expires_at: Instant | null
  last_used_at: Instant | null
  refused_at: Instant | null
  successor_id: Uint8Array | null
  revoked_at: Instant | null
  revoke_reason: string | null
}

export type KeyEnd = 'revoked' | 'rotated' | EndReason

/** The owner of the keys. */
export interface OwnerRef {
  kind: KeyOwner['kind']
  id: string
}

/** A key together with its owner, in one look. */
export interface FoundKey {
  row: ApiKeyRow
  owner: KeyOwner
  /** How often keys and roles had changed when this was read. */
  changes: number
}

const columnNames = [
  'id',
  'user_id',
  'service_account_id',
  'name',
  'secret_hash',
  'last_four',
  'scopes',
  'inherits_roles',
  'requests_per_minute',
  'created_at',
  'expires_at',
  'last_used_at',
  'refused_at',
  'successor_id',
  'revoked_at',
  'revoke_reason',
]
const columns = columnNames.join(', ')
const prefixed = columnNames.map((name) => `k.${name}`).join(', ')
const accountFields = [
  'id',
  'email',
  'email_verified_at',
  'name',
  'locale',
  'roles',
  'created_at',
  'updated_at',
  'disabled_at',
]
const joined = [
  ...accountFields.map((name) => `u.${name} AS user_${name}`),
  ...serviceAccountColumns.map((name) => `s.${name} AS service_${name}`),
].join(', ')

// An owner that is null matches no row, so one statement serves both kinds.
const ofOwner = '(user_id = :userId OR service_account_id = :serviceAccountId)'
const isLive = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)'

const findWithOwner = (condition: string) =>
  statement(`
  SELECT ${prefixed}, ${joined}, (SELECT changes FROM revocation_head) AS changes
    FROM api_key k
    LEFT JOIN user_account u ON u.id = k.user_id
    LEFT JOIN service_account s ON s.id = k.service_account_id
   WHERE ${condition}`)
const findByHash = findWithOwner('k.secret_hash = :hash')
const findById = findWithOwner('k.id = :id')

const insert = statement(
  `INSERT INTO api_key (${columns}) VALUES (${columnNames.map((name) => `:${name}`).join(', ')})`,
)
// Every live one, of which there are so many at most, and the newest of those that have ended.
const list = statement(`
  SELECT ${columns} FROM api_key
   WHERE ${ofOwner} AND ((${isLive})
      OR id IN (SELECT id FROM api_key WHERE ${ofOwner} AND NOT (${isLive}) ORDER BY id DESC LIMIT :limit))
   ORDER BY id DESC`)
const count = statement(`SELECT count(*) AS count FROM api_key WHERE ${ofOwner} AND ${isLive}`)
const countBefore = statement(
  `SELECT count(*) AS count FROM api_key WHERE created_at < :before AND ${isLive}`,
)
const findOfOwner = statement(`SELECT ${columns} FROM api_key WHERE id = :id AND ${ofOwner}`)
// A second request finds a successor: a key has at most one.
const succeed = statement(`
  UPDATE api_key SET successor_id = :successorId,
         expires_at = CASE WHEN expires_at IS NULL OR expires_at > :until THEN :until ELSE expires_at END,
         revoked_at = :revokedAt, revoke_reason = :reason
   WHERE id = :id AND ${ofOwner} AND successor_id IS NULL AND ${isLive}
  RETURNING ${columns}`)
const endOne = statement(`
  UPDATE api_key SET revoked_at = :now, revoke_reason = :reason
   WHERE id = :id AND ${ofOwner} AND revoked_at IS NULL RETURNING ${columns}`)
const rename = statement(`
  UPDATE api_key SET name = :name WHERE id = :id AND ${ofOwner} AND ${isLive} RETURNING ${columns}`)
const endBefore = statement(`
  UPDATE api_key SET revoked_at = :now, revoke_reason = :reason
   WHERE id IN (SELECT id FROM api_key WHERE id > :after AND created_at < :before AND ${isLive} ORDER BY id LIMIT :limit)
     AND ${isLive} RETURNING id`)
const endOfUser = statement(`
  UPDATE api_key SET revoked_at = :now, revoke_reason = :reason
   WHERE user_id = :userId AND ${isLive} RETURNING id`)
// Only one of several uses of the same moment finds the value that it has read.
const use = statement(
  'UPDATE api_key SET last_used_at = :now WHERE id = :id AND last_used_at IS NOT DISTINCT FROM :before RETURNING id',
)
const refuse = statement(`
  UPDATE api_key SET refused_at = :now
   WHERE id = :id AND (refused_at IS NULL OR refused_at <= :before) RETURNING id`)
const remove = statement(`
  DELETE FROM api_key WHERE id IN
    (SELECT id FROM api_key WHERE expires_at < :before OR revoked_at < :before LIMIT :limit) RETURNING id`)

export async function findKeyByHash(db: Queryable, hash: Uint8Array): Promise<FoundKey | null> {
  const row = await findOne<ApiKeyRow & Joined>(db, findByHash, { hash })
  return row && toFound(row)
}

export async function findKey(db: Queryable, id: string): Promise<FoundKey | null> {
  const row = await findOne<ApiKeyRow & Joined>(db, findById, { id: parseUuid(id) })
  return row && toFound(row)
}

export const insertKey = (tx: Queryable, row: ApiKeyRow): Promise<unknown[]> => tx.all(insert, { ...row })

/** Newest first; of those that have ended `limit` at most. */
export const listKeys = (
  db: Queryable,
  owner: OwnerRef,
  by: { now: Instant; limit: number },
): Promise<ApiKeyRow[]> => db.all<ApiKeyRow>(list, { ...idsOf(owner), ...by })

export async function countLiveKeys(tx: Queryable, owner: OwnerRef, now: Instant): Promise<number> {
  return (await findOne<{ count: number }>(tx, count, { ...idsOf(owner), now }))!.count
}

export const findKeyOf = (tx: Queryable, owner: OwnerRef, id: string): Promise<ApiKeyRow | null> =>
  findOne<ApiKeyRow>(tx, findOfOwner, { id: parseUuid(id), ...idsOf(owner) })

/** Null where the key is not alive, or has a successor. `until` is `now` for a key that ends at once. */
export const succeedKey = (
  tx: Queryable,
  owner: OwnerRef,
  { id, successorId, now, until }: { id: string; successorId: Uint8Array; now: Instant; until: Instant },
): Promise<ApiKeyRow | null> =>
  findOne<ApiKeyRow>(tx, succeed, {
    ...idsOf(owner),
    id: parseUuid(id),
    successorId,
    now,
    until,
    revokedAt: until === now ? now : null,
    reason: until === now ? 'rotated' : null,
  })

/** Null where there is no such key, or it has been revoked. */
export const endKey = (tx: Queryable, owner: OwnerRef, id: string, now: Instant): Promise<ApiKeyRow | null> =>
  findOne<ApiKeyRow>(tx, endOne, { ...idsOf(owner), id: parseUuid(id), now, reason: 'revoked' })

/** Null where the key is not alive. */
export const renameKey = (
  tx: Queryable,
  owner: OwnerRef,
  { id, ...change }: { id: string; name: string; now: Instant },
): Promise<ApiKeyRow | null> =>
  findOne<ApiKeyRow>(tx, rename, { ...idsOf(owner), id: parseUuid(id), ...change })

/** The first `limit` of those behind `after`, in the order of their ids. */
export const endKeysBefore = (
  tx: Queryable,
  ending: { after: Uint8Array; before: Instant; limit: number; now: Instant; reason: KeyEnd },
): Promise<{ id: Uint8Array }[]> => tx.all(endBefore, { ...ending })

export async function countKeysBefore(
  db: Queryable,
  { before, now }: { before: Instant; now: Instant },
): Promise<number> {
  return (await findOne<{ count: number }>(db, countBefore, { before, now }))!.count
}

export const endKeysOfUser = (
  tx: Queryable,
  ending: { userId: UserId; now: Instant; reason: KeyEnd },
): Promise<{ id: Uint8Array }[]> => tx.all(endOfUser, { ...ending, userId: parseUuid(ending.userId) })

/** True if this call noted the use. */
export const noteUse = async (
  db: Queryable,
  { id, last_used_at: before }: ApiKeyRow,
  now: Instant,
): Promise<boolean> => (await db.all(use, { id, before, now })).length > 0

/** True if this call noted the refusal; at most one call in an `interval` does. */
export const noteRefusal = async (
  db: Queryable,
  { id }: ApiKeyRow,
  { now, interval }: { now: Instant; interval: number },
): Promise<boolean> => (await db.all(refuse, { id, now, before: now - interval })).length > 0

export const removeOldKeys = (db: Queryable, before: Instant, limit: number): Promise<unknown[]> =>
  db.all(remove, { before, limit })

const idsOf = ({ kind, id }: OwnerRef) => ({
  userId: kind === 'user' ? parseUuid(id) : null,
  serviceAccountId: kind === 'service_account' ? parseUuid(id) : null,
})

type Joined = { changes: number } & {
  [Field in keyof AccountRow as `user_${Field}`]: AccountRow[Field]
} & {
  [Field in keyof ServiceAccountRow as `service_${Field}`]: ServiceAccountRow[Field]
}

const toFound = (row: ApiKeyRow & Joined): FoundKey => ({ row, owner: ownerOf(row), changes: row.changes })

function ownerOf(row: ApiKeyRow & Joined): KeyOwner {
  const fields = row as unknown as Record<string, unknown>
  const under = (prefix: string, names: readonly string[]): unknown =>
    Object.fromEntries(names.map((name) => [name, fields[prefix + name]]))
  return row.user_id === null
    ? {
        kind: 'service_account',
        account: toServiceAccount(under('service_', serviceAccountColumns) as ServiceAccountRow),
      }
    : { kind: 'user', account: toAccount(under('user_', accountFields) as AccountRow) }
}
