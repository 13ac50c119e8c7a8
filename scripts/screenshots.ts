import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { toNodeHandler } from '../packages/server/src/http/adapters/node.ts'
import { openChromium } from '#test/support/chromium.ts'
import type { Method } from '../packages/server/src/methods/method.ts'
import { hotp } from '#test/support/hotp.ts'
import { listen } from '#test/support/listen.ts'
import { openTestServer } from '#test/support/test-server.ts'

/*
 * Walks to every page as a person does and takes its picture at the widths of a phone and of a desk, in light and
 * dark: `npm run screenshots:pages`, or `npm run screenshots:pages -- de` for another language.
 */
const language = process.argv[2] ?? 'en'
const folder = join(import.meta.dirname, '../screenshots', language)
const email = 'ada@example.com'
const password = 'seven quiet otters swim'

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const browser = await openChromium()
try {
  await walk(browser)
} finally {
  await browser.close()
}
console.log(`The pictures are in ${folder}`)

async function walk(browser: Browser): Promise<void> {
  await using open = await serve({})
  await using strict = await serve({ emailVerification: 'required' })
  await using closed = await serve({ registration: 'closed' })
  await using doubled = await serve({}, [hotp])
  const page = await (await browser.newContext({ locale: language })).newPage()
  const go = async (site: Site, path: string, name: string) => {
    await page.goto(site.origin + path)
    await picture(page, name)
  }
  const send = () => page.locator('main form button:not([type="button"]):not(.secondary)').click()

  await go(open, await open.setUpLink(), 'setup')
  await page.getByRole('textbox').first().fill(email)
  await page.locator('#password').fill('password1')
  await send()
  await picture(page, 'setup-fault')
  await page.locator('#password').fill(password)
  await send()
  await picture(page, 'setup-done')
  await go(open, '/sign-in', 'signed-in')
  await go(open, '/sign-out', 'sign-out')
  await send()
  await picture(page, 'sign-out-done')
  await go(open, '/sign-in', 'sign-in')
  for (let tries = 0; tries < 11; tries++) {
    await page.locator('#email').fill(email)
    await page.locator('#password').fill('not it')
    await send()
    if (tries === 0) await picture(page, 'sign-in-fault')
  }
  await picture(page, 'sign-in-wait')
  await go(open, '/sign-up', 'sign-up')
  await go(closed, '/sign-up', 'sign-up-closed')
  await go(open, '/forgot-password', 'forgot')
  await page.locator('#email').fill(email)
  await send()
  await picture(page, 'forgot-done')
  await go(open, await open.linkTo('/reset-password'), 'reset')
  await page.locator('#newPassword').fill('short')
  await send()
  await picture(page, 'reset-fault')
  await page.locator('#newPassword').fill('nine loud geese march')
  await send()
  await picture(page, 'reset-done')
  await go(open, '/reset-password?token=wrong', 'dead-link')
  await go(open, '/error?code=internal_error', 'error')
  await go(open, '/', 'home')
  await go(open, '/dev/mail', 'inbox')

  await doubled.enrol()
  await page.context().clearCookies()
  await page.goto(`${doubled.origin}/sign-in`)
  await page.locator('#email').fill(email)
  await page.locator('#password').fill(password)
  await send()
  await picture(page, 'second-factor')
  await page.locator('#code').fill('000000')
  await send()
  await picture(page, 'second-factor-fault')

  await page.goto(`${strict.origin}/sign-up`)
  await page.locator('#email').fill(email)
  await page.locator('#password').fill(password)
  await send()
  await picture(page, 'verify-code')
  await page.locator('#code').fill('12 34')
  await send()
  await picture(page, 'verify-code-fault')
  const stranger = await (await browser.newContext({ locale: language })).newPage()
  await stranger.goto(strict.origin + (await strict.linkTo('/verify-email')))
  await picture(stranger, 'verify-link')
  await stranger.locator('main form button').click()
  await picture(stranger, 'choose-password')
  await go(strict, '/verify-email/done', 'verify-done')
  await walkByOtherWays(browser)
}

/** Visits the methods beside the password, and those in its place. */
async function walkByOtherWays(browser: Browser): Promise<void> {
  await using many = await serve({
    signInMethods: ['password', 'passkey', 'magic-link', 'email-code', 'sms-code'],
    passwordlessSignUp: true,
    googleClientId: 'an-id',
    googleClientSecret: 'a-secret',
    githubClientId: 'an-id',
    githubClientSecret: 'a-secret',
  })
  await using wordless = await serve({ signInMethods: ['passkey', 'magic-link'] })
  await using demanding = await serve({ secondFactor: 'required' })
  const page = await (await browser.newContext({ locale: language })).newPage()
  const send = () => page.locator('main form button:not([type="button"]):not(.secondary)').first().click()
  const ask = async (way: string) => {
    await page.goto(`${many.origin}/sign-in/${way}`)
    await picture(page, way)
    await page.locator('input[type="email"], input[type="tel"]').first().fill(email)
    await send()
    await picture(page, `${way}-sent`)
  }

  await page.goto(`${many.origin}/sign-in`)
  await picture(page, 'ways')
  await page.context().addCookies([{ name: 'latchkey-last-method', value: 'email-code', url: many.origin }])
  await page.goto(`${many.origin}/sign-in`)
  await picture(page, 'ways-last')
  await page.goto(`${many.origin}/sign-up`)
  await picture(page, 'ways-sign-up')
  await ask('email-code')
  await ask('magic-link')
  const elsewhere = await (await browser.newContext({ locale: language })).newPage()
  await elsewhere.goto(many.origin + (await many.linkTo('/magic-link/open')))
  await picture(elsewhere, 'magic-link-elsewhere')
  await page.goto(`${many.origin}/sign-in/sms-code`)
  await picture(page, 'sms-code')
  await page.goto(`${wordless.origin}/sign-in`)
  await picture(page, 'ways-alone')

  await page.goto(`${demanding.origin}/sign-up`)
  await page.locator('#email').fill(email)
  await page.locator('#password').fill(password)
  await send()
  await picture(page, 'enrolment')
}

type Site = Awaited<ReturnType<typeof serve>>

async function serve(options: Parameters<typeof openTestServer>[0], methods: readonly Method[] = []) {
  const server = await openTestServer(options, {}, methods)
  const listener = listen(toNodeHandler(server.latchkey))
  const { origin } = listener
  return { origin, setUpLink, linkTo, enrol, [Symbol.asyncDispose]: close }

  async function setUpLink(): Promise<string> {
    return ((await server.latchkey.setUpLink()) as string).slice(server.origin.length)
  }

  /** An account with a second factor. */
  async function enrol(): Promise<void> {
    const answer = await server.send('POST', '/api/auth/register', { json: { email, password } })
    const { accessToken } = (await answer.json()) as { accessToken: string }
    await server.send('POST', '/api/auth/hotp', { accessToken })
  }

  async function linkTo(path: string): Promise<string> {
    await server.latchkey.services.outbox.drain()
    const mails = await server.latchkey.services.inbox!.list(email)
    const link = mails.flatMap(({ links }) => links).find((each) => each.includes(`${path}?`))
    if (!link) throw new Error(`no mail with a link to ${path}`)
    return link.slice(server.origin.length)
  }

  async function close(): Promise<void> {
    listener.close()
    await server.latchkey.close()
  }
}

async function picture(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 760 })
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`), fullPage: true })
    }
  }
}
