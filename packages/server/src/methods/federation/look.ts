import { normalizeEmail } from '../../core/mail/address.ts'
import type { Queryable } from '../../db/database.ts'
import type { Account } from '../../identity/users/account.ts'
import { findAccountByEmail } from '../../identity/users/store.ts'
import type { FederationServices } from './federation-services.ts'
import { keyOf, type KnownIdentity } from './links.ts'
import { type Arrival, type Decision, decideArrival } from './policy.ts'
import { findByIdentity, type LinkedAccount } from './store.ts'

/** The state found for an identity, and the decision that follows. */
interface Look {
  decision: Decision
  linked: LinkedAccount | null
  /** The account that has the address. */
  holder: Account | null
}

export async function look(
  { config }: Pick<FederationServices, 'config'>,
  on: Queryable,
  known: KnownIdentity,
): Promise<Look> {
  const { email, isEmailProven } = known.identity
  const holder = email === null ? null : await findAccountByEmail(on, normalizeEmail(email))
  // Read after the account: a concurrent request may create both, and a reader of the account then sees the link too.
  const linked = await findByIdentity(on, keyOf(known))
  const decision = decideArrival({
    isLinked: linked !== null,
    email: email === null ? 'none' : isEmailProven ? 'proven' : 'unproven',
    holder: standingOf(holder),
    needsVerification: config.emailVerification === 'required',
    registration: config.registration,
  })
  return { decision, linked, holder }
}

function standingOf(holder: Account | null): Arrival['holder'] {
  if (!holder) return 'nobody'
  if (holder.disabledAt !== null) return 'disabled'
  return holder.emailVerifiedAt === null ? 'unverified' : 'verified'
}
