import type { Instant } from '@latchkey/contract'
import type { Database, Queryable } from '../../db/database.ts'
import { type Params, statement } from '../../db/statement.ts'
import { parseUuid } from '../ports/uuid.ts'

export interface AuditRow {
  id: Uint8Array
  at: Instant
  kind: string
  user_id: Uint8Array | null
  actor_id: Uint8Array | null
  session_id: Uint8Array | null
  ip: string | null
  user_agent: string | null
  detail: string
}

const names = [
  'id',
  'at',
  'kind',
  'user_id',
  'actor_id',
  'session_id',
  'ip',
  'user_agent',
  'detail',
] as const satisfies (keyof AuditRow)[]
const columns = names.join(', ')

// A batch whose commit was kept and whose answer was lost comes again: it must not stand in the way of all later ones.
const insert = statement({
  sqlite: `INSERT INTO audit_event (${columns})
  VALUES (:id, :at, :kind, :user_id, :actor_id, :session_id, :ip, :user_agent, :detail)
  ON CONFLICT (id) DO NOTHING`,
  // As many as there are, in one round trip.
  postgres: `INSERT INTO audit_event (${columns})
  SELECT * FROM unnest(:id::bytea[], :at::bigint[], :kind::text[], :user_id::bytea[], :actor_id::bytea[],
                       :session_id::bytea[], :ip::text[], :user_agent::text[], :detail::text[])
  ON CONFLICT (id) DO NOTHING`,
})
const listOfUser = statement(`SELECT ${columns} FROM audit_event
  WHERE user_id = :userId AND id < :before ORDER BY id DESC LIMIT :limit`)
const remove = statement(`DELETE FROM audit_event WHERE id IN
  (SELECT id FROM audit_event WHERE id < :before ORDER BY id LIMIT :limit) RETURNING id`)

export async function insertAuditEvents(db: Database, rows: AuditRow[]): Promise<void> {
  await db.transaction(async (tx) => {
    if (tx.dialect === 'postgres') await tx.all(insert, columnsOf(rows))
    else for (const row of rows) await tx.all(insert, { ...row })
  })
}

const columnsOf = (rows: AuditRow[]): Params =>
  Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]))

const afterEverything = new Uint8Array(16).fill(0xff)

export const listAuditEvents = (
  db: Queryable,
  { userId, before, limit }: { userId: Uint8Array; before: string | null; limit: number },
): Promise<AuditRow[]> =>
  db.all<AuditRow>(listOfUser, { userId, before: before ? parseUuid(before) : afterEverything, limit })

/** `before` is a UUIDv7, whose order is that of time. */
export const removeOldAuditEvents = (db: Queryable, before: Uint8Array, limit: number): Promise<unknown[]> =>
  db.all(remove, { before, limit })
