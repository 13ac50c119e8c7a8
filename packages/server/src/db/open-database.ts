import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from './database.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/** Opens `sqlite:<path>`, `sqlite::memory:` or `postgres://…`. Throws {@link DatabaseUnavailable}. */
export function openDatabase(url: string): Database {
  if (!url.startsWith('sqlite:')) return openPostgres({ url })
  const location = url.slice('sqlite:'.length).replace(/^\/\//, '')
  if (location !== ':memory:') mkdirSync(dirname(location), { recursive: true, mode: 0o700 })
  return openSqlite(location)
}
