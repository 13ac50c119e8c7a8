import { expect, onTestFinished, test, vi } from 'vitest'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { createDevice } from '#test/support/device.ts'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'
import { createAuthClient, password } from './index.ts'
import { secureStorage, wakeWithApp } from './react-native.ts'

/** Takes what expo-secure-store takes, and no more. */
function createSecureStore() {
  const items = new Map<string, string>()
  const check = (key: string) => {
    if (!/^[\w.-]+$/.test(key)) throw new Error(`Invalid key provided to SecureStore: ${key}`)
  }
  return {
    items,
    async getItemAsync(key: string) {
      check(key)
      return items.get(key) ?? null
    },
    async setItemAsync(key: string, value: string) {
      check(key)
      items.set(key, value)
    },
    async deleteItemAsync(key: string) {
      check(key)
      items.delete(key)
    },
  }
}

test('the key chain holds the refresh token, under names it accepts, and gives it back after a restart', async () => {
  const { latchkey, clock } = await createTestLatchkey()
  const device = createDevice(latchkey)
  const store = createSecureStore()
  const start = () => {
    const auth = createAuthClient({
      baseURL: `${device.origin}/api/auth`,
      fetch: device.fetch,
      methods: [password()],
      transport: { refreshToken: secureStorage(store) },
    })
    onTestFinished(() => auth.dispose())
    return auth
  }
  const first = start()
  await first.password.register({ email: 'ada@example.com', password: 'seven quiet otters swim' })
  expect([...store.items.values()].join()).toContain('lkr_')
  first.dispose()

  clock.advance(3_600_000)
  const second = start()
  expect((await second.ready()).status).toBe('signed-in')

  const out = vi.fn()
  second.on('signed-out', out)
  let change: (state: string) => void = () => {}
  const stop = wakeWithApp(second, {
    addEventListener: (_, listener) => {
      change = listener
      return { remove: () => (change = () => {}) }
    },
  })
  clock.advance(31 * 24 * 3_600_000)
  await latchkey.services.sessions.endAll(
    { userId: userIdOf(must(second.state.get().user).id) },
    'all_logged_out',
  )
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  vi.advanceTimersByTime(3_600_000)
  change('background')
  expect(out).not.toHaveBeenCalled()
  change('active')
  await vi.waitFor(() => expect(out).toHaveBeenCalledOnce())
  stop()
  expect([...store.items.values()].join()).not.toContain('lkr_')
})

test('names of keys stay apart', async () => {
  const store = createSecureStore()
  const storage = secureStorage(store)
  const keys = ['a:b', 'a_b', 'a/b', 'a_3ab', 'a.b', 'a-b']
  for (const key of keys) await storage.setItem(key, key)
  for (const key of keys) expect(await storage.getItem(key)).toBe(key)
  await storage.removeItem('a:b')
  expect(store.items.size).toBe(keys.length - 1)
})
