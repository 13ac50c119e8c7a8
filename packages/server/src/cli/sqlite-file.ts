import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CommandError } from './command.ts'

/** Runs `work` with the file open, and closes it. */
export function withSqlite<Result>(
  file: string,
  options: { readOnly: boolean },
  work: (connection: DatabaseSync) => Result,
): Result {
  const connection = new DatabaseSync(file, { ...options, timeout: 5000 })
  try {
    return work(connection)
  } finally {
    connection.close()
  }
}

/** Throws {@link CommandError} unless the file is a whole SQLite database of ours. */
export function checkCopy(file: string): void {
  try {
    withSqlite(file, { readOnly: true }, (connection) => {
      const [first] = connection.prepare('PRAGMA quick_check(1)').all()
      const answer = Object.values(first ?? {})[0]
      if (answer !== 'ok') throw new Error(String(answer))
      const ours = connection.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'latchkey_migration'`).get()
      if (!ours) throw new Error('its tables are missing')
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown fault'
    throw new CommandError(`${file} is not a whole database of Latchkey: ${reason}.`)
  }
}

/** A file is there after a power cut once it and its folder have reached the disk. */
export function syncToDisk(file: string): void {
  for (const path of [file, dirname(file)]) {
    const handle = openSync(path, 'r')
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  }
}
