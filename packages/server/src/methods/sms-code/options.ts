import { days, hours, type Milliseconds } from '@latchkey/contract'
import type { GuessLimits } from '../../core/limits/guesses.ts'
import type { Limit } from '../../core/limits/limits.ts'

/** RFC 8176. A restricted authenticator (SP 800-63B-4 §3.2.9): numbers are moved, phones are robbed, networks listen. */
export const amr: readonly string[] = ['sms']

/**
 * Time after its last verification for which a number signs in by itself. Operators keep a number that was given up out
 * of use for at least 45 days (47 CFR §52.15 (f)(1)(ii)): until then it cannot be somebody else's.
 */
export const provenFor: Milliseconds = days(45)

/** Limits for codes to one number, whoever asks. The limits of the gateway are counted at sending. */
export const asking: GuessLimits = {
  perAccount: { name: 'sign-in-sms-per-number', most: 5, window: hours(1) },
  perKnownDevice: { name: 'sign-in-sms-per-known-device', most: 5, window: hours(1) },
  perNetwork: { name: 'sign-in-sms-per-network', most: 20, window: hours(1) },
}

/** Limits for codes that one account can have sent to numbers that it wants to add. */
export const newNumbersPerAccount: Limit = { name: 'phone-codes-per-account', most: 5, window: hours(1) }
export const newNumbersPerAccountAndDay: Limit = { name: 'phone-codes-per-day', most: 10, window: hours(24) }
/** Accounts are made in a moment; networks are not. */
export const newNumbersPerNetwork: Limit = { name: 'phone-codes-per-network', most: 10, window: hours(1) }
