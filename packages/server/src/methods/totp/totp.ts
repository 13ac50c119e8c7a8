import { createHmac } from 'node:crypto'
import { type Instant, type Milliseconds, seconds } from '@latchkey/contract'
import { isEqual } from '../../core/bytes.ts'

/** RFC 6238 §4.1: X, with T0 the Unix epoch. */
const stepLength: Milliseconds = seconds(30)

/** RFC 6238 §4.2: T. */
export const stepAt = (now: Instant): number => Math.floor(now / stepLength)

export interface CodeShape {
  digits: 6 | 8
  algorithm: 'sha1' | 'sha256' | 'sha512'
}

/** The shape that every authenticator app computes; several ignore other parameters of a QR code. */
const common: CodeShape = { digits: 6, algorithm: 'sha1' }

/** RFC 4226 §5.3, with the time step as the counter (RFC 6238 §4.2). */
export function totpCode(seed: Uint8Array, step: number, { digits, algorithm }: CodeShape = common): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac(algorithm, seed).update(counter).digest()
  // Dynamic truncation: the low four bits of the last byte say where the number stands.
  const offset = mac[mac.length - 1]! & 0xf
  const number = mac.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/**
 * Returns the step of this code: the present one or the one before, for slow typing or a late clock (RFC 6238 §5.2
 * allows one step of delay). The next step is never accepted: only an early clock would need it, and a guesser would
 * gain. Null for every other code. Each candidate is compared in constant time.
 */
export function findStep(seed: Uint8Array, code: string, now: Instant): number | null {
  const present = stepAt(now)
  const fitting = [present, present - 1].filter((step) => isEqual(totpCode(seed, step), code))
  return fitting[0] ?? null
}
