import { chmodSync, existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFolder } from './new-database.ts'

/** The clock of processes that are started with {@link environment}: this machine's, moved. The steady one is not. */
export interface MovedTime {
  environment: Record<string, string>
  move: (by: number) => void
}

/** The paths of Debian's package libfaketime. */
const library = ['x86_64', 'aarch64']
  .map((each) => `/usr/lib/${each}-linux-gnu/faketime/libfaketime.so.1`)
  .find(existsSync)

export const canMoveTime = (): boolean => library !== undefined

export function createMovedTime(): MovedTime {
  const folder = newFolder()
  // A server of PostgreSQL runs as somebody else.
  chmodSync(folder, 0o755)
  const file = join(folder, 'offset')
  const move = (by: number): void => {
    const seconds = by / 1000
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}`, { mode: 0o644 })
    renameSync(`${file}.new`, file)
  }
  move(0)
  return {
    environment: {
      LD_PRELOAD: library ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    move,
  }
}
