/*
 * Takes pictures of every screen of the account application, at 360 and 1280 pixels, light and dark:
 * `npm run screenshots:account [folder]`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { buildConsole } from '../../../scripts/build-console.ts'
import { openChromium } from '#test/support/chromium.ts'
import { openAccountSite, openSignedIn, signIn } from './site.ts'

const folder = process.argv[2] ?? join(import.meta.dirname, '../../../screenshots')
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'

/** A screen: where it is, and what is done there before the picture. */
const screens: Record<string, { path: string; act?: (page: Page) => Promise<unknown> }> = {
  profile: { path: '' },
  email: { path: '/email' },
  password: { path: '/password' },
  codes: { path: '/codes' },
  'password-wrong': {
    path: '/password',
    async act(page) {
      await page.getByLabel('Current password').fill('not this one')
      await page.getByLabel('New password').fill('short')
      await page.getByRole('button', { name: 'Change password' }).click()
    },
  },
  'second-factors': { path: '/second-factors' },
  'second-factors-set-up': {
    path: '/second-factors',
    async act(page) {
      await page.getByRole('button', { name: 'Set up' }).click()
      await page.getByAltText('QR code with the secret of your account').waitFor()
    },
  },
  'linked-accounts': { path: '/linked-accounts' },
  devices: { path: '/devices' },
  'devices-confirm': {
    path: '/devices',
    act: (page) =>
      page
        .getByRole('button', { name: /^Sign out .* on / })
        .first()
        .click(),
  },
  'api-keys-create': {
    path: '/api-keys',
    act: (page) => page.getByRole('button', { name: 'Create a key' }).click(),
  },
  'api-keys-shown': { path: '/api-keys', act: (page) => createKey(page, 'backup') },
  'api-keys': {
    path: '/api-keys',
    async act(page) {
      await createKey(page, 'deployment of the notes')
      await page.getByRole('button', { name: 'I have kept it' }).click()
      await page
        .getByRole('button', { name: /^Replace / })
        .first()
        .click()
      await page.getByRole('dialog').getByRole('button', { name: 'Replace' }).click()
      await page.getByRole('button', { name: 'I have kept it' }).click()
    },
  },
  'api-keys-rename': {
    path: '/api-keys',
    async act(page) {
      await page
        .getByRole('button', { name: /^Rename / })
        .first()
        .click()
      await page.getByLabel('What is it for?').fill('')
      await page.keyboard.press('Enter')
    },
  },
  activity: { path: '/activity' },
  appearance: { path: '/appearance' },
  data: { path: '/data' },
  'data-delete': {
    path: '/data',
    act: (page) => page.getByRole('button', { name: /Delete account/ }).click(),
  },
  'step-up': {
    path: '/email',
    async act(page) {
      await page.route('**/change-email', (route) =>
        route.fulfill({
          status: 401,
          contentType: 'application/problem+json',
          headers: { 'www-authenticate': 'Bearer error="insufficient_user_authentication", max_age="600"' },
          body: JSON.stringify({
            code: 'insufficient_user_authentication',
            title: '',
            status: 401,
            requestId: 'x',
          }),
        }),
      )
      await page.getByLabel('New e-mail address').fill('ada@example.org')
      await page.getByRole('button', { name: 'Send confirmation' }).click()
      await page.getByLabel('Password', { exact: true }).waitFor()
    },
  },
  'email-pending': {
    path: '/email',
    async act(page) {
      await page.getByLabel('New e-mail address').fill('ada@example.org')
      await page.getByRole('button', { name: 'Send confirmation' }).click()
      await page.getByText('One step left').waitFor()
    },
  },
  saved: { path: '', act: (page) => page.getByRole('button', { name: 'Save' }).click() },
  menu: {
    path: '/devices',
    act: (page) =>
      page
        .getByRole('button', { name: /Menu/ })
        .click({ timeout: 500 })
        .catch(() => {}),
  },
  offline: {
    path: '/devices',
    act: (page) =>
      page
        .context()
        .setOffline(true)
        .then(() => page.getByRole('link', { name: 'Profile' }).count()),
  },
  fault: {
    path: '/devices',
    async act(page) {
      await page.route('**/sessions', (route) =>
        route.fulfill({
          status: 500,
          contentType: 'application/problem+json',
          body: JSON.stringify({
            code: 'internal_error',
            title: '',
            status: 500,
            requestId: 'req_Zk3v9QpL0aXw',
          }),
        }),
      )
      await page.reload()
    },
  },
  'not-found': { path: '/nothing' },
  goodbye: {
    path: '',
    async act(page) {
      await page.context().clearCookies()
      await page.goto(new URL('/account/goodbye', page.url()).href)
    },
  },
}

async function createKey(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Create a key' }).click()
  await page.getByLabel('What is it for?').fill(name)
  await page.getByLabel('Scopes').fill('notes:read notes:write')
  await page.keyboard.press('Enter')
  await page.getByLabel('API key', { exact: true }).waitFor()
}

buildConsole()
mkdirSync(folder, { recursive: true })
await using site = await openAccountSite()
const browser = await openChromium()
for (const userAgent of [firefox, phone]) {
  await signIn((await browser.newContext({ userAgent })).request, site)
}
for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1280]) {
    const options = { colorScheme, viewport: { width, height: 800 } }
    for (const [name, { path, act }] of Object.entries(screens)) {
      const { page, context, complaints } = await openSignedIn(browser, site, `/account${path}`, options)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForLoadState('networkidle')
      await act?.(page)
      await page.waitForTimeout(300)
      await page.screenshot({
        path: join(folder, `account-${name}-${colorScheme}-${width}.png`),
        fullPage: true,
      })
      const unexpected = complaints.filter((text) => !/Failed to load resource/.test(text))
      if (unexpected.length > 0)
        process.stderr.write(`${name} ${colorScheme} ${width}: ${unexpected.join('\n')}\n`)
      await context.request.post(`${site.origin}/api/auth/logout`, {
        headers: { 'sec-fetch-site': 'same-origin' },
      })
      await context.close()
    }
  }
}
await browser.close()
