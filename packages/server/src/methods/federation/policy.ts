/** The facts known when a user returns from a provider with a verified identity. */
export interface Arrival {
  /** True if this identity is linked to an account. */
  isLinked: boolean
  /** The provider's claim about the address. */
  email: 'none' | 'unproven' | 'proven'
  /** The account that has this address. */
  holder: 'nobody' | 'disabled' | 'unverified' | 'verified'
  /** True if an address must be verified before its owner may sign in. */
  needsVerification: boolean
  registration: 'open' | 'closed'
}

export type Decision =
  /** Signs in to the linked account. */
  | 'sign_in'
  /** Creates an account. */
  | 'create'
  /** Takes over the account of the address, which was never verified, after removing every credential in it. */
  | 'take_over'
  /** Links to the account of the address once that account is proven as well. */
  | 'prove_account'
  | 'refuse_unproven'
  | 'refuse_closed'
  | 'refuse_disabled'

/**
 * The identity is the provider's word on who the user is; the address only finds an account. An address alone opens no
 * account (security.md, rule 3): that takes two proofs, the provider's and the account's own.
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
  // Checked before any account: where addresses must be verified, the answer must not tell which of them have one.
  if (email === 'unproven' && needsVerification) return 'refuse_unproven'
  if (holder === 'nobody') return registration === 'open' ? 'create' : 'refuse_closed'
  if (holder === 'disabled') return email === 'proven' ? 'refuse_disabled' : 'prove_account'
  // The provider verified the address and the account's maker did not: the arriving user is the owner.
  return email === 'proven' && holder === 'unverified' ? 'take_over' : 'prove_account'
}
