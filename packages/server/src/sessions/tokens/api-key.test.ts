import { createHash } from 'node:crypto'
import { assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { systemPorts } from '../../core/ports/ports.ts'
import { redact } from '../../core/log/redact.ts'
import { hashApiKey, mintApiKey } from './api-key.ts'
import { must } from '#test/support/must.ts'

/** As docs/api-keys.md gives it to the scanners of leaked secrets. */
const scannersPattern = /\blkk_[0-9A-Za-z]{37}\b/

test('a key is one word of 41 characters that scanners find, with at least 128 random bits', () => {
  const keys = Array.from({ length: 1000 }, () => mintApiKey(systemPorts))
  for (const key of keys) expect(scannersPattern.exec(`"${key}",`)?.[0]).toBe(key)
  expect(new Set(keys.map((key) => key.slice(0, 26))).size).toBe(1000)
  expect(31 * Math.log2(62)).toBeGreaterThan(184)
})

test('every byte of randomness counts', () => {
  const mintFrom = (bytes: Uint8Array) => mintApiKey({ randomBytes: (count) => bytes.subarray(0, count) })
  const zero = new Uint8Array(23)
  const keys = Array.from({ length: 23 * 8 }, (_, bit) => {
    const bytes = zero.slice()
    bytes[bit >> 3]! |= 1 << (bit & 7)
    return mintFrom(bytes)
  })
  expect(new Set([mintFrom(zero), ...keys]).size).toBe(23 * 8 + 1)
  expect(mintFrom(zero)).toMatch(/^lkk_0{31}/)
})

test('a key is known by its SHA-256, and whatever differs from one by a character is garbage', () => {
  const key = mintApiKey(systemPorts)
  expect(Buffer.from(must(hashApiKey(key)))).toEqual(createHash('sha256').update(key).digest())
  for (let at = 0; at < key.length; at++) {
    const other = key[at] === 'x' ? 'y' : 'x'
    expect(hashApiKey(key.slice(0, at) + other + key.slice(at + 1)), `at ${at}`).toBeNull()
  }
  for (const text of ['', 'lkk_', key.slice(0, -1), `${key}0`, ` ${key}`, `${key}\n`, key.toUpperCase()])
    expect(hashApiKey(text)).toBeNull()
})

test('nothing at all makes the check stumble', () => {
  assert(property(string({ maxLength: 60 }), (text) => hashApiKey(text) === null))
})

test('a key in a log is taken out', () => {
  const key = mintApiKey(systemPorts)
  expect(redact(`the key ${key} was`)).not.toContain(key.slice(4, 12))
})
