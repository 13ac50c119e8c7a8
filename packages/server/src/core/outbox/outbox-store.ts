import { hours, type Instant } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

/** Nothing is put off for longer, by a failure or a claim. */
const longestWait = hours(2)
export const tooLate = 'It was not sent before it expired.'

export interface OutboxRow {
  id: Uint8Array
  topic: string
  /** The queue it stands in: the topic, and after a slash its purpose if the topic has several. */
  lane: string
  /** Sealed by the secret ring, purpose `outbox`: mails hold live links. */
  payload: Uint8Array
  created_at: Instant
  due_at: Instant
  /** The time from which it is useless and is not sent. Null if it always is of use. */
  expires_at: Instant | null
  attempts: number
  last_error: string | null
  dead_at: Instant | null
}

/** An entry as claimed by one worker. Until `due_at`, no other takes it; later writes of that worker have no effect. */
export type Claim = Pick<OutboxRow, 'id' | 'due_at'>

const columns = 'id, topic, lane, payload, created_at, due_at, expires_at, attempts, last_error, dead_at'

const insert = statement(`INSERT INTO outbox (${columns})
  VALUES (:id, :topic, :lane, :payload, :created_at, :due_at, :expires_at, :attempts, :last_error, :dead_at)`)
// An entry due beyond any possible time was postponed by a clock that was ahead.
const isDue = '(due_at <= :now OR due_at > :latest)'
const due = statement(`SELECT lane, min(expires_at) AS expires_at FROM outbox
  WHERE ${isDue} AND dead_at IS NULL GROUP BY lane`)
const dueOfLane = `SELECT id FROM outbox WHERE lane = :lane AND ${isDue} AND dead_at IS NULL
  AND (expires_at IS NULL OR expires_at > :now) ORDER BY due_at LIMIT :limit`
// Claiming moves the due time on: a worker that dies gives its rows back after that long.
const claimDue = statement({
  sqlite: `UPDATE outbox SET due_at = :until, attempts = attempts + 1 WHERE id IN (${dueOfLane}) RETURNING ${columns}`,
  // Looked up once: as a subquery PostgreSQL may look again for every row of a small table, and each look takes the next few.
  postgres: `WITH claimed AS MATERIALIZED (${dueOfLane} FOR UPDATE SKIP LOCKED)
    UPDATE outbox SET due_at = :until, attempts = attempts + 1
    WHERE id IN (SELECT id FROM claimed) RETURNING ${columns}`,
})
const remove = statement('DELETE FROM outbox WHERE id = :id RETURNING id')
const asClaimed = 'id = :id AND due_at = :claimedUntil AND dead_at IS NULL'
const retryLater = statement(`UPDATE outbox SET due_at = :dueAt, last_error = :error WHERE ${asClaimed}`)
const markDead = statement(`UPDATE outbox SET dead_at = :now, last_error = :error WHERE ${asClaimed}`)
const release = statement(`UPDATE outbox SET due_at = :now, attempts = attempts - 1 WHERE ${asClaimed}`)
const markExpiredDead =
  statement(`UPDATE outbox SET dead_at = :now, last_error = coalesce(:error || last_error, :never)
  WHERE due_at <= :now AND expires_at <= :now AND dead_at IS NULL RETURNING id, topic, attempts`)
const revive = statement(`UPDATE outbox SET dead_at = NULL, due_at = :now, attempts = 0
  WHERE id = :id AND dead_at IS NOT NULL AND (expires_at IS NULL OR expires_at > :now) RETURNING id`)
// The dead first: while a mail server is away, those that only wait would fill the page.
const list = statement(`
  SELECT ${columns} FROM outbox
   WHERE CASE WHEN dead_at IS NULL THEN 1 ELSE 0 END > :waiting
      OR (CASE WHEN dead_at IS NULL THEN 1 ELSE 0 END = :waiting AND id < :before)
   ORDER BY dead_at IS NULL, id DESC LIMIT :limit`)
const count = statement(`SELECT count(*) AS waiting, count(dead_at) AS dead,
  min(CASE WHEN dead_at IS NULL THEN created_at END) AS oldest FROM outbox`)
const removeDead = statement(`DELETE FROM outbox WHERE id IN
  (SELECT id FROM outbox WHERE dead_at < :before LIMIT :limit) RETURNING id`)
const insertInbox = statement(
  'INSERT INTO inbox_mail (id, at, recipient, mail) VALUES (:id, :at, :recipient, :mail)',
)
const listInbox = statement('SELECT id, at, mail FROM inbox_mail ORDER BY id DESC LIMIT :limit')
const listInboxTo = statement(
  'SELECT id, at, mail FROM inbox_mail WHERE recipient = :recipient ORDER BY id DESC LIMIT :limit',
)
const trimInbox = statement(
  'DELETE FROM inbox_mail WHERE id NOT IN (SELECT id FROM inbox_mail ORDER BY id DESC LIMIT :keep)',
)

export const insertOutbox = (tx: Queryable, row: OutboxRow): Promise<unknown[]> => tx.all(insert, { ...row })
/** Lists the lanes with due entries, each with the earliest expiry of these. */
export const listDueLanes = (
  db: Queryable,
  now: Instant,
): Promise<{ lane: string; expires_at: Instant | null }[]> => db.all(due, { now, latest: now + longestWait })
export const claimOutbox = (
  db: Queryable,
  claim: { lane: string; now: Instant; until: Instant; limit: number },
): Promise<OutboxRow[]> => db.all<OutboxRow>(claimDue, { ...claim, latest: claim.now + longestWait })
export const removeOutbox = (tx: Queryable, id: Uint8Array): Promise<unknown[]> => tx.all(remove, { id })
export const retryOutboxLater = (
  db: Queryable,
  { id, due_at: claimedUntil }: Claim,
  dueAt: Instant,
  error: string,
): Promise<unknown[]> => db.all(retryLater, { id, claimedUntil, dueAt, error })
export const markOutboxDead = (
  db: Queryable,
  { id, due_at: claimedUntil }: Claim,
  now: Instant,
  error: string,
): Promise<unknown[]> => db.all(markDead, { id, claimedUntil, now, error })
/** Returns a claim with an unknown outcome: it is due at once, and the try does not count. */
export const releaseOutbox = (
  db: Queryable,
  { id, due_at: claimedUntil }: Claim,
  now: Instant,
): Promise<unknown[]> => db.all(release, { id, claimedUntil, now })
/** Makes dead letters of entries that were not sent in time. */
export const markExpiredOutboxDead = (
  db: Queryable,
  now: Instant,
): Promise<Pick<OutboxRow, 'id' | 'topic' | 'attempts'>[]> =>
  db.all(markExpiredDead, { now, error: `${tooLate} Before: `, never: tooLate })
export const removeDeadOutbox = (db: Queryable, before: Instant, limit: number): Promise<unknown[]> =>
  db.all(removeDead, { before, limit })
export async function reviveOutbox(db: Queryable, id: Uint8Array, now: Instant): Promise<boolean> {
  return (await db.all(revive, { id, now })).length > 0
}
/** Position of a row in the list: first whether it is alive, then its id. */
export const positionInOutbox = ({ id, dead_at: deadAt }: OutboxRow): Uint8Array =>
  Buffer.concat([Buffer.of(deadAt === null ? 1 : 0), id])

/** Lists the entries after the position `after`. */
export function listOutbox(
  db: Queryable,
  { after, limit }: { after: Uint8Array | null; limit: number },
): Promise<OutboxRow[]> {
  const [waiting, before] = [after?.[0] ?? -1, after?.subarray(1) ?? new Uint8Array(0)]
  return db.all<OutboxRow>(list, { waiting, before, limit })
}

/** `oldest`: when the first of those that wait was promised. */
export async function countOutbox(
  db: Queryable,
): Promise<{ waiting: number; dead: number; oldest: Instant | null }> {
  const [row] = await db.all<{ waiting: number; dead: number; oldest: Instant | null }>(count)
  return { waiting: row!.waiting - row!.dead, dead: row!.dead, oldest: row!.oldest }
}

export interface InboxRow {
  id: Uint8Array
  at: Instant
  /** JSON of the rendered mail. */
  mail: string
}

export const insertInboxMail = async (
  db: Queryable,
  row: { id: Uint8Array; at: Instant; recipient: string; mail: string },
  keep: number,
): Promise<void> => {
  await db.all(insertInbox, { ...row })
  await db.all(trimInbox, { keep })
}

export const listInboxMails = (db: Queryable, recipient: string | null, limit: number): Promise<InboxRow[]> =>
  recipient === null
    ? db.all<InboxRow>(listInbox, { limit })
    : db.all<InboxRow>(listInboxTo, { recipient, limit })
