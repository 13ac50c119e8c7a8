import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findAccountByEmail } from '../../packages/server/src/identity/users/store.ts'
import { must } from '#test/support/must.ts'
import { chromiumPath } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import type { ConfigOptions } from '../../packages/server/src/config/settings.ts'
import type { Outside } from '../../packages/server/src/latchkey.ts'
import { expectSound, expectSoundInEveryLook } from '#test/support/sound.ts'
import { email, openAccountSite as openSite, openSignedIn, password } from './account/site.ts'

const paths = [
  '',
  '/email',
  '/password',
  '/second-factors',
  '/passkeys',
  '/codes',
  '/linked-accounts',
  '/devices',
  '/api-keys',
  '/activity',
  '/appearance',
  '/data',
  '/goodbye',
  '/nothing',
]
/** Older than what changes or destroys an account asks for. */
const stale = 11 * 60_000

const describeAccount = (pagesSession: 'token' | 'cookie') => () => {
  const openAccountSite = (settings: ConfigOptions = {}, outside: Outside = {}) =>
    openSite({ pagesSession, ...settings }, outside)
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser.close())

  test('nobody signed in is led to sign-in, and back here afterwards', async () => {
    await using site = await openAccountSite()
    const page = await browser.newPage()
    await page.goto(`${site.origin}/account/devices`)
    await page.waitForURL(`${site.origin}/sign-in?return_to=%2Faccount%2Fdevices`)
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${site.origin}/account/devices`)
    await page.getByText('This device', { exact: true }).waitFor()
    await page.close()
  })

  test('after signing out one is at sign-in, and going back shows nothing of the account', async () => {
    await using site = await openAccountSite()
    const { page } = await openSignedIn(browser, site)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${site.origin}/sign-in`)
    await page.goBack()
    await page.waitForURL(/\/sign-in|about:blank/)
    expect(await page.getByText(email).count()).toBe(0)
    await page.context().close()
  })

  test('a name is changed, and said to be', async () => {
    await using site = await openAccountSite()
    const { page } = await openSignedIn(browser, site)
    await page.getByLabel('Name').fill('Countess')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Your name has been saved.').waitFor()
    await page.reload()
    expect(await page.getByLabel('Name').inputValue()).toBe('Countess')
    await page.context().close()
  })

  test('a changed password signs out the other browser and not this one', async () => {
    await using site = await openAccountSite()
    const other = await openSignedIn(browser, site)
    const { page } = await openSignedIn(browser, site, '/account/password')
    await page.getByLabel('Current password').fill('not this one')
    await page.getByLabel('New password').fill('nine loud geese march')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('The password is wrong.').waitFor()
    await page.getByLabel('Current password').fill(password)
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('Your password has been changed.').waitFor()
    await other.page.reload()
    await other.page.waitForURL(/\/sign-in\?/)
    await page.reload()
    await page.getByRole('heading', { name: 'Password' }).waitFor()
    await other.context.close()
    await page.context().close()
  })

  test('a device is ended by the keyboard alone, and is signed out', async () => {
    await using site = await openAccountSite()
    const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
    const other = await openSignedIn(browser, site, '/account', { userAgent })
    const { page } = await openSignedIn(browser, site, '/account')
    await page.getByRole('heading', { name: 'Profile' }).waitFor()

    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to content')
    await tabTo(page, 'Devices')
    await page.keyboard.press('Enter')
    await page.getByText('Firefox on Linux').waitFor()
    expect(await focused(page)).toBe('Devices')

    await tabTo(page, 'Sign out Firefox on Linux')
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('Cancel')
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await focused(page)).toBe('Sign out Firefox on Linux')

    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('Firefox on Linux has been signed out.').waitFor()
    await expect.poll(() => page.getByRole('heading', { name: 'Firefox on Linux' }).count()).toBe(0)
    expect(await focused(page)).toBe('Devices')
    await other.page.getByRole('link', { name: 'Devices' }).click()
    await other.page.waitForURL(/\/sign-in\?/)
    await other.context.close()
    await page.context().close()
  })

  test('a device whose sign-in has a key of its own says so', async () => {
    await using site = await openAccountSite()
    const { services } = site.server.latchkey
    const { page } = await openSignedIn(browser, site, '/account/devices')
    const sentence = page.getByText('A copied sign-in is worth nothing: it has a key of its own')
    await page.getByText('This device').waitFor()
    expect(await sentence.count()).toBe(0)
    const account = await findAccountByEmail(services.db, email)
    await services.sessions.start({
      userId: must(account).id,
      authentication: { amr: ['pwd'], aal: 1, authenticatedAt: Date.now() },
      origin: { ip: null, userAgent: null },
      stillValid: async () => true,
      jkt: 'A'.repeat(43),
    })
    await page.reload()
    await sentence.waitFor()
    expect(await sentence.count()).toBe(1)
    await page.context().close()
  })

  test('all other devices are ended at once', async () => {
    await using site = await openAccountSite()
    const other = await openSignedIn(browser, site)
    const { page } = await openSignedIn(browser, site, '/account/devices')
    await page.getByRole('button', { name: 'Sign out all other devices' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Sign out all other devices' }).click()
    await page.getByText('You are signed in on this device only.').waitFor()
    await other.page.reload()
    await other.page.waitForURL(/\/sign-in\?/)
    await other.context.close()
    await page.context().close()
  })

  test('a key is created, shown once, copied, used, replaced and revoked', async () => {
    const clock = { ahead: 0 }
    await using site = await openAccountSite({}, { ports: { now: () => Date.now() + clock.ahead } })
    const { page, context } = await openSignedIn(browser, site, '/account/api-keys')
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByText('You have no API keys.').waitFor()
    await page.getByRole('button', { name: 'Create a key' }).click()
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('name')
    await page.getByRole('dialog').getByRole('button', { name: 'Create a key' }).click()
    await page.getByText('Give the key a name.').waitFor()
    // Creating a credential asks for a step-up, once the sign-in is no longer recent.
    clock.ahead = stale
    await page.getByLabel('Scopes').fill(' notes:read  notes:write notes:read ')
    await page.getByLabel('Ends after').selectOption('30')
    await page.getByLabel('What is it for?').fill('backup')
    await page.keyboard.press('Enter')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Continue' }).click()
    const key = await shownKey(page)
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText('The key has been copied.').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key)
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByText('notes:read notes:write', { exact: false }).waitFor()
    expect(await page.content()).not.toContain(key.slice(0, -4))

    const use = (key: string) =>
      site.server.send('POST', '/api/auth/api-keys/token', { headers: { 'x-api-key': key } })
    expect((await use(key)).status).toBe(200)
    await page.reload()
    await page.getByText(/^Last used/).waitFor()

    await tabTo(page, 'Rename backup')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('name')
    await page.getByLabel('What is it for?').fill(' ')
    await page.keyboard.press('Enter')
    await page.getByText('Give the key a name.').waitFor()
    await expectSound(page, 'renaming')
    await page.getByLabel('What is it for?').fill('nightly')
    await page.keyboard.press('Enter')
    await page.getByText('The key is called nightly now.').waitFor()
    await expect.poll(() => focused(page)).toBe('Rename nightly')
    await page.reload()

    await tabTo(page, 'Replace nightly')
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('Cancel')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const successor = await shownKey(page)
    expect(successor).not.toBe(key)
    await page.keyboard.press('Escape')
    await page.getByText('Being replaced').waitFor()
    expect([(await use(key)).status, (await use(successor)).status]).toEqual([200, 200])

    await page.getByRole('button', { name: 'Revoke nightly' }).first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('nightly has been revoked.').waitFor()
    await page.getByText('Revoked', { exact: true }).waitFor()
    expect(await focused(page)).toBe('API keys')
    expect([(await use(key)).status, (await use(successor)).status]).toEqual([200, 401])
    await context.close()
  })

  test('another address counts once its mail is answered, and this page notices', async () => {
    await using site = await openAccountSite()
    const { page, context } = await openSignedIn(browser, site, '/account/email')
    await page.getByLabel('New e-mail address').fill('ada@example.org')
    await page.getByRole('button', { name: 'Send confirmation' }).click()
    await page.getByText('Open the link in the mail to ada@example.org.').waitFor()
    expect(await page.getByText(email, { exact: true }).first().isVisible()).toBe(true)

    const [link] = (await site.server.mailTo('ada@example.org')).links
    const mailed = await context.newPage()
    await mailed.goto(must(link).replace(site.server.origin, site.origin))
    await mailed.getByRole('button', { name: 'Use this address' }).click()
    await mailed.waitForURL(/done/)
    await page.bringToFront()
    await page.evaluate(() => window.dispatchEvent(new Event('focus')))
    await page.getByText('Your address is now ada@example.org.').waitFor()
    await context.close()
  })

  test('an address is confirmed by the code of its mail', async () => {
    await using site = await openAccountSite()
    const { page } = await openSignedIn(browser, site, '/account/email')
    await page.getByLabel('Code from the mail').fill('000000')
    await page.getByRole('button', { name: 'Confirm', exact: true }).click()
    await page.getByText('The code is wrong').waitFor()
    const [code] = (await site.server.mailTo(email)).codes
    await page.getByLabel('Code from the mail').fill(must(code))
    await page.getByRole('button', { name: 'Confirm', exact: true }).click()
    await page.getByText('Confirmed', { exact: true }).waitFor()
    await page.context().close()
  })

  test('one’s data is downloaded', async () => {
    await using site = await openAccountSite()
    const { page } = await openSignedIn(browser, site, '/account/data')
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download' }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toMatch(/^latchkey-export-\d{4}-\d{2}-\d{2}\.json$/)
    const content = JSON.parse(await readFile(await download.path(), 'utf8')) as { user: { email: string } }
    expect(content.user.email).toBe(email)
    await page.context().close()
  })

  test('the account is deleted after its address was typed and the password given again', async () => {
    const clock = { ahead: 0 }
    await using site = await openAccountSite({}, { ports: { now: () => Date.now() + clock.ahead } })
    const { page, context } = await openSignedIn(browser, site, '/account/data')
    await page.getByRole('heading', { name: 'Your data', exact: true }).waitFor()
    clock.ahead = stale
    await page.getByRole('button', { name: 'Delete account…' }).click()
    await page.getByLabel(/to confirm/).fill('somebody@example.com')
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByText('This is not the address of the account.').waitFor()

    await page.getByLabel(/to confirm/).fill(email)
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByRole('heading', { name: 'Is it you?' }).waitFor()
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('password')
    await page.keyboard.press('Escape')
    await page.getByText('Nothing was changed').waitFor()

    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByLabel('Password', { exact: true }).fill('not this one')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('The password is wrong.').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.waitForURL(`${site.origin}/account/goodbye`)
    await page.getByRole('heading', { name: 'Your account has been deleted' }).waitFor()
    await expectSound(page, 'good-bye')
    const kept = (await context.cookies()).map(({ name }) => name)
    expect(kept.filter((name) => /refresh|session|hint/.test(name))).toEqual([])
    await context.close()
  })

  test('nobody who has an account is told that it was deleted', async () => {
    await using site = await openAccountSite()
    const { page, context } = await openSignedIn(browser, site, '/account/goodbye')
    await page.waitForURL(/\/account\/?$/)
    await page.getByRole('heading', { name: 'Profile' }).waitFor()
    await context.close()
  })

  test('a chosen language is spoken at once, kept in the account, and known to the server’s pages', async () => {
    await using site = await openAccountSite()
    const { page, context } = await openSignedIn(browser, site, '/account/appearance')
    await page.getByLabel('Language').selectOption('de')
    await page.getByRole('heading', { name: 'Sprache und Design' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    const { value } = must((await context.cookies()).find(({ name }) => name === 'latchkey-language'))
    expect(value).toBe('de')
    const elsewhere = await openSignedIn(browser, site)
    await elsewhere.page.getByRole('heading', { name: 'Profil', exact: true }).waitFor()
    await elsewhere.context.close()
    await context.close()
  })

  test('a chosen theme is there with the first byte of the next page', async () => {
    await using site = await openAccountSite()
    const { page } = await openSignedIn(browser, site, '/account/appearance', { colorScheme: 'light' })
    await page.getByLabel('Dark').check()
    const answer = await page.reload()
    expect(await must(answer).text()).toContain('data-theme="dark"')
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark')
    await page.getByLabel('As on this device').check()
    expect(await must(await page.reload()).text()).not.toContain('data-theme')
    await page.context().close()
  })

  test('without a connection the page says so, and goes on by itself when it is back', async () => {
    await using site = await openAccountSite()
    const { page, context } = await openSignedIn(browser, site)
    await page.getByRole('heading', { name: 'Profile' }).waitFor()
    await context.setOffline(true)
    await page.getByText('There is no connection.').waitFor()
    await page.getByRole('link', { name: 'Devices' }).click()
    await page.getByText('The server cannot be reached.').waitFor()
    await context.setOffline(false)
    await page.getByText('This device', { exact: true }).waitFor()
    expect(await page.getByText('There is no connection.').count()).toBe(0)
    await context.close()
  })

  test('activity is told in sentences, page by page', async () => {
    await using site = await openAccountSite()
    const { page, context } = await openSignedIn(browser, site)
    for (let count = 0; count < 25; count++)
      await site.server.send('POST', '/api/auth/login', { json: { email, password: 'wrong again' } })
    await page.goto(`${site.origin}/account/activity`)
    await page.getByText('Somebody failed to sign in').first().waitFor()
    expect(await page.getByRole('listitem').filter({ hasText: 'failed' }).count()).toBe(20)
    await page.getByRole('button', { name: 'Show more' }).click()
    await page.getByText('You created the account').waitFor()
    await context.close()
  })

  test('who tries too often is told when to try again', async () => {
    await using site = await openAccountSite({ limitScale: 1 })
    const { page } = await openSignedIn(browser, site, '/account/email')
    const again = page.getByRole('button', { name: 'Send the mail again' })
    for (;;) {
      await again.click()
      const answer = page.getByText(/A new mail is on its way|Too many tries/).first()
      await answer.waitFor()
      if (await page.getByText(/Too many tries\. Try again at \d{2}:\d{2}/).isVisible()) break
    }
    await page.context().close()
  })
}

describe.skipIf(chromiumPath === null)('the look of the account application', () => {
  test('axe finds nothing, nothing overflows, nothing breaks the policy', async () => {
    await using browser = await openBrowser()
    await using site = await openSite()
    const { page, complaints } = await openSignedIn(browser, site)
    for (const path of paths) {
      await page.goto(`${site.origin}/account${path}`)
      await settled(page)
      await expectSoundInEveryLook(page, path)
    }
    await page.goto(`${site.origin}/account/data`)
    await page.getByRole('button', { name: 'Delete account…' }).click()
    await expectSoundInEveryLook(page, 'a dialog')
    await page.goto(`${site.origin}/account/api-keys`)
    await createKey(
      page,
      'a name that is so long that it needs more than one line on the screen of a telephone',
    )
    await expectSoundInEveryLook(page, 'a new key')
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByText('Never used').waitFor()
    await expectSoundInEveryLook(page, 'a list of keys')
    expect(complaints).toEqual([])
  }, 180_000)
})

describe.skipIf(chromiumPath === null)(
  'the account application in a browser, by token',
  describeAccount('token'),
)
describe.skipIf(chromiumPath === null)(
  'the account application in a browser, by cookie',
  describeAccount('cookie'),
)

async function createKey(page: Page, name: string): Promise<string> {
  await page.getByRole('button', { name: 'Create a key' }).click()
  await page.getByLabel('What is it for?').fill(name)
  await page.keyboard.press('Enter')
  return await shownKey(page)
}

async function shownKey(page: Page): Promise<string> {
  const field = page.getByLabel('API key', { exact: true })
  await field.waitFor()
  const key = await field.inputValue()
  expect(key).toMatch(/^lkk_[0-9A-Za-z]{37}$/)
  return key
}

/** Until headings and lists have arrived. */
async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.getByText('Loading…').waitFor({ state: 'detached' })
}

/** Returns the name that a screen reader would speak. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement } = document
    return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? ''
  })

async function tabTo(page: Page, name: string): Promise<void> {
  for (let steps = 0; steps < 40; steps++) {
    if ((await focused(page)) === name) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the keyboard does not lead to ${name}`)
}
