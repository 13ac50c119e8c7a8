import { describe, expect, test } from 'vitest'
import type { ConfigOptions } from '../../packages/server/src/config/settings.ts'
import { chromiumPath } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { openSdkSite } from './sdk/site.ts'
import { secret, visitorWith } from './sdk/visitor.ts'

/** Latchkey's own pages beside the application. */
const withPages: ConfigOptions = { pagesSession: 'cookie', afterSignIn: '/app' }
const transports: ['tokens' | 'cookie session', ConfigOptions][] = [
  ['tokens', {}],
  ['cookie session', withPages],
]
const sessionPath = '/api/auth/session'
const logOuts = {
  'by the client': () => window.auth.logout(),
  'by a page of the server': () => fetch('/api/auth/logout', { method: 'POST' }),
}

const rows = transports.flatMap(([transport, settings]) =>
  Object.entries(logOuts).map(([by, logOut]) => ({ transport, settings, by, logOut })),
)

describe.skipIf(chromiumPath === null)('going back in a browser', () => {
  test.each(rows)(
    'after a log-out $by nothing is shown, from the back/forward cache either ($transport)',
    async ({ transport, settings, logOut }) => {
      const { openClient, signIn } = visitorWith(transport)
      const caching = await openBrowser({ backForwardCache: true })
      await using site = await openSdkSite(settings)
      const { context, page } = await signIn(caching, site)
      await page.evaluate(() => {
        const { auth } = window
        const root = document.getElementById('root')!
        const show = () => (root.textContent = auth.state.get().user?.email ?? 'nobody')
        auth.state.subscribe(show)
        show()
      })
      await page.goto(`${site.origin}/app?elsewhere`)
      await openClient(page)
      await page.evaluate(logOut as () => Promise<unknown>)
      await page.goBack({ waitUntil: 'commit' })
      // Chromium drops a cached page that is spoken to, or whose site has it clear its cache, and loads it anew.
      await page.waitForFunction(() => document.getElementById('root')?.textContent === '')
      await openClient(page)
      await page.waitForFunction(async () => (await window.auth.ready()).status === 'signed-out')
      await context.close()
      await caching.close()
    },
  )

  test('where somebody else has signed in meanwhile nothing of who was there before is shown', async () => {
    const { signIn } = visitorWith('cookie session')
    const caching = await openBrowser({ backForwardCache: true })
    await using site = await openSdkSite(withPages)
    const { context, page } = await signIn(caching, site)
    await page.evaluate(() => {
      const { auth } = window
      auth.state.subscribe(() => {})
      window.addEventListener('pageshow', ({ persisted }) => {
        const paint = () => (document.title = `painted ${auth.state.get().user?.email ?? 'nobody'}`)
        if (persisted) requestAnimationFrame(paint)
      })
    })
    await page.goto(`${site.origin}/app?elsewhere`)
    await page.evaluate(async (password) => {
      const body = JSON.stringify({ email: 'eve@example.com', password, sessionKind: 'cookie' })
      const headers = { 'content-type': 'application/json' }
      await fetch('/api/auth/register', { method: 'POST', headers, body })
    }, secret)
    let go!: () => void
    site.weather(sessionPath, { until: new Promise<void>((resolve) => (go = resolve)) })
    await page.goBack({ waitUntil: 'commit' })
    await page.waitForFunction(() => document.title.startsWith('painted'))
    expect(await page.title()).toBe('painted nobody')
    go()
    await page.waitForFunction(() => window.auth.state.get().user?.email === 'eve@example.com')
    await context.close()
    await caching.close()
  })
})
