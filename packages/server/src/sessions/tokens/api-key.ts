import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Ports } from '../../core/ports/ports.ts'

/*
 * `lkk_` + 31 characters that hold 184 random bits + 6 that hold the CRC-32 of all that stands before them, in base62:
 * one word for those who select it by a double click, and for the scanners of leaked secrets. The checksum lets them,
 * and us, tell a key from what only looks like one, without the database.
 */

export const apiKeyPrefix = 'lkk_'
const secretLength = 31
const checksumLength = 6
const format = /^lkk_[0-9A-Za-z]{37}$/
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** 62³¹ is the first power of 62 with room for 23 bytes. */
const secretBytes = 23

export function mintApiKey({ randomBytes }: Pick<Ports, 'randomBytes'>): string {
  const secret = BigInt(`0x${Buffer.from(randomBytes(secretBytes)).toString('hex')}`)
  const body = apiKeyPrefix + toBase62(secret, secretLength)
  return body + checksumOf(body)
}

/** Returns the hash by which the database knows a key; null if it is not one of ours. Asks no database. */
export function hashApiKey(text: string): Uint8Array | null {
  if (!format.test(text)) return null
  const body = text.slice(0, -checksumLength)
  if (text.slice(-checksumLength) !== checksumOf(body)) return null
  // 184 random bits need no slow hash.
  return hash('sha256', text, 'buffer')
}

const checksumOf = (body: string): string => toBase62(BigInt(crc32(body)), checksumLength)

function toBase62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest /= 62n) text = digits[Number(rest % 62n)]! + text
  return text
}
