import { hash, timingSafeEqual } from 'node:crypto'

export const sha256 = (data: string | Uint8Array): Buffer => hash('sha256', data, 'buffer')

/** Whether two secrets are the same; the time tells their lengths at most. Texts are compared as UTF-8. */
export function isEqual(a: string | Uint8Array, b: string | Uint8Array): boolean {
  const [left, right] = [bytesOf(a), bytesOf(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Whether these are the same bytes, where none is secret. */
export const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** For sorting, as both databases sort their ids. */
export const compareBytes = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b)

const bytesOf = (value: string | Uint8Array): Uint8Array =>
  typeof value === 'string' ? Buffer.from(value) : value
