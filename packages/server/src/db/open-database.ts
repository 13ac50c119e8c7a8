import { dirname } from 'node:path'
import { makeFolder } from '../config/make-folder.ts'
import { type Database, DatabaseUnavailable } from './database.ts'
import { openPostgres, type PostgresOptions } from './postgres/postgres.ts'
import { openSqlite } from './sqlite.ts'

/** Opens `sqlite:<path>`, `sqlite::memory:` or `postgres://…`. Throws {@link DatabaseUnavailable}. */
export function openDatabase(url: string, options: Omit<PostgresOptions, 'url'> = {}): Database {
  if (!url.startsWith('sqlite:')) return openPostgres({ url, ...options })
  const location = url.slice('sqlite:'.length).replace(/^\/\//, '')
  if (location !== ':memory:') prepareFolder(dirname(location))
  return openSqlite(location, options)
}

function prepareFolder(folder: string): void {
  try {
    makeFolder(folder)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault'
    throw new DatabaseUnavailable(`the folder ${folder} cannot be made (${reason})`, { cause: error })
  }
}
