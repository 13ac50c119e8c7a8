import type { Algorithm } from './algorithms.ts'
import { requireSoundKey } from './sound-key.ts'

/* The same as `crypto-node.ts` on Web Crypto: for Workers, Deno and browsers. */

/** A key by which signatures are verified. */
export type Key = CryptoKey

const names = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 },
  HS256: { name: 'HMAC', hash: 'SHA-256' },
} as const satisfies Record<Algorithm, object>

/** Rejects for what is no public key of the algorithm. */
export async function importJwk(jwk: Record<string, unknown>, algorithm: Algorithm): Promise<Key> {
  if (algorithm === 'HS256') throw new TypeError('a shared secret is no public key')
  requireSoundKey(jwk)
  // `alg` and `use` have been looked at; names differ between platforms (RFC 8037 says EdDSA, WICG Ed25519).
  const { kty, crv, x, y, n, e } = jwk as JsonWebKey
  const members = Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined)
  return await crypto.subtle.importKey('jwk', Object.fromEntries(members), names[algorithm], false, [
    'verify',
  ])
}

export async function verifySignature(
  algorithm: Algorithm,
  key: Key,
  signingInput: string,
  signature: Uint8Array,
): Promise<boolean> {
  const { modulusLength } = key.algorithm as Partial<RsaKeyAlgorithm>
  // RFC 8017 §8.1.2 (1): some take a PSS signature without its leading zeros as well, a second form of the same.
  if (modulusLength !== undefined && signature.length * 8 !== modulusLength) return false
  const input = new TextEncoder().encode(signingInput)
  return await crypto.subtle.verify(names[algorithm], key, signature as BufferSource, input)
}

export async function sha256(input: string | Uint8Array): Promise<Uint8Array> {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource))
}

/** Decodes a text whose alphabet is known to be right. */
export function bytesOfBase64url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The UTF-8 text in it; null where the bytes are none. */
export function textOfBase64url(text: string): string | null {
  try {
    return utf8.decode(bytesOfBase64url(text))
  } catch {
    return null
  }
}

export const base64urlOf = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
