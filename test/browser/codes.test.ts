import {
  type AuthClient,
  type EmailCodeApi,
  type MagicLinkApi,
  type PhoneApi,
  type SmsCodeApi,
} from '@latchkey/client'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { InboxMail } from '../../packages/server/src/core/outbox/inbox.ts'
import { firstOf, must } from '#test/support/must.ts'
import { chromiumPath, complaintsOf } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { expectSound } from '#test/support/sound.ts'
import { openSdkSite, type Site } from './sdk/site.ts'
import type { Tools } from './sdk/app.ts'

const email = 'grace@example.com'
const number = '+4915123456789'

type Codes = AuthClient & {
  emailCode: EmailCodeApi
  magicLink: MagicLinkApi
  smsCode: SmsCodeApi
  phone: PhoneApi
}

/* People without passwords, on the pages and with the client: from the first visit on. */

describe.skipIf(chromiumPath === null)('without passwords', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser.close())

  test('sign up by a code, add a phone number, sign in by SMS, and prove oneself by a code', async () => {
    let later = 0
    await using site = await openSdkSite(
      { signInMethods: ['email-code', 'sms-code'], limitScale: 100 },
      { ports: { now: () => Date.now() + later } },
    )
    const { page, complaints } = await openPage(browser, {
      colorScheme: 'dark',
      viewport: { width: 360, height: 800 },
    })

    await page.goto(`${site.origin}/account/codes`)
    await page.getByRole('link', { name: 'Create an account' }).click()
    await expectSound(page, page.url())
    await page.getByRole('link', { name: 'Continue with a code by mail' }).click()
    await expectSound(page, page.url())
    await page.getByLabel('E-mail address').fill(email)
    await page.getByRole('button', { name: 'Send the code' }).click()
    await page.getByRole('heading', { name: 'Check your mail' }).waitFor()
    await expectSound(page, page.url())
    await page.getByLabel('Code').fill(firstOf((await newest(site, email)).codes))
    await page.getByRole('button', { name: 'Sign in' }).click()

    await page.waitForURL(`${site.origin}/account/codes`)
    await page.getByRole('heading', { name: 'Phone and codes' }).waitFor()
    expect(await page.getByRole('link', { name: 'Password', exact: true }).count()).toBe(0)
    await expectSound(page, page.url())
    await page.getByRole('button', { name: 'Add a number' }).click()
    await page.getByLabel('Phone number').fill('0049 151 23456789')
    await page.getByRole('button', { name: 'Send the code' }).click()
    await page.getByLabel('Code from the message').waitFor()
    await page.getByLabel('Code from the message').fill(firstOf((await newest(site, number)).codes))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('The number has been added.').waitFor()
    await expectSound(page, page.url())

    // Too long ago for a change of what signs in.
    later = 11 * 60_000
    await page.getByLabel('Ask for a code by SMS when I sign in').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Send the code' }).click()
    const code = dialog.getByLabel('Code by mail')
    await code.waitFor()
    await code.fill(firstOf((await newest(site, email)).codes))
    await dialog.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('Your choice has been saved.').waitFor()
    expect(await page.getByLabel('Ask for a code by SMS when I sign in').isChecked()).toBe(true)

    const other = await openPage(browser)
    await other.page.goto(`${site.origin}/sign-in`)
    await other.page.getByRole('link', { name: 'Continue with a code by SMS' }).click()
    await expectSound(other.page, other.page.url())
    await other.page.getByLabel('Phone number').fill('+49 151 23456789')
    await other.page.getByRole('button', { name: 'Send the code' }).click()
    await other.page.getByRole('heading', { name: 'Check your phone' }).waitFor()
    await other.page.getByLabel('Code').fill(firstOf((await newest(site, number)).codes))
    await other.page.getByRole('button', { name: 'Sign in' }).click()
    await other.page.waitForURL(/\/account/)

    const unexpected = [...complaints, ...other.complaints].filter((text) => !/status of 4\d\d/.test(text))
    expect(unexpected).toEqual([])
    await page.context().close()
    await other.page.context().close()
  })

  test('a link that is opened on a telephone signs in the desk that asked for it, by a code', async () => {
    await using site = await openSdkSite({ signInMethods: ['magic-link'] })
    const desk = await openPage(browser)
    const telephone = await openPage(browser, { viewport: { width: 360, height: 800 } })
    await desk.page.goto(`${site.origin}/sign-in/magic-link`)
    await desk.page.getByLabel('E-mail address').fill(email)
    await desk.page.getByRole('button', { name: 'Send the link' }).click()
    await desk.page.getByRole('heading', { name: 'Check your mail' }).waitFor()

    const link = firstOf((await newest(site, email)).links).replace(site.server.origin, site.origin)
    await telephone.page.goto(link)
    await expectSound(telephone.page, telephone.page.url())
    await telephone.page.getByRole('button', { name: 'Show the code' }).click()
    await expectSound(telephone.page, telephone.page.url())
    const code = await telephone.page.locator('.shown-code').innerText()
    await telephone.page.goto(`${site.origin}/sign-in`)
    await telephone.page.getByRole('link', { name: 'Continue with a link by mail' }).waitFor()

    await desk.page.getByLabel('Code').fill(code)
    await desk.page.getByRole('button', { name: 'Sign in' }).click()
    await desk.page.waitForURL(/\/account/)
    expect([...desk.complaints, ...telephone.complaints]).toEqual([])
    await desk.page.context().close()
    await telephone.page.context().close()
  })

  test('the client signs in by code, by link and by SMS, and keeps the phone number', async () => {
    await using site = await openSdkSite({
      signInMethods: ['email-code', 'magic-link', 'sms-code'],
      limitScale: 100,
    })
    const { page } = await openPage(browser)
    await page.goto(`${site.origin}/app`)
    await page.evaluate(() => {
      const { createAuthClient, emailCode, magicLink, phone, smsCode } = (
        globalThis as unknown as { lk: Tools }
      ).lk
      Object.assign(globalThis, {
        codes: createAuthClient({ methods: [emailCode(), magicLink(), phone(), smsCode()] }),
      })
    })
    const within = <Answer>(
      work: (codes: Codes, value: string) => Promise<Answer>,
      value = '',
    ): Promise<Answer> => page.evaluate(`(${work.toString()})(globalThis.codes, ${JSON.stringify(value)})`)

    const asked = await within((codes, email) => codes.emailCode.send({ email }), email)
    expect(asked).toMatchObject({ data: { expiresIn: 600, delayed: false }, error: null })
    const wrong = await within((codes) =>
      codes.emailCode.verify({ code: '000000' }).then(({ error }) => error?.code),
    )
    expect(wrong).toBe('challenge_invalid')
    const code = firstOf((await newest(site, email)).codes)
    expect(await within((codes, code) => codes.emailCode.verify({ code }), code)).toMatchObject({
      data: { next: 'done', user: { email } },
    })
    expect(await within((codes) => codes.phone.get())).toEqual({ data: null, error: null })
    const { data } = await within((codes, number) => codes.phone.send({ number }), number)
    const answer = JSON.stringify({ ticket: must(data).ticket, code: (await newest(site, number)).codes[0] })
    const added = await within((codes, answer) => codes.phone.verify(JSON.parse(answer) as never), answer)
    expect(added).toMatchObject({ data: { number, secondFactor: false } })
    expect(await within((codes) => codes.emailCode.secondFactor())).toMatchObject({ data: false })

    await within((codes) => codes.logout())
    await within((codes, phone) => codes.smsCode.send({ phone }), number)
    const sms = firstOf((await newest(site, number)).codes)
    expect(await within((codes, code) => codes.smsCode.verify({ code }), sms)).toMatchObject({
      data: { next: 'done', user: { email } },
    })
    expect(await within((codes) => codes.phone.remove())).toEqual({ data: true, error: null })

    await within((codes) => codes.logout())
    await within((codes, email) => codes.magicLink.send({ email }), email)
    const token = must(new URL(firstOf((await newest(site, email)).links)).searchParams.get('token'))
    expect(await within((codes, token) => codes.magicLink.verify({ token }), token)).toMatchObject({
      data: { next: 'done', user: { email } },
    })
    await page.context().close()
  })
})

async function newest({ server }: Site, to: string): Promise<InboxMail> {
  await server.latchkey.services.outbox.drain()
  const [mail] = (await server.latchkey.services.inbox?.list(to)) ?? []
  if (!mail) throw new Error(`nothing was sent to ${to}`)
  return mail
}

async function openPage(browser: Browser, options: BrowserContextOptions = {}) {
  const page = await (await browser.newContext({ locale: 'en-GB', ...options })).newPage()
  const complaints = complaintsOf(page)
  return { page, complaints }
}
