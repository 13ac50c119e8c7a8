import { expect, test } from 'vitest'
import { createPlaces } from './places.ts'

const stranger = (network: string) => ({ network, isKnown: false })
const known = { network: '192.0.2.9', isKnown: true }
const rateLimited: unknown = expect.objectContaining({ code: 'rate_limited' })
const limits = { most: 10, mostAnonymous: 8, mostAnonymousPerNetwork: 3 }

test('one network takes no more than its share, and evicts nobody', () => {
  const places = createPlaces(limits)
  const evicted: string[] = []
  for (let count = 0; count < 3; count++) places.enter(stranger('a'), () => evicted.push('a'))
  expect(() => places.enter(stranger('a'), () => {})).toThrow(rateLimited)
  expect(places.taken).toBe(3)
  expect(evicted).toEqual([])
})

test('strangers of many networks make room for each other, the oldest first, and leave the rest to those that are known', () => {
  const places = createPlaces(limits)
  const evicted: string[] = []
  for (let count = 0; count < 12; count++) {
    const network = `network ${count}`
    places.enter(stranger(network), () => evicted.push(network))
  }
  expect(places.taken).toBe(8)
  expect(evicted).toEqual(['network 0', 'network 1', 'network 2', 'network 3'])
  for (let count = 0; count < 2; count++) places.enter(known, () => {})
  expect(places.taken).toBe(10)
  expect(evicted).toHaveLength(4)
})

test('who is known always finds a place, that of a stranger where need be, and is evicted by nobody', () => {
  const places = createPlaces(limits)
  const evicted: string[] = []
  for (let count = 0; count < 8; count++)
    places.enter(stranger(`network ${count}`), () => evicted.push('stranger'))
  for (let count = 0; count < 10; count++) places.enter(known, () => evicted.push('known'))
  expect(evicted).toEqual(Array.from({ length: 8 }, () => 'stranger'))
  expect(places.taken).toBe(10)
  expect(() => places.enter(known, () => {})).toThrow(rateLimited)
  expect(() => places.enter(stranger('new'), () => {})).toThrow(rateLimited)
})

test('there are never more than there are places, whoever comes last', () => {
  const places = createPlaces(limits)
  const evicted: string[] = []
  for (let count = 0; count < 9; count++) places.enter(known, () => {})
  for (const network of ['a', 'b', 'c']) {
    places.enter(stranger(network), () => evicted.push(network))
    expect(places.taken).toBe(10)
  }
  expect(evicted).toEqual(['a', 'b'])
})

test('a place is given back once, however often it is left', () => {
  const places = createPlaces(limits)
  const leave = places.enter(known, () => {})
  places.enter(known, () => {})
  leave()
  leave()
  expect(places.taken).toBe(1)
})
