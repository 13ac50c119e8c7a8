import type { PasskeyAssertion, PasskeyAttestation } from '@latchkey/contract'
import type { ParsedAuthenticatorData } from '@simplewebauthn/server/helpers'
import { isEqual, isSame } from '../../core/bytes.ts'
import type { RelyingParty } from '../../config/relying-party.ts'
import { AuthError } from '../../core/auth-error.ts'
import { authDataOf, readAuthenticatorData } from './authenticator-data.ts'
import { algorithms, type CredentialKey, readCoseKey, toCoseKey } from './cose-key.ts'
import { loadWebauthn, type Webauthn } from './webauthn.ts'

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
 * WebAuthn Level 3 §7.1. No attestation is asked for or trusted: any statement is ignored (§6.5.4, none), and no
 * certificate in it is read. Throws AuthError `passkey_invalid`.
 */
export async function verifyRegistration(
  credential: PasskeyAttestation,
  expected: Expectation,
): Promise<NewCredential> {
  const { response } = credential
  const id = idOf(credential)
  verifyClientData(response.clientDataJSON, 'webauthn.create', expected)
  const attestation = bytesOf(response.attestationObject)
  const webauthn = await loadWebauthn()
  return await orRefuse(async () => {
    const authData = authDataOf(attestation)
    const made = readAuthenticatorData(webauthn, authData)
    const attestationObject = withoutStatement(webauthn, authData)
    const { clientDataJSON, transports } = response
    const { verified } = await webauthn.verifyRegistrationResponse({
      response: { ...signedBy(credential), response: { clientDataJSON, attestationObject } },
      ...termsOf(expected),
      supportedAlgorithmIDs: Object.values(algorithms),
    })
    if (!verified) throw refusal('not verified')
    return toNewCredential(webauthn, made, { id, transports })
  })
}

/** WebAuthn Level 3 §7.2 up to the counter, which the policy checks. Throws AuthError `passkey_invalid`. */
export async function verifyAssertion(
  assertion: PasskeyAssertion,
  known: KnownCredential,
  expected: Expectation,
): Promise<Assertion> {
  const { clientDataJSON, authenticatorData, signature } = assertion.response
  verifyClientData(clientDataJSON, 'webauthn.get', expected)
  const authData = bytesOf(authenticatorData)
  bytesOf(signature)
  const webauthn = await loadWebauthn()
  return await orRefuse(async () => {
    const { flags, counter } = readAuthenticatorData(webauthn, authData)
    if (flags.be !== known.backupEligible) throw refusal('backup eligibility changed')
    const publicKey = webauthn.isoCBOR.encode(toCoseKey(known))
    const { verified } = await webauthn.verifyAuthenticationResponse({
      response: { ...signedBy(assertion), response: { clientDataJSON, authenticatorData, signature } },
      ...termsOf(expected),
      // The policy checks the counter; the library does not.
      credential: { id: assertion.id, publicKey, counter: 0 },
    })
    if (!verified) throw refusal('signature')
    return { userVerified: flags.uv, backedUp: flags.bs, signCount: counter }
  })
}

function toNewCredential(
  { decodeCredentialPublicKey }: Webauthn,
  { flags, counter, aaguid, credentialID, credentialPublicKey }: ParsedAuthenticatorData,
  { id, transports = [] }: { id: Uint8Array; transports: readonly string[] | undefined },
): NewCredential {
  if (!aaguid || !credentialID || !credentialPublicKey) throw refusal('no credential')
  if (!isSame(credentialID, id)) throw refusal('another credential id')
  return {
    ...readCoseKey(decodeCredentialPublicKey(credentialPublicKey)),
    credentialId: credentialID,
    aaguid,
    transports: [...new Set(transports)],
    signCount: counter,
    backupEligible: flags.be,
    backedUp: flags.bs,
  }
}

const signedBy = ({ id, rawId, type }: PasskeyAssertion | PasskeyAttestation) => ({
  id,
  rawId,
  type,
  clientExtensionResults: {},
})

const termsOf = ({ rp, challenge, userVerification }: Expectation) => ({
  expectedChallenge: challenge,
  expectedOrigin: [...rp.origins],
  expectedRPID: rp.id,
  requireUserVerification: userVerification === 'required',
})

/** Returns an attestation object without a statement. */
function withoutStatement({ isoCBOR }: Webauthn, authData: Uint8Array): string {
  const attestation = new Map<string, string | Uint8Array | Map<string, string>>([
    ['fmt', 'none'],
    ['attStmt', new Map()],
    ['authData', authData],
  ])
  return Buffer.from(isoCBOR.encode(attestation)).toString('base64url')
}

/** Returns the bytes that both ids of a credential stand for. Throws AuthError `passkey_invalid` if they differ. */
export function idOf({ id, rawId }: Pick<PasskeyAssertion, 'id' | 'rawId'>): Buffer {
  if (id !== rawId) throw refusal('id is not rawId')
  return bytesOf(id)
}

/**
 * Stricter than the library. Client data of one ceremony is not valid for the other: the type is signed as well. Returns
 * the bytes.
 */
function verifyClientData(
  clientDataJson: string,
  type: 'webauthn.create' | 'webauthn.get',
  { rp, challenge }: Expectation,
): void {
  const client = toObject(bytesOf(clientDataJson))
  if (client['type'] !== type) throw refusal('another ceremony')
  if (!isSameText(client['challenge'], challenge)) throw refusal('another challenge')
  const { origin } = client
  if (typeof origin !== 'string' || !rp.origins.has(origin)) throw refusal('origin')
  // §13.4.9: in a frame of another site's page, people do not see for whom they sign.
  if (client['crossOrigin'] !== undefined && client['crossOrigin'] !== false) throw refusal('crossOrigin')
  if (client['topOrigin'] !== undefined) throw refusal('topOrigin')
}

function toObject(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw refusal('malformed', error)
  }
  if (typeof value !== 'object' || value === null) throw refusal('malformed')
  return value as Record<string, unknown>
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
async function orRefuse<Value>(verify: () => Promise<Value>): Promise<Value> {
  try {
    return await verify()
  } catch (error) {
    throw error instanceof AuthError ? error : refusal('does not hold', error)
  }
}
