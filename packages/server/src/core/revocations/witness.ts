import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type Database, DatabaseUnavailable, findOne } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import { readHead } from './store.ts'

/**
 * What a small file beside a SQLite database says of it: which log it had, and how far that went. A database that was
 * copied without its write-ahead log, or put back from a backup, cannot say by itself what it lacks.
 */
export interface Witness {
  /** Throws DatabaseUnavailable for an empty database where there was one. */
  requireContent(): Promise<void>
  /** How far the log went and how far it goes, where that is less or another log; null where all is there. */
  findLoss(): Promise<{ before: number; now: number } | null>
  write(): Promise<void>
}

interface Seen {
  log: string
  seq: number
}

const findTable = statement({
  sqlite: `SELECT name FROM sqlite_schema WHERE name = 'revocation_head'`,
  postgres: 'SELECT 1',
})

/** `file` null: the database is no file. */
export function createWitness(db: Database, file: string | null): Witness {
  const path = file === null ? null : `${file}.witness`
  return { requireContent, findLoss, write }

  async function requireContent(): Promise<void> {
    if (read() === null || (await findOne(db, findTable))) return
    throw new DatabaseUnavailable(
      `the database ${file} is empty, and ${path} says that there was one: put it back together with its -wal, or restore a backup; to begin anew, delete the witness`,
    )
  }

  async function findLoss(): Promise<{ before: number; now: number } | null> {
    const before = read()
    if (!before) return null
    const { logId, seq } = await readHead(db)
    return logId === before.log && seq >= before.seq ? null : { before: before.seq, now: seq }
  }

  async function write(): Promise<void> {
    if (path === null) return
    const { logId, seq } = await readHead(db)
    writeFileSync(`${path}.new`, JSON.stringify({ log: logId, seq } satisfies Seen), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }

  /** One that cannot be read says nothing. */
  function read(): Seen | null {
    if (path === null || !existsSync(path)) return null
    try {
      const { log, seq } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Seen>
      return typeof log === 'string' && typeof seq === 'number' ? { log, seq } : null
    } catch {
      return null
    }
  }
}
