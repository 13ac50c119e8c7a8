import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { expectSound } from '#test/support/sound.ts'
import { openSite } from './site.ts'

const email = 'ada@example.com'
const password = 'seven quiet otters swim'

describe.skipIf(chromiumPath === null)('the site in a browser', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser.close())

  test('without JavaScript: sign up, write, be remembered, sign another device out, be signed out, come back', async () => {
    await using site = await openSite()
    const { page, complaints } = await open()
    await page.goto(`${site.origin}/notes`)
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Create account' }).click()
    // The page that was asked for first.
    await page.getByRole('heading', { name: 'Notes' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/notes')
    await page.getByLabel('Note').fill('milk')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByText('milk').waitFor()
    await page.reload()
    await page.getByText('milk').waitFor()
    const [cookie, ...more] = (await page.context().cookies()).filter(({ value }) => value.startsWith('lk'))
    expect([cookie?.name, cookie?.httpOnly, more]).toEqual(['latchkey-session', true, []])

    const other = await open('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')
    await other.page.goto(`${site.origin}/devices`)
    await signIn(other.page)
    await other.page.getByRole('heading', { name: 'Devices' }).waitFor()
    await page.getByRole('link', { name: 'Devices' }).click()
    await page.getByRole('button', { name: 'Sign out Firefox on Linux' }).click()
    await page.getByText('Firefox on Linux').waitFor({ state: 'detached' })
    await other.page.reload()
    await other.page.getByRole('heading', { name: 'Sign in' }).waitFor()

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    // Neither the page nor the browser's memory of it shows what was there.
    await page.goBack()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await signIn(page)
    await page.getByRole('heading', { name: 'Devices' }).waitFor()
    expect([...complaints, ...other.complaints]).toEqual([])
  })

  test('its pages can be used by everybody', async () => {
    await using site = await openSite()
    const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
    await page.goto(`${site.origin}/sign-up?return_to=/notes`)
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByLabel('Note').fill('milk')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByText('milk').waitFor()
    for (const path of ['/notes', '/devices', '/']) {
      await page.goto(site.origin + path)
      await expectSound(page, page.url())
    }
  })

  async function open(userAgent?: string): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      locale: 'en-US',
      ...(userAgent !== undefined && { userAgent }),
    })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    return { page, complaints }
  }
})

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
