import { uptime } from 'node:os'
import { hours } from '@latchkey/contract'
import { expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'
import type { Database, Queryable } from '../../db/database.ts'
import type { Params, Statement } from '../../db/statement.ts'
import { createDatabaseClock } from './database-clock.ts'

const hour = 3_600_000

test.each([-hour, hour])(
  'a process whose clock is off by %i ms lives in the database’s time, and is not ready',
  async (by) => {
    const here = await createTestLatchkey({ store: 'postgres', realTime: true })
    const there = await createTestLatchkey({
      store: 'postgres',
      realTime: true,
      databaseUrl: here.databaseUrl,
      outside: { machine: { now: () => Date.now() + by, uptime } },
    })
    const [ada, bea] = [here.browser(), there.browser()]
    await ada.register('ada@example.com')
    await bea.register('bea@example.com')
    // Each is served by the other one, neither is signed out, and a log-out at one is felt at the other.
    const crossed = async (tab: typeof ada, other: typeof here) => {
      const away = other.browser()
      for (const [name, value] of tab.cookies) away.cookies.set(name, value)
      expect((await away.get('/session', { token: tab.token })).status).toBe(200)
      expect((await away.refresh()).status).toBe(200)
      const { token } = away
      expect((await away.post('/logout')).status).toBe(204)
      for (const { latchkey } of [here, there]) await latchkey.services.revocations.catchUp()
      expect((await tab.get('/session', { token })).code).toBe('token_revoked')
    }
    await crossed(ada, there)
    await crossed(bea, here)
    const [ready, notReady] = await Promise.all(
      [here, there].map(async ({ browser }) => await browser().send<{ checks?: object }>('/readyz')),
    )
    expect(must(ready).status).toBe(200)
    expect(must(notReady).status).toBe(503)
    expect(JSON.stringify(must(notReady).body)).toMatch(/clock/)
  },
)

test.each(stores)('on %s a clock of the machine that jumps moves nothing', async (store) => {
  const { latchkey } = await createTestLatchkey({ store, realTime: true })
  let jump = 0
  const clock = createDatabaseClock({ now: () => Date.now() + jump, uptime })
  await clock.ask(latchkey.services.db)
  const before = clock.now()
  for (const by of [10 * hour, -10 * hour]) {
    jump = by
    expect(Math.abs(clock.now() - before)).toBeLessThan(hour)
    expect(clock.isWrong()).toBe(false)
    await clock.ask(latchkey.services.db)
    expect(Math.abs(clock.now() - before)).toBeLessThan(hour)
    expect(clock.isWrong()).toBe(true)
    jump = 0
    await clock.ask(latchkey.services.db)
    expect(clock.isWrong()).toBe(false)
  }
})

test('under SQLite small steps of the machine are followed, and so is a machine that slept', async () => {
  const { latchkey } = await createTestLatchkey({ store: 'sqlite', realTime: true })
  let [step, slept] = [0, 0]
  const clock = createDatabaseClock({
    now: () => Date.now() + step + slept,
    uptime: () => uptime() + slept / 1000,
  })
  await clock.ask(latchkey.services.db)
  for (let seconds = 10; seconds <= 60; seconds += 10) {
    step = seconds * 1000
    await clock.ask(latchkey.services.db)
    expect(Math.abs(clock.now() - Date.now() - step)).toBeLessThan(1000)
  }
  slept = 8 * hour
  await clock.ask(latchkey.services.db)
  expect(clock.isWrong()).toBe(false)
  expect(Math.abs(clock.now() - Date.now() - step - slept)).toBeLessThan(1000)
})

test.each(stores)('on %s a clock that was ahead for a moment shuts no door for longer', async (store) => {
  const { browser, clock, latchkey } = await createTestLatchkey({ store })
  const { limits } = latchkey.services
  const tab = browser()
  await tab.register()
  const guess = async (email: string) => {
    const codes = new Set<string | undefined>()
    for (let tries = 0; tries < 30; tries++)
      codes.add((await tab.post('/login', { email, password: 'not the right one at all' })).code)
    return [...codes]
  }
  const limited = ['invalid_credentials', 'rate_limited']
  const rare = { name: 'rare', most: 1, window: hours(1) }
  clock.advance(10 * 24 * hour)
  for (const email of ['ada@example.com', 'nobody@example.com']) expect(await guess(email)).toEqual(limited)
  await limits.take(rare, 'ada')
  expect(await limits.isReached(rare, 'ada')).toBe(true)
  clock.advance(-10 * 24 * hour)
  expect(await limits.isReached(rare, 'ada')).toBe(false)
  expect((await tab.login()).status).toBe(200)
  // And none stands open: what is counted from now on counts.
  expect(await guess('nobody@example.com')).toEqual(limited)
})

/** PostgreSQL far away, whose clock is ahead: what it says is on its way for as long, mostly on the way back. */
function farAway(db: Database, { ahead, took }: { ahead: number; took: number }): Database {
  const wait = (share: number) => new Promise((resolve) => setTimeout(resolve, took * share))
  const all: Queryable['all'] = async <Row>(each: Statement, params?: Params) => {
    await wait(0.25)
    const rows = await db.all<{ now: number }>(each, params)
    await wait(0.75)
    return rows.map(({ now }) => ({ now: now + ahead })) as Row[]
  }
  return { ...db, dialect: db.dialect, all }
}

test('an answer that lies within the time that it took moves nothing, and one that took too long is not believed', async () => {
  const { latchkey } = await createTestLatchkey({ store: 'postgres', realTime: true })
  const { db } = latchkey.services
  const clock = createDatabaseClock()
  await clock.ask(db)
  const steady = () => clock.now() - performance.now()
  const before = steady()
  await clock.ask(farAway(db, { ahead: 0, took: 600 }))
  expect(Math.abs(steady() - before)).toBeLessThan(50)
  await clock.ask(farAway(db, { ahead: hour, took: 1500 }))
  expect(Math.abs(steady() - before)).toBeLessThan(50)
  await clock.ask(farAway(db, { ahead: hour, took: 10 }))
  expect(steady() - before).toBeGreaterThan(hour - 5000)
})
