import { DatabaseSync } from 'node:sqlite'

/** Every subject gets the same SQLite: WAL, and the durability that the benchmark asks for. */
export function openSqlite(url: string): DatabaseSync {
  const database = new DatabaseSync(url.slice('sqlite:'.length))
  const synchronous = process.env['SQLITE_SYNCHRONOUS'] ?? 'NORMAL'
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA busy_timeout = 5000`)
  return database
}
