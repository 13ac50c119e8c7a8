import type { UserId } from '@latchkey/contract'
import type { RelyingParty } from '../../config/relying-party.ts'
import { parseUuid } from '../../core/ports/uuid.ts'
import type { Account } from '../../identity/users/account.ts'
import { algorithms } from './cose-key.ts'
import { ceremonyTimeout } from './options.ts'
import type { PasskeyRow } from './store.ts'

interface CreationInput {
  rp: RelyingParty
  appName: string
  account: Account
  challenge: string
  /** The user's passkeys: an authenticator that has one makes no second. */
  present: readonly PasskeyRow[]
  userVerification: 'preferred' | 'required'
}

/** Options for `navigator.credentials.create` (WebAuthn Level 3 §5.4, as JSON). */
export const creationOptions = (input: CreationInput): Record<string, unknown> => ({
  rp: { id: input.rp.id, name: input.appName },
  user: {
    id: userHandleOf(input.account.id),
    name: input.account.email,
    displayName: input.account.name ?? input.account.email,
  },
  challenge: input.challenge,
  pubKeyCredParams: Object.values(algorithms).map((alg) => ({ type: 'public-key', alg })),
  timeout: ceremonyTimeout,
  excludeCredentials: input.present.map(descriptorOf),
  // Required for sign-in without typing a name: this is what makes a credential a passkey.
  authenticatorSelection: {
    residentKey: 'required',
    requireResidentKey: true,
    userVerification: input.userVerification,
  },
  attestation: 'none',
  extensions: { credProps: true },
})

interface RequestInput {
  rp: RelyingParty
  challenge: string
  userVerification: 'preferred' | 'required'
  /** Passkeys of a known user; if omitted, any passkey for this site. */
  allowed?: readonly PasskeyRow[]
}

/** Options for `navigator.credentials.get` (§5.5, as JSON). */
export const requestOptions = ({ rp, challenge, userVerification, allowed = [] }: RequestInput) => ({
  challenge,
  rpId: rp.id,
  timeout: ceremonyTimeout,
  userVerification,
  allowCredentials: allowed.map(descriptorOf),
})

/** The bytes of the user's id: it reveals nothing about the person and never changes (§14.6.1). */
export const userHandleOf = (id: UserId): string => Buffer.from(parseUuid(id)).toString('base64url')

const descriptorOf = ({ credential_id, transports }: PasskeyRow) => ({
  type: 'public-key',
  id: Buffer.from(credential_id).toString('base64url'),
  ...(transports !== '' && { transports: transports.split(' ') }),
})
