import type { Ports } from './ports.ts'

/** State by instance, because each has a clock of its own. */
const lastOf = new WeakMap<Ports, { time: number; sequence: number }>()

/**
 * UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, 12 that count within a millisecond (§6.2, method 1), 62 random
 * ones; so keys arrive in order, and lists by id are in the order of what happened.
 */
export function uuidV7(ports: Ports): Uint8Array {
  const bytes = Uint8Array.from(ports.randomBytes(16))
  const time = ports.now()
  const last = lastOf.get(ports)
  // A random start, with room to count on.
  const sequence = time === last?.time ? last.sequence + 1 : ((bytes[6]! << 8) | bytes[7]!) & 0x7ff
  lastOf.set(ports, { time, sequence })
  for (let index = 0; index < 6; index++) bytes[index] = Math.floor(time / 2 ** (8 * (5 - index))) & 0xff
  bytes[6] = 0x70 | ((sequence >> 8) & 0x0f)
  bytes[7] = sequence & 0xff
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes
}

export function formatUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The 16 bytes of a canonical UUID. The text has been checked by a schema or by {@link isId}. */
export const parseUuid = (text: string): Uint8Array => Buffer.from(text.replaceAll('-', ''), 'hex')
