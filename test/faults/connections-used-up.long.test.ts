import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { firstOf } from '#test/support/must.ts'
import { createDatabase, startPostgres } from '#test/support/postgres.ts'
import { runLatchkey } from '#test/support/run-latchkey.ts'
import { createInstallation, send, signUp, startServer } from '#test/support/server-process.ts'

const noneLeft = 'the PostgreSQL server has no connection left'

const places = 15

/** Takes every connection that the server has to give, those of Latchkey too. Returns how to give them back. */
async function takeAll(url: string): Promise<() => Promise<void>> {
  const taken: Client[] = []
  onTestFinished(release)
  const take = async (): Promise<boolean> => {
    const client = new Client({ connectionString: url })
    client.on('error', () => {})
    return await client.connect().then(
      () => taken.push(client) > 0,
      () => false,
    )
  }
  expect(await take()).toBe(true)
  // A client that is sent away comes back while there is a place, and its place is free a moment after it is gone.
  while (taken.length < places) {
    await firstOf(taken).query(`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'latchkey%'`)
    while (await take()) continue
  }
  return release

  async function release(): Promise<void> {
    await Promise.all(taken.splice(0).map((client) => client.end()))
  }
}

test('connections used up by others: not ready, with the reason; the doctor says so; and all is well when they go', async () => {
  const postgres = await startPostgres({
    settings: { max_connections: String(places), superuser_reserved_connections: '0' },
  })
  onTestFinished(() => postgres.remove())
  const { url } = await createDatabase(postgres.url)
  const env = await createInstallation('sqlite', { DATABASE_URL: url, DATABASE_TIMEOUT: '5s' })
  const server = await startServer(env)
  await signUp(server.url, 'ada@example.com')
  const readyz = async () => {
    const { status, body } = await send(server.url, '/readyz')
    return [status, (body as { reasons?: Record<string, string> }).reasons?.['database']]
  }
  expect((await readyz())[0]).toBe(200)

  const giveBack = await takeAll(url)
  await expect.poll(readyz, { timeout: 20_000, interval: 500 }).toEqual([503, noneLeft])
  const login = { email: 'ada@example.com', password: 'correct horse battery' }
  expect((await send(server.url, '/api/auth/login', { body: login })).status).toBe(503)
  expect((await send(server.url, '/livez')).status).toBe(200)
  const doctor = await runLatchkey(['doctor'], { env })
  expect(doctor.code).toBe(1)
  expect(doctor.stdout).toContain(noneLeft)

  await giveBack()
  await expect.poll(async () => (await readyz())[0], { timeout: 20_000, interval: 500 }).toBe(200)
  expect((await send(server.url, '/api/auth/login', { body: login })).status).toBe(200)
  expect((await runLatchkey(['doctor'], { env })).stdout).not.toContain(noneLeft)
}, 120_000)
