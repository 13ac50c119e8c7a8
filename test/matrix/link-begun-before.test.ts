import { describe, expect, test } from 'vitest'
import { rowOf } from '../../packages/server/src/identity/events/table.ts'
import { listLinkedAccounts } from '../../packages/server/src/methods/federation/store.ts'
import { stores } from '#test/support/test-latchkey.ts'
import { doorPaths } from './event-doors.ts'
import { apiPaths } from './event-paths.ts'
import { prepare, type Scene } from './event-scene.ts'

/*
 * Somebody who was in the account begins to link an account of their own at a provider, and comes back from there when
 * the account's owner, or an administrator, has ended what was pending.
 */

const thief = { sub: 'thief-at-acme', email: 'thief@example.com', email_verified: true }
const ends: readonly string[] = ['die', 'of this session die']

/** Everything that ends what a session has begun; each event by one door, and by the command line. */
const endings = [...apiPaths, ...doorPaths].filter(
  ({ event, by, isUnproven }, index, all) =>
    !isUnproven &&
    ends.includes(rowOf(event).pendingChanges) &&
    (by === 'the command line' || all.findIndex((each) => each.event === event) === index),
)

/** Remedies of a user against a thief. */
const remedies = ['password_changed', 'password_reset', 'all_logged_out', 'sessions_ended_by_admin']

describe.each(stores)('on %s', (store) => {
  test('a link that nobody ended is made', async () => {
    const scene = await prepare(store, {})
    expect(await finish(scene, await begin(scene))).toBe(undefined)
    expect(await linked(scene)).toContain(thief.sub)
  })

  test.each(endings.map((path) => [`${path.event}, by ${path.by}`, path] as const))(
    'a link that was begun before %s is not finished after it',
    async (_, path) => {
      const scene = await prepare(store, path)
      const back = await begin(scene)
      await path.run(scene)
      await scene.latchkey.services.revocations.catchUp()
      expect(typeof (await finish(scene, back))).toBe('string')
      expect(await linked(scene)).not.toContain(thief.sub)
    },
  )

  test.each(endings.filter(({ event, by }) => remedies.includes(event) && by !== 'the command line'))(
    'nor one whose provider is being asked at the moment of $event',
    async (path) => {
      const scene = await prepare(store, path)
      const back = await begin(scene)
      let ended: Promise<unknown> | undefined
      scene.provider.lie({ before: async (at) => at === '/token' && (await (ended ??= path.run(scene))) })
      expect(await finish(scene, back)).toBe('challenge_invalid')
      expect(ended).toBeDefined()
      expect(await linked(scene)).not.toContain(thief.sub)
    },
  )
})

async function begin({ home, provider }: Scene): Promise<Record<string, string>> {
  const begun = await home.post<{ url: string }>('/federation/acme/link', {})
  expect([begun.status, begun.code]).toEqual([200, undefined])
  const back = provider.approve(begun.body.url, thief)
  return Object.fromEntries(new URL(back, 'http://localhost').searchParams)
}

/** The code of the refusal. */
async function finish({ home }: Scene, back: Record<string, string>): Promise<string | undefined> {
  return (await home.post('/federation/acme/finish', back)).code
}

async function linked({ latchkey, userId }: Scene): Promise<string[]> {
  return (await listLinkedAccounts(latchkey.services.db, userId)).map(({ subject }) => subject)
}
