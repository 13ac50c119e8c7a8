import { statement } from '../../packages/server/src/db/statement.ts'
import type { Latchkey } from '../../packages/server/src/latchkey.ts'

const listTables = statement({
  sqlite: `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
  postgres: `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name`,
})

/** Every row of every table, as text in which bytes are hexadecimal. */
export async function rowsByTable({ services }: Latchkey): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {}
  for (const { name } of await services.db.all<{ name: string }>(listTables)) {
    const rows = await services.db.all(statement(`SELECT * FROM ${name}`))
    tables[name] = rows.map((row) => JSON.stringify(row, inHex))
  }
  return tables
}

/** Counted and noted whatever comes of a request. */
const notes = new Set(['limit_counter', 'audit_event', 'inbox_mail', 'heartbeat', 'node'])

/** Everything that a request may change, to be compared before and after. */
export async function contentsOf(latchkey: Latchkey): Promise<string> {
  const tables = Object.entries(await rowsByTable(latchkey))
  return JSON.stringify(tables.filter(([name]) => !notes.has(name)))
}

/** A buffer has made itself a list of numbers before its value comes here. */
function inHex(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const raw = this[key]
  return raw instanceof Uint8Array ? Buffer.from(raw).toString('hex') : value
}
