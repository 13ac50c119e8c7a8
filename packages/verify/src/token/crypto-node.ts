import { Buffer, isUtf8 } from 'node:buffer'
import {
  constants,
  createHmac,
  createPublicKey,
  hash,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import type { Algorithm } from './algorithms.ts'
import { requireSoundKey } from './sound-key.ts'

/** A key by which signatures are verified. */
export type Key = KeyObject

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }

/** Throws for what is no public key of the algorithm. */
export function importJwk(jwk: Record<string, unknown>, algorithm: Algorithm): Key {
  requireSoundKey(jwk)
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const { namedCurve } = key.asymmetricKeyDetails ?? {}
  const fits = {
    ES256: key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1',
    EdDSA: key.asymmetricKeyType === 'ed25519',
    RS256: key.asymmetricKeyType === 'rsa',
    PS256: key.asymmetricKeyType === 'rsa',
    HS256: false,
  }[algorithm]
  if (!fits) throw new TypeError(`not a public key for ${algorithm}`)
  return key
}

export function verifySignature(
  algorithm: Algorithm,
  key: Key,
  signingInput: string,
  signature: Uint8Array,
): boolean {
  const input = Buffer.from(signingInput)
  switch (algorithm) {
    case 'ES256':
      // DER and our own conversion: OpenSSL through Node's ieee-p1363 takes half as long again.
      return signature.length === 64 && verify('sha256', input, key, derOf(signature))
    case 'EdDSA':
      return signature.length === 64 && verify(null, input, key, signature)
    case 'RS256':
      return hasLengthOf(key, signature) && verify('sha256', input, key, signature)
    case 'PS256':
      return hasLengthOf(key, signature) && verify('sha256', input, { key, ...pss }, signature)
    case 'HS256': {
      const expected = createHmac('sha256', key).update(input).digest()
      return expected.length === signature.length && timingSafeEqual(expected, signature)
    }
  }
}

/** RFC 8017 §8.1.2 (1): OpenSSL takes a PSS signature without its leading zeros as well, a second form of the same. */
const hasLengthOf = (key: Key, { length }: Uint8Array): boolean =>
  length * 8 === key.asymmetricKeyDetails?.modulusLength

export const sha256 = (input: string | Uint8Array): Uint8Array => hash('sha256', input, 'buffer')

/** Decodes a text whose alphabet is known to be right. */
export const bytesOfBase64url = (text: string): Uint8Array => Buffer.from(text, 'base64url')

/** The UTF-8 text in it; null where the bytes are none. */
export function textOfBase64url(text: string): string | null {
  const bytes = Buffer.from(text, 'base64url')
  return isUtf8(bytes) ? bytes.toString() : null
}

export const base64urlOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')

const half = 32

/**
 * An ECDSA P-256 signature from the two 32-byte big-endian halves of JOSE (RFC 7518 §3.4) to OpenSSL's DER
 * (`SEQUENCE { INTEGER r, INTEGER s }`, X.690 §8.3).
 */
function derOf(signature: Uint8Array): Uint8Array {
  const rStart = firstDigit(signature, 0)
  const sStart = firstDigit(signature, half)
  const rSign = signature[rStart]! >> 7
  const sSign = signature[sStart]! >> 7
  const rLength = half - rStart + rSign
  const sLength = 2 * half - sStart + sSign
  // Zeroed, so that sign bytes need not be written.
  const der = new Uint8Array(6 + rLength + sLength)
  der[0] = 0x30
  der[1] = 4 + rLength + sLength
  der[2] = 0x02
  der[3] = rLength
  der.set(signature.subarray(rStart, half), 4 + rSign)
  der[4 + rLength] = 0x02
  der[5 + rLength] = sLength
  der.set(signature.subarray(sStart), 6 + rLength + sSign)
  return der
}

/** DER integers lose leading zeros, and gain one where the first bit would read as a sign. */
function firstDigit(signature: Uint8Array, start: number): number {
  let at = start
  while (at < start + half - 1 && signature[at] === 0) at++
  return at
}
