import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { AuthError } from '../../core/auth-error.ts'
import { createHashPool } from './hash-pool.ts'

const overloaded: unknown = expect.objectContaining({ code: 'overloaded' })

test('at most as many as allowed run at a time, first come, first served', async () => {
  const pool = createHashPool({ concurrency: 2, queue: 10 })
  const { started, finish, work } = hold()
  const all = [0, 1, 2, 3].map((number) => pool.run(work(number)))
  await settle()
  expect(started).toEqual([0, 1])
  expect([pool.running, pool.waiting]).toEqual([2, 2])
  finish(1)
  await settle()
  expect(started).toEqual([0, 1, 2])
  for (const number of [0, 2, 3]) {
    finish(number)
    await settle()
  }
  expect(await Promise.all(all)).toEqual([0, 1, 2, 3])
  expect([pool.running, pool.waiting]).toEqual([0, 0])
})

test('beyond the queue work is refused at once, with the seconds to wait, and never begun', async () => {
  const pool = createHashPool({ concurrency: 1, queue: 1 })
  const { started, finish, work } = hold()
  const accepted = [pool.run(work(0)), pool.run(work(1))]
  const begun = performance.now()
  const refusal = await pool.run(work(2)).catch((error: unknown) => error)
  expect(performance.now() - begun).toBeLessThan(50)
  expect(refusal).toBeInstanceOf(AuthError)
  expect(refusal).toMatchObject({ code: 'overloaded', status: 503, options: { retryAfter: 1 } })
  finish(0)
  await settle()
  finish(1)
  await Promise.all(accepted)
  expect(started).toEqual([0, 1])
})

test('as many callers enter as there are places, half of them of one network', () => {
  const pool = createHashPool({ concurrency: 1, queue: 3 })
  const leave = pool.enter('a')
  pool.enter('a')
  expect(() => pool.enter('a')).toThrow(overloaded)
  pool.enter('b')
  pool.checkRoom()
  pool.enter('c')
  expect(() => pool.checkRoom()).toThrow(overloaded)
  expect(() => pool.enter('d')).toThrow(overloaded)
  leave()
  pool.checkRoom()
  pool.enter('a')
  expect(() => pool.enter('d')).toThrow(overloaded)
})

test('the seconds to wait grow with the time that a full queue takes', async () => {
  const pool = createHashPool({ concurrency: 1, queue: 1000 })
  const { finish, work } = hold()
  const accepted = Array.from({ length: 1001 }, () => pool.run(work(0)))
  await expect(pool.run(work(0))).rejects.toMatchObject({ options: { retryAfter: 10 } })
  for (let at = 0; at < 1001; at++) {
    finish(0)
    await settle()
  }
  await Promise.all(accepted)
})

test('work that fails gives its place back', async () => {
  const pool = createHashPool({ concurrency: 1, queue: 0 })
  await expect(pool.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await pool.run(() => Promise.resolve('yes'))).toBe('yes')
})

test('nobody overtakes: a place that becomes free belongs to who waits', async () => {
  const pool = createHashPool({ concurrency: 1, queue: 5 })
  const order: string[] = []
  const first = pool.run(() => sleep(5))
  const second = pool.run(async () => void order.push('second'))
  // Asks in the very turn in which the first one ends, before the second has begun.
  const third = first.then(() => pool.run(async () => void order.push('third')))
  await Promise.all([second, third])
  expect(order).toEqual(['second', 'third'])
})

/** Work that runs until it is told to finish. */
function hold() {
  const started: number[] = []
  const ends = new Map<number, () => void>()
  const work = (number: number) => () => {
    started.push(number)
    return new Promise<number>((resolve) => ends.set(number, () => resolve(number)))
  }
  return { started, work, finish: (number: number) => ends.get(number)?.() }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))
