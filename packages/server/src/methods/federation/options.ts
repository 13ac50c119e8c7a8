import { type Milliseconds, minutes, seconds } from '@latchkey/contract'
import type { Limit } from '../../core/limits/limits.ts'

/** Not registered (RFC 8176 has none): somebody else has asked, and only they know for what. */
export const amr = 'fed'

/** Each signs the user in, and each list is read whole. */
export const mostLinkedAccounts = 20

/** From the button to the return, with a password and a second factor to be found in between. */
export const signInTtl: Milliseconds = minutes(15)
/** To prove the account that was there before. */
export const linkTtl: Milliseconds = minutes(15)

/** Each begun sign-in is a row; a whole school may share an address. */
export const startsPerNetwork: Limit = {
  name: 'federation-starts-per-network',
  most: 300,
  window: minutes(10),
}
/** Each answer may cost calls to the provider; and states could be tried. */
export const answersPerNetwork: Limit = {
  name: 'federation-answers-per-network',
  most: 300,
  window: minutes(10),
}

/** For each call to a provider. */
export const patience: Milliseconds = seconds(4)
/** For as long a provider's metadata is taken without asking again, and for as long while it cannot be asked. */
export const metadataFreshness: Milliseconds = minutes(60)
export const metadataLastGood: Milliseconds = minutes(24 * 60)

/** A token that is about to expire is renewed first: it should survive the call that it is for. */
export const tokenMargin: Milliseconds = seconds(60)
/** For as long one process has the renewal of a token to itself. */
export const renewalLease: Milliseconds = seconds(15)
