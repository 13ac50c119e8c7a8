import { type Instant, seconds } from '@latchkey/contract'

/**
 * Knows if a transport (the mail server, the SMS gateway) works. One that fails repeatedly is left alone for a while,
 * then tried with a single entry: the waiting entries keep their tries for when they can succeed.
 */
export interface Breaker {
  /** False from a failure until the next success. For telling people; nothing is decided by it. */
  readonly works: boolean
  /** Takes up to `wanted` places and returns how many it got. */
  take(wanted: number, now: Instant): number
  giveBack(places: number): void
  succeeded(): void
  failed(now: Instant): void
}

/** So many failures in a row, and it is left alone. */
const mostFailures = 3
const leftAloneFor = seconds(30)

export function createBreaker(): Breaker {
  let failures = 0
  let taken = 0
  let leftAloneUntil: Instant = 0

  return {
    get works() {
      return failures === 0
    },
    take(wanted, now) {
      const places = Math.min(wanted, room(now))
      taken += places
      return places
    },
    giveBack: (places) => void (taken -= places),
    succeeded: () => void (failures = 0),
    failed(now) {
      failures++
      if (failures >= mostFailures) leftAloneUntil = now + leftAloneFor
    },
  }

  function room(now: Instant): number {
    if (failures < mostFailures) return Infinity
    // A moment further away than it can be was said by a clock that was wrong.
    const isLeftAlone = now < leftAloneUntil && leftAloneUntil <= now + leftAloneFor
    return isLeftAlone || taken > 0 ? 0 : 1
  }
}
