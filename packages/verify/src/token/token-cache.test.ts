import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenCache } from './token-cache.ts'

test('what is found is what was put there last, for that very token', () => {
  // Many tokens end alike, as an attacker would have them.
  const token = fc
    .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 5 }))
    .map(([start, end]) => `token-${start}.${String(end).padStart(40, 'x')}`)
  const step = fc.oneof(
    fc.record({ set: token, known: fc.nat() }),
    fc.record({ get: token }),
    fc.record({ delete: token }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.integer({ min: 0, max: 40 }), (steps, most) => {
      const cache = createTokenCache<number>(most)
      const model = new Map<string, number>()
      for (const next of steps) {
        if ('set' in next) {
          cache.set(next.set, next.known)
          model.set(next.set, next.known)
        } else if ('delete' in next) {
          cache.delete(next.delete)
          model.delete(next.delete)
        } else {
          const found = cache.get(next.get)
          if (found !== undefined) expect(found).toBe(model.get(next.get))
        }
        expect(cache.size()).toBeLessThanOrEqual(Math.max(most + 2, 2))
      }
    }),
  )
})

test('what is used stays, what is not makes room', () => {
  const cache = createTokenCache<number>(100)
  const used = 'used'.repeat(20)
  cache.set(used, 1)
  for (let each = 0; each < 1000; each++) {
    cache.set(`${each}`.padStart(50, '-'), each)
    expect(cache.get(used)).toBe(1)
  }
  expect(cache.get('0'.padStart(50, '-'))).toBeUndefined()
  expect(cache.size()).toBeLessThanOrEqual(102)
  cache.clear()
  expect(cache.get(used)).toBeUndefined()
})

test('a token that ends like another is another, and does not put it out', () => {
  const cache = createTokenCache<number>(100)
  const end = 'e'.repeat(86)
  cache.set(`good.${end}`, 1)
  expect(cache.get(`forged.${end}`)).toBeUndefined()
  cache.delete(`forged.${end}`)
  expect(cache.get(`good.${end}`)).toBe(1)
})
