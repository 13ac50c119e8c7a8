import { minutes } from '@latchkey/contract'
import { expect, test } from 'vitest'
import { userIdOf } from '#test/support/user-id.ts'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'
import { enrolTotp } from '#test/support/authenticator-app.ts'

const fresh = { fresh: true, strong: false }
const strong = { fresh: false, strong: true }
const weak = { code: 'insufficient_user_authentication' }

test.each(stores)('a proof is fresh for ten minutes, and not from the future, on %s', async (store) => {
  const { browser, latchkey, clock } = await createTestLatchkey({ store })
  const { user } = await browser().register()
  const { demands } = latchkey.services
  const made = { userId: userIdOf(user.id), amr: ['pwd'], aal: 1 }
  const asked = (ago: number) => demands.requireProven({ ...made, authenticatedAt: clock.now() - ago }, fresh)
  for (const ago of [0, minutes(10), 0 - minutes(1)]) await expect(asked(ago)).resolves.toBeUndefined()
  for (const ago of [minutes(10) + 1, 0 - minutes(1) - 1])
    await expect(asked(ago)).rejects.toMatchObject(weak)
  // Any age will do if no recent authentication is required.
  const ancient = { ...made, authenticatedAt: 0 }
  await expect(demands.requireProven(ancient, { fresh: false, strong: false })).resolves.toBeUndefined()
})

test('who has a second factor proves it where that is asked, and nowhere else', async () => {
  const started = await createTestLatchkey()
  const tab = started.browser()
  const { user } = await tab.register()
  const { demands } = started.latchkey.services
  const proof = { userId: userIdOf(user.id), amr: ['pwd'], aal: 1, authenticatedAt: started.clock.now() }
  await expect(demands.requireProven(proof, strong)).resolves.toBeUndefined()
  await enrolTotp(tab, started)
  await expect(demands.requireProven(proof, strong)).rejects.toMatchObject(weak)
  await expect(demands.requireProven({ ...proof, aal: 2 }, strong)).resolves.toBeUndefined()
  await expect(demands.requireProven(proof, fresh)).resolves.toBeUndefined()
})
