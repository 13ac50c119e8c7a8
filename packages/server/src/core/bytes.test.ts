import { expect, test } from 'vitest'
import { compareBytes, isEqual, isSame, sha256 } from './bytes.ts'

test.each([
  ['the same text', 'abc', 'abc', true],
  ['another text', 'abc', 'abd', false],
  ['a longer one', 'abc', 'abcd', false],
  ['text and its bytes', 'é', Buffer.from('é'), true],
  ['text of as many signs and more bytes', 'e', 'é', false],
  ['nothing and nothing', '', new Uint8Array(), true],
  ['nothing and something', '', 'a', false],
])('isEqual: %s', (_, a, b, equal) => {
  expect([isEqual(a, b), isEqual(b, a)]).toEqual([equal, equal])
})

test('bytes are sorted as databases sort them: by the first that differs, the shorter one first', () => {
  const sorted = [[2], [1, 255], [], [1]].map((bytes) => Uint8Array.from(bytes)).toSorted(compareBytes)
  expect(sorted.map((bytes) => [...bytes])).toEqual([[], [1], [1, 255], [2]])
  expect([isSame(Uint8Array.of(1), Buffer.of(1)), isSame(Uint8Array.of(1), Uint8Array.of(1, 0))]).toEqual([
    true,
    false,
  ])
})

test('sha256 is that of FIPS 180-4, appendix B.1', () => {
  expect(sha256('abc').toString('hex')).toMatch(/^ba7816bf8f01cfea414140de5dae2223b00361a3/)
})
