import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openBalancer } from '../support/balancer.ts'
import { startPostgres } from '../support/postgres.ts'
import { createTestLatchkey } from '../support/test-latchkey.ts'

/** Two real servers, of which the second follows the first, behind one address. */
async function startPair(settings: Record<string, string> = {}) {
  const primary = await startPostgres({ settings })
  onTestFinished(() => primary.remove())
  await primary.stop()
  const standby = await startPostgres({ standbyOf: primary })
  onTestFinished(() => standby.remove())
  await primary.start()
  const address = await openBalancer()
  address.passTo([primary.url])
  const url = new URL(primary.url)
  url.hostname = 'localhost'
  url.port = new URL(address.url).port
  return { primary, standby, url: url.href, failOver }

  async function failOver(): Promise<void> {
    await primary.stop('immediate')
    await ask(standby.url, 'SELECT pg_promote()')
    address.passTo([standby.url])
  }
}

async function ask<Row>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows as Row[]
  } finally {
    await client.end()
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('it did not come to be')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const isFollowed = (url: string, by: string) => async (): Promise<boolean> =>
  (await ask(url, `SELECT 1 FROM pg_stat_replication WHERE ${by} AND replay_lsn = pg_current_wal_lsn()`))
    .length > 0

test('a standby that lacks the last log-out takes over: the log-out stands, and the loss is said', async () => {
  const { primary, standby, url, failOver } = await startPair()
  const [here, there] = [
    await createTestLatchkey({ databaseUrl: url, realTime: true }),
    await createTestLatchkey({ databaseUrl: url, realTime: true }),
  ]
  const [ada, bea] = [here.browser(), here.browser()]
  await ada.register('ada@example.com')
  await bea.register('bea@example.com')
  await until(isFollowed(primary.url, 'true'))
  await ask(standby.url, `ALTER SYSTEM SET primary_conninfo = ''`)
  await ask(standby.url, 'SELECT pg_reload_conf()')
  await until(async () => (await ask(primary.url, 'SELECT 1 FROM pg_stat_replication')).length === 0)

  const cookies = new Map(ada.cookies)
  const { token } = ada
  expect((await ada.post('/logout')).status).toBe(204)
  // What a process has not heard of when the primary dies it cannot remember.
  await until(async () => (await there.browser().get('/me', { token })).code === 'token_revoked')
  await failOver()

  // From the first answer on, whichever process gives it: never signed in again.
  const thief = there.browser()
  for (const [name, value] of cookies) thief.cookies.set(name, value)
  const codes = new Set<string | undefined>()
  await until(async () => {
    const { status, code } = await thief.refresh()
    codes.add(status === 200 ? 'signed in' : code)
    return status === 401
  })
  expect(codes).not.toContain('signed in')
  await until(async () => (await bea.refresh()).status === 200)
  expect((await bea.get('/me', { token })).code).toBe('token_revoked')
  for (const { latchkey } of [here, there])
    await until(() => Promise.resolve(latchkey.parts.revocations.losses() === 1))
})

test('with a synchronous standby nothing that was acknowledged is lost', async () => {
  const { primary, standby, url, failOver } = await startPair()
  await until(isFollowed(primary.url, 'true'))
  await ask(primary.url, `ALTER SYSTEM SET synchronous_standby_names = 'standby'`)
  await ask(primary.url, 'SELECT pg_reload_conf()')
  await until(isFollowed(primary.url, `sync_state = 'sync'`))
  const { latchkey, browser } = await createTestLatchkey({ databaseUrl: url, realTime: true })
  const people = Array.from({ length: 8 }, () => browser())
  for (const [index, person] of people.entries()) await person.register(`p${index}@example.com`)
  const kept = people.map((person) => new Map(person.cookies))
  const answers = await Promise.all(people.map((person) => person.post('/logout')))
  await failOver()
  expect(answers.map(({ status }) => status)).toEqual(people.map(() => 204))
  const alive = await ask<{ count: string }>(
    standby.url,
    'SELECT count(*) AS count FROM session WHERE revoked_at IS NULL',
  )
  expect(Number(alive[0]!.count)).toBe(0)
  for (const [index, person] of people.entries()) {
    for (const [name, value] of kept[index]!) person.cookies.set(name, value)
    await until(async () => {
      const { status } = await person.refresh()
      expect(status).not.toBe(200)
      return status === 401
    })
  }
  expect(latchkey.parts.revocations.losses()).toBe(0)
})
