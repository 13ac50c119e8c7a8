import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { createVerifier } from '../../packages/verify/src/index.ts'
import { firstOf, must } from '#test/support/must.ts'
import { openBalancer } from '#test/support/balancer.ts'
import { startPostgres } from '#test/support/postgres.ts'
import { newFolder } from '#test/support/new-database.ts'
import { parsed, runLatchkey } from '#test/support/run-latchkey.ts'
import { createInstallation, send, signUp, startServer } from '#test/support/server-process.ts'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'

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
  // A process cannot remember an event that it has not heard of when the primary dies.
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
    await until(() => Promise.resolve(latchkey.services.revocations.losses() === 1))
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
  expect(Number(firstOf(alive).count)).toBe(0)
  for (const [index, person] of people.entries()) {
    for (const [name, value] of must(kept[index])) person.cookies.set(name, value)
    await until(async () => {
      const { status } = await person.refresh()
      expect(status).not.toBe(200)
      return status === 401
    })
  }
  expect(latchkey.services.revocations.losses()).toBe(0)
})

const metricsToken = 'a-token-for-metrics-9vKq2Lw8Zt4xBn7cRy'

/** Processes that remember, when every server was restarted after the loss. */
const witnesses = {
  'a service that follows the feed': { follows: true, keepsFolder: false },
  'the witness in the data folder': { follows: false, keepsFolder: true },
}

test.each(Object.entries(witnesses))(
  'a loss is said although every server was restarted after it: by %s',
  { timeout: 180_000 },
  async (_, { follows, keepsFolder }) => {
    const { primary, standby, url, failOver } = await startPair()
    // The service knows one address, whichever server stands behind it.
    const front = await openBalancer()
    const env = await createInstallation('sqlite', {
      DATABASE_URL: url,
      PUBLIC_URL: front.url,
      METRICS_TOKEN: metricsToken,
    })
    const servers = [await startServer(env), await startServer({ ...env, LATCHKEY_DATA: newFolder() })]
    front.passTo(servers.map((server) => server.url))
    const { accessToken } = await signUp(firstOf(servers).url, 'ada@example.com')
    const verifier = createVerifier({ issuer: front.url, audience: front.url })
    onTestFinished(() => verifier.close())
    const isGood = async () => (await verifier.verify(accessToken)).ok
    if (follows) expect(await isGood()).toBe(true)
    await until(isFollowed(primary.url, 'true'))
    await ask(standby.url, `ALTER SYSTEM SET primary_conninfo = ''`)
    await ask(standby.url, 'SELECT pg_reload_conf()')
    await until(async () => (await ask(primary.url, 'SELECT 1 FROM pg_stat_replication')).length === 0)

    const headers = { authorization: `Bearer ${accessToken}` }
    expect((await send(firstOf(servers).url, '/api/auth/logout', { method: 'POST', headers })).status).toBe(
      204,
    )
    if (follows) await until(async () => !(await isGood()))
    if (keepsFolder) await Promise.all(servers.map((server) => server.stop()))
    else await Promise.all(servers.map((server) => server.kill()))
    await failOver()
    const after = await startServer({ ...env, ...(!keepsFolder && { LATCHKEY_DATA: newFolder() }) })
    front.passTo([after.url])

    await until(() => Promise.resolve(/database (has lost|lacks)/.test(after.output())))
    const told = () => ask(standby.url, `SELECT 1 FROM audit_event WHERE kind = 'revocations.lost'`)
    await until(async () => (await told()).length > 0)
    const { findings } = parsed<{ findings: { check: string; status: string }[] }>(
      await runLatchkey(['doctor', '--json'], { env }),
    )
    expect(findings.find(({ check }) => check === 'revocation log')).toMatchObject({ status: 'warn' })
    expect(await told()).toHaveLength(1)
    const metrics = await send(after.url, '/metrics', {
      headers: { authorization: `Bearer ${metricsToken}` },
    })
    expect(metrics.body['text']).toMatch(/^latchkey_revocation_log_losses 1$/m)
    // The service holds to what it knows, and reads on.
    if (!follows) return
    expect(await isGood()).toBe(false)
    await until(() => Promise.resolve(verifier.status().feed?.state === 'live'))
  },
)
