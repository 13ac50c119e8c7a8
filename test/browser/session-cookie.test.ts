import type { InitialSession } from '@latchkey/client'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConfigOptions } from '../../packages/server/src/config/settings.ts'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { chromiumPath } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { openSdkSite, type Site, type Weather } from './sdk/site.ts'
import { email, login, secret, visitorWith } from './sdk/visitor.ts'

const sessionPath = '/api/auth/session'
/** Latchkey's own pages beside the application, as a site that is made on the server has them. */
const settings: ConfigOptions = { pagesSession: 'cookie', afterSignIn: '/app' }

const { openClient, openApp, openTab, signIn } = visitorWith('cookie session')

describe.skipIf(chromiumPath === null)('the client with a cookie session, in a browser', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser.close())

  test('a sign-in lasts across a reload, and no script can read what it is', async () => {
    await using site = await openSdkSite(settings)
    const { context, page } = await signIn(browser, site)
    await openApp(page, site)
    expect(await stateOf(page)).toMatchObject({ status: 'signed-in', user: { email } })
    const readable = await page.evaluate(() =>
      JSON.stringify([document.cookie, Object.entries(localStorage)]),
    )
    expect(readable).toContain('latchkey-hint=cookie')
    expect(readable).not.toMatch(/lks_|lkr_|eyJ/)
    const cookies = await context.cookies()
    expect(cookies.find(({ name }) => name === 'latchkey-session')).toMatchObject({
      httpOnly: true,
      sameSite: 'Lax',
    })
    expect(cookies.filter(({ name }) => name.startsWith('latchkey-refresh'))).toEqual([])
    expect(await page.evaluate(() => window.auth.getAccessToken().catch(String))).toMatch(/^TypeError/)
    expect(site.take('/api/auth/refresh')).toEqual([])
    await context.close()
  })

  test('anonymous visitors make no request', async () => {
    await using site = await openSdkSite(settings)
    const context = await browser.newContext()
    const page = await openTab(context, site)
    expect((await stateOf(page)).status).toBe('signed-out')
    expect(site.take(sessionPath)).toHaveLength(0)
    await context.close()
  })

  test('a log-out reaches the other tab, and a sign-in as well, without a request of it', async () => {
    await using site = await openSdkSite(settings)
    const { context, page } = await signIn(browser, site)
    const other = await openTab(context, site)
    site.take(sessionPath)
    await page.evaluate(() => window.auth.logout())
    await waitForStatus(other, 'signed-out')
    expect(await other.evaluate(() => window.heard)).toEqual([['signed-out', { reason: 'logout' }]])
    await login(page)
    await waitForStatus(other, 'signed-in')
    // The look of the tab that signed in.
    expect(site.take(sessionPath)).toHaveLength(1)
    expect(await meOf(other)).toBe(email)
    await context.close()
  })

  test('a session that an administrator ends is gone in every tab once one tab meets it', async () => {
    await using site = await openSdkSite(settings)
    const { context, page } = await signIn(browser, site)
    const other = await openTab(context, site)
    await endAll(site, page)
    expect(await page.evaluate(async () => (await window.auth.fetch('/api/auth/me')).status)).toBe(401)
    await waitForStatus(other, 'signed-out')
    for (const tab of [page, other]) {
      expect(await tab.evaluate(() => window.heard)).toEqual([['signed-out', { reason: 'session_revoked' }]])
    }
    await context.close()
  })

  test('a tab that comes into view again finds out that the session has ended', async () => {
    await using site = await openSdkSite(settings)
    const { context, page } = await signIn(browser, site, { clock: true })
    await endAll(site, page)
    await page.clock.fastForward('00:02:00')
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await waitForStatus(page, 'signed-out')
    await context.close()
  })

  test('a page that nobody uses looks when the session must have ended, and not before', async () => {
    await using site = await openSdkSite({ ...settings, cookieSessionIdleTtl: '1h' })
    const { context, page } = await signIn(browser, site, { clock: true })
    site.take(sessionPath)
    await page.clock.fastForward('00:59:00')
    expect(site.take(sessionPath)).toHaveLength(0)
    await endAll(site, page)
    await page.clock.fastForward('00:02:00')
    await waitForStatus(page, 'signed-out')
    await context.close()
  })

  const storms: Record<string, Weather> = {
    'a broken connection': 'broken',
    'a lost answer': 'lost',
    'a 503': { status: 503, type: 'text/plain', text: 'Service Unavailable' },
    'a proxy’s 403': { status: 403, type: 'text/html', text: '<h1>Forbidden</h1>' },
    'a proxy’s 401': { status: 401, type: 'text/html', text: '<h1>Sign in to the hotel</h1>' },
  }
  for (const [name, storm] of Object.entries(storms)) {
    test(`${name}: the user stays signed in, and it recovers by itself`, async () => {
      await using site = await openSdkSite(settings)
      const { context, page } = await signIn(browser, site)
      site.weather(sessionPath, storm, 'fair')
      await page.evaluate(() => window.auth.account.update({ name: 'Ada' }))
      expect(await stateOf(page)).toMatchObject({ status: 'signed-in', stale: true })
      // Requests sent meanwhile do not put it off.
      expect(await meOf(page)).toBe(email)
      await page.waitForFunction(() => !window.auth.state.get().stale)
      expect(await stateOf(page)).toMatchObject({ status: 'signed-in', user: { name: 'Ada' } })
      expect(await page.evaluate(() => window.heard)).toEqual([])
      await context.close()
    })
  }

  test('offline: the user stays signed in, a start waits for the network, a log-out is kept', async () => {
    await using site = await openSdkSite(settings)
    const { context, page } = await signIn(browser, site)
    await context.setOffline(true)
    expect(await page.evaluate(async () => (await window.auth.account.get()).error?.code)).toBe('offline')
    expect((await stateOf(page)).status).toBe('signed-in')
    await context.setOffline(false)

    site.weather(sessionPath, 'broken')
    await openApp(page, site)
    await page.waitForFunction(() => window.auth.state.get().error?.code === 'offline')
    expect((await stateOf(page)).status).toBe('loading')
    site.weather(sessionPath, 'fair')
    await waitForStatus(page, 'signed-in')

    site.weather('/api/auth/logout', 'broken')
    await page.evaluate(() => window.auth.logout())
    await openApp(page, site)
    expect((await stateOf(page)).status).toBe('signed-out')
    expect(await cookieOf(context)).toMatch(/^lks_/)
    site.weather('/api/auth/logout', 'fair')
    await openApp(page, site)
    await expect.poll(() => cookieOf(context)).toBeUndefined()
    expect((await stateOf(page)).status).toBe('signed-out')
    await context.close()
  })

  test('a log-out that is owed is forgotten where somebody has signed in without the client since', async () => {
    await using site = await openSdkSite(settings)
    const { context, page } = await signIn(browser, site)
    site.weather('/api/auth/logout', 'broken', 'fair')
    await page.evaluate(() => window.auth.logout())
    await page.evaluate(
      async (input) => {
        const body = JSON.stringify({ ...input, sessionKind: 'cookie' })
        await fetch('/api/auth/login', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        })
      },
      { email, password: secret },
    )
    await openApp(page, site)
    await waitForStatus(page, 'signed-in')
    expect(
      await page.evaluate(() => Object.keys(localStorage).filter((key) => /pending-logout/.test(key))),
    ).toEqual([])
    await openApp(page, site)
    expect((await stateOf(page)).status).toBe('signed-in')
    await context.close()
  })

  test('the pages of the server and the client share the session, both ways', async () => {
    await using site = await openSdkSite(settings)
    const context = await browser.newContext()
    const page = await openTab(context, site)
    await page.evaluate((input) => window.auth.password.register(input), { email, password: secret })
    const other = await context.newPage()
    await other.goto(`${site.origin}/sign-out`)
    await other.getByRole('button', { name: 'Sign out' }).click()
    await other.waitForURL((url) => url.pathname !== '/sign-out')
    expect(await page.evaluate(async () => (await window.auth.fetch('/api/auth/me')).status)).toBe(401)
    await waitForStatus(page, 'signed-out')
    await signInOnPage(other, site)
    // As when the tab is looked at again.
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await waitForStatus(page, 'signed-in')
    await context.close()
  })

  test('a step-up in one tab leaves the other signed in, without any leeway', async () => {
    await using site = await openSdkSite({ ...settings, refreshLeeway: '0s' })
    const { context, page } = await signIn(browser, site)
    const other = await openTab(context, site)
    const before = await cookieOf(context)
    const raised = await page.evaluate((password) => window.auth.password.stepUp({ password }), secret)
    expect(raised).toEqual({ data: true, error: null })
    expect(await cookieOf(context)).not.toBe(before)
    expect(await meOf(other)).toBe(email)
    const [one, two] = await Promise.all([page, other].map(stateOf))
    await expect.poll(() => stateOf(other)).toMatchObject({ session: must(must(one).session) })
    expect(must(two).status).toBe('signed-in')
    // Two at once: the second one waits for the cookie of the first.
    const both = await Promise.all(
      [page, other].map((tab) =>
        tab.evaluate((password) => window.auth.password.stepUp({ password }), secret),
      ),
    )
    expect(both.map(({ error }) => error)).toEqual([null, null])
    for (const tab of [page, other]) expect(await meOf(tab)).toBe(email)
    await context.close()
  })

  test('cookies that are not kept are the answer of the sign-in', async () => {
    await using site = await openSdkSite(settings)
    site.cookies(false)
    const context = await browser.newContext()
    const page = await openTab(context, site)
    const code = await page.evaluate(
      async (input) => (await window.auth.password.register(input)).error?.code,
      { email, password: secret },
    )
    expect(code).toBe('cookies_blocked')
    expect(await page.evaluate(() => window.auth.state.get().error?.message)).toMatch(/keeps no cookies/)
    await context.close()
  })

  test('an application on another origin of the same site signs in, where that is allowed', async () => {
    await using app = await openSdkSite(settings)
    await using site = await openSdkSite({ ...settings, allowedOrigins: [app.origin] })
    const context = await browser.newContext()
    const page = await context.newPage()
    const baseURL = `${site.origin}/api/auth`
    await page.goto(`${app.origin}/app`)
    await openClient(page, { baseURL })
    await page.evaluate((input) => window.auth.password.register(input), { email, password: secret })
    expect((await stateOf(page)).status).toBe('signed-in')
    const me = (url: string) =>
      page.evaluate(async (url) => (await window.auth.fetch(url)).status, `${url}/me`)
    expect(await me(baseURL)).toBe(200)
    const raised = await page.evaluate((password) => window.auth.password.stepUp({ password }), secret)
    expect(raised.error).toBeNull()
    await page.reload()
    await openClient(page, { baseURL })
    expect((await page.evaluate(() => window.auth.ready())).status).toBe('signed-in')
    await context.close()
  })

  test('React: one look, no render by looking again, nobody after the log-out', async () => {
    await using site = await openSdkSite(settings)
    const { context, page } = await signIn(browser, site)
    await openApp(page, site, { start: false })
    site.take(sessionPath)
    await page.evaluate(() => {
      const { createAuthReact, react, reactDom } = window.lk
      const { createElement: h, StrictMode } = react
      const { AuthProvider, RequireAuth, useUser } = createAuthReact(window.auth)
      window.changes = 0
      const Profile = () => {
        window.changes++
        return h('p', { id: 'profile' }, useUser()?.email)
      }
      const guarded = h(RequireAuth, { signedOut: h('p', { id: 'out' }) }, h(Profile))
      reactDom
        .createRoot(document.getElementById('root')!)
        .render(h(StrictMode, null, h(AuthProvider, null, guarded)))
    })
    await page.waitForSelector('#profile')
    expect(await page.textContent('#profile')).toBe(email)
    expect(site.take(sessionPath)).toHaveLength(1)
    const renders = await page.evaluate(() => window.changes)
    for (let turn = 0; turn < 3; turn++) {
      await page.evaluate(() => window.auth.account.update({ name: null }))
    }
    expect(site.take(sessionPath)).toHaveLength(3)
    expect(await page.evaluate(() => window.changes)).toBe(renders)
    await page.evaluate(() => window.auth.logout())
    await page.waitForSelector('#out', { state: 'attached' })
    await context.close()
  })

  test('axios: requests go with the cookie, and one that is refused signs out', async () => {
    await using site = await openSdkSite(settings)
    const { context, page } = await signIn(browser, site)
    const ask = () =>
      page.evaluate(async () => {
        const { attachAxios, axios } = window.lk
        const api = axios.create({ baseURL: '/api/auth', validateStatus: () => true })
        const fails = axios.create({ baseURL: '/api/auth' })
        attachAxios(fails, window.auth)
        const { data } = await fails.get('/me').catch(() => ({ data: { email: null } }))
        await api.get('/me')
        return (data as { email: string | null }).email
      })
    expect(await ask()).toBe(email)
    expect(site.take('/api/auth/me').map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
    ])
    await endAll(site, page)
    expect(await ask()).toBeNull()
    expect((await stateOf(page)).status).toBe('signed-out')
    await context.close()
  })

  test('what the server rendered with is there at once, and is checked', async () => {
    await using site = await openSdkSite(settings)
    const { context, page } = await signIn(browser, site)
    const { user, session } = await stateOf(page)
    await page.goto(`${site.origin}/app`)
    await openClient(page, { initial: { user, session } as InitialSession })
    expect(await stateOf(page)).toMatchObject({ status: 'signed-in', user: { email } })
    await endAll(site, page)
    await page.evaluate(() => window.auth.ready())
    expect((await stateOf(page)).status).toBe('signed-out')
    await context.close()
  })
})

/** On the server's own page, without the client. */
async function signInOnPage(page: Page, site: Site): Promise<void> {
  await page.goto(`${site.origin}/sign-in`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${site.origin}/app`)
}

const stateOf = (page: Page) => page.evaluate(() => window.auth.state.get())

const waitForStatus = (page: Page, status: string) =>
  page.waitForFunction((status) => window.auth.state.get().status === status, status)

const meOf = (page: Page) =>
  page.evaluate(async () => {
    const answer = await window.auth.fetch('/api/auth/me')
    return ((await answer.json()) as { email: string }).email
  })

const cookieOf = async (context: BrowserContext) =>
  (await context.cookies()).find(({ name }) => name === 'latchkey-session')?.value

/** As an administrator does. */
async function endAll(site: Site, page: Page): Promise<void> {
  const { user } = await stateOf(page)
  await site.server.latchkey.services.sessions.endAll({ userId: userIdOf(must(user).id) }, 'all_logged_out')
}
