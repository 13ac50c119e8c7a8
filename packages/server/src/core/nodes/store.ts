import type { Instant } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

/** A process of this installation. Times are the database's: several processes compare them. */
export interface NodeRow {
  id: Uint8Array
  version: string
  /** JSON of {@link DescribedSecret}s, newest first. */
  secrets: string
  started_at: Instant
  seen_at: Instant
  /** When it said that it stops. Null while it runs, and if it was killed. */
  stopped_at: Instant | null
}

const clock = {
  sqlite: `CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)`,
  postgres: `CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`,
}
const timed = (text: (now: string) => string) =>
  statement({ sqlite: text(clock.sqlite), postgres: text(clock.postgres) })

// Again and again, so that one whose row was removed while it could not say that it lives comes back.
const upsert = timed(
  (
    now,
  ) => `INSERT INTO node (id, version, secrets, started_at, seen_at) VALUES (:id, :version, :secrets, ${now}, ${now})
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`,
)
const end = timed((now) => `UPDATE node SET stopped_at = ${now}, seen_at = ${now} WHERE id = :id`)
const listSeen = timed(
  (now) => `SELECT id, version, secrets, started_at, seen_at, stopped_at FROM node
    WHERE seen_at BETWEEN ${now} - :within AND ${now} + :within ORDER BY started_at, id`,
)
const removeOld = timed(
  (now) => `DELETE FROM node WHERE NOT seen_at BETWEEN ${now} - :within AND ${now} + :within RETURNING id`,
)

export const saveNode = (
  db: Queryable,
  node: Pick<NodeRow, 'id' | 'version' | 'secrets'>,
): Promise<unknown[]> => db.all(upsert, { ...node })
export const endNode = (db: Queryable, id: Uint8Array): Promise<unknown[]> => db.all(end, { id })
export const listNodes = (db: Queryable, within: number): Promise<NodeRow[]> =>
  db.all<NodeRow>(listSeen, { within })
export const removeOldNodes = (db: Queryable, within: number): Promise<unknown[]> =>
  db.all(removeOld, { within })
