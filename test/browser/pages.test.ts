import { minutes } from '@latchkey/contract'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConfigOptions } from '../../packages/server/src/config/settings.ts'
import type { Method } from '../../packages/server/src/methods/method.ts'
import type { Outside } from '../../packages/server/src/latchkey.ts'
import type { InboxMail } from '../../packages/server/src/core/outbox/inbox.ts'
import { toNodeHandler } from '../../packages/server/src/http/adapters/node.ts'
import { textsOf } from '#test/support/texts-of.ts'
import { firstOf, must } from '#test/support/must.ts'
import { chromiumPath, complaintsOf } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import { listen } from '#test/support/listen.ts'
import { expectSound, expectSoundInEveryLook } from '#test/support/sound.ts'
import { openTestServer } from '#test/support/test-server.ts'

const password = 'seven quiet otters swim'
const email = 'ada@example.com'

describe.skipIf(chromiumPath === null)('pages in a browser', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser.close())

  test('axe finds nothing, nothing overflows, nothing breaks the policy', async () => {
    await using site = await openSite()
    const { page, complaints } = await open(browser)
    for (const path of [...(await site.pages()), '/docs']) {
      await page.goto(site.origin + path)
      await expectSoundInEveryLook(page, path)
    }
    await page.goto(`${site.origin}/sign-in`)
    await signIn(page, 'not this one')
    await expectSoundInEveryLook(page, 'a wrong password')
    await signIn(page)
    for (const path of ['/sign-in', '/sign-out']) {
      await page.goto(site.origin + path)
      await expectSoundInEveryLook(page, `${path}, signed in`)
    }
    expect(complaints.filter((text) => !/status of 40[014]|status of 500/.test(text))).toEqual([])
    await page.context().close()
  }, 180_000)

  test.each([
    ['light', 360, ['en', 'de', 'es']],
    ['dark', 1280, ['fr', 'pt', 'ja']],
  ] as const)(
    'nor in any language, where addresses must be proven: %s, %i px',
    async (colorScheme, width, languages) => {
      await using site = await openSite({ emailVerification: 'required' })
      const { page, complaints } = await open(browser, { colorScheme, viewport: { width, height: 800 } })
      for (const language of languages) {
        await page.goto(`${site.origin}/sign-up?ui_locales=${language}`)
        expect(await page.locator('html').getAttribute('lang')).toBe(language)
        await expectSound(page, `sign-up, ${language}`)
        await signUp(page, `${language}@example.com`, 'short')
        await expectSound(page, `sign-up with a fault, ${language}`)
        await signUp(page, `${language}@example.com`)
        expect(new URL(page.url()).pathname).toBe('/verify-email')
        await expectSound(page, `verify-email, ${language}`)
      }
      expect(complaints.filter((text) => !text.includes('status of 400'))).toEqual([])
      await page.context().close()
    },
  )

  test('the second step is sound and needs no JavaScript', async () => {
    await using site = await openSite({}, {}, [hotp])
    const codeOf = await site.enrol()
    const looking = await open(browser)
    await looking.page.goto(`${site.origin}/sign-in`)
    await signIn(looking.page)
    await looking.page.getByRole('heading', { name: 'One more step' }).waitFor()
    await expectSoundInEveryLook(looking.page, 'the second step')
    await looking.page.getByLabel('Code').fill('000000')
    await looking.page.getByRole('button', { name: 'Continue' }).click()
    await looking.page.getByRole('alert').waitFor()
    await expectSoundInEveryLook(looking.page, 'the second step with a fault')
    expect(looking.complaints.filter((text) => !text.includes('status of 401'))).toEqual([])

    const { page } = await open(browser, { javaScriptEnabled: false })
    await page.goto(`${site.origin}/sign-in?return_to=/docs`)
    await signIn(page)
    await page.getByLabel('Code').fill(codeOf(0))
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.waitForURL(`${site.origin}/docs`)
    await page.goto(`${site.origin}/sign-in`)
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor()
    await page.context().close()
    await looking.page.context().close()
  })

  test('without JavaScript: sign up, prove the address, sign in, forget, reset, sign in, sign out', async () => {
    await using elsewhere = await openElsewhere()
    await using site = await openSite({ emailVerification: 'required', returnUrls: [elsewhere.url] })
    const { page, complaints } = await open(browser, { javaScriptEnabled: false })
    const heading = () => page.getByRole('heading', { level: 1 }).textContent()
    const newcomer = 'bea@example.com'
    await page.goto(`${site.origin}/sign-in?return_to=${encodeURIComponent(elsewhere.url)}`)
    await page.getByRole('link', { name: 'Create an account' }).click()
    await signUp(page, newcomer)
    const code = await site.newest(newcomer, ({ codes }) => codes[0])
    await page.getByLabel('Code').fill(code)
    await page.getByRole('button', { name: 'Confirm' }).click()
    expect(await heading()).toBe('Your address is confirmed')
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signIn(page, password, newcomer)
    expect(page.url()).toBe(elsewhere.url)
    await page.goto(`${site.origin}/sign-out`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    expect(await heading()).toBe('You are signed out')
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.getByLabel('E-mail address').fill(newcomer)
    await page.getByRole('button', { name: 'Send the mail' }).click()
    expect(await heading()).toBe('Check your mail')
    await page.goto(
      await site.newest(newcomer, ({ links }) => links.find((link) => link.includes('/reset-password?'))),
    )
    await page.getByLabel('New password').fill('nine loud geese march')
    await page.getByRole('button', { name: 'Set password' }).click()
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signIn(page, password, newcomer)
    expect(await page.getByRole('alert').textContent()).toContain('is wrong')
    await signIn(page, 'nine loud geese march', newcomer)
    await page.goto(`${site.origin}/sign-in`)
    expect(await heading()).toBe('You are signed in')
    expect(complaints.filter((text) => !/status of 40[14]/.test(text))).toEqual([])
    await page.context().close()
  })

  test('a stranger’s registration, confirmed by link on another device, gets the password that is chosen there', async () => {
    await using site = await openSite({ emailVerification: 'required' })
    const stranger = await open(browser)
    await stranger.page.goto(`${site.origin}/sign-up`)
    await signUp(stranger.page, 'bea@example.com')
    const { page } = await open(browser)
    await page.goto(await site.newest('bea@example.com', ({ links }) => links[0]))
    await page.getByRole('button', { name: 'Confirm address' }).click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Choose a password')
    await page.getByLabel('New password').fill('nine loud geese march')
    await page.getByRole('button', { name: 'Set password' }).click()
    await stranger.page.goto(`${site.origin}/sign-in`)
    await signIn(stranger.page, password, 'bea@example.com')
    expect(await stranger.page.getByRole('alert').textContent()).toContain('is wrong')
    await page.goto(`${site.origin}/sign-in`)
    await signIn(page, 'nine loud geese march', 'bea@example.com')
    await page.goto(`${site.origin}/sign-in`)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('You are signed in')
    await page.context().close()
    await stranger.page.context().close()
  })

  test('after too many tries the button waits and the time counts down; then it can be pressed again', async () => {
    // Early in the window of the limit, so that there is something to count down.
    const quarter = minutes(15)
    const now = Math.floor(Date.now() / quarter) * quarter + minutes(1)
    await using site = await openSite({ limitScale: 1 }, { ports: { now: () => now } })
    const { page } = await open(browser)
    await page.clock.install()
    await page.goto(`${site.origin}/sign-in`)
    for (let tries = 0; tries < 11; tries++) await signIn(page, 'not this one')
    const button = page.getByRole('button', { name: 'Sign in' })
    expect(await button.isDisabled()).toBe(true)
    const shown = page.locator('[data-countdown]')
    const seconds = Number(await shown.getAttribute('data-countdown'))
    await page.clock.runFor((seconds - 20) * 1000)
    expect(await shown.textContent()).toMatch(/^(19|20|21) seconds$/)
    expect(await button.isDisabled()).toBe(true)
    await page.clock.runFor(22_000)
    expect(await button.isDisabled()).toBe(false)
    expect(await page.getByRole('alert').isVisible()).toBe(false)
    await page.context().close()
  })

  test('the language is chosen at the foot of a page, and the theme by a cookie', async () => {
    await using site = await openSite()
    const { page } = await open(browser, { javaScriptEnabled: false, colorScheme: 'light' })
    await page.goto(`${site.origin}/sign-in?ui_locales=fr`)
    await page.getByRole('button', { name: 'Deutsch' }).click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Anmelden')
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    const light = await ground()
    await page.context().addCookies([{ name: 'latchkey-theme', value: 'dark', url: site.origin }])
    await page.reload()
    expect(await ground()).not.toBe(light)
    await page.context().close()
  })

  test('a password is set without JavaScript', async () => {
    await using site = await openSite()
    const { page } = await open(browser, { javaScriptEnabled: false })
    await page.goto(await site.resetLink())
    await page.getByLabel('New password').fill('short')
    await page.getByRole('button', { name: 'Set password' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('at least 8')
    await page.getByLabel('New password').fill('nine loud geese march')
    await page.getByRole('button', { name: 'Set password' }).click()
    expect(await page.getByRole('heading').textContent()).toBe('Your password is set')
    expect(page.url()).toBe(`${site.origin}/reset-password/done`)
    await page.context().close()
  })

  test('the password can be looked at, and is hidden again before it is sent', async () => {
    await using site = await openSite()
    const { page } = await open(browser)
    await page.goto(await site.resetLink())
    const input = page.locator('#newPassword')
    await input.fill('nine loud geese march')
    await page.getByRole('button', { name: 'Show the password' }).click()
    expect(await input.getAttribute('type')).toBe('text')
    await page.getByRole('button', { name: 'Set password' }).click()
    expect(await page.getByRole('heading').textContent()).toBe('Your password is set')
    await page.context().close()
  })

  test('a mail shows its text, runs nothing, and its links work', async () => {
    await using site = await openSite()
    const { page, complaints } = await open(browser)
    await page.goto(`${site.origin}/dev/mail`)
    await page.locator('.mails a').first().click()
    expect(await page.frameLocator('iframe').locator('body').textContent()).not.toBe('')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('on the reference page one signs in, and the next request brings the token', async () => {
    await using site = await openSite()
    const { page, complaints } = await open(browser)
    await page.goto(`${site.origin}/docs`)
    expect(await attempt(page, 'getMe')).toMatch(/^401/)
    await page.locator('#login .try > summary').click()
    await page.locator('#login-body').fill(JSON.stringify({ email, password }))
    expect(await attempt(page, 'login')).toMatch(/^200/)
    expect(await attempt(page, 'getMe')).toMatch(/^200/)
    expect(await attempt(page, 'refresh')).toMatch(/^200/)
    expect(await attempt(page, 'logout')).toMatch(/^204/)
    expect(await attempt(page, 'getMe')).toMatch(/^401/)
    expect(complaints.filter((text) => !text.includes('status of 401'))).toEqual([])
    await page.context().close()
  })

  test('the filter leaves what holds every word', async () => {
    await using site = await openSite()
    const { page } = await open(browser)
    await page.goto(`${site.origin}/docs`)
    await page.getByLabel('Find').fill('end session device')
    expect(await page.locator('.operation:visible').count()).toBe(1)
    await page.getByLabel('Find').fill('no such thing')
    expect(await page.getByText('Nothing here fits.').isVisible()).toBe(true)
    await page.getByLabel('Find').fill('')
    expect(await page.locator('.operation:visible').count()).toBeGreaterThan(20)
    await page.context().close()
  })
})

async function signIn(page: Page, secret = password, address = email): Promise<void> {
  await page.locator('#email').fill(address)
  await page.locator('#password').fill(secret)
  await send(page)
}

async function signUp(page: Page, address: string, secret = password): Promise<void> {
  await signIn(page, secret, address)
}

const send = (page: Page): Promise<void> =>
  page.locator('main form button:not([type="button"]):not(.secondary)').click()

/** An app at another origin, to which a sign-in leads. */
async function openElsewhere() {
  const { origin, close } = listen((_, response) => response.end('arrived'))
  const url = `${origin}/signed-in`
  return { url, [Symbol.asyncDispose]: async () => close() }
}

/** A server on a port of its own, with an account and some mails. */
async function openSite(options: ConfigOptions = {}, outside: Outside = {}, methods: readonly Method[] = []) {
  const server = await openTestServer({ limitScale: 100, ...options }, outside, methods)
  const listener = listen(toNodeHandler(server.latchkey))
  const { origin } = listener
  const move = (link: string): string => link.replace(server.origin, origin)
  const registered = await server.send('POST', '/api/auth/register', { json: { email, password } })
  const verify = firstOf((await server.mailTo(email)).links)
  return { origin, pages, resetLink, newest, enrol, [Symbol.asyncDispose]: close }

  /** Gives the account a second factor; returns the codes of its token. */
  async function enrol(): Promise<(counter: number) => string> {
    const { accessToken } = await textsOf(registered, 'accessToken')
    const answer = await server.send('POST', '/api/auth/hotp', { accessToken })
    const { secret } = await textsOf(answer, 'secret')
    return (counter) => hotpCode(Buffer.from(secret, 'hex'), counter)
  }

  /** Every page that has a form or a list, and one whose link is dead. */
  async function pages(): Promise<string[]> {
    const setUp = must(await server.latchkey.setUpLink())
    const { id } = await server.mailTo(email)
    const links = [setUp, verify].map((link) => link.slice(server.origin.length))
    const done = ['/setup', '/verify-email', '/forgot-password', '/reset-password', '/sign-out'].map(
      (path) => `${path}/done`,
    )
    const reset = (await resetLink()).slice(origin.length)
    const open = ['/', '/sign-in', '/sign-up', '/forgot-password', '/error', '/error?code=internal_error']
    return [...open, ...links, reset, '/setup?token=wrong', ...done, '/dev/mail', `/dev/mail/${id}`]
  }

  /** Returns the wanted part of the mails to somebody, once it is there; a link leads to this server. */
  async function newest(to: string, pick: (mail: InboxMail) => string | undefined): Promise<string> {
    await server.latchkey.services.outbox.drain()
    const mails = await must(server.latchkey.services.inbox).list(to)
    return move(must(mails.map(pick).find((found) => found !== undefined)))
  }

  async function resetLink(): Promise<string> {
    await server.send('POST', '/api/auth/forgot-password', { json: { email } })
    for (;;) {
      const [{ links } = { links: [] }] = await must(server.latchkey.services.inbox).list(email)
      const link = links.find((each) => each.includes('/reset-password?'))
      if (link) return move(link)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async function close(): Promise<void> {
    listener.close()
    await server.latchkey.close()
  }
}

async function open(browser: Browser, options: BrowserContextOptions = {}) {
  const page = await (await browser.newContext(options)).newPage()
  const complaints = complaintsOf(page)
  return { page, complaints }
}

/** Sends the form of an operation as it stands; returns the line with the status. */
async function attempt(page: Page, id: string): Promise<string> {
  const box = page.locator(`#${id} .try`)
  await box.evaluate((details) => details.setAttribute('open', ''))
  await box.locator('.outcome').evaluate((outcome) => outcome.replaceChildren())
  await box.getByRole('button', { name: 'Send' }).click()
  return must(await box.locator('.went').textContent())
}
