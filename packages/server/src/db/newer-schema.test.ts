import { Client } from 'pg'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { postgresUrl } from '#test/support/on-demand.ts'
import { createDatabase } from '#test/support/postgres.ts'
import { createTestLatchkey, stores, type TestLatchkey } from '#test/support/test-latchkey.ts'
import { noteChange } from '../core/revocations/store.ts'
import { migrations } from '../services/migrations.ts'
import { migrate, type Migration, SchemaTooNew } from './migrations.ts'
import { openDatabase } from './open-database.ts'

/** The step that the next release adds. */
const nextStep = (compatible: boolean): Migration => ({
  id: 'users/9999-nickname',
  compatible,
  up: () => ['ALTER TABLE user_account ADD COLUMN nickname TEXT'],
})

/** The next release brings the schema of a running one to its own. */
async function upgrade({ latchkey }: TestLatchkey, compatible: boolean): Promise<void> {
  const { db } = latchkey.services
  expect(await migrate(db, [...migrations, nextStep(compatible)], Date.now())).toEqual([
    'users/9999-nickname',
  ])
  await db.transaction((tx) => noteChange(tx))
}

const checksOf = async ({ browser }: TestLatchkey) =>
  ((await browser().send('/readyz')).body as { checks: Record<string, string> }).checks

describe.each(stores)('a release beside another one on %s', (store) => {
  test('the old program does not start on a schema that it may not work with', async () => {
    const old = await createTestLatchkey({ store, logLevel: 'silent' })
    await upgrade(old, false)
    const start = createTestLatchkey({ databaseUrl: old.databaseUrl, logLevel: 'silent' })
    await expect(start).rejects.toThrow(SchemaTooNew)
    await expect(start).rejects.toThrow('users/9999-nickname')
  })

  test('the old program that runs meanwhile is not ready any more', async () => {
    const old = await createTestLatchkey({ store, logLevel: 'silent' })
    expect((await checksOf(old))['loaded']).toBe('ok')
    await upgrade(old, false)
    await vi.waitFor(async () => expect((await checksOf(old))['loaded']).toBe('failed'), 5000)
  })

  test('the old program starts and works on a schema whose new steps are marked as compatible', async () => {
    const first = await createTestLatchkey({ store })
    await upgrade(first, true)
    const old = await createTestLatchkey({ databaseUrl: first.databaseUrl })
    const tab = old.browser()
    await tab.register()
    expect((await tab.refresh()).status).toBe(200)
    expect((await checksOf(old))['loaded']).toBe('ok')
  })

  test('the new program brings an old schema up, and signs nobody out', async () => {
    const old = await createTestLatchkey({ store })
    const tab = old.browser()
    await tab.register()
    const next = openDatabase(old.databaseUrl)
    onTestFinished(() => next.close())
    await migrate(next, [...migrations, nextStep(false)], Date.now())
    const { status } = await tab.refresh()
    expect(status).toBe(200)
  })
})

test('a migration that waits for a lock says who holds it', async () => {
  const { url, drop } = await createDatabase(await postgresUrl())
  onTestFinished(drop)
  const db = openDatabase(url)
  onTestFinished(() => db.close())
  await migrate(db, migrations, Date.now())
  const client = new Client({ connectionString: url, application_name: 'somebody' })
  await client.connect()
  onTestFinished(() => client.end().catch(() => {}))
  await client.query('BEGIN; LOCK TABLE user_account')
  const holders: string[] = []
  const done = migrate(db, [...migrations, nextStep(true)], Date.now(), (holder) => holders.push(holder))
  await vi.waitFor(() => expect(holders).toHaveLength(1), 10_000)
  expect(holders[0]).toMatch(/^process \d+ of the database \(somebody, .*idle in transaction, for \d+ s\)$/)
  await client.query('ROLLBACK')
  expect(await done).toEqual(['users/9999-nickname'])
})
