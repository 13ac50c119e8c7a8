import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { chromiumPath, complaintsOf } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { openSdkSite, type Site } from './sdk/site.ts'

const email = 'grace@example.com'
const password = 'seven quiet otters swim'
const newPassword = 'nine loud geese march'

/* A person and an account, from the first visit on, on the pages that the server brings. */

describe.skipIf(chromiumPath === null)('a whole journey', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser.close())

  test('register, prove the address, sign out, forget, reset, sign in, look at the devices, end another', async () => {
    await using site = await openSdkSite({ emailVerification: 'required' })
    const { page, complaints } = await openPage(browser)

    await page.goto(`${site.origin}/account`)
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByRole('heading', { name: 'Check your mail' }).waitFor()
    await readMail(page, site, 'Confirm')
    await page.getByRole('button', { name: 'Confirm address' }).click()
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signIn(page, password)
    await page.getByRole('heading', { name: 'Profile' }).waitFor()

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${site.origin}/sign-in`)
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.getByLabel('E-mail address').fill(email)
    await page.getByRole('button', { name: 'Send the mail' }).click()
    await page.getByRole('heading', { name: 'Check your mail' }).waitFor()
    await readMail(page, site, 'password')
    await page.getByLabel('New password').fill(newPassword)
    await page.getByRole('button', { name: 'Set password' }).click()
    await page.getByRole('heading', { name: 'Your password is set' }).waitFor()
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signIn(page, password)
    await page.getByText('The e-mail address or the password is wrong.').waitFor()
    await signIn(page, newPassword)
    await page.waitForURL(/\/account/)

    const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
    const other = await openPage(browser, { userAgent })
    await other.page.goto(`${site.origin}/account`)
    await signIn(other.page, newPassword)
    await other.page.getByRole('heading', { name: 'Profile' }).waitFor()

    await page.getByRole('link', { name: 'Devices' }).click()
    await page.getByText('This device', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Sign out Firefox on Linux' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('Firefox on Linux has been signed out.').waitFor()
    // The other browser is told at its next step, whichever that is.
    await other.page.getByRole('link', { name: 'Activity' }).click()
    await other.page.waitForURL(/\/sign-in\?/)
    expect(await other.page.getByText(email).count()).toBe(0)

    const unexpected = [...complaints, ...other.complaints].filter((text) => !/status of 4\d\d/.test(text))
    expect(unexpected).toEqual([])
    await other.page.context().close()
    await page.context().close()
  })
})

async function openPage(browser: Browser, options: { userAgent?: string } = {}) {
  const page = await (await browser.newContext({ locale: 'en-GB', ...options })).newPage()
  const complaints = complaintsOf(page)
  return { page, complaints }
}

async function signIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Looks into the inbox as a developer does, and follows the link of the newest mail whose subject fits. */
async function readMail(page: Page, site: Site, subject: string): Promise<void> {
  await site.server.latchkey.services.outbox.drain()
  await page.goto(`${site.origin}/dev/mail?to=${encodeURIComponent(email)}`)
  await page.locator('.mails a').filter({ hasText: subject }).first().click()
  const link = must(await page.locator('.links a').first().getAttribute('href'))
  // The links name the configured address; this server listens elsewhere.
  await page.goto(link.replace(site.server.origin, site.origin))
}
