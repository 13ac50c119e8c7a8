import { type Milliseconds, minutes } from '@latchkey/contract'
import { AuthError } from '../auth-error.ts'
import type { Ports } from '../ports/ports.ts'

/** Generous, and in memory, because it decides about load and nothing else. */
const window: Milliseconds = minutes(1)
const mostSubjects = 50_000

/** Counts a hit for `subject`; throws `rate_limited` when there are more than `most` in a minute. */
export function createFloodGate({ now }: Ports, most: number): (subject: Uint8Array) => void {
  let slot = 0
  let hits = new Map<string, number>()

  return (subject) => {
    const present = Math.floor(now() / window)
    if (present !== slot || hits.size > mostSubjects) hits = new Map()
    slot = present
    const key = Buffer.from(subject).toString('latin1')
    const count = (hits.get(key) ?? 0) + 1
    hits.set(key, count)
    if (count > most) throw new AuthError('rate_limited', { retryAfter: Math.ceil(window / 1000) })
  }
}
