import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { toNodeHandler } from '../../../packages/server/src/http/adapters/node.ts'
import type { ConfigOptions } from '../../../packages/server/src/config/settings.ts'
import type { Outside } from '../../../packages/server/src/latchkey.ts'
import { complaintsOf } from '#test/support/chromium.ts'
import { listen } from '#test/support/listen.ts'
import { openTestServer, type TestServer } from '#test/support/test-server.ts'

export const email = 'ada@example.com'
export const password = 'seven quiet otters swim'

/** An instance on a port of its own, with one account. */
export interface AccountSite extends AsyncDisposable {
  origin: string
  server: TestServer
}

export async function openAccountSite(
  settings: ConfigOptions = {},
  outside: Outside = {},
): Promise<AccountSite> {
  const server = await openTestServer({ limitScale: 100, ...settings }, outside)
  const { origin, close } = listen(toNodeHandler(server.latchkey))
  await server.send('POST', '/api/auth/register', { json: { email, password, name: 'Ada' } })
  return {
    origin,
    server,
    async [Symbol.asyncDispose]() {
      close()
      await server.latchkey.close()
    },
  }
}

/** A browser of its own that has signed in, at an address of the application. */
export async function openSignedIn(
  browser: Browser,
  site: AccountSite,
  path = '/account',
  options: BrowserContextOptions = {},
) {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  await signIn(context.request, site)
  const page = await context.newPage()
  const complaints = complaintsOf(page)
  await page.goto(site.origin + path)
  return { page, context, complaints }
}

/** Through the API, whose cookies the browser keeps, by what the pages of the site start. */
export async function signIn(request: Page['request'], { origin, server }: AccountSite): Promise<void> {
  const data = { email, password, sessionKind: server.latchkey.config.pagesSession }
  const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
  const answer = await request.post(`${origin}/api/auth/login`, { headers, data })
  if (answer.status() !== 200) throw new Error(`signing in was answered with ${answer.status()}`)
}
