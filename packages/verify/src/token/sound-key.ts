import { leastRsaBits, mostRsaBits } from './algorithms.ts'

/**
 * Throws TypeError for a public key (RFC 7517) by which others than its owner could sign. Platforms do not check this:
 * OpenSSL and Web Crypto import RSA keys of any exponent, and every 32 bytes as a point of Ed25519. They do check that
 * a point of P-256 is on its curve.
 */
export function requireSoundKey({ kty, crv, x, n, e }: Record<string, unknown>): void {
  if (kty === 'RSA') requireSoundRsa(bytesOf(n), bytesOf(e))
  if (kty === 'OKP' && crv === 'Ed25519') requireSoundPoint(bytesOf(x))
}

function requireSoundRsa(modulus: Uint8Array, exponent: Uint8Array): void {
  const bits = bitsOf(modulus)
  if (bits < leastRsaBits || bits > mostRsaBits) throw new TypeError('an RSA key of another size')
  // An even modulus has the factor 2.
  if (!isOdd(modulus)) throw new TypeError('an RSA modulus that is even')
  // By 1 a signature is its own message; an even one has no inverse; a long one only costs time (NIST SP 800-56B §6.2).
  if (!isOdd(exponent) || bitsOf(exponent) < 2 || bitsOf(exponent) > 64)
    throw new TypeError('an RSA exponent by which nothing is proven')
}

/** By a point of low order one signature fits every message (RFC 8032 §5.1.7). */
function requireSoundPoint(point: Uint8Array): void {
  if (point.length !== 32) throw new TypeError('an Ed25519 key of another length')
  // RFC 8032 §5.1.2: y little-endian, the sign of x in the highest bit.
  const y = point
    .toReversed()
    .reduce((sum, byte, at) => (sum << 8n) | BigInt(at === 0 ? byte & 0x7f : byte), 0n)
  if (y >= prime) throw new TypeError('an Ed25519 key that is not canonical')
  if (lowOrder.has(y)) throw new TypeError('an Ed25519 key of low order')
}

const prime = 2n ** 255n - 19n
const ofOrderEight = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n
/** The y of the eight points whose order divides 8: of order 1, 2, 4 and 8. */
const lowOrder: ReadonlySet<bigint> = new Set([1n, prime - 1n, 0n, ofOrderEight, prime - ofOrderEight])

const isOdd = (number: Uint8Array): boolean => (number.at(-1) ?? 0) % 2 === 1

function bitsOf(number: Uint8Array): number {
  const first = number.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (number.length - first) * 8 - (Math.clz32(number[first]!) - 24)
}

/** Decodes base64url; no bytes for other texts. */
function bytesOf(value: unknown): Uint8Array {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]+$/.test(value)) return new Uint8Array()
  const binary = atob(value.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}
