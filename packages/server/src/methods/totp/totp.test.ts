import { describe, expect, test } from 'vitest'
import { encodeBase32 } from './base32.ts'
import { findStep, stepAt, totpCode } from './totp.ts'
import { must } from '#test/support/must.ts'

/* RFC 6238, appendix B: the ASCII digits 1 to 0 as seed, as long as the hash. */
const seedOf = (length: number): Uint8Array => Buffer.from('1234567890'.repeat(7).slice(0, length))
const times = [59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000]

describe.each([
  ['sha1', 20, ['94287082', '07081804', '14050471', '89005924', '69279037', '65353130']],
  ['sha256', 32, ['46119246', '68084774', '67062674', '91819424', '90698825', '77737706']],
  ['sha512', 64, ['90693936', '25091201', '99943326', '93441116', '38618901', '47863826']],
] as const)('RFC 6238 appendix B with %s', (algorithm, length, codes) => {
  test.each(times.map((time, index) => [time, must(codes[index])] as const))('at %d s', (time, code) => {
    expect(totpCode(seedOf(length), stepAt(time * 1000), { digits: 8, algorithm })).toBe(code)
  })
})

/* RFC 4226, appendix D: the same seed, counters 0 to 9. */
test('RFC 4226 appendix D: six digits with leading zeros', () => {
  const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ')
  expect(codes.map((_, counter) => totpCode(seedOf(20), counter))).toEqual(codes)
})

test('the present step and the one before are found, to the millisecond, and no other', () => {
  const seed = seedOf(20)
  const step = 1000
  const code = totpCode(seed, step)
  const start = step * 30_000
  expect(findStep(seed, code, start - 1)).toBeNull()
  expect(findStep(seed, code, start)).toBe(step)
  expect(findStep(seed, code, start + 59_999)).toBe(step)
  expect(findStep(seed, code, start + 60_000)).toBeNull()
  for (const strange of ['', code.slice(1), `${code}0`, '１２３４５６', ` ${code}`])
    expect(findStep(seed, strange, start)).toBeNull()
})

/* RFC 4648 §10, without the padding. */
test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('RFC 4648 §10: base32 of %j', (text, encoded) => {
  expect(encodeBase32(Buffer.from(text))).toBe(encoded)
})
