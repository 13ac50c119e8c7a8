import type { AccountApi, AuthClient, InitialSession, PasswordApi } from '@latchkey/client'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Site } from './site.ts'

declare global {
  interface Window {
    auth: AuthClient & { password: PasswordApi; account: AccountApi }
    heard: [string, unknown][]
    changes: number
  }
}

export const email = 'ada@example.com'
export const secret = 'seven quiet otters swim'

interface ClientStart {
  baseURL?: string
  initial?: InitialSession
}

/** Opens pages of a site with a client in them, as `window.auth`, that uses tokens or a cookie session. */
export function visitorWith(transport: 'tokens' | 'cookie session') {
  return { openClient, openApp, openTab, signIn }

  function openClient(page: Page, start: ClientStart = {}): Promise<void> {
    return page.evaluate(createClient, { ...start, isCookieSession: transport === 'cookie session' })
  }

  async function openApp(page: Page, site: Site, { start = true } = {}): Promise<void> {
    await page.goto(`${site.origin}/app`)
    await openClient(page)
    if (start) await page.evaluate(() => window.auth.ready().catch(() => {}))
  }

  async function openTab(context: BrowserContext, site: Site): Promise<Page> {
    const page = await context.newPage()
    await openApp(page, site)
    return page
  }

  async function signIn(browser: Browser, site: Site, { clock = false } = {}) {
    const context = await browser.newContext()
    const page = await context.newPage()
    if (clock) await page.clock.install()
    await openApp(page, site)
    await register(page)
    return { context, page }
  }
}

export const register = (page: Page) =>
  page.evaluate((input) => window.auth.password.register(input), { email, password: secret })

export const login = (page: Page) =>
  page.evaluate((input) => window.auth.password.login(input), { email, password: secret })

/** Runs in the page. */
function createClient({ isCookieSession, ...start }: ClientStart & { isCookieSession: boolean }): void {
  const { createAuthClient, password, account, sessionCookie } = window.lk
  window.heard = []
  window.auth = createAuthClient({
    methods: [password(), account()],
    ...(isCookieSession && { transport: sessionCookie() }),
    ...start,
  })
  window.auth.on('signed-out', (event) => window.heard.push(['signed-out', event]))
  window.auth.on('warning', ({ code }) => window.heard.push(['warning', { code }]))
}
