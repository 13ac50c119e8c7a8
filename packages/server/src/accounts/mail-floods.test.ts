import { hours } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { createTestLatchkey, type Reply, stores, type TestLatchkey } from '#test/support/test-latchkey.ts'

const victim = 'victim@example.com'

type Ask = (instance: TestLatchkey, turn: number) => Promise<Reply>

/** All ways by which a stranger can have mails sent to another person's address. */
const ways: Record<string, { ask: Ask; mails: number }> = {
  'an account is made, and deleted, again and again': {
    // One to verify the address, and one about the deletion.
    mails: 10,
    async ask({ browser }) {
      const stranger = browser()
      const made = await stranger.post<{ accessToken: string }>('/register', {
        email: victim,
        password: 'correct horse battery',
      })
      stranger.token = made.body.accessToken
      if (made.status === 201) await stranger.send('/api/auth/me', { method: 'DELETE' })
      return made
    },
  },
  'many accounts ask for the same new address': {
    mails: 5,
    async ask({ browser }, turn) {
      const stranger = browser()
      await stranger.register(`stranger${turn}@example.com`)
      return await stranger.post('/change-email', { email: victim })
    },
  },
  'the address of an account is asked for': {
    mails: 6,
    async ask({ browser }, turn) {
      if (turn === 0) await browser().register(victim)
      return await browser().post('/forgot-password', { email: victim })
    },
  },
}

describe.each(stores)('the mailbox of somebody who never asked, on %s', (store) => {
  test.each(Object.entries(ways))('is not filled where %s (ASVS V6.3.8)', async (_, { ask, mails }) => {
    const instance = await createTestLatchkey({ store })
    const answers: Reply[] = []
    for (let turn = 0; turn < 8; turn++) answers.push(await ask(instance, turn))
    expect(answers.map(({ status }) => status < 300)).toEqual([
      ...Array.from({ length: 5 }, () => true),
      ...Array.from({ length: 3 }, () => false),
    ])
    expect(new Set(answers.slice(5).map(({ code }) => code))).toEqual(new Set(['rate_limited']))
    expect(await instance.mailbox(victim)).toHaveLength(mails)
    instance.clock.advance(hours(2))
    expect((await ask(instance, 8)).status).toBeLessThan(300)
  })
})
