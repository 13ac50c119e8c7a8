import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { requireSoundKey } from '@latchkey/verify/core'

/** COSE algorithms (RFC 9053), the preferred first. */
export const algorithms = { EdDSA: -8, ES256: -7, RS256: -257 } as const

export interface CredentialKey {
  algorithm: number
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Uint8Array
}

/**
 * Reads the key of a new passkey (RFC 9052 §7). Throws if its algorithm was not requested, or its point is not on the
 * curve.
 */
export function readCoseKey(value: unknown): CredentialKey {
  if (!(value instanceof Map)) throw new RangeError('a key is a map')
  const algorithm = value.get(3)
  if (typeof algorithm !== 'number') throw new RangeError('a key without its algorithm')
  const jwk = toJwk(algorithm, value)
  requireSoundKey({ ...jwk })
  const key = createPublicKey({ format: 'jwk', key: jwk })
  return { algorithm, publicKey: key.export({ format: 'der', type: 'spki' }) }
}

function toJwk(algorithm: number, key: ReadonlyMap<unknown, unknown>): JsonWebKey {
  switch (algorithm) {
    case algorithms.ES256:
      requireEqual(key, { 1: 2, [-1]: 1 })
      return { kty: 'EC', crv: 'P-256', x: bytesOf(key, -2, 32), y: bytesOf(key, -3, 32) }
    case algorithms.EdDSA:
      requireEqual(key, { 1: 1, [-1]: 6 })
      return { kty: 'OKP', crv: 'Ed25519', x: bytesOf(key, -2, 32) }
    case algorithms.RS256:
      requireEqual(key, { 1: 3 })
      return { kty: 'RSA', n: bytesOf(key, -1), e: bytesOf(key, -2) }
    default:
      throw new RangeError('an algorithm that was not asked for')
  }
}

function requireEqual(key: ReadonlyMap<unknown, unknown>, expected: Record<number, number>): void {
  for (const [label, value] of Object.entries(expected)) {
    if (key.get(Number(label)) !== value) throw new RangeError('the key is not of its algorithm')
  }
}

function bytesOf(key: ReadonlyMap<unknown, unknown>, label: number, length?: number): string {
  const value = key.get(label)
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length))
    throw new RangeError('a part of the key is missing or of another length')
  return Buffer.from(value).toString('base64url')
}

/** The result of {@link readCoseKey}. */
export function toCoseKey({ algorithm, publicKey }: CredentialKey): Map<number, number | Uint8Array> {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
  const { kty, x, y, n, e } = key.export({ format: 'jwk' })
  if (kty === 'EC') return new Map([kind(2), [3, algorithm], [-1, 1], part(-2, x), part(-3, y)])
  if (kty === 'OKP') return new Map([kind(1), [3, algorithm], [-1, 6], part(-2, x)])
  return new Map([kind(3), [3, algorithm], part(-1, n), part(-2, e)])
}

const kind = (type: number): [number, number | Uint8Array] => [1, type]

const part = (label: number, base64url = ''): [number, Uint8Array] => [
  label,
  new Uint8Array(Buffer.from(base64url, 'base64url')),
]
