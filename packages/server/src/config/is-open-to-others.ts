import { accessSync, constants, statSync } from 'node:fs'

/**
 * True if other users of this machine can read a file and this process could prevent that.
 *
 * Docker and Kubernetes mount secrets readable for everyone, but read-only and seen by the container alone: those pass.
 * Windows has no such bits: there every file passes.
 */
export function isOpenToOthers(path: string): boolean {
  if (process.platform === 'win32') return false
  const { mode, uid } = statSync(path)
  return (mode & 0o077) !== 0 && isOwnedBy(uid) && isWritable(path)
}

// Only the owner and root can change the mode.
const isOwnedBy = (uid: number): boolean => [0, uid].includes(process.getuid?.() ?? -1)

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
