import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { postgresUrl } from '#test/support/on-demand.ts'
import { createDatabase } from '#test/support/postgres.ts'
import { createInstallation, startServer } from '#test/support/server-process.ts'
import { type Store, stores } from '#test/support/test-latchkey.ts'
import { migrations as released } from '../services/migrations.ts'
import type { Database } from './database.ts'
import { migrate, type Migration, MigrationMismatch, migrationStatus } from './migrations.ts'
import { openDatabase } from './open-database.ts'
import { statement } from './statement.ts'

const now = 1_700_000_000_000

// Each step fails when it runs a second time, and the later ones without the earlier ones.
const steps: Migration[] = [
  { id: 'shop/0001-item', up: ({ integer }) => [`CREATE TABLE item (id ${integer} PRIMARY KEY)`] },
  {
    id: 'shop/0002-name',
    up: () => ['ALTER TABLE item ADD COLUMN name TEXT', 'INSERT INTO item (id) VALUES (1)'],
  },
  { id: 'shop/0003-price', up: ({ integer }) => [`ALTER TABLE item ADD COLUMN price ${integer}`] },
]
const ids = steps.map(({ id }) => id)
const ledger = statement('SELECT id FROM latchkey_migration ORDER BY id')
const items = statement('SELECT id, name, price FROM item')

async function newUrl(store: Store): Promise<string> {
  if (store === 'postgres') {
    const { url, drop } = await createDatabase(await postgresUrl())
    onTestFinished(drop)
    return url
  }
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-migrations-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return `sqlite:${join(folder, 'test.sqlite')}`
}

function open(url: string): Database {
  const db = openDatabase(url)
  onTestFinished(() => db.close())
  return db
}

describe.each(stores)('migrations on %s', (store) => {
  test('are applied in order, each once', async () => {
    const db = open(await newUrl(store))
    expect(await migrationStatus(db, steps)).toEqual(ids.map((id) => ({ id, appliedAt: null })))
    expect(await migrate(db, steps, now)).toEqual(ids)
    expect(await migrate(db, steps, now + 1)).toEqual([])
    expect(await migrationStatus(db, steps)).toEqual(ids.map((id) => ({ id, appliedAt: now })))
    expect(await db.all(items)).toEqual([{ id: 1, name: null, price: null }])
  })

  // Connections to one SQLite file wait for each other by blocking their process: see the two processes below.
  test.runIf(store === 'postgres')('four connections that migrate at once apply each step once', async () => {
    const url = await newUrl(store)
    const connected = [open(url), open(url), open(url), open(url)]
    // Each has its connection beforehand, so that all begin in the same moment.
    await Promise.all(connected.map((db) => db.ping()))
    const applied = await Promise.all(connected.map((db) => migrate(db, steps, now)))
    expect(applied.flat().toSorted()).toEqual(ids)
    expect(await firstOf(connected).all(items)).toHaveLength(1)
  })

  test('a run that was cut off between two steps is taken up by the next', async () => {
    const db = open(await newUrl(store))
    expect(await migrate(db, steps.slice(0, 1), now)).toEqual(ids.slice(0, 1))
    expect(await migrate(db, steps, now)).toEqual(ids.slice(1))
    expect(await db.all(items)).toHaveLength(1)
  })

  test('a step that fails in its middle leaves nothing of itself, and the ones before it', async () => {
    const db = open(await newUrl(store))
    const broken = {
      id: 'shop/0003-price',
      up: () => ['CREATE TABLE half (id TEXT)', 'INSERT INTO nowhere VALUES (1)'],
    }
    await expect(migrate(db, [...steps.slice(0, 2), broken], now)).rejects.toThrow('nowhere')
    expect(await db.all<{ id: string }>(ledger)).toEqual(ids.slice(0, 2).map((id) => ({ id })))
    await expect(db.all(statement('SELECT * FROM half'))).rejects.toThrow('half')
    expect(await migrate(db, steps, now)).toEqual(ids.slice(2))
  })

  test('a released step that reads otherwise now is refused, and nothing after it is applied', async () => {
    const db = open(await newUrl(store))
    await migrate(db, steps.slice(0, 2), now)
    const changed = { ...firstOf(steps), up: () => ['CREATE TABLE item (id TEXT PRIMARY KEY)'] }
    const refused = migrate(db, [changed, ...steps.slice(1)], now)
    await expect(refused).rejects.toThrow(MigrationMismatch)
    await expect(refused).rejects.toThrow('shop/0001-item')
    expect(await db.all(ledger)).toHaveLength(2)
    expect(await migrate(db, steps, now)).toEqual(ids.slice(2))
  })

  test('entries of a newer release that are marked as compatible are left alone', async () => {
    const db = open(await newUrl(store))
    await migrate(db, [...steps.slice(0, 2), { ...must(steps[2]), compatible: true }], now)
    expect(await migrate(db, steps.slice(0, 2), now)).toEqual([])
    expect(await migrationStatus(db, steps.slice(0, 1))).toEqual([{ id: ids[0], appliedAt: now }])
    expect(await db.all(ledger)).toHaveLength(3)
    expect(await migrate(db, steps, now)).toEqual([])
  })
})

test('two processes that start at once on an empty database both serve', async () => {
  const env = await createInstallation('postgres', { DATABASE_URL: await newUrl('postgres') })
  const servers = await Promise.all([startServer(env), startServer(env)])
  for (const { url } of servers) expect((await fetch(`${url}/readyz`)).status).toBe(200)
  const db = open(must(env['DATABASE_URL']))
  expect(await db.all(ledger)).toHaveLength(released.length)
})

test('the steps of this release have different ids that name their slice', () => {
  const names = released.map(({ id }) => id)
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^[a-z-]+\/\d{4}-[a-z0-9-]+$/)
})
