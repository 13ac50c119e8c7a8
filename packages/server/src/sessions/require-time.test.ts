import { days } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { type Browser, createTestLatchkey, stores } from '#test/support/test-latchkey.ts'

const kinds: Record<
  string,
  { body: object; use: (tab: Browser) => Promise<{ status: number; code: string | undefined }> }
> = {
  'a refresh token': { body: {}, use: (tab) => tab.refresh() },
  'a session cookie': { body: { sessionKind: 'cookie' }, use: (tab) => tab.get('/me', { token: undefined }) },
}

describe.each(stores)('on %s', (store) => {
  test.each(Object.entries(kinds))(
    '%s that seems to have expired signs nobody out while the time is in doubt',
    async (_, { body, use }) => {
      let isInDoubt = false
      const { browser, clock } = await createTestLatchkey({
        store,
        outside: { ports: { isTimeInDoubt: () => isInDoubt } },
      })
      const tab = browser()
      const account = { email: 'ada@example.com', password: 'correct horse battery' }
      expect((await tab.post('/register', { ...account, ...body })).status).toBe(201)
      const now = clock.now()
      isInDoubt = true
      clock.advance(days(4000))
      const doubted = await use(tab)
      expect([doubted.status, doubted.code]).toEqual([503, 'unavailable'])
      clock.advance(now - clock.now())
      expect((await use(tab)).status).toBe(200)
      isInDoubt = false
      clock.advance(days(4000))
      const over = await use(tab)
      expect([over.status, over.code]).toEqual([401, 'session_expired'])
    },
  )
})
