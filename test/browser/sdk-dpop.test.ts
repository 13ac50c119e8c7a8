import type { AuthClient, PasswordApi } from '@latchkey/client'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { openSdkSite, type Site } from './sdk/site.ts'

const email = 'ada@example.com'
const secret = 'seven quiet otters swim'
const refreshPath = '/api/auth/refresh'

type Auth = AuthClient & { password: PasswordApi }
const authOf = (): Auth => (globalThis as unknown as { boundAuth: Auth }).boundAuth

describe.skipIf(chromiumPath === null)('a browser that binds its tokens', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser.close())

  test('keeps one key that no script can take away, through reloads and for all tabs', async () => {
    await using site = await openSdkSite()
    const { context, page } = await signIn(browser, site)
    const key = await thumbprint(page)
    expect(key).toMatch(/^[\w-]{43}$/)
    expect(await stealKey(page)).toEqual({ extractable: false, error: 'InvalidAccessError' })
    await page.reload()
    await start(page)
    expect(await thumbprint(page)).toBe(key)
    const other = await openTab(context, site)
    expect(await thumbprint(other)).toBe(key)
    expect(await fetchMe(other)).toEqual({ status: 200, email })
    await context.close()
  })

  test('two tabs that make their first key at once use the same', async () => {
    await using site = await openSdkSite()
    const context = await browser.newContext()
    const pages = await Promise.all([openTab(context, site), openTab(context, site), openTab(context, site)])
    await Promise.all(
      pages.map((page) =>
        page.evaluate(() =>
          authOfPage()
            .ready()
            .catch(() => {}),
        ),
      ),
    )
    await register(pages[0])
    const keys = await Promise.all(pages.map((page) => thumbprint(page)))
    expect(new Set(keys).size).toBe(1)
    await context.close()
  })

  test('ten tabs at expiry: nobody is signed out, and at most two refreshes are made', async () => {
    await using site = await openSdkSite({ accessTokenTtl: '3s', refreshLeeway: '0s' })
    const { context, page } = await signIn(browser, site)
    const tabs = [page]
    for (let more = 1; more < 10; more++) tabs.push(await openTab(context, site))
    await page.waitForTimeout(3100)
    site.take(refreshPath)
    await Promise.all(
      tabs.map((tab) => tab.evaluate(() => authOfPage().getAccessToken({ minValidity: 1e9 }))),
    )
    const refreshes = site.take(refreshPath)
    // A proof with an outdated nonce is made once more.
    expect(new Set(refreshes.map(({ headers }) => headers['refresh-attempt'])).size).toBeLessThanOrEqual(2)
    for (const tab of tabs) expect(await statusOf(tab)).toBe('signed-in')
    await context.close()
  })

  test('a lost answer is repeated by another tab with the same attempt and a proof of its own', async () => {
    await using site = await openSdkSite({ refreshLeeway: '0s' })
    const { context, page } = await signIn(browser, site)
    const other = await openTab(context, site)
    // So that both know the nonce.
    await fetchMe(other)
    site.take(refreshPath)
    site.weather(refreshPath, 'lost', 'fair')
    expect(await renew(page)).toBe('offline')
    await other.waitForFunction(() => Object.keys(localStorage).some((key) => key.endsWith(':attempt')))
    expect(await renew(other)).toMatch(/^ey/)
    const tries = site.take(refreshPath).map(({ headers }) => headers)
    expect(new Set(tries.map((headers) => headers['refresh-attempt'])).size).toBe(1)
    expect(new Set(tries.map(({ dpop }) => dpop)).size).toBe(tries.length)
    expect(await renew(page)).toMatch(/^ey/)
    await context.close()
  })

  test('stolen cookies are worth nothing in another browser, and the owner goes on', async () => {
    await using site = await openSdkSite()
    const { context, page } = await signIn(browser, site)
    const thief = await browser.newContext()
    await thief.addCookies(await context.cookies())
    const stolen = await openTab(thief, site)
    await stolen.evaluate(() =>
      authOfPage()
        .ready()
        .catch(() => {}),
    )
    expect(await statusOf(stolen)).toBe('signed-out')
    expect(await renew(page)).toMatch(/^ey/)
    await thief.close()
    await context.close()
  })

  test('a browser that has lost its key is signed out, and signs in with a new one', async () => {
    await using site = await openSdkSite()
    const { context, page } = await signIn(browser, site)
    const before = await thumbprint(page)
    await page.evaluate(() => indexedDB.deleteDatabase('latchkey'))
    await page.reload()
    await start(page)
    expect(await statusOf(page)).toBe('signed-out')
    await page.evaluate((input) => authOfPage().password.login(input), { email, password: secret })
    expect(await statusOf(page)).toBe('signed-in')
    expect(await thumbprint(page)).not.toBe(before)
    await context.close()
  })
})

async function signIn(browser: Browser, site: Site) {
  const context = await browser.newContext()
  const page = await openTab(context, site)
  await register(page)
  return { context, page }
}

async function openTab(context: BrowserContext, site: Site): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${site.origin}/app`)
  await start(page)
  return page
}

/** In the page: a client that binds, and {@link authOfPage}. */
async function start(page: Page): Promise<void> {
  await page.evaluate(`globalThis.authOfPage = ${authOf.toString()}`)
  await page.evaluate(async () => {
    const { createAuthClient, password, dpop } = window.lk
    const auth = createAuthClient({ methods: [password()], bind: dpop() })
    Object.assign(globalThis, { boundAuth: auth })
    await auth.ready().catch(() => {})
  })
}

declare global {
  /** Returns the page's client. */
  function authOfPage(): Auth
}

const register = (page: Page) =>
  page.evaluate((input) => authOfPage().password.register(input), { email, password: secret })

const statusOf = (page: Page) => page.evaluate(() => authOfPage().state.get().status)

const renew = (page: Page): Promise<string | null> =>
  page.evaluate(() =>
    authOfPage()
      .getAccessToken({ force: true })
      .catch((error: { code: string }) => error.code),
  )

const fetchMe = (page: Page) =>
  page.evaluate(async () => {
    const answer = await authOfPage().fetch('/api/auth/me')
    const { email } = (await answer.json()) as { email: string }
    return { status: answer.status, email }
  })

/** Returns the thumbprint of the key that the access token is bound to. */
const thumbprint = (page: Page): Promise<string | undefined> =>
  page.evaluate(async () => {
    const token = (await authOfPage().getAccessToken()) ?? ''
    const payload = atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'))
    return (JSON.parse(payload) as { cnf?: { jkt: string } }).cnf?.jkt
  })

/** As a script of somebody else's would try to. */
const stealKey = (page: Page) =>
  page.evaluate(async () => {
    const opened = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open('latchkey')
      opening.onsuccess = () => resolve(opening.result)
    })
    const [pair] = await new Promise<CryptoKeyPair[]>((resolve) => {
      const all = opened.transaction('keys').objectStore('keys').getAll()
      all.onsuccess = () => resolve(all.result as CryptoKeyPair[])
    })
    opened.close()
    const error = await crypto.subtle.exportKey('jwk', pair!.privateKey).catch((reason: Error) => reason.name)
    return { extractable: pair!.privateKey.extractable, error }
  })
