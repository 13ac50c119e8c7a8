import { closeSync, openSync } from 'node:fs'

/**
 * Makes a file that only this user can read, unless it is there: SQLite would take the umask's word, and gives `-wal` and
 * `-shm` the mode of the file itself. Where that is impossible SQLite says why, as it opens the file.
 */
export function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600))
  } catch {
    // Read-only, or no such folder.
  }
}
