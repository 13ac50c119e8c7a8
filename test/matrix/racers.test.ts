import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { minutes } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'
import { race } from '#test/support/race.ts'
import { done, openArena, type Race, repeated, winners } from './arena.ts'
import { countRaces } from './races-of-counts.ts'
import { lastRaces } from './races-of-the-last.ts'
import { writeRaces } from './races-of-writes.ts'

/*
 * Everything that is read, decided and written: what must never be the last, what there may be so many of, and what one
 * gets and the others do not. All racers have read before any has written.
 */

const source = join(import.meta.dirname, '../../packages/server/src')

const races: readonly Race[] = [...lastRaces, ...countRaces, ...writeRaces]

describe.each(stores)('on %s', (store) => {
  test.each(races.map((each) => [each.name, each] as const))(
    '%s',
    async (_, { options, table, lay, check }) => {
      const arena = await openArena(store, options)
      const works = await lay(arena)
      const outcomes = await race(arena.databaseUrl, table, works)
      await check(arena, outcomes)
    },
  )

  test('every limit lets so many through, however many come at once', async () => {
    const { latchkey } = await createTestLatchkey({ store, limitScale: 1 })
    const { limits } = latchkey.services
    const all = limitsInSource()
    expect(all.length).toBeGreaterThan(35)
    for (const { name, most } of all) {
      const limit = { name, most, window: minutes(60) }
      const taken = await Promise.all(
        repeated(most + 10, () => done(limits.take(limit, 'somebody'))).map((take) => take()),
      )
      expect([name, winners(taken).length]).toEqual([name, most])
    }
  })
})

test('whatever takes a lock is in a race', () => {
  const locking = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      file.endsWith('.ts') &&
      !file.endsWith('.test.ts') &&
      /\b(await|return|=>) (lockUser|lockHolder|lockServiceAccount|lockRoles|lockMapping|shareUser|noteChange|countOtherAdministrators)\(/.test(
        readFileSync(join(source, file), 'utf8'),
      ),
  )
  const raced = new Set(races.flatMap(({ covers }) => covers))
  expect(locking.filter((file) => !raced.has(file))).toEqual([])
  expect([...raced].filter((file) => !locking.includes(file))).toEqual([])
})

/** Every limit, as it stands in the source. */
function limitsInSource(): { name: string; most: number }[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => [
      ...readFileSync(join(source, file), 'utf8').matchAll(/name: '([a-z-]+)',\s+most: ([\d_]+)/g),
    ])
    .map(([, name, most]) => ({ name: must(name), most: Number(must(most).replaceAll('_', '')) }))
}
