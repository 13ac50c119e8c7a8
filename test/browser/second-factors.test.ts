import type { Browser, Page } from 'playwright-core'
import { decodeQR } from 'qr/decode.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firstOf } from '#test/support/must.ts'
import { type AuthenticatorApp, authenticatorOf } from '#test/support/authenticator-app.ts'
import { chromiumPath, complaintsOf } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { picture } from '#test/support/qr-picture.ts'
import { expectSound, expectSoundInEveryLook } from '#test/support/sound.ts'
import { type AccountSite, email, openAccountSite, openSignedIn, password } from './account/site.ts'

/** Older than what changes a credential asks for. */
const stale = 11 * 60_000

/** A server whose clock is moved by hand, so that codes come and go without waiting. */
function createClock() {
  const start = Date.now()
  const clock = { ahead: 0, now: () => start + clock.ahead }
  return clock
}

describe.skipIf(chromiumPath === null)('second factors in a browser', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser.close())

  test('an app is set up by its picture, asked for, trusted, proven again, replaced by paper, removed', async () => {
    const clock = createClock()
    await using site = await openAccountSite({}, { ports: { now: clock.now } })
    const { page, context, complaints } = await openSignedIn(browser, site, '/account/second-factors')
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])

    await page.getByRole('button', { name: 'Set up' }).click()
    const app = await scan(page, clock)
    await expectSound(page, page.url())
    await page.getByLabel('Code that the app shows').fill(app.wrong())
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('The code is wrong, used or too old.').waitFor()
    await page.getByLabel('Code that the app shows').fill(app.code().replace(/(...)/, '$1 '))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('Keep your recovery codes').waitFor()
    await expectSound(page, page.url())
    const codes = await page.getByRole('dialog').getByRole('listitem').allTextContents()
    expect(codes).toHaveLength(10)
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText('The codes have been copied.').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(codes.join('\n'))
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('recovery-codes.txt')
    await page.getByRole('button', { name: 'I have kept them' }).click()
    await page.getByText('Codes left: 10').waitFor()
    expect(await page.content()).not.toContain(codes[0])
    await expectSound(page, page.url())

    // Signing in asks for it now; this browser is to be remembered.
    clock.ahead += 30_000
    await signOut(page)
    await signIn(page, site)
    await expectSound(page, page.url())
    await page.getByLabel('Code', { exact: true }).fill(app.code())
    await page.getByLabel('Do not ask on this device again').check()
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.waitForURL(`${site.origin}/account`)
    await signOut(page)
    await signIn(page, site)
    await page.waitForURL(`${site.origin}/account`)
    await page.getByRole('link', { name: 'Second factor' }).click()
    await page.getByRole('heading', { name: 'Trusted devices' }).waitFor()

    // A remembered browser is no proof: what changes factors asks for one, and a password will not do.
    await page.getByRole('button', { name: 'Make new codes' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Make new codes' }).click()
    await page.getByLabel('Code of your authenticator app').waitFor()
    expect(await page.getByRole('button', { name: 'Password', exact: true }).count()).toBe(0)
    await expectSound(page, page.url())
    await page.getByRole('button', { name: 'Recovery code', exact: true }).click()
    await page.getByLabel('Recovery code', { exact: true }).fill(firstOf(codes))
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('Keep your recovery codes').waitFor()
    await page.getByRole('button', { name: 'I have kept them' }).click()
    await page.getByText('Codes left: 10').waitFor()
    // New codes say nothing about the browsers that are trusted, and what changes a factor does.
    await page.getByRole('button', { name: /^Ask again/ }).waitFor()

    // With an old sign-in every way is offered again.
    clock.ahead += stale
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByLabel('Password', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Code of your authenticator app' }).click()
    await page.getByLabel('Code of your authenticator app').fill(app.code())
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('The authenticator app has been removed.').waitFor()
    await page.getByRole('button', { name: 'Set up' }).waitFor()
    // The page's requests got 401 before the step-up; no content policy was violated.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([])
    await context.close()
  }, 180_000)

  for (const javaScriptEnabled of [true, false]) {
    test(`who must have one sets it up before there is a session, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const clock = createClock()
      const settings = { secondFactor: 'required' } as const
      await using site = await openAccountSite(settings, { ports: { now: clock.now } })
      const context = await browser.newContext({ locale: 'en-GB', javaScriptEnabled })
      const page = await context.newPage()
      const complaints = complaintsOf(page)
      await signIn(page, site)
      await page.getByRole('heading', { name: 'Set up a second step' }).waitFor()
      if (javaScriptEnabled) await expectSoundInEveryLook(page, 'setting up')
      expect((await context.cookies()).map(({ name }) => name)).toEqual(['latchkey-sign-in'])
      await page.getByRole('button', { name: 'Set up' }).click()
      const app = await scan(page, clock)
      if (javaScriptEnabled) await expectSoundInEveryLook(page, 'the picture')
      await page.getByLabel('Code', { exact: true }).fill(app.code())
      await page.getByRole('button', { name: 'Confirm and sign in' }).click()
      await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor()
      if (javaScriptEnabled) await expectSoundInEveryLook(page, 'the recovery codes')
      expect(await page.getByRole('main').getByRole('listitem').count()).toBe(10)
      const names = (await context.cookies()).map(({ name }) => name)
      expect(names).toContain('latchkey-refresh-0')
      expect(complaints).toEqual([])
      await context.close()
    })
  }
})

/** As a camera would, and by the link and the text beside it. */
async function scan(page: Page, { now }: { now: () => number }): Promise<AuthenticatorApp> {
  const image = page.getByAltText('QR code with the secret of your account')
  await image.waitFor()
  const uri = new URL(decodeQR(picture((await image.getAttribute('src')) ?? '')))
  expect(uri.protocol + uri.host).toBe('otpauth:totp')
  expect(decodeURIComponent(uri.pathname)).toBe(`/Latchkey:${email}`)
  const secret = uri.searchParams.get('secret') ?? ''
  expect((await page.locator('.secret').textContent())?.replaceAll(' ', '')).toBe(secret)
  expect(await page.getByText('app on this device').getAttribute('href')).toBe(uri.href)
  // The picture is shown, whatever the content security policy says.
  expect(await image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBeGreaterThan(0)
  return authenticatorOf({ secret }, { now })
}

async function signIn(page: Page, { origin }: AccountSite): Promise<void> {
  await page.goto(`${origin}/sign-in`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.waitForURL(/\/sign-in/)
}
