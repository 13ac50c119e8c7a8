import { hours, type Milliseconds, minutes } from '@latchkey/contract'
import type { Limit } from '../limits/limits.ts'

/** Between the first factor and the second: time to find the phone. */
export const ticketTtl: Milliseconds = minutes(10)

/**
 * Wrong proofs of a second factor for one account, over all its tickets: who guesses knows the password already, and
 * may begin as many sign-ins as they like. Ten an hour against the two in a million codes that TOTP takes at any time
 * are one chance in two thousand for a day of guessing.
 */
export const perAccount: Limit = { name: 'second-factor-per-account', most: 10, window: hours(1) }

/** The same, from a browser that has signed in to the account before: a thief of the password cannot use it up. */
export const perKnownDevice: Limit = {
  name: 'second-factor-per-known-device',
  most: 10,
  window: hours(1),
}

/** From one network, over all accounts. */
export const perNetwork: Limit = { name: 'second-factor-per-network', most: 100, window: minutes(10) }

/** Challenges that one account can be sent. */
export const begunPerAccount: Limit = { name: 'second-factor-begun-per-account', most: 10, window: hours(1) }
