import { type Cbor, decodeCbor } from './cbor.ts'

/** WebAuthn Level 3 §6.1. */
export interface AuthenticatorData {
  rpIdHash: Uint8Array
  userPresent: boolean
  userVerified: boolean
  backupEligible: boolean
  backedUp: boolean
  signCount: number
  /** Present in a registration. */
  attested: AttestedCredential | null
}

interface AttestedCredential {
  aaguid: Uint8Array
  credentialId: Uint8Array
  /** COSE. */
  key: Cbor
}

const flag = { up: 1, uv: 4, be: 8, bs: 16, at: 64, ed: 128 }

/** Throws RangeError if it is truncated or has trailing bytes. */
export function readAuthenticatorData(bytes: Uint8Array): AuthenticatorData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const flags = view.getUint8(32)
  const signCount = view.getUint32(33)
  let end = 37
  const attested = flags & flag.at ? readAttested() : null
  if (flags & flag.ed) end = decodeCbor(bytes, end).end
  if (end !== bytes.length) throw new RangeError('more, or less, than it says')
  return {
    rpIdHash: bytes.subarray(0, 32),
    userPresent: (flags & flag.up) !== 0,
    userVerified: (flags & flag.uv) !== 0,
    backupEligible: (flags & flag.be) !== 0,
    backedUp: (flags & flag.bs) !== 0,
    signCount,
    attested,
  }

  function readAttested(): AttestedCredential {
    const start = end + 18
    const length = view.getUint16(end + 16)
    if (length === 0 || length > 1023 || start + length > bytes.length)
      throw new RangeError('a credential id of another length')
    const key = decodeCbor(bytes, start + length)
    const aaguid = bytes.subarray(end, end + 16)
    end = key.end
    return { aaguid, credentialId: bytes.subarray(start, start + length), key: key.value }
  }
}
