import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRevocationSet, type Revocation } from './revocation-set.ts'
import { firstOf, must } from '#test/support/must.ts'

const fingerprintOf = (name: number): Uint8Array =>
  createHash('sha256').update(String(name)).digest().subarray(0, 16)

const revoked = (fingerprint: Uint8Array, until: number): Revocation => ({
  kind: 'session',
  fingerprint,
  at: 0,
  until,
})

test('behaves as a map from fingerprints to times, whatever is added and looked up', () => {
  const name = fc.integer({ min: 0, max: 5000 })
  const step = fc.oneof(
    {
      weight: 20,
      arbitrary: fc.record({
        add: fc.array(name, { maxLength: 400 }),
        until: fc.integer({ min: 1, max: 100 }),
      }),
    },
    { weight: 5, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 30 }) }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let now = 1000
      const set = createRevocationSet(() => now * 1000)
      const model = new Map<number, number>()
      for (const next of steps) {
        if ('pass' in next) {
          now += next.pass
        } else {
          for (const each of next.add) {
            set.add(revoked(fingerprintOf(each), (now + next.until) * 1000))
            model.set(each, Math.max(model.get(each) ?? 0, now + next.until))
          }
        }
        const live = [...model].filter(([, until]) => until >= now)
        expect(set.size()).toBe(live.length)
        for (let each = 0; each < 5000; each += 97)
          expect(set.has(fingerprintOf(each), now)).toBe((model.get(each) ?? 0) >= now)
      }
    }),
    { numRuns: 60 },
  )
})

test('fingerprints that share their first word are told apart', () => {
  const set = createRevocationSet(() => 0)
  const alike = [1, 2, 3].map((last) => Uint8Array.of(7, 7, 7, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last))
  set.add(revoked(firstOf(alike), 1000))
  set.add(revoked(must(alike[1]), 1000))
  expect(alike.map((each) => set.has(each, 0))).toEqual([true, true, false])
})

test('what is over makes room: the table does not grow with what it has forgotten', () => {
  let now = 0
  const set = createRevocationSet(() => now * 1000)
  for (let round = 0; round < 50; round++, now += 100)
    for (let each = 0; each < 2000; each++)
      set.add(revoked(fingerprintOf(round * 2000 + each), (now + 50) * 1000))
  now -= 100
  expect(set.size()).toBe(2000)
})

test('a timed entry ends what was issued up to its time; another one whatever was issued', () => {
  const set = createRevocationSet(() => 0)
  const [one, other] = [fingerprintOf(1), fingerprintOf(2)]
  set.add({ kind: 'user_sessions', fingerprint: one, at: 10_999, until: 60_000 })
  set.add({ kind: 'user', fingerprint: other, at: 10_999, until: 60_000 })
  expect([9, 10, 11].map((issuedAt) => set.has(one, issuedAt))).toEqual([true, true, false])
  expect([9, 10, 11].map((issuedAt) => set.has(other, issuedAt))).toEqual([true, true, true])
  set.add({ kind: 'user_sessions', fingerprint: one, at: 5000, until: 70_000 })
  expect(set.has(one, 10)).toBe(true)
  expect(set.issuedUntil(one)).toBe(10)
})

test('what is in force comes out as it was added, also after the table has grown', () => {
  let now = 0
  const set = createRevocationSet(() => now * 1000)
  const added = Array.from({ length: 3000 }, (_, index): Revocation => {
    const kind = must((['session', 'key', 'user_sessions', 'role'] as const)[index % 4])
    return {
      kind,
      fingerprint: new Uint8Array(fingerprintOf(index)),
      at: 7000,
      until: index < 10 ? 50_000 : 90_000,
    }
  })
  for (const each of added) set.add(each)
  now = 60
  const nameOf = ({ kind, fingerprint, until }: Revocation) =>
    `${kind} ${Buffer.from(fingerprint).toString('hex')} ${until}`
  expect([...set.entries()].map(nameOf).sort()).toEqual(added.slice(10).map(nameOf).sort())
  for (const { kind, at } of set.entries()) if (kind === 'role') expect(at).toBe(7000)
})
