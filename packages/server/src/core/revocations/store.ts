import type { Instant } from '@latchkey/contract'
import { findOne, type Queryable } from '../../db/database.ts'
import type { RevocationKind } from '@latchkey/verify/core'
import { isSame } from '../bytes.ts'
import { statement } from '../../db/statement.ts'

export interface RevocationEntry {
  kind: RevocationKind
  hash: Uint8Array
  at: Instant
  until: Instant
}

export interface RevocationRow extends RevocationEntry {
  seq: number
}

export interface Head {
  seq: number
  /** Rises when signing keys or roles change. */
  changes: number
  /** The identity of the log: the same number means different entries in different logs. */
  logId: string
}

/** A position that somebody has read, and the hash of the entry there; null if unknown. */
export interface LogPosition {
  logId: string
  seq: number
  hash: Uint8Array | null
}

/** True if the log with this head has lost entries that were read at `position`, or holds other ones in their place. */
export function hasLost(head: Seen, { logId, seq, hash }: LogPosition): boolean {
  if (head.logId !== logId) return false
  if (head.seq < seq) return true
  return hash !== null && head.hash !== null && !isSame(head.hash, hash)
}

/** The head, and the hash of the entry at the reader's position; null if that entry is gone. */
export interface Seen extends Head {
  hash: Uint8Array | null
}

// The row lock makes numbers appear in the order of the commits, so that a reader's cursor misses nothing. On PostgreSQL
// the lock is held for this one statement and the commit, however many entries there are.
const appendTogether = statement({
  sqlite: 'UPDATE revocation_head SET seq = seq + :count, changes = changes + :changes RETURNING seq',
  postgres: `
    WITH head AS (
      UPDATE revocation_head SET seq = seq + :count, changes = changes + :changes RETURNING seq
    ), entry AS (
      INSERT INTO revocation (seq, kind, hash, at, until)
      SELECT head.seq - :count + e.position, e.kind, e.hash, e.at, e.until
        FROM head, unnest(:kinds::text[], :hashes::bytea[], :ats::bigint[], :untils::bigint[])
             WITH ORDINALITY AS e (kind, hash, at, until, position)
    )
    SELECT seq, pg_notify('latchkey_changes', '') FROM head`,
})
const insertAll = statement({
  sqlite: `
    INSERT INTO revocation (seq, kind, hash, at, until)
    SELECT :first + e.key, e.value ->> 0, unhex(e.value ->> 1), e.value ->> 2, e.value ->> 3 FROM json_each(:entries) e`,
  postgres: 'SELECT 1',
})
const head = statement('SELECT seq, changes, log_id AS "logId" FROM revocation_head')
const seen = statement(`
  SELECT seq, changes, log_id AS "logId", (SELECT hash FROM revocation WHERE seq = :cursor) AS hash
    FROM revocation_head`)
const rename = statement(
  'UPDATE revocation_head SET log_id = :logId WHERE log_id = :before RETURNING log_id AS "logId"',
)
const countChange = statement('UPDATE revocation_head SET changes = changes + 1 RETURNING changes')
const listAfter = statement(
  'SELECT seq, kind, hash, at, until FROM revocation WHERE seq > :since ORDER BY seq LIMIT :limit',
)
const remove = statement(`DELETE FROM revocation WHERE seq IN
  (SELECT seq FROM revocation WHERE until < :now ORDER BY until LIMIT :limit) RETURNING seq`)
const notify = statement({ sqlite: 'SELECT 1', postgres: `SELECT pg_notify('latchkey_changes', '')` })

/** Writes entries behind the head, and `changes` upon its count. The last statement of its transaction. */
export async function appendRevocations(
  tx: Queryable,
  entries: readonly RevocationEntry[],
  changes: number,
): Promise<RevocationRow[]> {
  const of = <Key extends keyof RevocationEntry>(key: Key) => entries.map((entry) => entry[key])
  const count = entries.length
  const columns = { kinds: of('kind'), hashes: of('hash'), ats: of('at'), untils: of('until') }
  const [row] = await tx.all<{ seq: number }>(appendTogether, { count, changes, ...columns })
  const first = row!.seq - count + 1
  if (tx.dialect === 'sqlite' && count > 0) await tx.all(insertAll, { first, entries: toJson(entries) })
  return entries.map((entry, index) => ({ seq: first + index, ...entry }))
}

const toJson = (entries: readonly RevocationEntry[]): string =>
  JSON.stringify(
    entries.map(({ kind, hash, at, until }) => [kind, Buffer.from(hash).toString('hex'), at, until]),
  )

/**
 * Says that signing keys or roles change in this transaction, so that every process reads them anew. Locks the row:
 * two processes that rotate keys at once come one after the other.
 */
export const noteChange = (tx: Queryable): Promise<unknown[]> => tx.all(countChange)

export const listRevocations = (db: Queryable, since: number, limit: number): Promise<RevocationRow[]> =>
  db.all<RevocationRow>(listAfter, { since, limit })
export const notifyChanges = (db: Queryable): Promise<unknown[]> => db.all(notify)

export async function readHead(db: Queryable): Promise<Head> {
  const [row] = await db.all<Head>(head)
  return row!
}

export async function readSeen(db: Queryable, cursor: number): Promise<Seen> {
  const [row] = await db.all<Seen>(seen, { cursor })
  return row!
}

/** Null if another process has renamed it first. */
export const renameLog = (
  db: Queryable,
  names: { before: string; logId: string },
): Promise<{ logId: string } | null> => findOne(db, rename, names)

export const removeExpiredRevocations = (db: Queryable, now: Instant, limit: number): Promise<unknown[]> =>
  db.all(remove, { now, limit })
