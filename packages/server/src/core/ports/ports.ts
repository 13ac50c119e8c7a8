import { randomBytes } from 'node:crypto'
import type { Instant } from '@latchkey/contract'

/** Inputs from the outside world: injected, so that tests move time and a seeded run can be repeated. */
export interface Ports {
  now: () => Instant
  randomBytes: (count: number) => Uint8Array
  /**
   * True if a clock has jumped and it is unknown which one is right. Nothing is then ended or removed because of its
   * age, and nobody is signed out.
   */
  isTimeInDoubt: () => boolean
}

export const systemPorts: Ports = {
  now: Date.now,
  randomBytes: createRandomBytes(),
  isTimeInDoubt: () => false,
}

const poolSize = 4096

/** Takes from the system in larger pieces: a call for each handful of bytes costs more than the bytes. */
function createRandomBytes(): Ports['randomBytes'] {
  let pool = new Uint8Array(0)
  let used = 0
  return (count) => {
    if (used + count > pool.length) {
      pool = randomBytes(Math.max(poolSize, count))
      used = 0
    }
    used += count
    return pool.slice(used - count, used)
  }
}
