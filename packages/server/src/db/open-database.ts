import { dirname } from 'node:path'
import { makeFolder } from '../config/make-folder.ts'
import { type Database, DatabaseUnavailable } from './database.ts'
import { openPostgres, type PostgresOptions } from './postgres/postgres.ts'
import { openSqlite } from './sqlite.ts'

/** Opens `sqlite:<path>`, `sqlite::memory:` or `postgres://…`. Throws {@link DatabaseUnavailable}. */
export function openDatabase(url: string, options: Omit<PostgresOptions, 'url'> = {}): Database {
  if (!url.startsWith('sqlite:')) return openPostgres({ url, ...options })
  const file = sqliteFileOf(url)
  if (file !== null) prepareFolder(dirname(file))
  return openSqlite(file ?? ':memory:', options)
}

/** The path of the SQLite file; null for PostgreSQL and in memory. */
export function sqliteFileOf(url: string): string | null {
  const path = /^sqlite:(?:\/\/)?(.*)$/.exec(url)?.[1]
  return path === undefined || path === ':memory:' ? null : path
}

function prepareFolder(folder: string): void {
  try {
    makeFolder(folder)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault'
    throw new DatabaseUnavailable(`the folder ${folder} cannot be made (${reason})`, { cause: error })
  }
}
