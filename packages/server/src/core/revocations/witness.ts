import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Instant } from '@latchkey/contract'
import { type Database, DatabaseUnavailable, findOne } from '../../db/database.ts'
import { sqliteFileOf } from '../../db/open-database.ts'
import { statement } from '../../db/statement.ts'
import { hasLost, type LogPosition, readSeen } from './store.ts'

/**
 * A small file that records the id of the database's log and its last position. It stands beside a SQLite file, or in
 * the data folder if there is one. The database alone cannot tell what it lacks after it was copied without its
 * write-ahead log, restored from a backup, or taken over from a standby that lagged.
 */
export interface Witness {
  /** Throws DatabaseUnavailable if the SQLite database is empty but one had existed. */
  requireContent(): Promise<void>
  /** The last position of the log before and now, if entries are missing; null if the log is complete. */
  findLoss(): Promise<{ before: number; now: number } | null>
  /** Reads the file; null if it is missing or unreadable. */
  read(): LogPosition | null
  /** Null says nothing. */
  write(position: LogPosition | null): void
  /**
   * Makes good of a loss: deletes the file if it was written before `time`, since every session that a lost entry could
   * name has been ended. Does nothing without a loss.
   */
  settle(time: Instant): Promise<void>
}

const findTable = statement({
  sqlite: `SELECT name FROM sqlite_schema WHERE name = 'revocation_head'`,
  postgres: 'SELECT 1',
})

export interface WitnessOptions {
  databaseUrl: string
  dataFolder: string
}

export function createWitness(db: Database, { databaseUrl, dataFolder }: WitnessOptions): Witness {
  const file = sqliteFileOf(databaseUrl)
  const path = db.dialect === 'postgres' ? join(dataFolder, 'postgres.witness') : file && `${file}.witness`
  let written = ''
  return { requireContent, findLoss, read, write, settle }

  async function requireContent(): Promise<void> {
    if (read() === null || (await findOne(db, findTable))) return
    throw new DatabaseUnavailable(
      `the database ${file} is empty, and ${path} says that there was one: put it back together with its -wal, or restore a backup; to begin anew, delete the witness`,
    )
  }

  async function findLoss(): Promise<{ before: number; now: number } | null> {
    const before = read()
    if (!before) return null
    const head = await readSeen(db, before.seq)
    // A server may be told of another database; a file beside the file of one is of that.
    const isAnother = db.dialect === 'sqlite' && head.logId !== before.logId
    return isAnother || hasLost(head, before) ? { before: before.seq, now: head.seq } : null
  }

  function write(position: LogPosition | null): void {
    if (path === null || position === null || !existsSync(dirname(path))) return
    const { logId: log, seq, hash } = position
    const text = JSON.stringify({ log, seq, entry: hash && Buffer.from(hash).toString('base64url') })
    if (text === written) return
    writeFileSync(`${path}.new`, text, { mode: 0o600 })
    renameSync(`${path}.new`, path)
    written = text
  }

  async function settle(time: Instant): Promise<void> {
    if (path === null || (await findLoss()) === null) return
    if (statSync(path).mtimeMs <= time) rmSync(path)
  }

  /** One that cannot be read says nothing. */
  function read(): LogPosition | null {
    if (path === null || !existsSync(path)) return null
    try {
      const { log, seq, entry } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
      if (typeof log !== 'string' || typeof seq !== 'number') return null
      return { logId: log, seq, hash: typeof entry === 'string' ? Buffer.from(entry, 'base64url') : null }
    } catch {
      return null
    }
  }
}
