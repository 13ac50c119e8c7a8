import { hostname } from 'node:os'
import { DatabaseSync } from 'node:sqlite'
import { DatabaseUnavailable } from './database.ts'
import { makePrivate } from './make-private.ts'

interface Place {
  connection: DatabaseSync
  /** Number of servers in this process. */
  servers: number
}

const places = new Map<string, Place>()

/**
 * Claims the place of the one process that serves a SQLite file: two would hear of each other's log-outs with the next
 * poll, not at once. A lock of the system on a file beside it holds the place and ends with the process, however that
 * ends. Returns a function that gives it back. Throws {@link DatabaseUnavailable} if another process has it.
 */
export function beSoleServer(file: string): () => void {
  const place = places.get(file) ?? { connection: takePlace(file), servers: 0 }
  places.set(file, place)
  place.servers++
  let held = true
  return () => {
    if (!held) return
    held = false
    if (--place.servers > 0) return
    places.delete(file)
    place.connection.close()
  }
}

function takePlace(file: string): DatabaseSync {
  makePrivate(`${file}-server`)
  const connection = new DatabaseSync(`${file}-server`, { timeout: 0 })
  try {
    // Keeps others from writing, and lets them read which process holds the place.
    connection.exec('BEGIN IMMEDIATE')
    sayWho(connection)
    return connection
  } catch (error) {
    const other = isBusy(error) ? whoIn(connection) : null
    connection.close()
    if (other === null) throw error
    throw new DatabaseUnavailable(
      `another server has ${file} open already (${other}); stop it first, or use PostgreSQL for several servers`,
      { cause: error },
    )
  }
}

/** Records this process in a transaction of its own; afterwards, another process may take the place first. */
function sayWho(connection: DatabaseSync): void {
  try {
    connection.exec('CREATE TABLE IF NOT EXISTS server (process INTEGER, host TEXT, since TEXT)')
    connection.exec('DELETE FROM server')
    connection
      .prepare('INSERT INTO server (process, host, since) VALUES (?, ?, ?)')
      .run(process.pid, hostname(), new Date().toISOString())
    // Any reader is done in a moment.
    connection.exec(`PRAGMA busy_timeout = ${patience}; COMMIT`)
  } catch (error) {
    if (isBusy(error)) throw error
    // The disk is full, say: the place is held without a name.
    if (connection.isTransaction) connection.exec('ROLLBACK')
  }
  connection.exec('PRAGMA busy_timeout = 0; BEGIN IMMEDIATE')
}

function whoIn(connection: DatabaseSync): string {
  try {
    if (connection.isTransaction) connection.exec('ROLLBACK')
    connection.exec(`PRAGMA busy_timeout = ${patience}`)
    const [row] = connection.prepare('SELECT process, host, since FROM server').all()
    if (row)
      return `process ${String(row['process'])} on ${String(row['host'])}, since ${String(row['since'])}`
  } catch {
    // It is just being written, or could not be.
  }
  return 'an unknown process'
}

const patience = 1000

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5
