/** What is known when somebody comes back from a provider whose identity has been proven. */
export interface Arrival {
  /** Whether this identity is linked to an account. */
  isLinked: boolean
  /** What the provider says of the address. */
  email: 'none' | 'unproven' | 'proven'
  /** The account that has this address. */
  holder: 'nobody' | 'disabled' | 'unverified' | 'verified'
  /** Whether an address must be proven before its owner may sign in. */
  needsVerification: boolean
  registration: 'open' | 'closed'
}

export type Decision =
  /** The account that it is linked to. */
  | 'sign_in'
  /** A new account. */
  | 'create'
  /** The account of the address, after everything in it that signs in has gone: nobody has ever proven it. */
  | 'take_over'
  /** To be linked to the account of the address once that is proven as well. */
  | 'prove_account'
  | 'refuse_unproven'
  | 'refuse_closed'
  | 'refuse_disabled'

/**
 * The identity is the provider's word on who somebody is; the address is only how to find an account. It opens none by
 * itself (security.md, rule 3): two proofs are needed, the provider's and the account's own.
 */
export function decideArrival({
  isLinked,
  email,
  holder,
  needsVerification,
  registration,
}: Arrival): Decision {
  if (isLinked) return 'sign_in'
  if (email === 'none') return 'refuse_unproven'
  // Before any look at accounts: where addresses must be proven nobody is told which of them have one.
  if (email === 'unproven' && needsVerification) return 'refuse_unproven'
  if (holder === 'nobody') return registration === 'open' ? 'create' : 'refuse_closed'
  if (holder === 'disabled') return email === 'proven' ? 'refuse_disabled' : 'prove_account'
  // The provider has proven the address, and whoever made the account has not: it is the owner who arrives.
  return email === 'proven' && holder === 'unverified' ? 'take_over' : 'prove_account'
}
