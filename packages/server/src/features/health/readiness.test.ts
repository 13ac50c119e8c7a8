import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { must } from '#test/support/must.ts'
import { postgresUrl } from '#test/support/on-demand.ts'
import { createDatabase } from '#test/support/postgres.ts'
import { createTestLatchkey, stores, type TestLatchkey } from '#test/support/test-latchkey.ts'
import { statement } from '../../db/statement.ts'

interface Ready {
  status: string
  checks: Record<string, string>
  reasons?: Record<string, string>
}

const steady = performance.now.bind(performance)
let ahead = 0

beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => steady() + ahead)
})

afterEach(() => vi.restoreAllMocks())

/** Returns the answer that a load balancer gets once the last check is older than a second. */
async function lookAnew({ browser }: TestLatchkey): Promise<{ status: number; body: Ready }> {
  ahead += 1050
  return await browser().send<Ready>('/readyz')
}

describe.each(stores)('on %s', (store) => {
  test('a server that serves is ready, and leaves one row', async () => {
    const instance = await createTestLatchkey({ store })
    for (let look = 0; look < 2; look++) {
      const { status, body } = await lookAnew(instance)
      expect(status).toBe(200)
      expect(body).toEqual({
        status: 'ready',
        checks: {
          process: 'ok',
          database: 'ok',
          migrations: 'ok',
          writing: 'ok',
          keys: 'ok',
          loaded: 'ok',
          clock: 'ok',
          secrets: 'ok',
        },
      })
    }
    const rows = await instance.latchkey.services.db.all(statement('SELECT filling FROM heartbeat'))
    expect(rows).toEqual([{ filling: null }])
  })

  test('a table that may not be written makes it not ready', async () => {
    const instance = await createTestLatchkey({ store })
    await instance.latchkey.services.db.all(statement('DROP TABLE heartbeat'))
    const { status, body } = await lookAnew(instance)
    expect(status).toBe(503)
    expect(body.checks).toMatchObject({ database: 'ok', writing: 'failed' })
    expect(body.reasons).toEqual({ writing: 'it failed for another reason: run latchkey doctor' })
  })

  test('what shuts down says so', async () => {
    const instance = await createTestLatchkey({ store })
    instance.latchkey.drain()
    const { status, body } = await instance.browser().send<Ready>('/readyz')
    expect([status, body.reasons]).toEqual([503, { process: 'it is shutting down' }])
  })
})

describe('SQLite', () => {
  test('a full disk makes it not ready, and room makes it ready again', async () => {
    const instance = await createTestLatchkey()
    const { db } = instance.latchkey.services
    const [present] = await db.all<{ page_count: number }>(statement('PRAGMA page_count'))
    await db.all(statement(`PRAGMA max_page_count = ${must(present).page_count}`))
    const { status, body } = await lookAnew(instance)
    expect([status, body.reasons]).toEqual([503, { writing: 'the disk is full' }])
    await db.all(statement('PRAGMA max_page_count = 1000000'))
    expect((await lookAnew(instance)).status).toBe(200)
  })

  test('a database that may only be read makes it not ready', async () => {
    const instance = await createTestLatchkey()
    await instance.latchkey.services.db.all(statement('PRAGMA query_only = 1'))
    const { status, body } = await lookAnew(instance)
    expect([status, body.checks['writing']]).toEqual([503, 'failed'])
    expect(body.reasons).toEqual({ writing: 'the database file is read-only' })
  })
})

describe('PostgreSQL', () => {
  async function onPostgres(): Promise<{ instance: TestLatchkey; admin: Client; name: string }> {
    const { url, drop } = await createDatabase(await postgresUrl())
    onTestFinished(drop)
    const instance = await createTestLatchkey({ databaseUrl: url, databaseTimeout: '1s' })
    const admin = new Client({ connectionString: await postgresUrl() })
    await admin.connect()
    onTestFinished(() => admin.end())
    return { instance, admin, name: new URL(url).pathname.slice(1) }
  }

  /** New settings apply to new connections. */
  const disconnect = (admin: Client, name: string): Promise<unknown> =>
    admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`)

  test('a read-only database makes it not ready, and says so', async () => {
    const { instance, admin, name } = await onPostgres()
    await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    await disconnect(admin, name)
    await expect
      .poll(async () => (await lookAnew(instance)).body.reasons, { timeout: 20_000 })
      .toEqual({ writing: 'the PostgreSQL database is read-only' })
    await admin.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`)
    await disconnect(admin, name)
    await expect.poll(async () => (await lookAnew(instance)).status, { timeout: 20_000 }).toBe(200)
  })

  test('a pool that is lost makes it not ready', async () => {
    const { instance, admin, name } = await onPostgres()
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`)
    await disconnect(admin, name)
    await expect.poll(async () => (await lookAnew(instance)).status, { timeout: 20_000 }).toBe(503)
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
    await expect.poll(async () => (await lookAnew(instance)).status, { timeout: 20_000 }).toBe(200)
  })
})
