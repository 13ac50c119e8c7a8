import { hours, type Milliseconds, minutes } from '@latchkey/contract'
import type { GuessLimits } from '../../core/limits/guesses.ts'
import type { Limit } from '../../core/limits/limits.ts'
import { mailAmr } from '../../sign-in/options.ts'

/** RFC 8176. */
export const amr: readonly string[] = ['pwd']

/** Proofs that show no possession: another service may have asked only for a password. */
const withoutPossession: ReadonlySet<string> = new Set(['pwd', 'mfa', mailAmr, 'fed'])

/** True if a session has proven possession: with a password that makes two factors. */
export const showsPossession = (proven: readonly string[]): boolean =>
  proven.some((value) => !withoutPossession.has(value))

/** Wrong passwords. */
export const guessing: GuessLimits = {
  /**
   * Counted over all paths. Ten in a quarter of an hour are more than a forgetful owner needs. They leave a guesser
   * about a thousand a day against passwords that are on no list.
   */
  perAccount: { name: 'password-per-account', most: 10, window: minutes(15) },
  perKnownDevice: { name: 'password-per-known-device', most: 10, window: minutes(15) },
  /** Over all accounts: many people share an address, so this is wide. */
  perNetwork: { name: 'password-per-network', most: 100, window: minutes(10) },
}

/** Mails that anybody can ask for. */
export const mailsPerNetwork: Limit = { name: 'mails-per-network', most: 100, window: hours(1) }

/** Links and codes that one network may try. */
export const proofsPerNetwork: Limit = { name: 'proofs-per-network', most: 100, window: minutes(10) }

/** A reset link opens the account: short. */
export const resetTtl: Milliseconds = hours(1)
export const registrationTtl: Milliseconds = hours(24)

/** Answers to codes of registrations, however often they are begun anew. */
export const codesPerAddress: Limit = {
  name: 'registration-codes-per-address',
  most: 10,
  window: minutes(60),
}
