import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** True if this machine has a program of that name. */
export function hasCommand(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, name)))
}
