import { expect, test } from 'vitest'
import { userIdOf } from '#test/support/user-id.ts'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'

test.each(stores)('an application makes its first users by itself, on %s', async (store) => {
  const { latchkey, browser } = await createTestLatchkey({ store, registration: 'closed' })
  const ada = { email: 'Ada@example.com', password: 'correct horse battery' }
  const user = await latchkey.createUser({
    ...ada,
    name: 'Ada',
    roles: ['admin', 'admin'],
    emailVerified: true,
  })
  expect(user).toMatchObject({ email: ada.email, emailVerified: true, name: 'Ada', roles: ['admin'] })
  const { status, body } = await browser().login(ada.email, ada.password)
  expect(status).toBe(200)
  expect(body.user).toEqual(user)
  expect(await latchkey.setUpLink()).toBeNull()
  await latchkey.services.audit.flush()
  const events = await latchkey.services.audit.ofUser(userIdOf(user.id), { before: null, limit: 10 })
  expect(events.find(({ kind }) => kind === 'user.created')?.detail).toEqual({
    roles: ['admin'],
    by: 'application',
  })

  for (const [change, code] of [
    [{}, 'email_taken'],
    [{ email: 'bea@example.com', password: 'password' }, 'password_too_common'],
    [{ email: 'bea@example.com', roles: ['nobody'] }, 'role_not_found'],
    [{ email: 'nobody' }, 'invalid_input'],
  ] as const)
    await expect(latchkey.createUser({ ...ada, ...change })).rejects.toMatchObject({ code })
})
