import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  accountRoutes,
  adminRoutes,
  passwordRoutes,
  type RouteContract,
  signInRoutes,
} from '@latchkey/contract'
import { expect, onTestFinished, test } from 'vitest'
import { firstOf } from '#test/support/must.ts'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'
import { openTestServer } from '#test/support/test-server.ts'
import { Visitor } from '#test/support/visitor.ts'
import { statement } from '../db/statement.ts'

const concurrency = 2
const queue = 18
const places = concurrency + queue
const countHits = statement('SELECT count(*) AS count FROM limit_counter')

/** A server whose hashes take until they are let go. */
async function start(store: (typeof stores)[number]) {
  const started = await createTestLatchkey({
    store,
    hashConcurrency: concurrency,
    hashQueue: queue,
    limitScale: 100,
    logLevel: 'silent',
  })
  const tab = started.browser()
  await tab.register()
  const { hashPool, db } = started.latchkey.services
  const { promise, resolve } = Promise.withResolvers<void>()
  onTestFinished(() => resolve())
  const hold = () => {
    for (let at = 0; at < concurrency; at++) {
      const leave = hashPool.enter(`holder ${at}`)
      void hashPool.run(() => promise).finally(leave)
    }
  }
  const login = (ip: string, body: unknown = { email: 'ada@example.com', password: 'wrong password' }) =>
    started.browser().send('/api/auth/login', { body, ip })
  const hits = async () => firstOf(await db.all<{ count: number }>(countHits)).count
  return { ...started, tab, hashPool, hold, release: resolve, login, hits }
}

test.each(stores)(
  'on %s 500 sign-ins at once: as many as there are places wait, the others are refused at once, and all else goes on',
  async (store) => {
    const { tab, hashPool, hold, release, login } = await start(store)
    hold()
    let refused = 0
    const answers = Array.from({ length: 500 }, async (_, at) => {
      const answer = await login(`10.${at >> 8}.${at & 255}.1`)
      if (answer.status === 503) refused++
      return answer
    })
    // Nothing has been hashed: those that wait would wait for ever.
    await expect.poll(() => refused, { timeout: 60_000 }).toBe(500 - queue)
    await expect.poll(() => hashPool.waiting).toBe(queue)
    expect((await tab.refresh()).status).toBe(200)
    expect((await tab.get('/me')).status).toBe(200)
    expect((await tab.get('/session')).status).toBe(200)
    release()
    const all = await Promise.all(answers)
    expect(all.filter(({ status }) => status === 401)).toHaveLength(queue)
    for (const { status, code, headers } of all) {
      if (status !== 503) continue
      expect(code).toBe('overloaded')
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect((await login('192.0.2.1')).status).toBe(401)
  },
  120_000,
)

test('of 500 sign-ins at one moment a few are looked at before another request that came last', async () => {
  const { tab, hold, login } = await start('sqlite')
  hold()
  let answered = 0
  for (let at = 0; at < 500; at++) void login(`10.${at >> 8}.${at & 255}.1`).then(() => answered++)
  await nextTurn()
  expect((await tab.get('/me')).status).toBe(200)
  expect(answered).toBeLessThan(250)
})

test.each(stores)('on %s one network takes half of the places and no more', async (store) => {
  const { hashPool, hold, login } = await start(store)
  hold()
  const crowd = Array.from({ length: places }, () => login('192.0.2.1'))
  let refused = 0
  for (const each of crowd) void each.then(({ status }) => (refused += status === 503 ? 1 : 0))
  await expect.poll(() => refused).toBe(places / 2)
  const other = login('192.0.2.2')
  await expect.poll(() => hashPool.waiting).toBe(places / 2 + 1)
  void other
})

const hashing: RouteContract[] = [accountRoutes, passwordRoutes, signInRoutes, adminRoutes]
  .flatMap(Object.values)
  .filter((route) => 'hashes' in route)

test('these routes hash a password', () => {
  expect(hashing.map(({ id }) => id).toSorted()).toEqual([
    'changePassword',
    'createUser',
    'login',
    'register',
    'resetPassword',
    'setUp',
    'stepUp',
  ])
})

test.each(hashing)(
  '$id is refused before its body is read and the database asked, where there is no room',
  async (route) => {
    const { browser, hashPool, hits } = await start('sqlite')
    for (let at = 0; at < places; at++) onTestFinished(hashPool.enter(`10.0.0.${at}`))
    const before = await hits()
    const area = Object.values<RouteContract>(adminRoutes).includes(route) ? 'admin' : 'auth'
    const answer = await browser().send(`/api/${area}${route.path}`, {
      method: route.method,
      body: 'not what the schema says',
      ip: '192.0.2.1',
    })
    expect([answer.status, answer.code]).toEqual([503, 'overloaded'])
    expect(await hits()).toBe(before)
  },
)

test('what a page sends to a route that hashes is admitted as well, and its place is left', async () => {
  await using server = await openTestServer({ hashConcurrency: concurrency, hashQueue: queue })
  const { hashPool } = server.latchkey.services
  const visitor = new Visitor(server)
  const form = await visitor.open('/sign-in')
  const send = async () => {
    const { status } = await visitor.submit(form, { email: 'ada@example.com', password: 'wrong password' })
    return status
  }
  const holders = Array.from({ length: places }, (_, at) => hashPool.enter(`10.0.0.${at}`))
  expect(await send()).toBe(503)
  firstOf(holders)()
  for (let times = 0; times < 2; times++) expect(await send()).not.toBe(503)
})
