import { hours } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { newDatabase, newFolder } from '#test/support/new-database.ts'
import { createTestLatchkey, stores, testSecret } from '#test/support/test-latchkey.ts'
import { type Database, DatabaseUnavailable, type Queryable } from '../../db/database.ts'
import { openDatabase } from '../../db/open-database.ts'
import { statement } from '../../db/statement.ts'
import { noteChange } from '../revocations/store.ts'

/** The same database, how often the processes on it were looked for, and how to keep them from being found. */
function counted(db: Database): { database: Database; looks: () => number; hide: (hidden: boolean) => void } {
  let looks = 0
  let isHidden = false
  const all: Queryable['all'] = (each, params) => {
    if (/^SELECT[^]*FROM node\b/.test(each.postgres.text)) {
      looks++
      if (isHidden) return Promise.reject(new DatabaseUnavailable('the others are hidden'))
    }
    return db.all(each, params)
  }
  const database = new Proxy(db, {
    get(target, name) {
      if (name === 'all') return all
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  return { database, looks: () => looks, hide: (hidden) => void (isHidden = hidden) }
}

test('others are seen within seconds, and looked for no more often however much is changed', async () => {
  const databaseUrl = await newDatabase('postgres', newFolder())
  const { database, looks } = counted(openDatabase(databaseUrl, { timeout: 20_000 }))
  const here = await createTestLatchkey({ databaseUrl, realTime: true, outside: { database } })
  const { db, nodes, revocations } = here.latchkey.services
  expect(nodes.count()).toBe(1)
  const [before, startedAt] = [looks(), performance.now()]
  for (let times = 0; times < 30; times++) {
    await db.transaction((tx) => noteChange(tx))
    await revocations.announce()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  // One a second, and one that was about to come.
  expect(looks() - before).toBeLessThanOrEqual((performance.now() - startedAt) / 1000 + 1)
  await createTestLatchkey({ databaseUrl, realTime: true })
  await expect.poll(() => nodes.count(), { timeout: 20_000 }).toBe(2)
})

test('who has not seen the others for seconds signs nobody out for a token that it cannot read', async () => {
  const databaseUrl = await newDatabase('postgres', newFolder())
  const { database, hide } = counted(openDatabase(databaseUrl, { timeout: 20_000 }))
  const { browser } = await createTestLatchkey({ databaseUrl, realTime: true, outside: { database } })
  const elsewhere = await createTestLatchkey({ secret: 'another-secret-for-tests-kP4wN8xTz2qLmB6v' })
  const account = { email: 'ada@example.com', password: 'correct horse battery', tokenDelivery: 'body' }
  const { refreshToken } = (await elsewhere.browser().post('/register', account)).body
  const codeOf = async () => (await browser().post('/refresh', { refreshToken })).code
  expect(await codeOf()).toBe('refresh_token_invalid')
  hide(true)
  await expect.poll(codeOf, { timeout: 20_000, interval: 500 }).toBe('unavailable')
  const ready = await browser().send<{ checks: object }>('/readyz')
  expect([ready.status, ready.body.checks]).toMatchObject([503, { loaded: 'failed' }])
  hide(false)
  await expect.poll(codeOf, { timeout: 20_000, interval: 500 }).toBe('refresh_token_invalid')
})

test('who starts with a secret that others lack has been seen by them before it makes anything', async () => {
  const databaseUrl = await newDatabase('postgres', newFolder())
  const here = await createTestLatchkey({ databaseUrl, realTime: true })
  const secret = `another-secret-for-tests-kP4wN8xTz2qLmB6v,${testSecret}`
  await createTestLatchkey({ databaseUrl, realTime: true, secret, logLevel: 'silent' })
  expect(here.latchkey.services.nodes.knowsAllOfTheirs()).toBe(false)
})

describe.each(stores)('on %s', (store) => {
  test('a process that was killed while the clock was ahead is not taken to run until then', async () => {
    const { latchkey } = await createTestLatchkey({ store, realTime: true })
    const { db, nodes } = latchkey.services
    const ahead = { id: Buffer.alloc(16, 1), at: Date.now() + hours(10) }
    await db.all(
      statement(`INSERT INTO node (id, version, secrets, started_at, seen_at)
        VALUES (:id, '1', '[{"fingerprint":"another","keyIds":{}}]', :at, :at)`),
      ahead,
    )
    await nodes.load()
    expect([nodes.count(), nodes.knowsAllOfTheirs()]).toEqual([1, true])
  })
})
