/**
 * An ECDSA P-256 signature from OpenSSL's DER (`SEQUENCE { INTEGER r, INTEGER s }`, X.690 §8.3) to the two 32-byte
 * big-endian halves of JOSE (RFC 7518 §3.4).
 */
const half = 32

export function derToJose(der: Buffer): Buffer {
  const jose = Buffer.alloc(2 * half)
  // 30 len 02 len r 02 len s; a P-256 signature is shorter than 128 bytes, so each length is one byte.
  const rLength = der[3]!
  copyInteger(der.subarray(4, 4 + rLength), jose, half)
  const sStart = 4 + rLength + 2
  copyInteger(der.subarray(sStart, sStart + der[sStart - 1]!), jose, 2 * half)
  return jose
}

/** Copies a DER integer, which lacks leading zeros and has an extra one if the first bit would read as a sign. */
function copyInteger(integer: Buffer, into: Buffer, end: number): void {
  const digits = integer.length > half ? integer.subarray(integer.length - half) : integer
  into.set(digits, end - digits.length)
}
