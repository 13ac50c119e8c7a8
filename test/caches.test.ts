import { expect, test } from 'vitest'
import { contentsOf } from './support/contents.ts'
import { createTestLatchkey } from './support/test-latchkey.ts'
import { must } from '#test/support/must.ts'

/* Browsers and networks load ahead, keep and hand out again without being asked. */

test('loading any address ahead changes nothing', async () => {
  const instance = await createTestLatchkey({ limitScale: 1000 })
  const browser = instance.browser()
  await browser.register()
  const [mail] = await instance.mailbox('ada@example.com')
  const setUp = await instance.latchkey.setUpLink()
  const routes = instance.latchkey.http.routes
    .filter(({ route }) => route.contract.method === 'GET')
    .map(({ path }) => path)
    // Waits for something to happen.
    .filter((path) => !path.endsWith('/revocations'))
  const links = [...must(mail).links, must(setUp)].map((link) => link.slice(new URL(link).origin.length))
  const pages = ['/', '/forgot-password', '/sign-in', '/sign-up', '/sign-out', '/account', '/dev/mail']
  const before = await contentsOf(instance.latchkey)
  for (const path of [...routes, ...links, ...pages]) {
    for (const headers of [{ 'sec-purpose': 'prefetch;prerender' }, {}]) {
      const { status } = await browser.send(path, { headers })
      expect(status, path).toBeLessThan(500)
    }
    await browser.send(path, { method: 'HEAD' })
  }
  expect(await contentsOf(instance.latchkey)).toEqual(before)
})

test('what sets a cookie is kept by nobody', async () => {
  const instance = await createTestLatchkey({ limitScale: 1000 })
  const browser = instance.browser()
  const answers = [
    await browser.post('/register', { email: 'ada@example.com', password: 'correct horse battery' }),
    await browser.login(),
    await browser.post('/login', {
      email: 'ada@example.com',
      password: 'correct horse battery',
      sessionKind: 'cookie',
    }),
    await browser.login(),
    await browser.refresh(),
    await browser.post('/logout'),
  ]
  for (const { headers } of answers) {
    expect(headers.getSetCookie().length).toBeGreaterThan(0)
    expect(headers.get('cache-control')).toBe('no-store')
  }
})
