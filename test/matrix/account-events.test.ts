import { describe, expect, test } from 'vitest'
import { importUsers } from '../../packages/server/src/cli/import-users.ts'
import { accountEvents, type AccountEvent, rowOf } from '../../packages/server/src/identity/events/table.ts'
import { stores } from '#test/support/test-latchkey.ts'
import { doorPaths } from './event-doors.ts'
import { apiPaths } from './event-paths.ts'
import { email, prepare } from './event-scene.ts'

/*
 * The table of events, cell by cell, by every path that leads to an event: whatever it says of a column is what is left
 * of ada's things there.
 */

const paths = [...apiPaths, ...doorPaths]

/** Their paths are in the tests of their own slices, or they have none of their own. */
const elsewhere: readonly AccountEvent[] = ['session_limit_reached']

test('every event has a path here, or in its slice', () => {
  const walked = new Set([...paths.map(({ event }) => event), ...elsewhere])
  expect(accountEvents.filter((event) => !walked.has(event))).toEqual([])
})

describe.each(stores)('on %s', (store) => {
  test.each(paths.map((path) => [`${path.event}, by ${path.by}`, path] as const))('%s', async (_, path) => {
    const scene = await prepare(store, path)
    const done = (await path.run(scene)) as { status?: number } | undefined
    if (path.event !== 'reuse_detected') expect(done?.status ?? 200).toBeLessThan(300)
    const row = rowOf(path.event)
    const expected: Record<string, boolean> = {
      home: row.sessions === 'stay' || row.sessions === 'others end',
      other: row.sessions === 'stay' || row.sessions === 'this ends',
      'token of before': row.tokens === 'stay' && row.sessions !== 'this ends',
      'trusted browser': row.trustedBrowsers === 'stay',
      'API key': row.apiKeys === 'stay',
      codes: row.pendingCodes !== 'die',
      'own change': ['stay', 'of other sessions die', 'older requests die'].includes(row.pendingChanges),
      "another's change": ['stay', 'of this session die', 'older requests die'].includes(row.pendingChanges),
      'recovery codes': row.recoveryCodes === 'stay',
      password: !['go', 'added since go'].includes(row.credentials),
      'link of before': row.credentials !== 'go',
      'undoing link': true,
      told: row.tells.length > 0,
    }
    const found: Record<string, boolean> = await scene.found()
    for (const column of path.except ?? []) {
      delete expected[column]
      delete found[column]
    }
    expect(found).toEqual(expected)
  })

  test('an import that finds somebody ends nothing of theirs, and changes nothing', async () => {
    const scene = await prepare(store, {})
    const before = await scene.latchkey.services.users.get(scene.userId)
    const lines = async function* () {
      yield JSON.stringify({
        email: email.toUpperCase(),
        name: 'Mallory',
        roles: ['admin'],
        emailVerified: true,
      })
    }
    const report = await importUsers(scene.latchkey.services, lines(), { dryRun: false })
    expect(report).toEqual({ created: 0, skipped: 1, faulty: [] })
    expect(await scene.latchkey.services.users.get(scene.userId)).toEqual(before)
    const { told, ...left } = await scene.found()
    expect([told, new Set(Object.values(left))]).toEqual([false, new Set([true])])
  })
})
