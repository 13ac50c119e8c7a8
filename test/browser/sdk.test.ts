import { createAuthClient, type InitialSession } from '@latchkey/client'
import { createAuthReact } from '@latchkey/client/react'
import type { SessionId } from '@latchkey/contract'
import type { Browser, Page } from 'playwright-core'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { userIdOf } from '#test/support/user-id.ts'
import { chromiumPath } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { openSdkSite, type Weather } from './sdk/site.ts'
import { email, login, register, secret, visitorWith } from './sdk/visitor.ts'

const refreshPath = '/api/auth/refresh'

const { openClient, openApp, openTab, signIn } = visitorWith('tokens')

describe.skipIf(chromiumPath === null)('the client in a browser', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser.close())

  test('ten tabs at expiry: nobody is signed out, and at most two refreshes are made', async () => {
    await using site = await openSdkSite({ accessTokenTtl: '3s', refreshLeeway: '0s' })
    const { context, page } = await signIn(browser, site)
    const tabs = [page]
    for (let more = 1; more < 10; more++) tabs.push(await openTab(context, site))
    for (let wave = 0; wave < 3; wave++) {
      await Promise.all(tabs.map((tab) => tab.evaluate(() => window.auth.getAccessToken({ force: true }))))
      await page.waitForTimeout(200)
      site.take(refreshPath)
      // Nobody asks: every tab's own timer comes.
      await page.waitForTimeout(3100)
      expect(site.take(refreshPath).length, `wave ${wave}`).toBeLessThanOrEqual(2)
    }
    // Everybody asks at the same moment, after the end.
    await Promise.all(tabs.map((tab) => tab.evaluate(() => window.auth.getAccessToken({ minValidity: 1e9 }))))
    expect(site.take(refreshPath).length).toBeLessThanOrEqual(2)
    for (const tab of tabs) expect(await statusOf(tab)).toBe('signed-in')
    const sessions = await Promise.all(
      tabs.map((tab) => tab.evaluate(() => window.auth.state.get().session?.id)),
    )
    expect(new Set(sessions).size).toBe(1)
    await context.close()
  })

  test('a lost answer is repeated by another tab with the same attempt, after the leeway', async () => {
    await using site = await openSdkSite({ refreshLeeway: '0s' })
    const { context, page } = await signIn(browser, site)
    const other = await openTab(context, site)
    site.take(refreshPath)
    site.weather(refreshPath, 'lost', 'fair')
    expect(await renew(page)).toBe('offline')
    // Chromium hands storage on to other tabs a little later; without a leeway nothing else covers for it.
    await other.waitForFunction(() => Object.keys(localStorage).some((key) => key.endsWith(':attempt')))
    expect(await renew(other)).toMatch(/^ey/)
    const attempts = site.take(refreshPath).map(({ headers }) => headers['refresh-attempt'])
    expect(attempts).toHaveLength(2)
    expect(attempts[1]).toBe(attempts[0])
    expect(await renew(page)).toMatch(/^ey/)
    await context.close()
  })

  test('a step-up waits for a refresh in another tab, so that nothing overtakes it', async () => {
    await using site = await openSdkSite({ refreshLeeway: '0s' })
    const { context, page } = await signIn(browser, site)
    const other = await openTab(context, site)
    site.take(refreshPath)
    let go!: () => void
    site.weather(refreshPath, { until: new Promise<void>((resolve) => (go = resolve)) }, 'fair')
    const refreshing = renew(other)
    await expect.poll(() => site.peek(refreshPath)).toBe(1)
    const raising = page.evaluate((password) => window.auth.password.stepUp({ password }), secret)
    await page.waitForTimeout(500)
    expect(site.peek('/api/auth/step-up')).toBe(0)
    go()
    expect(await refreshing).toMatch(/^ey/)
    expect(await raising).toEqual({ data: true, error: null })
    expect(await renew(other)).toMatch(/^ey/)
    await context.close()
  })

  test('a refresh that hangs in one tab holds up no other', async () => {
    await using site = await openSdkSite({ refreshLeeway: '0s' })
    const { context, page } = await signIn(browser, site)
    const other = await openTab(context, site)
    site.take(refreshPath)
    site.weather(refreshPath, { until: new Promise(() => {}) }, 'fair')
    const hanging = renew(other)
    await expect.poll(() => site.peek(refreshPath)).toBe(1)
    expect(await renew(page)).toMatch(/^ey/)
    // A token that one tab has received, the other has as well.
    expect(await other.evaluate(() => window.auth.getAccessToken())).toMatch(/^ey/)
    void hanging.catch(() => {})
    await context.close()
  })

  const storms: Record<string, Weather> = {
    'a broken connection': 'broken',
    'a lost answer': 'lost',
    'a 503': { status: 503, type: 'text/plain', text: 'Service Unavailable' },
    'a 429': { status: 429, type: 'text/html', text: 'Slow down', headers: { 'retry-after': '1' } },
    'a proxy’s 403': { status: 403, type: 'text/html', text: '<h1>Forbidden</h1>' },
    'truncated JSON': { status: 200, type: 'application/json', text: '{"accessToken":"ey' },
  }
  for (const [name, storm] of Object.entries(storms)) {
    test(`${name}: the user stays signed in, and it recovers by itself`, async () => {
      await using site = await openSdkSite({ refreshLeeway: '0s' })
      const { context, page } = await signIn(browser, site)
      site.weather(refreshPath, storm, 'fair')
      expect(await renew(page)).not.toMatch(/^ey/)
      expect(await page.evaluate(() => window.auth.state.get())).toMatchObject({
        status: 'signed-in',
        stale: true,
      })
      await page.waitForFunction(() => !window.auth.state.get().stale)
      expect(await page.evaluate(() => window.heard)).toEqual([])
      expect(await renew(page)).toMatch(/^ey/)
      await context.close()
    })
  }

  test('offline: the user stays signed in, reloads included, and is back with the network', async () => {
    await using site = await openSdkSite({ refreshLeeway: '0s' })
    const { context, page } = await signIn(browser, site)
    await context.setOffline(true)
    expect(await renew(page)).toBe('offline')
    expect(await statusOf(page)).toBe('signed-in')
    await context.setOffline(false)
    await page.waitForFunction(() => !window.auth.state.get().stale)
    // A start while the server cannot be reached: not known, and known as soon as it can.
    site.weather(refreshPath, 'broken')
    await openApp(page, site)
    await page.waitForFunction(() => window.auth.state.get().error?.code === 'offline')
    expect(await statusOf(page)).toBe('loading')
    site.weather(refreshPath, 'fair')
    await page.waitForFunction(() => window.auth.state.get().status === 'signed-in')
    await context.close()
  })

  test('a log-out reaches all tabs, and a sign-in as well', async () => {
    await using site = await openSdkSite()
    const { context, page } = await signIn(browser, site)
    const other = await openTab(context, site)
    await page.evaluate(() => window.auth.logout())
    await other.waitForFunction(() => window.auth.state.get().status === 'signed-out')
    expect(await other.evaluate(() => window.heard)).toEqual([['signed-out', { reason: 'logout' }]])
    await login(page)
    await other.waitForFunction(() => window.auth.state.get().status === 'signed-in')
    expect(await renew(other)).toMatch(/^ey/)
    await context.close()
  })

  test('a log-out goes on when the page is left', async () => {
    await using site = await openSdkSite()
    const { context, page } = await signIn(browser, site)
    const id = await page.evaluate(() => window.auth.state.get().user!.id)
    let go!: () => void
    site.weather('/api/auth/logout', { until: new Promise<void>((resolve) => (go = resolve)) })
    await page.evaluate(() => void window.auth.logout())
    await expect.poll(() => site.peek('/api/auth/logout')).toBe(1)
    await page.goto('about:blank')
    go()
    const { sessions } = site.server.latchkey.services
    await expect
      .poll(() => sessions.devices(userIdOf(id), '' as SessionId, { limit: 50 }))
      .toMatchObject({ items: [] })
    await context.close()
  })

  test('a tab that was frozen through an expiry and a refresh elsewhere goes on', async () => {
    await using site = await openSdkSite({ accessTokenTtl: '2s', refreshLeeway: '0s' })
    const { context, page } = await signIn(browser, site)
    const other = await openTab(context, site)
    const cdp = await context.newCDPSession(page)
    await cdp.send('Page.setWebLifecycleState', { state: 'frozen' })
    for (let turn = 0; turn < 3; turn++) await renew(other)
    await other.waitForTimeout(2500)
    await cdp.send('Page.setWebLifecycleState', { state: 'active' })
    expect(await page.evaluate(() => window.auth.getAccessToken())).toMatch(/^ey/)
    expect(await statusOf(page)).toBe('signed-in')
    expect(await page.evaluate(() => window.heard)).toEqual([])
    await context.close()
  })

  test('after hours asleep one refresh is made and the user is there', async () => {
    await using site = await openSdkSite()
    const { context, page } = await signIn(browser, site, { clock: true })
    site.take(refreshPath)
    // The clocks jump, timers fire late, as on a lid that is opened.
    await page.clock.fastForward('05:00:00')
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    expect(await page.evaluate(() => window.auth.getAccessToken())).toMatch(/^ey/)
    expect(site.take(refreshPath)).toHaveLength(1)
    await context.close()
  })

  test('anonymous visitors make no request', async () => {
    await using site = await openSdkSite()
    const context = await browser.newContext()
    const page = await openTab(context, site)
    expect(await statusOf(page)).toBe('signed-out')
    expect(site.take(refreshPath)).toHaveLength(0)
    await context.close()
  })

  test('cookies that are not kept are named as the reason, right after the sign-in', async () => {
    await using site = await openSdkSite()
    site.cookies(false)
    const context = await browser.newContext()
    const page = await openTab(context, site)
    await register(page)
    expect(
      await page.evaluate(() => window.heard.map(([, event]) => (event as { code: string }).code)),
    ).toContain('cookies_blocked')
    expect(await page.evaluate(() => window.auth.state.get().error?.message)).toMatch(/keeps no cookies/)
    await renew(page)
    const out = await page.evaluate(() => window.heard.filter(([name]) => name === 'signed-out'))
    expect(out).toEqual([['signed-out', { reason: 'cookies_blocked' }]])
    await context.close()
  })

  test('cookies of another site are named as the reason', async () => {
    await using site = await openSdkSite()
    await using app = await openSdkSite()
    // To the browser 127.0.0.1 is another site than localhost, so that SameSite cookies are not sent.
    const base = `${site.origin.replace('localhost', '127.0.0.1')}/api/auth`
    await using elsewhere = await openSdkSite({ allowedOrigins: [app.origin] })
    const foreign = base.replace(new URL(site.origin).port, new URL(elsewhere.origin).port)
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${app.origin}/app`)
    await openClient(page, { baseURL: foreign })
    await page.evaluate(() => window.auth.ready())
    await register(page)
    await renew(page)
    const out = await page.evaluate(() => window.heard.filter(([name]) => name === 'signed-out'))
    expect(out).toEqual([['signed-out', { reason: 'cookies_blocked' }]])
    await context.close()
  })

  test('plain http elsewhere than on localhost is refused with what to do', async () => {
    await using site = await openSdkSite()
    const resolving = await openBrowser({ hosts: 'MAP app.example 127.0.0.1' })
    const page = await resolving.newPage()
    await page.goto(`${site.origin.replace('localhost', 'app.example')}/app`)
    const error = await page.evaluate(() => {
      try {
        window.lk.createAuthClient()
        return null
      } catch (error) {
        return { code: (error as { code: string }).code, message: (error as Error).message }
      }
    })
    expect(error).toMatchObject({ code: 'insecure_context' })
    expect(error?.message).toMatch(/needs https/)
    await resolving.close()
  })

  test('blocked storage is named, and signing in works all the same', async () => {
    await using site = await openSdkSite()
    const context = await browser.newContext()
    await context.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('denied', 'SecurityError')
        },
      })
    })
    const page = await openTab(context, site)
    await register(page)
    expect(await renew(page)).toMatch(/^ey/)
    expect(await codesHeard(page)).toContain('storage_blocked')
    await context.close()
  })

  test('a token never goes backwards: what another tab says late, or of an ended session, counts for nothing', async () => {
    await using site = await openSdkSite({ refreshLeeway: '0s' })
    const { context, page } = await signIn(browser, site)
    const other = await openTab(context, site)
    const channel = `latchkey:${site.origin}/api/auth`
    const said = other.evaluate(
      (name) =>
        new Promise((resolve) => {
          new BroadcastChannel(name).addEventListener('message', ({ data }) => resolve(data), { once: true })
        }),
      channel,
    )
    const old = await renew(page)
    const message = await said
    expect(message).toMatchObject({ kind: 'tokens', answer: { accessToken: old } })
    expect(JSON.stringify(message)).not.toContain('lkr_')
    const newer = await renew(page)
    const repeat = () =>
      other.evaluate(
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
        ([name, message]) => new BroadcastChannel(name as string).postMessage(message),
        [channel, message],
      )
    await repeat()
    await page.waitForTimeout(200)
    expect(await page.evaluate(() => window.auth.getAccessToken())).toBe(newer)
    await page.evaluate(() => window.auth.logout())
    await repeat()
    await page.waitForTimeout(200)
    expect(await statusOf(page)).toBe('signed-out')
    await context.close()
  })

  test('a log-out before the first refresh of a rendered page wins over what another tab says late', async () => {
    await using site = await openSdkSite()
    const { context, page } = await signIn(browser, site)
    const initial = await page.evaluate(() => {
      const { user, session } = window.auth.state.get()
      return { user, session } as InitialSession
    })
    const late = await page.evaluate(
      (name) =>
        new Promise((resolve) => {
          new BroadcastChannel(name).addEventListener('message', ({ data }) => resolve(data), { once: true })
          void window.auth.getAccessToken({ force: true })
        }),
      `latchkey:${site.origin}/api/auth`,
    )
    const rendered = await context.newPage()
    await rendered.goto(`${site.origin}/app`)
    await openClient(rendered, { initial })
    await rendered.evaluate(() => window.auth.logout())
    await page.evaluate(
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
      ([name, message]) => new BroadcastChannel(name as string).postMessage(message),
      [`latchkey:${site.origin}/api/auth`, late],
    )
    await rendered.waitForTimeout(200)
    expect(await statusOf(rendered)).toBe('signed-out')
    await context.close()
  })

  test('storage that is deleted under way signs nobody out', async () => {
    await using site = await openSdkSite({ refreshLeeway: '0s' })
    const { context, page } = await signIn(browser, site)
    await page.evaluate(() => localStorage.clear())
    expect(await renew(page)).toMatch(/^ey/)
    await openApp(page, site)
    expect(await statusOf(page)).toBe('signed-in')
    await context.close()
  })

  test('two clients for one server in one page are warned of', async () => {
    await using site = await openSdkSite()
    const { context, page } = await signIn(browser, site)
    await page.evaluate(() => {
      const second = window.lk.createAuthClient()
      second.on('warning', (error) => window.heard.push(['warning', { code: error.code }]))
    })
    await page.waitForFunction(() => window.heard.length > 0)
    expect(await codesHeard(page)).toEqual(['second_instance'])
    await context.close()
  })

  test('React: StrictMode makes one refresh, a refresh renders nothing again, and all components agree', async () => {
    await using site = await openSdkSite({ refreshLeeway: '0s' })
    const { context, page } = await signIn(browser, site)
    await openApp(page, site, { start: false })
    site.take(refreshPath)
    await page.evaluate(() => {
      const { createAuthReact, react, reactDom } = window.lk
      const { createElement: h, StrictMode } = react
      const { AuthProvider, RequireAuth, Show, useUser, useCan } = createAuthReact(window.auth)
      window.changes = 0
      const Profile = () => {
        window.changes++
        const user = useUser()
        const admin = useCan({ role: 'admin' })
        return h('p', { id: 'profile' }, `${user?.email} ${admin}`)
      }
      const app = h(
        StrictMode,
        null,
        h(
          AuthProvider,
          null,
          h(Show, { when: 'loading' }, h('p', { id: 'loading' })),
          h(RequireAuth, { signedOut: h('p', { id: 'out' }) }, h(Profile)),
        ),
      )
      reactDom.createRoot(document.getElementById('root')!).render(app)
    })
    await page.waitForSelector('#profile')
    expect(await page.textContent('#profile')).toBe(`${email} false`)
    expect(site.take(refreshPath)).toHaveLength(1)
    const renders = await page.evaluate(() => window.changes)
    for (let turn = 0; turn < 3; turn++) await renew(page)
    expect(await page.evaluate(() => window.changes)).toBe(renders)
    await page.evaluate(() => window.auth.logout())
    await page.waitForSelector('#out', { state: 'attached' })
    await context.close()
  })

  test('React: what the server rendered is hydrated without a flash, and its state checked', async () => {
    await using site = await openSdkSite()
    const { context, page } = await signIn(browser, site)
    const initial = await page.evaluate(() => {
      const { user, session } = window.auth.state.get()
      return { user, session } as InitialSession
    })
    site.serve('/rendered', renderOnServer(initial))
    await page.goto(`${site.origin}/rendered`)
    const { before, after, errors } = await page.evaluate(hydrateProfile, initial)
    expect(before).toBe(`<p>${email}</p>`)
    expect(errors).toEqual([])
    // Neither the hydration nor the first refresh has changed a thing.
    expect(after).toEqual([])
    expect(site.take(refreshPath).length).toBeLessThanOrEqual(1)
    await context.close()
  })

  test('a worker signs in and refreshes', async () => {
    await using site = await openSdkSite()
    const { context, page } = await signIn(browser, site)
    const answer = await page.evaluate(
      (input) =>
        new Promise((resolve, reject) => {
          const { trustedTypes } = window as unknown as { trustedTypes: TrustedTypes }
          const policy = trustedTypes.createPolicy('workers', { createScriptURL: (url) => url })
          const worker = new Worker(policy.createScriptURL('/app.js'), { type: 'module' })
          worker.addEventListener('message', ({ data }) => resolve(data))
          worker.addEventListener('error', ({ message }) => reject(new Error(message)))
          // The script listens once it has run.
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has one origin
          setTimeout(() => worker.postMessage(input), 500)
        }),
      { email, password: secret },
    )
    expect(answer).toMatchObject({ error: null, email, token: expect.stringMatching(/^ey/) as string })
    await context.close()
  })

  test('axios: many refused at once wait for one refresh and go out again, each once', async () => {
    await using site = await openSdkSite()
    const { context, page } = await signIn(browser, site)
    const id = await page.evaluate(() => window.auth.state.get().user!.id)
    // Old tokens end at once, and the client cannot know.
    await site.server.latchkey.services.users.change(userIdOf(id), { roles: ['admin'] })
    site.take(refreshPath)
    site.take('/api/auth/me')
    const answers = await page.evaluate(async () => {
      const { attachAxios, axios } = window.lk
      const api = axios.create({ baseURL: '/api/auth' })
      attachAxios(api, window.auth)
      const all = await Promise.all(Array.from({ length: 8 }, () => api.get('/me')))
      return all.map(({ data }) => (data as { email: string }).email)
    })
    expect(answers).toEqual(Array.from({ length: 8 }, () => email))
    expect(site.take(refreshPath)).toHaveLength(1)
    expect(site.take('/api/auth/me')).toHaveLength(16)
    await context.close()
  })
})

/** Not in the DOM types yet. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): URL }
}

/** Runs in the page; returns every change of what is shown from the start to some time after the refresh. */
async function hydrateProfile(initial: InitialSession) {
  const { createAuthClient, createAuthReact, react, reactDom } = window.lk
  const root = document.getElementById('root')!
  const before = root.innerHTML
  const after: string[] = []
  const errors: string[] = []
  new MutationObserver(() => after.push(root.innerHTML)).observe(root, {
    childList: true,
    characterData: true,
    subtree: true,
  })
  const auth = createAuthClient()
  const { AuthProvider, useUser } = createAuthReact(auth)
  const Profile = () => react.createElement('p', null, useUser()?.email ?? 'nobody')
  reactDom.hydrateRoot(root, react.createElement(AuthProvider, { initial }, react.createElement(Profile)), {
    onRecoverableError: (error) => errors.push(String(error)),
  })
  await auth.getAccessToken()
  await new Promise((resolve) => setTimeout(resolve, 100))
  return { before, after, errors }
}

function renderOnServer(initial: InitialSession): string {
  const auth = createAuthClient({ baseURL: 'http://localhost/api/auth' })
  const { AuthProvider, useUser } = createAuthReact(auth)
  const Profile = () => createElement('p', null, useUser()?.email ?? 'nobody')
  const html = renderToString(createElement(AuthProvider, { initial }, createElement(Profile)))
  // Nothing of one request stays for the next.
  expect(auth.state.get().status).toBe('loading')
  auth.dispose()
  return `<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,"><div id="root">${html}</div><script type="module" src="/app.js"></script></html>`
}

const statusOf = (page: Page) => page.evaluate(() => window.auth.state.get().status)

/** A new access token, or the code of what is in the way. */
const renew = (page: Page): Promise<string | null> =>
  page.evaluate(() =>
    window.auth.getAccessToken({ force: true }).catch((error: { code: string }) => error.code),
  )

const codesHeard = (page: Page) =>
  page.evaluate(() => window.heard.map(([, event]) => (event as { code: string }).code))
