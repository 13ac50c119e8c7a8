import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRevocationSet } from './revocation-set.ts'

const fingerprintOf = (name: number): Uint8Array =>
  createHash('sha256').update(String(name)).digest().subarray(0, 16)

test('behaves as a map from fingerprints to times, whatever is added, forgotten and looked up', () => {
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
    { weight: 1, arbitrary: fc.constant('clear' as const) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let now = 1000
      const set = createRevocationSet(() => now * 1000)
      const model = new Map<number, number>()
      for (const next of steps) {
        if (next === 'clear') {
          set.clear()
          model.clear()
        } else if ('pass' in next) {
          now += next.pass
        } else {
          for (const each of next.add) {
            set.add(fingerprintOf(each), (now + next.until) * 1000)
            model.set(each, Math.max(model.get(each) ?? 0, now + next.until))
          }
        }
        const live = [...model].filter(([, until]) => until >= now)
        expect(set.size()).toBe(live.length)
        for (let each = 0; each < 5000; each += 97)
          expect(set.has(fingerprintOf(each))).toBe((model.get(each) ?? 0) >= now)
      }
    }),
    { numRuns: 60 },
  )
})

test('fingerprints that share their first word are told apart', () => {
  const set = createRevocationSet(() => 0)
  const alike = [1, 2, 3].map((last) => Uint8Array.of(7, 7, 7, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last))
  set.add(alike[0]!, 1000)
  set.add(alike[1]!, 1000)
  expect(alike.map(set.has)).toEqual([true, true, false])
})

test('what is over makes room: the table does not grow with what it has forgotten', () => {
  let now = 0
  const set = createRevocationSet(() => now * 1000)
  for (let round = 0; round < 50; round++, now += 100)
    for (let each = 0; each < 2000; each++) set.add(fingerprintOf(round * 2000 + each), (now + 50) * 1000)
  now -= 100
  expect(set.size()).toBe(2000)
})
