import type { Instant } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import type { RevocationKind } from '@latchkey/verify/core'
import { statement } from '../../db/statement.ts'

export interface RevocationRow {
  seq: number
  kind: RevocationKind
  hash: Uint8Array
  at: Instant
  until: Instant
}

export interface Head {
  seq: number
  /** Rises when signing keys or roles change. */
  changes: number
}

// The row lock makes numbers appear in the order of the commits, so that a reader's cursor misses nothing.
const advance = statement('UPDATE revocation_head SET seq = seq + :count RETURNING seq')
const insert = statement(
  'INSERT INTO revocation (seq, kind, hash, at, until) VALUES (:seq, :kind, :hash, :at, :until)',
)
const head = statement('SELECT seq, changes FROM revocation_head')
const countChange = statement('UPDATE revocation_head SET changes = changes + 1 RETURNING changes')
const listAfter = statement(
  'SELECT seq, kind, hash, at, until FROM revocation WHERE seq > :since ORDER BY seq LIMIT :limit',
)
const remove = statement(`DELETE FROM revocation WHERE seq IN
  (SELECT seq FROM revocation WHERE until < :now ORDER BY until LIMIT :limit) RETURNING seq`)
const notify = statement({ sqlite: 'SELECT 1', postgres: `SELECT pg_notify('latchkey_changes', '')` })

export async function advanceHead(tx: Queryable, count: number): Promise<number> {
  const [row] = await tx.all<{ seq: number }>(advance, { count })
  return row!.seq
}

/**
 * Says that signing keys or roles change in this transaction, so that every process reads them anew. Locks the row:
 * two processes that rotate keys at once come one after the other.
 */
export const noteChange = (tx: Queryable): Promise<unknown[]> => tx.all(countChange)

export const insertRevocation = (tx: Queryable, row: RevocationRow): Promise<unknown[]> =>
  tx.all(insert, { ...row })
export const listRevocations = (db: Queryable, since: number, limit: number): Promise<RevocationRow[]> =>
  db.all<RevocationRow>(listAfter, { since, limit })
export const notifyChanges = (db: Queryable): Promise<unknown[]> => db.all(notify)

export async function readHead(db: Queryable): Promise<Head> {
  const [row] = await db.all<Head>(head)
  return row!
}

export const removeExpiredRevocations = (db: Queryable, now: Instant, limit: number): Promise<unknown[]> =>
  db.all(remove, { now, limit })
