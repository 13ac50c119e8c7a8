import { decodePartialCBOR } from '@levischuck/tiny-cbor'
import type { ParsedAuthenticatorData } from '@simplewebauthn/server/helpers'
import { isSame } from '../../core/bytes.ts'
import type { Webauthn } from './webauthn.ts'

/**
 * Returns the authenticator data of an attestation (WebAuthn Level 3 §6.5.4), the only part that is believed. Throws
 * RangeError if there is none, or if bytes are missing or left over.
 */
export function authDataOf(attestation: Uint8Array): Uint8Array {
  const [value, end] = decodePartialCBOR(new Uint8Array(attestation), 0)
  // The decoder ignores trailing bytes, and takes truncated data for shorter.
  if (end !== attestation.length) throw new RangeError('more, or less, than it says')
  const authData = value instanceof Map ? value.get('authData') : undefined
  if (!(authData instanceof Uint8Array)) throw new RangeError('no authenticator data')
  return authData
}

/** WebAuthn Level 3 §6.1. Throws RangeError if bytes are missing or left over. */
export function readAuthenticatorData(
  { parseAuthenticatorData }: Webauthn,
  bytes: Uint8Array,
): ParsedAuthenticatorData {
  const parsed = parseAuthenticatorData(new Uint8Array(bytes))
  if (!isSame(write(parsed), bytes)) throw new RangeError('more, or less, than it says')
  return parsed
}

/** Writes the parsed data out again: the parser accepts a truncated end. */
function write(parsed: ParsedAuthenticatorData): Uint8Array {
  const { rpIdHash, flagsBuf, counterBuf, aaguid, credentialID, credentialPublicKey } = parsed
  const idLength = Buffer.alloc(2)
  idLength.writeUInt16BE(credentialID?.length ?? 0)
  const attested =
    aaguid && credentialID && credentialPublicKey ? [aaguid, idLength, credentialID, credentialPublicKey] : []
  const extensions = parsed.extensionsDataBuffer ? [parsed.extensionsDataBuffer] : []
  return Buffer.concat([rpIdHash, flagsBuf, counterBuf, ...attested, ...extensions])
}
