import { hours } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { newDatabase, newFolder } from '../../../../../test/support/new-database.ts'
import { createTestLatchkey, stores } from '../../../../../test/support/test-latchkey.ts'
import type { Database, Queryable } from '../../db/database.ts'
import { openDatabase } from '../../db/open-database.ts'
import { statement } from '../../db/statement.ts'
import { noteChange } from '../revocations/store.ts'

/** The same database, and how often the processes on it were looked for. */
function counted(db: Database): { database: Database; looks: () => number } {
  let looks = 0
  const all: Queryable['all'] = (each, params) => {
    if (/^SELECT[^]*FROM node\b/.test(each.postgres.text)) looks++
    return db.all(each, params)
  }
  const database = new Proxy(db, {
    get(target, name) {
      if (name === 'all') return all
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  return { database, looks: () => looks }
}

test('others are seen within seconds, and looked for no more often however much is changed', async () => {
  const databaseUrl = await newDatabase('postgres', newFolder())
  const { database, looks } = counted(openDatabase(databaseUrl, { timeout: 20_000 }))
  const here = await createTestLatchkey({ databaseUrl, realTime: true, outside: { database } })
  const { db, nodes, revocations } = here.latchkey.parts
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

describe.each(stores)('on %s', (store) => {
  test('a process that was killed while the clock was ahead is not taken to run until then', async () => {
    const { latchkey } = await createTestLatchkey({ store, realTime: true })
    const { db, nodes } = latchkey.parts
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
