import type { RequestListener } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { toNodeHandler } from '../../packages/server/src/http/adapters/node.ts'
import { firstOf } from '#test/support/must.ts'
import { chromiumPath, complaintsOf } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { listen } from '#test/support/listen.ts'
import { startOidcProvider } from '#test/support/oidc-provider.ts'
import { createTestLatchkey, type TestLatchkey, type TestOptions } from '#test/support/test-latchkey.ts'
import { expectSoundInEveryLook } from '#test/support/sound.ts'

const password = 'seven quiet otters swim'

/** A server at an address of its own, and a real provider that knows it as a client. */
async function open(options: TestOptions = {}): Promise<TestLatchkey & { origin: string; issuer: string }> {
  let answer: RequestListener = (_, response) => void response.writeHead(503).end()
  const { origin, close } = listen((request, response) => answer(request, response))
  onTestFinished(close)
  const client = { clientId: 'latchkey', clientSecret: 'a-client-secret-of-a-test-0123456789' }
  const redirectUri = `${origin}/api/auth/federation/acme/callback`
  const issuer = await startOidcProvider({ ...client, redirectUri })
  const started = await createTestLatchkey({
    realTime: true,
    publicUrl: origin,
    limitScale: 100,
    outgoingPrivateHosts: [new URL(issuer).host],
    oidcProviders: [{ id: 'acme', label: 'Acme', issuer, ...client, emailDomains: ['example.com'] }],
    ...options,
  })
  answer = toNodeHandler(started.latchkey)
  return { ...started, origin, issuer }
}

/** The provider's own pages: who it is, and that they agree. */
async function signInThere(page: Page, login: string): Promise<void> {
  await page.locator('input[name=login]').fill(login)
  await page.locator('input[name=password]').fill('whatever')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
}

describe.skipIf(chromiumPath === null)('signing in with others, in a browser', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser.close())

  async function newPage(ours: string, options: Parameters<Browser['newContext']>[0] = {}) {
    const context = await browser.newContext(options)
    onTestFinished(() => context.close())
    const page = await context.newPage()
    // Requests of the provider's own pages are not checked.
    const complaints = complaintsOf(page, ours)
    return { page, complaints }
  }

  test('who has nothing to prove it by here is told to sign in again', async () => {
    let ahead = 0
    const ports = { now: () => Date.now() + ahead }
    const { origin } = await open({ signInMethods: ['password'], outside: { ports } })
    const { page } = await newPage(origin)
    await page.goto(`${origin}/sign-up`)
    await page.getByRole('button', { name: 'Continue with Acme' }).click()
    await signInThere(page, 'ada')
    await page.waitForURL(`${origin}/account`)
    ahead = 11 * 60_000
    await page.goto(`${origin}/account/linked-accounts`)
    await page.getByRole('button', { name: 'Remove Acme' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).last().click()
    await page.getByText('For this you have to sign in again.').waitFor()
    await page.getByRole('dialog').getByRole('link', { name: 'Sign out' }).click()
    await page.waitForURL(`${origin}/sign-out`)
  })

  test('one button signs up, and the next time signs in; the account shows it', async () => {
    const { origin, mailbox } = await open({ signInMethods: ['password'] })
    const { page, complaints } = await newPage(origin)
    await page.goto(`${origin}/sign-up`)
    await page.getByRole('button', { name: 'Continue with Acme' }).click()
    await signInThere(page, 'ada')
    await page.waitForURL(`${origin}/account`)
    await page.getByText('ada@example.com').first().waitFor()
    await page.getByRole('link', { name: 'Linked accounts' }).click()
    await page.getByRole('heading', { name: 'Acme' }).waitFor()
    // The only way in stays.
    await page.getByRole('button', { name: 'Remove Acme' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).last().click()
    await page.getByText('This is your last way to sign in.').waitFor()

    await page.goto(`${origin}/sign-out`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.goto(`${origin}/sign-in?return_to=/docs`)
    await page.getByText('You signed in this way last time.').waitFor()
    // Signed in there still: nothing more is asked.
    await page.getByRole('button', { name: 'Continue with Acme' }).click()
    await page.waitForURL(`${origin}/docs`)
    expect(await mailbox('ada@example.com')).toEqual([])
    expect(complaints.filter((text) => !text.includes('status of 409'))).toEqual([])
  })

  test('without JavaScript: an account that was there is linked once it is proven as well', async () => {
    const { origin, latchkey, mailbox } = await open()
    await latchkey.createUser({ email: 'ada@example.com', password, emailVerified: true })
    const { page } = await newPage(origin, { javaScriptEnabled: false })
    await page.goto(`${origin}/sign-in?return_to=/docs`)
    await page.getByRole('button', { name: 'Continue with Acme' }).click()
    await signInThere(page, 'ada')
    await page.getByRole('heading', { name: 'Is this account yours as well?' }).waitFor()
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByLabel('E-mail address').fill('ada@example.com')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Link the account' }).click()
    await page.waitForURL(`${origin}/docs`)
    expect(firstOf(await mailbox('ada@example.com')).subject).toContain('An account was linked to yours')
  })

  test('whoever turns back at the provider is led on', async () => {
    const { origin } = await open()
    const { page } = await newPage(origin)
    await page.goto(`${origin}/sign-in?return_to=/docs`)
    await page.getByRole('button', { name: 'Continue with Acme' }).click()
    await page.getByRole('link', { name: /Cancel/ }).click()
    await page.getByRole('heading', { name: 'The other service did not confirm the sign-in.' }).waitFor()
    await page.getByRole('link', { name: 'Sign in another way' }).click()
    expect(page.url()).toBe(`${origin}/sign-in?return_to=%2Fdocs`)
  })

  for (const language of ['de', 'ja']) {
    test(`its pages are sound: ${language}`, async () => {
      const { origin, latchkey } = await open({ githubClientId: 'id', githubClientSecret: 'secret' })
      await latchkey.createUser({ email: 'ada@example.com', password, emailVerified: true })
      const { page, complaints } = await newPage(origin, { locale: language })
      await page.goto(`${origin}/sign-in`)
      await expectSoundInEveryLook(page, 'sign-in')
      await page.goto(`${origin}/sign-up`)
      await expectSoundInEveryLook(page, 'sign-up')
      await page.goto(`${origin}/api/auth/federation/acme/callback?state=wrong&code=wrong`)
      await expectSoundInEveryLook(page, 'refused')
      await page.goto(`${origin}/sign-in`)
      await page.getByRole('button', { name: 'Acme' }).click()
      await signInThere(page, 'ada')
      await page.waitForURL(/link-account/)
      await expectSoundInEveryLook(page, 'link')
      const link = page.url()
      await page.goto(`${origin}/sign-in`)
      await page.locator('#email').fill('ada@example.com')
      await page.locator('#password').fill(password)
      await page.locator('form:has(#email) button:not([type="button"])').click()
      await page.waitForURL(`${origin}/account`)
      await page.goto(link)
      await expectSoundInEveryLook(page, 'link-confirm')
      await page.locator('main form button').click()
      await page.waitForURL(`${origin}/account`)
      await page.goto(`${origin}/account/linked-accounts`)
      await page.getByRole('heading', { name: 'Acme' }).waitFor()
      await expectSoundInEveryLook(page, 'linked-accounts')
      expect(complaints.filter((text) => !text.includes('status of 400'))).toEqual([])
    })
  }

  test('an account is linked and removed in the account application', async () => {
    const { origin } = await open()
    const { page } = await newPage(origin)
    await page.goto(`${origin}/sign-up`)
    await page.getByLabel('E-mail address').fill('bea@example.com')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL(`${origin}/account`)
    await page.goto(`${origin}/account/linked-accounts`)
    await page.getByRole('button', { name: 'Link Acme' }).click()
    await signInThere(page, 'work')
    await page.waitForURL(`${origin}/account/linked-accounts`)
    await page.getByText('work@example.com').waitFor()
    await page.getByRole('button', { name: 'Remove Acme' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).last().click()
    await page.getByText('No account is linked yet.').waitFor()
  })
})
