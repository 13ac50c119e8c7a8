import { hours, type Milliseconds, minutes } from '@latchkey/contract'
import type { GuessLimits } from '../core/limits/guesses.ts'
import type { Limit } from '../core/limits/limits.ts'

/**
 * The `amr` value of an authentication by mail, for which RFC 8176 has none. It never counts towards aal2: e-mail shall
 * not be used out of band (SP 800-63B-4 §3.1.3.1).
 */
export const mailAmr = 'mail'

/** Between the first factor and the second: time to find the phone. */
export const ticketTtl: Milliseconds = minutes(10)

/** Wrong proofs of a second factor. */
export const guessing: GuessLimits = {
  /**
   * Over all tickets of the account: who guesses knows the password already, and may begin as many sign-ins as they
   * like. Ten an hour against the two in a million codes that TOTP takes at any time are one chance in two thousand for
   * a day of guessing.
   */
  perAccount: { name: 'second-factor-per-account', most: 10, window: hours(1) },
  /** A thief of the password cannot use it up. */
  perKnownDevice: { name: 'second-factor-per-known-device', most: 10, window: hours(1) },
  /** Over all accounts. */
  perNetwork: { name: 'second-factor-per-network', most: 100, window: minutes(10) },
}

/** Challenges that one account can be sent. */
export const startsPerAccount: Limit = {
  name: 'second-factor-starts-per-account',
  most: 10,
  window: hours(1),
}

/** Enrolments that one account can begin, for some of them send something. */
export const enrolmentsPerAccount: Limit = { name: 'enrolments-per-account', most: 20, window: hours(1) }
