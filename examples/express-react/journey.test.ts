import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { chromiumPath } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { freePort } from '#test/support/listen.ts'
import { expectSoundInEveryLook } from '#test/support/sound.ts'
import { openSite, type Site } from './site.ts'

const email = 'ada@example.com'
const password = 'seven quiet otters swim'

describe.skipIf(chromiumPath === null)('the front end in a browser', () => {
  const web = mkdtempSync(join(tmpdir(), 'latchkey-notes-web-'))
  let browser: Browser
  beforeAll(async () => {
    const configFile = join(import.meta.dirname, 'vite.config.ts')
    await build({ configFile, logLevel: 'error', build: { outDir: web, emptyOutDir: true } })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser.close()
    rmSync(web, { recursive: true })
  })

  test('register, write, reload, outlive the access token, log out, be sent to the log-in, and come back', async () => {
    const clock = { ahead: 0 }
    await using site = await openSite({}, web, { ports: { now: () => Date.now() + clock.ahead } })
    const { page, complaints, refused } = await open(browser, site)
    await page.clock.install()
    await register(page, site)
    await write(page, 'milk')

    await page.reload()
    await page.getByText('milk').waitFor()

    const used = await tokenOf(page, () => write(page, 'tea'))
    // Longer than an access token lives.
    clock.ahead = 20 * 60_000
    await page.clock.fastForward(clock.ahead)
    expect(await tokenOf(page, () => write(page, 'bread'))).not.toBe(used)
    expect(refused()).toEqual([])

    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
    await page.goto(`${site.origin}/devices`)
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
    await login(page)
    // Back to where they wanted to go.
    await page.getByRole('heading', { name: 'Devices' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/devices')
    await page.getByRole('link', { name: 'Notes' }).click()
    await page.getByText('bread').waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('a token that the API refuses is replaced, and the request goes out once more', async () => {
    await using site = await openSite({}, web)
    const { page } = await open(browser, site)
    await register(page, site)
    const keys = site.server.latchkey.services.keys
    // Every access token of the old key is refused from now on, before it expires.
    const kid = keys.signer().kid
    await keys.retire(kid)
    await write(page, 'milk')
    await page.context().close()
  })

  test('offline nobody is signed out: the page says so, and goes on by itself', async () => {
    await using site = await openSite({ accessTokenTtl: '2s', refreshLeeway: '0s' }, web)
    const { page } = await open(browser, site)
    await register(page, site)
    await write(page, 'milk')
    await page.context().setOffline(true)
    await page.getByText('No connection right now. You stay signed in.').waitFor()
    await page.getByRole('textbox', { name: 'New note' }).fill('tea')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('alert').getByText('cannot be reached').waitFor()
    await page.context().setOffline(false)
    await page.getByText('No connection right now.').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByText('tea', { exact: true }).waitFor()
    await page.context().close()
  })

  test('a forgotten password is set anew on the page of this application', async () => {
    await using site = await openSite({}, web)
    const { page } = await open(browser, site)
    await register(page, site)
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.getByLabel('E-mail address').fill(email)
    await page.getByRole('button', { name: 'Send the mail' }).click()
    await page.getByText('a mail with a link is on its way').waitFor()

    await page.goto(site.origin + (await linkTo(site, '/reset-password')))
    expect(await page.evaluate(() => location.search)).toBe('')
    await page.getByLabel('New password').fill('short')
    await page.getByRole('button', { name: 'Set password' }).click()
    await page.getByText('at least 8').waitFor()
    await page.getByLabel('New password').fill('nine loud geese march')
    await page.getByRole('button', { name: 'Set password' }).click()
    await page.getByRole('link', { name: 'Log in with the new password' }).click()
    await login(page, 'nine loud geese march')
    await page.getByRole('heading', { name: 'Your notes' }).waitFor()
    await page.context().close()
  })

  test('what is wrong with an input is said at its field, which has the focus', async () => {
    await using site = await openSite({}, web)
    const { page } = await open(browser, site)
    await page.goto(`${site.origin}/register`)
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password').fill('short')
    await page.getByRole('button', { name: 'Make the account' }).click()
    const field = page.getByLabel('Password')
    await page.locator('[aria-invalid=true]').waitFor()
    expect(await field.evaluate((input) => document.activeElement === input)).toBe(true)
    const about = await field.getAttribute('aria-describedby')
    expect(await page.locator(`[id="${about}"]`).textContent()).toContain('at least 8')
    await page.context().close()
  })

  test('a note is changed and deleted with the keyboard alone', async () => {
    await using site = await openSite({}, web)
    const { page } = await open(browser, site)
    await register(page, site)
    await write(page, 'milk')
    await page.getByRole('button', { name: 'Change: milk' }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('End')
    await page.keyboard.type(' and tea')
    await page.keyboard.press('Enter')
    await page.locator('li').getByText('milk and tea', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Delete: milk and tea' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('Nothing here yet.').waitFor()
    await page.context().close()
  })

  test('an administrator reads everybody’s notes, and is offered to change only theirs', async () => {
    await using site = await openSite({}, web)
    const setUp = new URL(must(await site.server.latchkey.setUpLink()))
    const token = setUp.searchParams.get('token')
    const json = { token, email: 'root@example.com', password }
    await site.server.send('POST', '/api/auth/setup', { json })
    const { page } = await open(browser, site)
    await register(page, site)
    await write(page, 'milk')
    expect(await page.getByRole('checkbox').count()).toBe(0)
    await page.getByRole('button', { name: 'Log out' }).click()
    await login(page, password, json.email)
    await page.getByText('Nothing here yet.').waitFor()
    await page.getByRole('checkbox', { name: 'Show everybody’s' }).check()
    await page.locator('li').getByText('milk', { exact: true }).waitFor()
    expect(await page.getByRole('button', { name: /^(Change|Delete)/ }).count()).toBe(0)
    await page.context().close()
  })

  test('a passkey that is added among the devices logs in from the form, and by its button', async () => {
    await using site = await openSite({ publicUrl: `http://localhost:${await freePort()}` }, web)
    const { page } = await open(browser, site)
    const device = await page.context().newCDPSession(page)
    await device.send('WebAuthn.enable')
    const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    const touch = (enabled: boolean) =>
      device.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
    await register(page, site)
    await page.goto(`${site.origin}/devices`)
    const added = page.waitForResponse('**/passkeys/registration/verify')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    expect((await added).status()).toBe(201)
    const loggedIn = () => page.waitForResponse('**/passkeys/login/verify')
    const fromForm = loggedIn()
    await page.getByRole('button', { name: 'Log out', exact: true }).click()
    expect((await fromForm).status()).toBe(200)
    await page.getByRole('heading', { name: 'Devices' }).waitFor()
    await touch(false)
    await page.getByRole('button', { name: 'Log out', exact: true }).click()
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
    await touch(true)
    const byButton = loggedIn()
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    expect((await byButton).status()).toBe(200)
    await page.getByRole('heading', { name: 'Devices' }).waitFor()
    await page.context().close()
  })

  test('axe finds nothing and nothing overflows', async () => {
    await using site = await openSite({}, web)
    const { page, complaints } = await open(browser, site)
    for (const path of ['/login', '/register', '/forgot', '/reset-password?token=x', '/nowhere']) {
      await page.goto(site.origin + path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await expectSoundInEveryLook(page, path)
    }
    await register(page, site)
    await write(page, 'a'.repeat(120))
    await expectSoundInEveryLook(page, 'notes')
    await page.getByRole('button', { name: /^Change/ }).click()
    await expectSoundInEveryLook(page, 'a note being changed')
    await page.goto(`${site.origin}/devices`)
    await page.getByText('this device').waitFor()
    await expectSoundInEveryLook(page, 'devices')
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

async function open(browser: Browser, site: Site, options: Parameters<Browser['newContext']>[0] = {}) {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints: string[] = []
  const answers: number[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('response', (response) => answers.push(response.status()))
  await page.goto(site.origin)
  return { page, complaints, refused: () => answers.filter((status) => status >= 400) }
}

async function register(page: Page, site: Site): Promise<void> {
  await page.goto(`${site.origin}/register`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Make the account' }).click()
  await page.getByRole('heading', { name: 'Your notes' }).waitFor()
}

async function login(page: Page, secret = password, address = email): Promise<void> {
  await page.getByLabel('E-mail address').fill(address)
  await page.getByLabel('Password').fill(secret)
  await page.getByRole('button', { name: 'Log in' }).click()
}

async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'New note' }).fill(text)
  await page.getByRole('button', { name: 'Add' }).click()
  await page.locator('li').getByText(text, { exact: true }).waitFor()
}

/** The access token of the next request to the API of the application. */
async function tokenOf(page: Page, act: () => Promise<void>): Promise<string | undefined> {
  const [request] = await Promise.all([page.waitForRequest('**/api/notes'), act()])
  return request.headers()['authorization']
}

async function linkTo(site: Site, path: string): Promise<string> {
  const { text } = await site.server.mailTo(email)
  const link = new URL(must(/https?:\S+/.exec(text))[0])
  expect(link.pathname).toBe(path)
  return link.pathname + link.search
}
