import { randomBytes } from 'node:crypto'
import type { Instant } from '@latchkey/contract'

/** What the outside world gives: handed in, so that tests move time and a seeded run can be repeated. */
export interface Ports {
  now: () => Instant
  randomBytes: (count: number) => Uint8Array
}

export const systemPorts: Ports = { now: Date.now, randomBytes: (count) => randomBytes(count) }
