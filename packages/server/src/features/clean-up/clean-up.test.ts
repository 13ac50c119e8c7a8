import { randomBytes } from 'node:crypto'
import { must } from '#test/support/must.ts'
import { aroundDatabase } from '#test/support/around-database.ts'
import { days, hours, minutes } from '@latchkey/contract'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTestLatchkey, stores, type TestLatchkey } from '#test/support/test-latchkey.ts'
import { postgresUrl } from '#test/support/on-demand.ts'
import { createDatabase } from '#test/support/postgres.ts'
import type { Database } from '../../db/database.ts'
import { openDatabase } from '../../db/open-database.ts'
import { type Params, statement, type Statement } from '../../db/statement.ts'

const counts = {
  session: statement('SELECT count(*) AS count FROM session'),
  challenge: statement('SELECT count(*) AS count FROM challenge'),
  limit_counter: statement('SELECT count(*) AS count FROM limit_counter'),
  revocation: statement('SELECT count(*) AS count FROM revocation'),
  audit_event: statement('SELECT count(*) AS count FROM audit_event'),
  signing_key: statement('SELECT count(*) AS count FROM signing_key'),
}

async function countOf({ latchkey }: TestLatchkey, table: keyof typeof counts): Promise<number> {
  const [row] = await latchkey.services.db.all<{ count: number }>(counts[table])
  return must(row).count
}

const insertCounter = statement(
  'INSERT INTO limit_counter (key, slot, hits, previous_hits, expires_at) VALUES (:key, 0, 1, 0, :expiresAt)',
)
const insertKey =
  statement(`INSERT INTO signing_key (kid, algorithm, state, private_key, created_at, state_since)
  VALUES (:kid, 'ES256', 'retired', :key, 0, :since)`)

describe.each(stores)('cleaning up on %s', (store) => {
  test('what lives stays, in every table', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    await tab.login()
    await tab.post('/logout')
    await tab.login()
    const { cleanUp, audit } = started.latchkey.services
    await audit.flush()
    const tables = Object.keys(counts) as (keyof typeof counts)[]
    const before = await Promise.all(tables.map((table) => countOf(started, table)))
    expect(Math.min(...before)).toBeGreaterThan(0)
    expect(new Set(Object.values(await cleanUp.run()))).toEqual(new Set([0]))
    expect(await Promise.all(tables.map((table) => countOf(started, table)))).toEqual(before)
  })

  test('challenges, counters and revocations go when they have expired, and the session that goes on stays', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    await started.browser().register('bea@example.com')
    await tab.post('/logout')
    await tab.login()
    started.clock.advance(days(2))
    expect(await started.latchkey.services.cleanUp.run()).toMatchObject({
      challenge: 2,
      revocation: 1,
      session: 0,
    })
    for (const table of ['challenge', 'limit_counter', 'revocation'] as const)
      expect(await countOf(started, table)).toBe(0)
    expect((await tab.refresh()).status).toBe(200)
  })

  test('sessions go 30 days after their absolute lifetime and not before; live ones never', async () => {
    const started = await createTestLatchkey({ store, refreshIdleTtl: '90d', refreshAbsoluteTtl: '90d' })
    const lives = started.browser()
    await started.browser().register()
    const { cleanUp } = started.latchkey.services
    started.clock.advance(days(119))
    await lives.login()
    expect(await cleanUp.run()).toMatchObject({ session: 0 })
    started.clock.advance(days(2))
    expect(await cleanUp.run()).toMatchObject({ session: 1 })
    expect((await lives.refresh()).status).toBe(200)
  })

  test('audit events go after a year and not before', async () => {
    const started = await createTestLatchkey({ store })
    await started.browser().register()
    const { cleanUp, audit } = started.latchkey.services
    await audit.flush()
    const recorded = await countOf(started, 'audit_event')
    started.clock.advance(days(364))
    expect(await cleanUp.run()).toMatchObject({ audit_event: 0 })
    await started.browser().login()
    await audit.flush()
    const later = (await countOf(started, 'audit_event')) - recorded
    started.clock.advance(days(2))
    expect(await cleanUp.run()).toMatchObject({ audit_event: recorded })
    expect(await countOf(started, 'audit_event')).toBe(later)
  })

  test('retired keys go after 30 days; those that sign or verify stay', async () => {
    const started = await createTestLatchkey({ store })
    const { db, cleanUp } = started.latchkey.services
    const used = await countOf(started, 'signing_key')
    const now = started.clock.now()
    await db.all(insertKey, { kid: 'old', key: randomBytes(8), since: now - days(31) })
    await db.all(insertKey, { kid: 'young', key: randomBytes(8), since: now - days(29) })
    expect(await cleanUp.run()).toMatchObject({ signing_key: 1 })
    expect(await countOf(started, 'signing_key')).toBe(used + 1)
  })

  test('a great many go in batches, between which others are served', async () => {
    const started = await createTestLatchkey({ store })
    const { db, cleanUp } = started.latchkey.services
    const expired = started.clock.now() - minutes(1)
    const live = started.clock.now() + hours(1)
    await db.transaction(async (tx) => {
      for (let index = 0; index < 420; index++)
        await tx.all(insertCounter, { key: randomBytes(16), expiresAt: index < 320 ? expired : live })
    })
    const seen: number[] = []
    const begunAt = performance.now()
    const cleaned = cleanUp.run()
    const pause = () => new Promise((resolve) => setTimeout(resolve, 2))
    while ((await Promise.race([cleaned, pause()])) === undefined)
      seen.push(await countOf(started, 'limit_counter'))
    expect(await cleaned).toMatchObject({ limit_counter: 320 })
    // Three full batches, and a breath of 20 ms after each.
    expect(performance.now() - begunAt).toBeGreaterThan(50)
    expect(await countOf(started, 'limit_counter')).toBe(100)
    // Somebody who looks meanwhile is answered, and finds the work half done.
    expect(seen.some((count) => count > 100 && count < 420)).toBe(true)
  })
})

/** A database that notes every statement that removes something. */
function watching(real: Database, removals: Map<string, [Statement, Params]>): Database {
  return aroundDatabase(real, (call, asked) => {
    const text = asked?.statement[real.dialect].text ?? ''
    if (asked && /^\s*DELETE/i.test(text)) removals.set(text, [asked.statement, asked.params])
    return call()
  })
}

test.each(stores)('on %s every table is cleaned up by an index and a batch at a time', async (store) => {
  const removals = new Map<string, [Statement, Params]>()
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-clean-up-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { url, drop } =
    store === 'postgres'
      ? await createDatabase(await postgresUrl())
      : { url: `sqlite:${join(folder, 'test.sqlite')}`, drop: () => {} }
  onTestFinished(drop)
  const database = openDatabase(url)
  const started = await createTestLatchkey({ outside: { database: watching(database, removals) } })
  await started.latchkey.services.cleanUp.run()
  expect(removals.size).toBeGreaterThanOrEqual(11)
  // PostgreSQL scans an almost empty table whole, unless it is told to avoid that.
  if (store === 'postgres') await database.all(statement('ALTER ROLE CURRENT_USER SET enable_seqscan = off'))
  const planned = store === 'postgres' ? openDatabase(url) : database
  onTestFinished(() => (planned === database ? undefined : planned.close()))
  for (const [asked, params] of removals.values()) {
    const { text } = asked[planned.dialect]
    // The signing keys, of which there are a few in all.
    if (text.includes('signing_key')) continue
    expect(text).toMatch(/ LIMIT /)
    const explained = {
      sqlite: {
        ...asked.sqlite,
        name: `${asked.sqlite.name}_plan`,
        text: `EXPLAIN QUERY PLAN ${text}`,
        writes: false,
      },
      postgres: {
        ...asked.postgres,
        name: `${asked.postgres.name}_plan`,
        text: `EXPLAIN ${text}`,
        writes: false,
      },
    }
    const plan = await planned.all<Record<string, unknown>>(explained, params)
    const lines = plan.map((row) => String(row['detail'] ?? row['QUERY PLAN']))
    expect(
      lines.filter((line) => /\bSeq Scan\b|^SCAN (?!.* USING )/.test(line)),
      text,
    ).toEqual([])
  }
})
