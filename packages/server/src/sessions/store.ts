import type { Instant, Milliseconds } from '@latchkey/contract'
import { compareBytes } from '../core/bytes.ts'
import { type Database, findOne, type Queryable } from '../db/database.ts'
import { batch } from '../db/batch.ts'
import { statement } from '../db/statement.ts'
import type { Binding } from './bindings/binding.ts'
import { type Account, type AccountRow, toAccount } from '../identity/users/account.ts'
import type { Authentication, LiveSession, RevokeReason, SessionRow } from './session.ts'

/** A session together with its user, in one look. */
export interface SessionWithAccount<Session = SessionRow> {
  session: Session
  account: Account
  /** The count of changes to keys and roles when this was read; roles known from before are out of date. */
  changes: number
}

export type LiveWithAccount = SessionWithAccount<LiveSession>

export interface Rotation {
  id: Uint8Array
  generation: number
  secretHash: Uint8Array
  attempt: Uint8Array | null
  clientId: string | null
  now: Instant
  leeway: Milliseconds
  /** The binding that the request has proven; a bound session requires one. */
  keyBinding: string | null
  deviceBinding: string | null
}

const columnNames = [
  'id',
  'kind',
  'user_id',
  'client_id',
  'secret_hash',
  'previous_secret_hash',
  'previous_until',
  'generation',
  'rotated_at',
  'attempt',
  'fenced_at',
  'before_fence',
  'authenticated_at',
  'amr',
  'aal',
  'epoch',
  'binding',
  'persistent',
  'idle_ttl',
  'expires_at',
  'user_agent',
  'ip',
  'label',
  'created_at',
  'revoked_at',
  'revoke_reason',
]
/** The columns that a refresh reads: fewer are faster. */
const liveColumnNames = [
  'id',
  'user_id',
  'client_id',
  'generation',
  'authenticated_at',
  'amr',
  'aal',
  'epoch',
  'binding',
  'persistent',
  'expires_at',
]
const columns = columnNames.join(', ')
const liveColumns = liveColumnNames.join(', ')
const livePrefixed = liveColumnNames.map((name) => `s.${name}`).join(', ')
const prefixed = columnNames.map((name) => `s.${name}`).join(', ')
const accountFields = [
  'email',
  'email_verified_at',
  'name',
  'locale',
  'roles',
  'created_at',
  'updated_at',
  'disabled_at',
]
/** RETURNING sees only the table that is written, so the user comes as one JSON value. */
const accountJson = (array: string): string =>
  `(SELECT ${array} FROM user_account WHERE id = user_id) AS account`
const sqliteAccount = accountJson(`json_array(${accountFields.join(', ')})`)
const postgresAccount = accountJson(`json_build_array(${accountFields.join(', ')})::text`)
const accountColumns = accountFields.map((name) => `u.${name} AS account_${name}`).join(', ')

const changes = '(SELECT changes FROM revocation_head) AS changes'

// A first refresh while the clock is behind must not make the session look unused for longer than it is.
const rotateOne = statement(`
  UPDATE session SET generation = generation + 1, attempt = :attempt,
         rotated_at = CASE WHEN rotated_at > :now THEN rotated_at ELSE :now END
   WHERE id = :id AND kind = 'token' AND generation = :generation AND secret_hash = :secretHash
     AND (generation = 0 OR rotated_at < :now - :leeway)
     AND (binding IS NULL OR binding = :keyBinding OR binding = :deviceBinding)
     AND client_id IS NOT DISTINCT FROM :clientId AND revoked_at IS NULL
     AND expires_at > :now AND rotated_at + idle_ttl > :now
     AND EXISTS (SELECT 1 FROM user_account WHERE id = user_id AND disabled_at IS NULL)
  RETURNING ${liveColumns}, ${sqliteAccount}, ${changes}`)

const rotateMany = statement(`
  UPDATE session AS s SET generation = s.generation + 1, rotated_at = greatest(s.rotated_at, i.at), attempt = i.attempt
    FROM unnest(:positions::int[], :ids::bytea[], :generations::bigint[], :secretHashes::bytea[],
                :attempts::bytea[], :clientIds::text[], :nows::bigint[], :leeways::bigint[],
                :keyBindings::text[], :deviceBindings::text[])
         AS i (position, id, generation, secret_hash, attempt, client_id, at, leeway, key_binding, device_binding),
         user_account AS u
   WHERE s.id = i.id AND s.kind = 'token' AND s.generation = i.generation AND s.secret_hash = i.secret_hash
     AND (s.generation = 0 OR s.rotated_at < i.at - i.leeway)
     AND (s.binding IS NULL OR s.binding = i.key_binding OR s.binding = i.device_binding)
     AND s.client_id IS NOT DISTINCT FROM i.client_id AND s.revoked_at IS NULL
     AND s.expires_at > i.at AND s.rotated_at + s.idle_ttl > i.at
     AND u.id = s.user_id AND u.disabled_at IS NULL
  RETURNING i.position, ${livePrefixed}, ${accountColumns}, ${changes}`)

const findWithAccount = statement(
  `SELECT ${prefixed}, ${accountColumns}, ${changes} FROM session s JOIN user_account u ON u.id = s.user_id WHERE s.id = :id`,
)
const keepAttempt = statement(
  'UPDATE session SET attempt = :attempt WHERE id = :id AND generation = :generation AND revoked_at IS NULL',
)
const restartLeeway = statement(
  'UPDATE session SET rotated_at = :now WHERE id = :id AND generation = :generation AND revoked_at IS NULL',
)
const setGeneration = statement(`
  UPDATE session SET generation = :to, rotated_at = :now, attempt = :attempt
   WHERE id = :id AND generation = :from AND revoked_at IS NULL RETURNING generation`)
const raise = statement(`
  UPDATE session SET generation = :to, epoch = epoch + 1, attempt = :attempt, rotated_at = :now,
         fenced_at = :now, before_fence = :before, authenticated_at = :authenticatedAt, amr = :amr, aal = :aal
   WHERE id = :id AND generation = :generation AND revoked_at IS NULL
  RETURNING ${columns}`)
const withdraw = statement(`
  UPDATE session SET authenticated_at = :authenticatedAt, amr = :amr, aal = :aal, before_fence = NULL, epoch = epoch + 1
   WHERE id = :id AND generation = :generation AND before_fence IS NOT NULL AND revoked_at IS NULL
  RETURNING ${columns}`)
// Written at most once in an interval: the first of many requests moves the time on, the others find it moved.
const slide = statement(`
  UPDATE session SET rotated_at = :now
   WHERE id = :id AND kind = 'cookie' AND rotated_at <= :before AND revoked_at IS NULL
     AND expires_at > :now AND rotated_at + idle_ttl > :now
  RETURNING id`)
const replaceSecretHash = statement(`
  UPDATE session SET secret_hash = :secretHash, previous_secret_hash = :previous, previous_until = :until,
         epoch = epoch + 1, rotated_at = :now, fenced_at = :now, before_fence = :before,
         authenticated_at = :authenticatedAt, amr = :amr, aal = :aal
   WHERE id = :id AND kind = 'cookie' AND secret_hash = :current AND revoked_at IS NULL
  RETURNING ${columns}`)
const confirmSecret = statement(`
  UPDATE session SET previous_until = :until
   WHERE id = :id AND secret_hash = :secretHash AND previous_secret_hash IS NOT NULL AND previous_until IS NULL`)
// A cookie whose replacement was seen is known a moment longer. If the new one may never have arrived, its client has
// no other: the old one stays, without the added rights.
const raiseEpochs = statement(`
  UPDATE session SET epoch = epoch + 1, previous_until = CASE WHEN previous_until > :until THEN :until ELSE previous_until END
   WHERE user_id = :userId AND revoked_at IS NULL RETURNING id, epoch`)
const bind = statement(`
  UPDATE session SET binding = :binding WHERE id = :id AND binding IS NULL AND revoked_at IS NULL RETURNING id`)
const insertReturning = (account: string): string => `
  INSERT INTO session (${columns}) VALUES (${columnNames.map((name) => `:${name}`).join(', ')})
  RETURNING ${account}, ${changes}`
const insert = statement({
  sqlite: insertReturning(sqliteAccount),
  postgres: insertReturning(postgresAccount),
})
const listLive = statement(`
  SELECT ${columns} FROM session
   WHERE user_id = :userId AND id < :before AND revoked_at IS NULL AND expires_at > :now AND rotated_at + idle_ttl > :now
   ORDER BY id DESC LIMIT :limit`)
// Ending a session ends the token families under it in the same statement.
const endOne = statement(`
  UPDATE session SET revoked_at = :now, revoke_reason = :reason
   WHERE (id = :id OR parent_id = :id) AND revoked_at IS NULL RETURNING id`)
const endReused = statement(`
  UPDATE session SET revoked_at = :now, revoke_reason = :reason
   WHERE ((id = :id AND generation = :generation)
          OR (parent_id = :id AND EXISTS (SELECT 1 FROM session p WHERE p.id = :id AND p.generation = :generation)))
     AND revoked_at IS NULL RETURNING id`)
const endOfUser = statement(`
  UPDATE session SET revoked_at = :now, revoke_reason = :reason
   WHERE user_id = :userId AND id <> :except AND parent_id IS DISTINCT FROM :except AND revoked_at IS NULL
  RETURNING id`)
// Those used longest ago; a few at a time, for usually there is one.
const listBeyond = statement(`
  SELECT id FROM session
   WHERE user_id = :userId AND parent_id IS NULL AND revoked_at IS NULL
     AND expires_at > :now AND rotated_at + idle_ttl > :now
   ORDER BY rotated_at DESC, id DESC LIMIT 20 OFFSET :most`)
const endBefore = statement(`
  UPDATE session SET revoked_at = :now, revoke_reason = :reason
   WHERE id IN (SELECT id FROM session WHERE id > :after AND created_at < :before AND revoked_at IS NULL
                 ORDER BY id LIMIT :limit)
     AND revoked_at IS NULL RETURNING id`)
const countLive = statement(`
  SELECT count(*) AS count FROM session
   WHERE user_id = :userId AND revoked_at IS NULL AND expires_at > :now AND rotated_at + idle_ttl > :now`)
const listIds = statement(
  'SELECT id FROM session WHERE id > :after AND revoked_at IS NULL ORDER BY id LIMIT :limit',
)
const listRecent = statement(`SELECT ${columns} FROM session ORDER BY id DESC LIMIT :limit`)
const removeOld = statement(`
  DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < :before ORDER BY expires_at LIMIT :limit)
  RETURNING id`)

/** The one rotating write; null when no row fits. Concurrent calls on PostgreSQL share a statement. */
export function createRotate(db: Database): (rotation: Rotation) => Promise<LiveWithAccount | null> {
  if (db.dialect === 'postgres') return batch((rotations) => rotateTogether(db.relaxed, rotations))
  return async (rotation) => {
    const row = await findOne<LiveSession & FromJson>(db.relaxed, rotateOne, { ...rotation })
    return row && { session: row, account: accountFromJson(row), changes: row.changes }
  }
}

async function rotateTogether(db: Queryable, rotations: Rotation[]): Promise<(LiveWithAccount | null)[]> {
  // In the order of their ids, so that two processes lock rows in the same order.
  const ordered = rotations.map((rotation, position) => ({ rotation, position }))
  ordered.sort((a, b) => compareBytes(a.rotation.id, b.rotation.id))
  const of = <Key extends keyof Rotation>(key: Key) => ordered.map(({ rotation }) => rotation[key])
  const rows = await db.all<LiveSession & JoinedAccount & { position: number }>(rotateMany, {
    positions: ordered.map(({ position }) => position),
    ids: of('id'),
    generations: of('generation'),
    secretHashes: of('secretHash'),
    attempts: of('attempt'),
    clientIds: of('clientId'),
    nows: of('now'),
    leeways: of('leeway'),
    keyBindings: of('keyBinding'),
    deviceBindings: of('deviceBinding'),
  })
  const answers: (LiveWithAccount | null)[] = rotations.map(() => null)
  for (const row of rows) answers[row.position] = withAccount(row)
  return answers
}

export async function findSession(db: Queryable, id: Uint8Array): Promise<SessionWithAccount | null> {
  const row = await findOne<SessionRow & JoinedAccount>(db, findWithAccount, { id })
  return row && withAccount(row)
}

/** `now` null keeps the leeway as it is. */
export async function noteRetry(
  db: Queryable,
  { id, generation }: SessionRow,
  change: { attempt: Uint8Array } | { now: Instant },
): Promise<void> {
  if ('attempt' in change) await db.all(keepAttempt, { id, generation, ...change })
  else await db.all(restartLeeway, { id, generation, ...change })
}

export async function moveGeneration(
  db: Queryable,
  { id, generation: from }: SessionRow,
  change: { to: number; now: Instant; attempt: Uint8Array | null },
): Promise<boolean> {
  return (await db.all(setGeneration, { id, from, ...change })).length > 0
}

export interface Fence extends Authentication {
  /** Higher than every generation that has been issued. */
  to: number
  before: string
  attempt: Uint8Array | null
  now: Instant
}

export function raiseFence(
  tx: Queryable,
  row: SessionRow,
  { amr, ...fence }: Fence,
): Promise<SessionRow | null> {
  const { id, generation } = row
  return findOne<SessionRow>(tx, raise, { id, generation, amr: amr.join(' '), ...fence })
}

export function withdrawElevation(
  tx: Queryable,
  row: SessionRow,
  before: Authentication,
): Promise<SessionRow | null> {
  const { id, generation } = row
  return findOne<SessionRow>(tx, withdraw, { id, generation, ...before, amr: before.amr.join(' ') })
}

/** Moves idle expiry of a cookie session to `now`, if it last counted from `before` or earlier. */
export const slideSession = (
  db: Queryable,
  slid: { id: Uint8Array; before: Instant; now: Instant },
): Promise<unknown[]> => db.all(slide, slid)

export interface SecretReplacement extends Authentication {
  secretHash: Uint8Array
  /** The secret that its client presented. */
  previous: Uint8Array
  /** Null: until the new one has been seen. */
  until: Instant | null
  before: string
  now: Instant
}

/** Null when another request replaced the secret of this cookie session first, or it ended. */
export function replaceSecret(
  tx: Queryable,
  { id, secret_hash: current }: SessionRow,
  { amr, ...replacement }: SecretReplacement,
): Promise<SessionRow | null> {
  return findOne<SessionRow>(tx, replaceSecretHash, { id, current, amr: amr.join(' '), ...replacement })
}

/** The cookie of a step-up has arrived: the one that it replaced is known until `until` only. */
export const confirmReplacement = (
  db: Queryable,
  { id, secret_hash: secretHash }: SessionRow,
  until: Instant,
): Promise<unknown[]> => db.all(confirmSecret, { id, secretHash, until })

/** Returns the sessions with their new epoch. A cookie whose successor was seen is known until `until` at most. */
export const raiseEpochsOfUser = (
  tx: Queryable,
  userId: Uint8Array,
  until: Instant,
): Promise<{ id: Uint8Array; epoch: number }[]> => tx.all(raiseEpochs, { userId, until })

export async function insertSession(tx: Queryable, session: SessionRow): Promise<SessionWithAccount> {
  const [inserted] = await tx.all<FromJson>(insert, { ...session })
  const { account, changes } = inserted!
  return { session, account: accountFromJson({ account, user_id: session.user_id }), changes }
}

/** False if it is bound already, or has ended: a binding never changes. */
export async function bindSession(db: Queryable, id: Uint8Array, binding: Binding): Promise<boolean> {
  return (await db.all(bind, { id, binding })).length > 0
}

/** Behind every id. */
const end = new Uint8Array(17).fill(0xff)

/** The newest first, from before `before` where that is given. */
export const listLiveSessions = (
  db: Queryable,
  { before, ...page }: { userId: Uint8Array; now: Instant; before: Uint8Array | null; limit: number },
): Promise<SessionRow[]> => db.all<SessionRow>(listLive, { ...page, before: before ?? end })

export async function countLiveSessions(db: Queryable, userId: Uint8Array, now: Instant): Promise<number> {
  return (await findOne<{ count: number }>(db, countLive, { userId, now }))!.count
}

export type LiveId = Pick<SessionRow, 'id'>

/** Lists sessions of all users, in the order of their ids. */
export const listLiveIds = (db: Queryable, page: { after: Uint8Array; limit: number }): Promise<LiveId[]> =>
  db.all<LiveId>(listIds, page)

/** Live ones that are more than `most`, the least recently used. */
export const listSessionsBeyond = (
  tx: Queryable,
  beyond: { userId: Uint8Array; now: Instant; most: number },
): Promise<{ id: Uint8Array }[]> => tx.all(listBeyond, { ...beyond })

export const listRecentSessions = (db: Queryable, limit: number): Promise<SessionRow[]> =>
  db.all<SessionRow>(listRecent, { limit })

/** Each returns the ids of the sessions that it ended. */
interface Ending {
  now: Instant
  reason: RevokeReason
}

type Ended = Promise<{ id: Uint8Array }[]>

export const endSession = (tx: Queryable, ending: Ending & { id: Uint8Array }): Ended =>
  tx.all(endOne, { ...ending })
export const endReusedSession = (
  tx: Queryable,
  ending: Ending & { id: Uint8Array; generation: number },
): Ended => tx.all(endReused, { ...ending })
export const endSessionsOfUser = (
  tx: Queryable,
  { except, ...ending }: Ending & { userId: Uint8Array; except?: Uint8Array | undefined },
): Ended => tx.all(endOfUser, { ...ending, except: except ?? new Uint8Array(0) })
/** The first `limit` of those behind `after`, in the order of their ids. */
export const endSessionsBefore = (
  tx: Queryable,
  ending: Ending & { after: Uint8Array; before: Instant; limit: number },
): Ended => tx.all(endBefore, { ...ending })

export const removeOldSessions = (db: Queryable, before: Instant, limit: number): Promise<unknown[]> =>
  db.all(removeOld, { before, limit })

type JoinedAccount = { changes: number } & {
  [Field in Exclude<keyof AccountRow, 'id'> as `account_${Field}`]: AccountRow[Field]
}

const withAccount = <Session extends LiveSession>(
  row: Session & JoinedAccount,
): SessionWithAccount<Session> => ({
  session: row,
  changes: row.changes,
  account: toAccount({
    id: row.user_id,
    email: row.account_email,
    email_verified_at: row.account_email_verified_at,
    name: row.account_name,
    locale: row.account_locale,
    roles: row.account_roles,
    created_at: row.account_created_at,
    updated_at: row.account_updated_at,
    disabled_at: row.account_disabled_at,
  }),
})

interface FromJson {
  /** JSON array of the account's fields. */
  account: string
  changes: number
}

function accountFromJson(row: Pick<LiveSession, 'user_id'> & Pick<FromJson, 'account'>): Account {
  const values = JSON.parse(row.account) as unknown[]
  const fields = Object.fromEntries(accountFields.map((name, index) => [name, values[index]]))
  return toAccount({ ...(fields as unknown as AccountRow), id: row.user_id })
}
