/**
 * An ECDSA P-256 signature between OpenSSL's DER (`SEQUENCE { INTEGER r, INTEGER s }`, X.690 §8.3) and the two
 * 32-byte big-endian halves of JOSE (RFC 7518 §3.4).
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

export function joseToDer(jose: Buffer): Buffer {
  const r = derInteger(jose.subarray(0, half))
  const s = derInteger(jose.subarray(half))
  return Buffer.concat([Buffer.of(0x30, r.length + s.length), r, s])
}

/** DER integers lose leading zeros, and gain one where the first bit would read as a sign. */
function copyInteger(integer: Buffer, into: Buffer, end: number): void {
  const digits = integer.length > half ? integer.subarray(integer.length - half) : integer
  into.set(digits, end - digits.length)
}

function derInteger(digits: Buffer): Buffer {
  let start = 0
  while (start < half - 1 && digits[start] === 0) start++
  const signed = digits[start]! >= 0x80
  const length = half - start + (signed ? 1 : 0)
  const integer = Buffer.alloc(2 + length)
  integer[0] = 0x02
  integer[1] = length
  integer.set(digits.subarray(start), 2 + (signed ? 1 : 0))
  return integer
}
