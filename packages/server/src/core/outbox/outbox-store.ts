import type { Instant } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

export interface OutboxRow {
  id: Uint8Array
  topic: string
  /** Sealed by the secret ring, purpose `outbox`: mails hold live links. */
  payload: Uint8Array
  created_at: Instant
  due_at: Instant
  attempts: number
  last_error: string | null
  dead_at: Instant | null
}

const columns = 'id, topic, payload, created_at, due_at, attempts, last_error, dead_at'

const insert = statement(`INSERT INTO outbox (${columns})
  VALUES (:id, :topic, :payload, :created_at, :due_at, :attempts, :last_error, :dead_at)`)
// Claiming moves the due time on: a worker that dies gives its rows back after that long.
const claimDue = statement({
  sqlite: `UPDATE outbox SET due_at = :until, attempts = attempts + 1 WHERE id IN
    (SELECT id FROM outbox WHERE due_at <= :now AND dead_at IS NULL ORDER BY due_at LIMIT :limit) RETURNING ${columns}`,
  postgres: `UPDATE outbox SET due_at = :until, attempts = attempts + 1 WHERE id IN
    (SELECT id FROM outbox WHERE due_at <= :now AND dead_at IS NULL ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING ${columns}`,
})
const remove = statement('DELETE FROM outbox WHERE id = :id RETURNING id')
const postpone = statement('UPDATE outbox SET due_at = :dueAt, last_error = :error WHERE id = :id')
const bury = statement('UPDATE outbox SET dead_at = :now, last_error = :error WHERE id = :id')
const revive = statement(
  'UPDATE outbox SET dead_at = NULL, due_at = :now, attempts = 0 WHERE id = :id AND dead_at IS NOT NULL RETURNING id',
)
// The dead first: while a mail server is away, those that only wait would fill the page.
const list = statement(`SELECT ${columns} FROM outbox ORDER BY dead_at IS NULL, id DESC LIMIT :limit`)
const count = statement(`SELECT count(*) AS waiting, count(dead_at) AS dead FROM outbox`)
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
export const claimOutbox = (
  db: Queryable,
  claim: { now: Instant; until: Instant; limit: number },
): Promise<OutboxRow[]> => db.all<OutboxRow>(claimDue, { ...claim })
export const removeOutbox = (tx: Queryable, id: Uint8Array): Promise<unknown[]> => tx.all(remove, { id })
export const postponeOutbox = (
  db: Queryable,
  id: Uint8Array,
  dueAt: Instant,
  error: string,
): Promise<unknown[]> => db.all(postpone, { id, dueAt, error })
export const buryOutbox = (db: Queryable, id: Uint8Array, now: Instant, error: string): Promise<unknown[]> =>
  db.all(bury, { id, now, error })
export async function reviveOutbox(db: Queryable, id: Uint8Array, now: Instant): Promise<boolean> {
  return (await db.all(revive, { id, now })).length > 0
}
export const listOutbox = (db: Queryable, limit: number): Promise<OutboxRow[]> =>
  db.all<OutboxRow>(list, { limit })

export async function countOutbox(db: Queryable): Promise<{ waiting: number; dead: number }> {
  const [row] = await db.all<{ waiting: number; dead: number }>(count)
  return { waiting: row!.waiting - row!.dead, dead: row!.dead }
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
