import { type AddressUndo, createAddressUndo } from '../accounts/address-undo.ts'
import { createCredentials, type Credentials } from '../accounts/credentials.ts'
import { createEmailProof, type EmailProof } from '../accounts/email-proof.ts'
import type { HasSecondFactor } from '../accounts/email-proof-needs.ts'
import type { Lifecycle } from '../accounts/lifecycle.ts'
import { createNewAccounts, type NewAccounts } from '../accounts/new-accounts.ts'
import { createUsers, type Users } from '../accounts/service.ts'
import type { Core } from './create-core.ts'
import type { SessionServices } from './create-session-services.ts'

export interface AccountServices {
  credentials: Credentials
  addressUndo: AddressUndo
  users: Users
  newAccounts: NewAccounts
  emailProof: EmailProof
}

/** The parts that the methods provide. */
interface Given {
  lifecycles: readonly Lifecycle[]
  hasSecondFactor: HasSecondFactor
}

export function createAccountServices(
  below: Core & SessionServices,
  { lifecycles, hasSecondFactor }: Given,
): AccountServices {
  const addressUndo = createAddressUndo(below.challenges, below.ports)
  const credentials = createCredentials({ ...below, lifecycles })
  return {
    credentials,
    addressUndo,
    users: createUsers({ ...below, credentials, addressUndo }),
    newAccounts: createNewAccounts({ ...below, addressUndo, registration: below.config.registration }),
    emailProof: createEmailProof({ ...below, credentials, addressUndo, hasSecondFactor }),
  }
}
