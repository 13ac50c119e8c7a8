import { type KeyObject, verify } from 'node:crypto'

/**
 * Signature algorithms of certificates and revocation lists (RFC 5758 §3.2, RFC 4055 §5, RFC 8410 §3), by their object
 * identifiers, with their hash. SHA-1 and MD5 are excluded: an attacker can make a second certificate with the same
 * hash.
 */
export const signatureHashes: ReadonlyMap<string, 'sha256' | 'sha384' | 'sha512' | null> = new Map([
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  // Ed25519
  ['1.3.101.112', null],
])

/** True if the key has signed; false for algorithms that are not listed. */
export function isSignedBy(
  key: KeyObject,
  { algorithm, bytes, signature }: { algorithm: string; bytes: Uint8Array; signature: Uint8Array },
): boolean {
  const digest = signatureHashes.get(algorithm)
  return digest !== undefined && verify(digest, bytes, key, signature)
}
