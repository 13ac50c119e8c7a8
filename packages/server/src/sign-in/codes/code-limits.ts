import { hours, minutes } from '@latchkey/contract'
import type { GuessLimits } from '../../core/limits/guesses.ts'
import type { Limit } from '../../core/limits/limits.ts'

/**
 * Wrong codes, over every challenge of an account or number: a code that is sent again brings no new tries. Five in a
 * quarter of an hour, and twenty a day, are one chance in fifty thousand for a day of guessing a million codes.
 */
export const codeGuessing: GuessLimits = {
  perAccount: { name: 'codes-guessed-per-account', most: 5, window: minutes(15) },
  /** Strangers cannot use it up. */
  perKnownDevice: { name: 'codes-guessed-per-known-device', most: 5, window: minutes(15) },
  perNetwork: { name: 'codes-guessed-per-network', most: 100, window: minutes(10) },
}
export const guessesPerDay: Limit = { name: 'codes-guessed-per-day', most: 20, window: hours(24) }

/** Links and codes by mail, for all askers. */
export const mailing: GuessLimits = {
  perAccount: { name: 'sign-in-mails-per-address', most: 5, window: hours(1) },
  perKnownDevice: { name: 'sign-in-mails-per-known-device', most: 5, window: hours(1) },
  perNetwork: { name: 'sign-in-mails-per-network', most: 100, window: hours(1) },
}
export const mailsPerDay: Limit = { name: 'sign-in-mails-per-day', most: 20, window: hours(24) }
