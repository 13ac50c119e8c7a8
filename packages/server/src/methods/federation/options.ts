import { type Milliseconds, minutes, seconds } from '@latchkey/contract'
import type { Limit } from '../../core/limits/limits.ts'

/** Not registered (RFC 8176 has none): the provider authenticated the user, and only it knows how. */
export const amr = 'fed'

/** Each signs the user in, and each list is read whole. */
export const mostLinkedAccounts = 20

/** Time from the button to the return, which may include finding a password and a second factor. */
export const signInTtl: Milliseconds = minutes(15)
/** Time to prove the existing account. */
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

/** Timeout of each call to a provider. */
export const patience: Milliseconds = seconds(4)
/** Times for which a provider's metadata is used without asking again, and while the provider is unreachable. */
export const metadataFreshness: Milliseconds = minutes(60)
export const metadataLastGood: Milliseconds = minutes(24 * 60)

/** A token that is about to expire is renewed first, so that it outlives the call. */
export const tokenMargin: Milliseconds = seconds(60)
/** Time for which one process has exclusive renewal of a token. */
export const renewalLease: Milliseconds = seconds(15)
