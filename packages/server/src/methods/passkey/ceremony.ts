import type { PasskeyAssertion, PasskeyAttestation } from '@latchkey/contract'
import { isEqual, isSame, sha256 } from '../../core/bytes.ts'
import type { RelyingParty } from '../../config/relying-party.ts'
import { AuthError } from '../../core/auth-error.ts'
import { type AuthenticatorData, readAuthenticatorData } from './authenticator-data.ts'
import { decodeCbor } from './cbor.ts'
import { type CredentialKey, isSignedBy, readCoseKey } from './cose-key.ts'

/** The values that a ceremony's answer must match. */
export interface Expectation {
  rp: RelyingParty
  /** The challenge that was sent, base64url. */
  challenge: string
  /** `required` if the authenticator must have verified its user. */
  userVerification: 'preferred' | 'required'
}

/** A newly made passkey, which has no owner yet. */
export interface NewCredential extends CredentialKey {
  credentialId: Uint8Array
  aaguid: Uint8Array
  transports: readonly string[]
  signCount: number
  backupEligible: boolean
  backedUp: boolean
}

/** The stored facts of a passkey that signs. */
export interface KnownCredential extends CredentialKey {
  backupEligible: boolean
}

export interface Assertion {
  userVerified: boolean
  backedUp: boolean
  signCount: number
}

/** The answer is the same for every reason; the reason goes to the log. */
export const refusal = (reason: string, cause?: unknown): AuthError =>
  new AuthError('passkey_invalid', { log: { reason }, cause })

/**
 * WebAuthn Level 3 §7.1. No attestation is asked for or trusted: any statement is ignored (§6.5.4, none). Throws
 * AuthError `passkey_invalid`.
 */
export function verifyRegistration(credential: PasskeyAttestation, expected: Expectation): NewCredential {
  const { response } = credential
  const id = idOf(credential)
  verifyClientData(response.clientDataJSON, 'webauthn.create', expected)
  const authenticator = readOrRefuse(() => authDataOf(bytesOf(response.attestationObject)))
  verifyAuthenticator(authenticator, expected)
  const { attested, signCount, backupEligible, backedUp } = authenticator
  if (!attested) throw refusal('no credential')
  if (!isSame(attested.credentialId, id)) throw refusal('another credential id')
  const key = readOrRefuse(() => readCoseKey(attested.key))
  const { credentialId, aaguid } = attested
  const transports = [...new Set(response.transports)]
  return { ...key, credentialId, aaguid, transports, signCount, backupEligible, backedUp }
}

function authDataOf(attestationObject: Uint8Array): AuthenticatorData {
  const { value, end } = decodeCbor(attestationObject)
  if (end !== attestationObject.length) throw new RangeError('more than an attestation')
  const authData = value instanceof Map ? value.get('authData') : undefined
  if (!(authData instanceof Uint8Array)) throw new RangeError('no authenticator data')
  return readAuthenticatorData(authData)
}

/** WebAuthn Level 3 §7.2 up to the counter, which the policy checks. Throws AuthError `passkey_invalid`. */
export function verifyAssertion(
  { response }: PasskeyAssertion,
  known: KnownCredential,
  expected: Expectation,
): Assertion {
  const clientData = verifyClientData(response.clientDataJSON, 'webauthn.get', expected)
  const authData = bytesOf(response.authenticatorData)
  const authenticator = readOrRefuse(() => readAuthenticatorData(authData))
  verifyAuthenticator(authenticator, expected)
  if (authenticator.backupEligible !== known.backupEligible) throw refusal('backup eligibility changed')
  const signed = Buffer.concat([authData, sha256(clientData)])
  if (!isSignedBy(known, signed, bytesOf(response.signature))) throw refusal('signature')
  return authenticator
}

/** Returns the bytes that both ids of a credential stand for. Throws AuthError `passkey_invalid` if they differ. */
export function idOf({ id, rawId }: Pick<PasskeyAssertion, 'id' | 'rawId'>): Buffer {
  if (id !== rawId) throw refusal('id is not rawId')
  return bytesOf(id)
}

/** Client data of one ceremony is not valid for the other: the type is signed as well. Returns the bytes. */
function verifyClientData(
  clientDataJson: string,
  type: 'webauthn.create' | 'webauthn.get',
  { rp, challenge }: Expectation,
): Uint8Array {
  const bytes = bytesOf(clientDataJson)
  const client = readOrRefuse(() => toObject(bytes))
  if (client['type'] !== type) throw refusal('another ceremony')
  if (!isSameText(client['challenge'], challenge)) throw refusal('another challenge')
  const { origin } = client
  if (typeof origin !== 'string' || !rp.origins.has(origin)) throw refusal('origin')
  // §13.4.9: in a frame of another site's page, people do not see for whom they sign.
  if (client['crossOrigin'] !== undefined && client['crossOrigin'] !== false) throw refusal('crossOrigin')
  if (client['topOrigin'] !== undefined) throw refusal('topOrigin')
  return bytes
}

function toObject(bytes: Uint8Array): Record<string, unknown> {
  const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  if (typeof value !== 'object' || value === null) throw new RangeError('no client data')
  return value as Record<string, unknown>
}

function verifyAuthenticator(
  { rpIdHash, userPresent, userVerified, backupEligible, backedUp }: AuthenticatorData,
  { rp, userVerification }: Expectation,
): void {
  if (!isSame(sha256(rp.id), rpIdHash)) throw refusal('rpIdHash')
  if (!userPresent) throw refusal('user not present')
  if (userVerification === 'required' && !userVerified) throw refusal('user not verified')
  if (backedUp && !backupEligible) throw refusal('backed up, and not eligible')
}

const isSameText = (given: unknown, expected: string): boolean =>
  typeof given === 'string' && isEqual(given, expected)

/** Accepts only the spelling of a value that browsers write. */
function bytesOf(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, 'base64url')
  if (bytes.toString('base64url') !== base64url) throw refusal('base64url')
  return bytes
}

/** Unreadable data is refused like a failed verification. */
function readOrRefuse<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    throw refusal('malformed', error)
  }
}
