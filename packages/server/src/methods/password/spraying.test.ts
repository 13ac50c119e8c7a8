import { minutes, seconds } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { startAdministration } from '#test/support/administration.ts'
import {
  type Browser,
  createTestLatchkey,
  type Reply,
  stores,
  type TestLatchkey,
} from '#test/support/test-latchkey.ts'
import { statement } from '../../db/statement.ts'

const password = 'correct horse battery'

/** One wrong try against an account of its own, from a browser without cookies. */
const tryOnce = (browser: Browser, account: number, ip: string): Promise<Reply> =>
  browser.post(
    '/login',
    { email: `person-${account}@example.com`, password: 'Summer2026!' },
    { ip, bare: true },
  )

async function spray(
  { browser }: Pick<TestLatchkey, 'browser'>,
  accounts: number,
  networkOf: (account: number) => string,
) {
  const stranger = browser()
  const seen = { looked: 0, slowed: 0 }
  for (let account = 0; account < accounts; account++) {
    const { status, headers } = await tryOnce(stranger, account, networkOf(account))
    expect([401, 429]).toContain(status)
    if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    seen[status === 401 ? 'looked' : 'slowed']++
  }
  return seen
}

async function alarmsOf({ latchkey }: Pick<TestLatchkey, 'latchkey'>): Promise<unknown[]> {
  await latchkey.services.audit.flush()
  const rows = await latchkey.services.db.all<{ detail: string }>(
    statement(`SELECT detail FROM audit_event WHERE kind = 'login.spraying_suspected' ORDER BY id`),
  )
  return rows.map(({ detail }) => JSON.parse(detail) as unknown)
}

const metric = async ({ latchkey }: Pick<TestLatchkey, 'latchkey'>, name: string): Promise<number> =>
  Number(new RegExp(`^${name} (.+)$`, 'm').exec(await latchkey.http.metrics())?.[1])

const at = (host: number): string => `192.0.2.${host}`

describe.each(stores)('password spraying on %s', (store) => {
  test('one try each against 400 accounts from four networks is slowed and reported, and locks nobody', async () => {
    const instance = await createTestLatchkey({ store, logLevel: 'silent', hashConcurrency: 4 })
    const { browser, clock } = instance
    const home = browser()
    await home.register('ada@example.com', password)
    const seen = await spray(instance, 400, (account) => at(1 + (account % 4)))
    expect(seen.looked).toBeLessThanOrEqual(4 * 25)
    expect(seen.slowed).toBeGreaterThanOrEqual(300)
    expect(await alarmsOf(instance)).toEqual(
      expect.arrayContaining([1, 2, 3, 4].map((host) => ({ scope: 'network', network: at(host) }))),
    )
    expect(await metric(instance, 'latchkey_password_spraying_networks_total')).toBe(4)
    expect(await metric(instance, 'latchkey_sign_ins_slowed_total')).toBe(seen.slowed)

    // A known browser signs in even from that network, and any browser from another one.
    const known = await home.post('/login', { email: 'ada@example.com', password }, { ip: at(1) })
    expect(known.status).toBe(200)
    const elsewhere = await browser().post('/login', { email: 'ada@example.com', password }, { ip: at(9) })
    expect(elsewhere.status).toBe(200)
    // From the network a stranger waits, is let in, and pays nothing for a right password.
    clock.advance(minutes(2))
    for (let times = 0; times < 8; times++) {
      const again = await browser().post('/login', { email: 'ada@example.com', password }, { ip: at(1) })
      expect(again.status).toBe(200)
    }
    clock.advance(minutes(21))
    expect((await spray(instance, 10, () => at(1))).slowed).toBe(0)
  })

  test('tries of one account over and over are no spray, and neither are twenty people who mistype', async () => {
    const instance = await createTestLatchkey({ store, logLevel: 'silent', limitScale: 10 })
    const stranger = instance.browser()
    for (let times = 0; times < 60; times++) expect((await tryOnce(stranger, 1, at(1))).status).toBe(401)
    expect((await spray(instance, 19, () => at(2))).slowed).toBe(0)
    expect(await alarmsOf(instance)).toEqual([])
  })

  test('of two processes one reports a network, once, however many tries come at a time', async () => {
    const first = await createTestLatchkey({ store, logLevel: 'silent' })
    const second = await createTestLatchkey({ store, logLevel: 'silent', databaseUrl: first.databaseUrl })
    const strangers = [first.browser(), second.browser()]
    const wave = (from: number) =>
      Promise.all(
        Array.from({ length: 50 }, (_, index) => tryOnce(must(strangers[index % 2]), from + index, at(1))),
      )
    const answers = [...(await wave(0)), ...(await wave(50))]
    const looked = answers.filter(({ status }) => status === 401)
    // Concurrent requests were admitted together; the next wave finds the network slowed down, in both processes.
    expect(looked.length).toBeLessThanOrEqual(50 + 5)
    await second.latchkey.services.audit.flush()
    expect(await alarmsOf(first)).toEqual([{ scope: 'network', network: at(1) }])
    const noticed = await Promise.all(
      [first, second].map((each) => metric(each, 'latchkey_password_spraying_networks_total')),
    )
    expect(noticed.reduce((sum, each) => sum + each, 0)).toBe(1)
  })

  test('spread over many networks it raises the alarm of the system, and each of them is slowed sooner', async () => {
    const instance = await createTestLatchkey({ store, logLevel: 'silent', hashConcurrency: 4 })
    expect(await metric(instance, 'latchkey_password_spraying_suspected')).toBe(0)
    const quiet = await spray(instance, 99, (account) => at(1 + Math.floor(account / 10)))
    expect(quiet).toEqual({ looked: 99, slowed: 0 })
    expect(await alarmsOf(instance)).toEqual([])
    await spray({ browser: instance.browser }, 1, () => at(100))
    expect(await alarmsOf(instance)).toContainEqual({ scope: 'system' })
    expect(await metric(instance, 'latchkey_password_spraying_suspected')).toBe(1)
    expect(await spray(instance, 15, () => at(101))).toEqual({ looked: 10, slowed: 5 })
    instance.clock.advance(minutes(1) + seconds(1))
    expect(await metric(instance, 'latchkey_password_spraying_suspected')).toBe(0)
  })

  test('where as many succeed as fail, it is a busy morning', async () => {
    const instance = await createTestLatchkey({ store, logLevel: 'silent', hashConcurrency: 4 })
    const { browser } = instance
    const people = await Promise.all(
      [1, 2, 3, 4].map(async (host) => {
        const tab = browser()
        await tab.register(`ada-${host}@example.com`, password)
        return { host, email: `ada-${host}@example.com` }
      }),
    )
    for (let times = 0; times < 15; times++)
      for (const { email, host } of people)
        expect((await browser().post('/login', { email, password }, { ip: at(host) })).status).toBe(200)
    await spray(instance, 110, (account) => at(10 + Math.floor(account / 10)))
    expect(await alarmsOf(instance)).toEqual([])
    expect(await metric(instance, 'latchkey_password_spraying_suspected')).toBe(0)
  })
})

test.each(stores)('operators see who sprays, since when, and whether it goes on, on %s', async (store) => {
  const instance = await startAdministration(store, { limitScale: 1, hashConcurrency: 4 })
  const { call, clock, root } = instance
  interface Spray {
    id: string
    network: string | null
    active: boolean
    noticedAt: string
  }
  const list = async (query = '', token = root.accessToken) => {
    type Listed = { items: Spray[]; nextCursor: string | null }
    const { status, body } = await call<Listed>('GET', `/admin/password-sprays${query}`, { token })
    expect(status).toBe(200)
    return body
  }
  const seen = async (query?: string) =>
    (await list(query)).items.map(({ network, active }) => [network, active])
  expect(await list()).toEqual({ items: [], nextCursor: null })

  const since = clock.now()
  await spray(instance, 20, () => at(1))
  expect((await list()).items).toEqual([
    {
      id: expect.any(String) as string,
      noticedAt: new Date(since).toISOString(),
      network: at(1),
      active: true,
    },
  ])
  clock.advance(1)
  await spray(instance, 20, () => at(2))
  clock.advance(1)
  await spray(instance, 70, (account) => at(10 + Math.floor(account / 4)))
  expect(await seen()).toEqual([
    [null, true],
    [at(2), true],
    [at(1), true],
  ])
  // Page by page.
  const first = await list('?limit=2')
  expect(first.items).toHaveLength(2)
  expect(await seen(`?limit=2&cursor=${first.nextCursor}`)).toEqual([[at(1), true]])

  // It is over, and comes back: the entry of before is not the attack of now.
  clock.advance(minutes(21))
  root.accessToken = (await instance.signIn(root.email)).accessToken
  expect(await seen()).toEqual([
    [null, false],
    [at(2), false],
    [at(1), false],
  ])
  await spray(instance, 20, () => at(1))
  expect((await seen()).filter(([network]) => network === at(1))).toEqual([
    [at(1), true],
    [at(1), false],
  ])

  // Only for readers of the audit trail.
  await instance.newRole('desk', ['users:*', 'sessions:*', 'mail:*'])
  await instance.newUser('desk@example.com', { roles: ['desk'] })
  const desk = await instance.signIn('desk@example.com')
  const denied = await call('GET', '/admin/password-sprays', { token: desk.accessToken })
  expect([denied.status, denied.body.code]).toEqual([403, 'forbidden'])
})
