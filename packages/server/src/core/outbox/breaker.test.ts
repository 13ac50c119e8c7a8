import { seconds } from '@latchkey/contract'
import { expect, test } from 'vitest'
import { createBreaker } from './breaker.ts'

const start = 1_000_000

function failing(times: number) {
  const breaker = createBreaker()
  for (let failure = 0; failure < times; failure++) {
    breaker.take(1, start)
    breaker.failed(start)
    breaker.giveBack(1)
  }
  return breaker
}

test('a transport that works is given whatever is wanted', () => {
  expect(createBreaker().take(7, start)).toBe(7)
})

test('after three failures in a row a transport is left alone, then tried with a single entry', () => {
  expect(failing(2).take(5, start)).toBe(5)
  const breaker = failing(3)
  expect(breaker.take(5, start + seconds(30) - 1)).toBe(0)
  expect(breaker.take(5, start + seconds(30))).toBe(1)
  // Until it is known how that went.
  expect(breaker.take(5, start + seconds(31))).toBe(0)
})

test('a failed trial leaves it alone once more, a success ends that', () => {
  const breaker = failing(3)
  breaker.take(1, start + seconds(30))
  breaker.failed(start + seconds(30))
  breaker.giveBack(1)
  expect(breaker.take(5, start + seconds(59))).toBe(0)
  expect(breaker.take(5, start + seconds(60))).toBe(1)
  expect(breaker.works).toBe(false)
  breaker.succeeded()
  breaker.giveBack(1)
  expect(breaker.works).toBe(true)
  expect(breaker.take(5, start + seconds(60))).toBe(5)
})

test('a trial for which there was nothing to send is given back', () => {
  const breaker = failing(3)
  expect(breaker.take(2, start + seconds(30))).toBe(1)
  breaker.giveBack(1)
  expect(breaker.take(2, start + seconds(30))).toBe(1)
})
