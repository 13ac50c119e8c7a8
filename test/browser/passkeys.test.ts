import type { RequestListener } from 'node:http'
import type { Browser, BrowserContextOptions, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConfigOptions } from '../../packages/server/src/config/settings.ts'
import { toNodeHandler } from '../../packages/server/src/http/adapters/node.ts'
import { firstOf, must } from '#test/support/must.ts'
import { chromiumPath, complaintsOf } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { listen } from '#test/support/listen.ts'
import { openTestServer, type TestServer } from '#test/support/test-server.ts'
import { expectSoundInEveryLook } from '#test/support/sound.ts'
import { openSdkSite } from './sdk/site.ts'

const email = 'ada@example.com'
const password = 'seven quiet otters swim'
const stale = 11 * 60_000

/* Chromium with its virtual authenticator: a real browser, a real ceremony, and nobody's finger. */

describe.skipIf(chromiumPath === null)('passkeys in a browser', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser.close())

  test('one is added in the account, and signs in from the form without a key being pressed', async () => {
    await using site = await openSite()
    const { page, device } = await open(browser)
    await signInByPassword(page, site)
    await page.goto(`${site.origin}/account/passkeys`)
    await page.getByText('You have no passkeys yet.').waitFor()
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByText('has been added.').waitFor()
    await page.getByText('This device only').waitFor()
    expect(await device.credentials()).toHaveLength(1)
    expect((await site.server.mailTo(email)).subject).toContain('A passkey was added')

    await page.getByRole('button', { name: 'Rename Chrome' }).click()
    await page.getByLabel('Name', { exact: true }).fill('My laptop')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'My laptop' }).waitFor()

    await forgetSession(page)
    await page.goto(`${site.origin}/sign-in?return_to=/account/passkeys`)
    await page.waitForURL(`${site.origin}/account/passkeys`)
    await page.getByText(/^Last used/).waitFor()
    expect(await amrOf(page, site)).toEqual(['swk', 'user', 'mfa'])
    await page.context().close()
  })

  test('the button asks at once; what the browser refuses is said, and can be tried again', async () => {
    await using site = await openSite({ passkeyUserVerification: 'required' })
    const { page, device } = await open(browser)
    await addByUpsell(page, site)
    await forgetSession(page)
    await device.set({ isUserVerified: false })
    await page.goto(`${site.origin}/sign-in/passkey`)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByText('That did not work.').waitFor()
    await device.set({ isUserVerified: true })
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.waitForURL(`${site.origin}/account`)
    const cookies = await page.context().cookies()
    expect(cookies.find(({ name }) => name === 'latchkey-last-method')?.value).toBe('passkey')
    await page.context().close()
  })

  test('after a password one is offered; not now is remembered, and so is a passkey', async () => {
    await using site = await openSite()
    const { page } = await open(browser)
    await page.goto(`${site.origin}/sign-in?return_to=/account/devices`)
    await fillIn(page)
    await page.getByRole('heading', { name: 'Next time without a password?' }).waitFor()
    await page.getByRole('button', { name: 'Not now' }).click()
    await page.waitForURL(`${site.origin}/account/devices`)
    await signOut(page, site)
    await page.goto(`${site.origin}/sign-in`)
    await fillIn(page)
    await page.waitForURL(`${site.origin}/account`)
    await forgetSession(page)

    await addByUpsell(page, site)
    await signOut(page, site)
    await page.context().close()
    const elsewhere = await open(browser)
    await elsewhere.page.goto(`${site.origin}/sign-in`)
    await fillIn(elsewhere.page)
    await elsewhere.page.waitForURL(`${site.origin}/account`)
    await elsewhere.page.context().close()
  })

  test('a device that cannot have one is not offered one', async () => {
    await using site = await openSite()
    const page = await browser.newPage({ locale: 'en-GB' })
    await page.goto(`${site.origin}/sign-in`)
    await fillIn(page)
    await page.waitForURL(`${site.origin}/account`)
    await page.close()
  })

  test('as a second factor, after the password', async () => {
    await using site = await openSite()
    const { page, device } = await open(browser)
    await addByUpsell(page, site)
    await page.goto(`${site.origin}/account/passkeys`)
    await page.getByRole('button', { name: 'Ask for a passkey' }).click()
    await page.getByText('the password alone does not open your account').first().waitFor()
    await forgetSession(page)
    await device.present(false)
    await page.goto(`${site.origin}/sign-in`)
    await fillIn(page)
    await page.getByRole('heading', { name: 'One more step' }).waitFor()
    await device.present(true)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.waitForURL(`${site.origin}/account`)
    expect(await amrOf(page, site)).toEqual(['pwd', 'swk', 'user', 'mfa'])
    await page.context().close()
  })

  test('as a step-up, in the account', async () => {
    const clock = { ahead: 0 }
    await using site = await openSite({}, clock)
    const { page } = await open(browser)
    await addByUpsell(page, site)
    await page.goto(`${site.origin}/account/passkeys`)
    await page.getByText('This device only').waitFor()
    clock.ahead = stale
    await page.getByRole('button', { name: 'Ask for a passkey' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByText('the password alone does not open your account').first().waitFor()
    expect(await amrOf(page, site)).toEqual(['pwd', 'swk', 'user', 'mfa'])
    await page.context().close()
  })

  test('a removed one is forgotten by the browser, there or where it is tried next', async () => {
    await using site = await openSite()
    const { page, device } = await open(browser)
    await addByUpsell(page, site)
    const kept = await device.credentials()
    await page.goto(`${site.origin}/account/passkeys`)
    await page.getByRole('button', { name: /^Remove / }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('has been removed.').waitFor()
    await expect.poll(() => device.credentials()).toHaveLength(0)

    await forgetSession(page)
    await device.add(firstOf(kept))
    await page.goto(`${site.origin}/sign-in/passkey`)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByText('This passkey belongs to no account here any more.').waitFor()
    await expect.poll(() => device.credentials()).toHaveLength(0)
    await page.context().close()
  })

  test('a copy whose counter lags behind is refused', async () => {
    await using site = await openSite()
    const { page, device } = await open(browser)
    await addByUpsell(page, site)
    const [copy] = await device.credentials()
    await forgetSession(page)
    await page.goto(`${site.origin}/sign-in`)
    await page.waitForURL(`${site.origin}/account`)
    const thief = await open(browser)
    await thief.device.add({ ...must(copy), signCount: 0 })
    await thief.page.goto(`${site.origin}/sign-in/passkey`)
    await thief.page.getByRole('button', { name: 'Use a passkey' }).click()
    await thief.page.getByText('This passkey was not accepted.').waitFor()
    expect((await site.server.mailTo(email)).subject).toContain('Somebody may have a copy of your passkey')
    await page.goto(`${site.origin}/account/passkeys`)
    await page.getByText('Possibly copied').waitFor()
    await thief.page.context().close()
    await page.context().close()
  })

  test('a key that cannot recognise its user serves after the password, and not alone', async () => {
    await using site = await openSite()
    const key = { hasUserVerification: false, isUserVerified: false }
    const { page } = await open(browser, {}, key)
    await signInByPassword(page, site)
    await page.goto(`${site.origin}/account/passkeys`)
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByText('has been added.').waitFor()
    await page.getByRole('button', { name: 'Ask for a passkey' }).click()
    await page.getByRole('button', { name: 'Do not ask any more' }).waitFor()
    await forgetSession(page)
    // Chromium gives a discoverable credential away to whoever is recognised, or names it (CTAP 2.2 §12.1).
    await page.goto(`${site.origin}/sign-in/passkey`)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByText('That did not work.').waitFor()
    await page.goto(`${site.origin}/sign-in`)
    await fillIn(page)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.waitForURL(`${site.origin}/account`)
    expect(await amrOf(page, site)).toEqual(['pwd', 'swk', 'user', 'mfa'])
    await page.context().close()
  })

  test('of two accounts on one device each opens its own', async () => {
    await using site = await openSite()
    const bea = 'bea@example.com'
    await site.server.send('POST', '/api/auth/register', { json: { email: bea, password } })
    const { page, device } = await open(browser)
    await addByUpsell(page, site)
    const [adas] = await device.credentials()
    await device.remove(must(adas).credentialId)
    await forgetSession(page)
    await addByUpsell(page, site, bea)
    await forgetSession(page)
    await page.goto(`${site.origin}/sign-in`)
    await page.waitForURL(`${site.origin}/account`)
    expect(await emailOf(page, site)).toBe(bea)
    const [beas] = await device.credentials()
    await device.remove(must(beas).credentialId)
    await device.add(must(adas))
    await forgetSession(page)
    await page.goto(`${site.origin}/sign-in`)
    await page.waitForURL(`${site.origin}/account`)
    expect(await emailOf(page, site)).toBe(email)
    await page.context().close()
  })

  test('axe finds nothing, nothing overflows, nothing breaks the policy', async () => {
    await using site = await openSite()
    const { page, device, complaints } = await open(browser)
    await page.goto(`${site.origin}/sign-in`)
    await page.getByRole('button', { name: 'Use a passkey' }).waitFor()
    await expectSoundInEveryLook(page, 'sign-in')
    await fillIn(page)
    await page.getByRole('heading', { name: 'Next time without a password?' }).waitFor()
    await expectSoundInEveryLook(page, 'the offer')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.waitForURL(`${site.origin}/account`)
    await page.goto(`${site.origin}/account/passkeys`)
    await page.getByText('This device only').waitFor()
    await expectSoundInEveryLook(page, 'the list')
    await page.getByRole('button', { name: /^Rename/ }).click()
    await expectSoundInEveryLook(page, 'the dialog')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Ask for a passkey' }).click()
    await page.getByRole('button', { name: 'Do not ask any more' }).waitFor()
    await forgetSession(page)
    await device.present(false)
    await page.goto(`${site.origin}/sign-in`)
    await fillIn(page)
    await page.getByRole('heading', { name: 'One more step' }).waitFor()
    await expectSoundInEveryLook(page, 'the second step')
    expect(complaints.filter((text) => !/status of 40[014]/.test(text))).toEqual([])
    await page.context().close()
  })

  test('the client signs in by autofill, at once, as a second factor and as a step-up', async () => {
    await using site = await openSdkSite((publicUrl) => ({ publicUrl }))
    const { page, device } = await open(browser)
    await site.server.send('POST', '/api/auth/register', { json: { email, password } })
    await page.goto(`${site.origin}/app`)
    await page.waitForFunction(() => 'lk' in window)
    const outcome = await page.evaluate(
      async (input) => {
        const { createAuthClient, passkey, password, secondFactor } = window.lk
        const auth = createAuthClient({ methods: [password(), passkey(), secondFactor()] })
        const steps: Record<string, unknown> = {}
        steps.supported = [auth.passkey.isSupported(), await auth.passkey.canAutofill()]
        steps.nothing = (await auth.passkey.login()).error?.code
        await auth.password.login(input)
        const made = await auth.passkey.register({ name: 'Laptop' })
        steps.made = made.data?.name
        steps.again = (await auth.passkey.register()).error?.code
        steps.stepUp = (await auth.passkey.stepUp()).data
        await auth.passkey.askAfterPassword(true)
        steps.listed = (await auth.passkey.list()).data?.items.length
        steps.renamed = (await auth.passkey.rename(made.data!.id, 'Desk')).data?.name
        await auth.logout()
        steps.atOnce = (await auth.passkey.login()).data?.next
        await auth.logout()
        const first = await auth.password.login(input)
        const ticket = first.data?.next === 'second_factor' ? first.data.ticket : ''
        steps.second = (await auth.passkey.verify({ ticket })).data?.next
        await auth.logout()
        const autofill = document.createElement('input')
        autofill.autocomplete = 'username webauthn'
        document.body.append(autofill)
        steps.autofill = (await auth.passkey.login({ autofill: true })).data?.next
        steps.removed = (await auth.passkey.remove(made.data!.id)).data
        steps.left = (await auth.passkey.list()).data?.items.length
        auth.dispose()
        return steps
      },
      { email, password },
    )
    expect(outcome).toEqual({
      supported: [true, true],
      nothing: 'passkey_cancelled',
      made: 'Laptop',
      again: 'passkey_present',
      stepUp: true,
      listed: 1,
      renamed: 'Desk',
      atOnce: 'done',
      second: 'done',
      autofill: 'done',
      removed: true,
      left: 0,
    })
    await expect.poll(() => device.credentials()).toHaveLength(0)
    await page.context().close()
  })

  test('the client: a newer question ends the one that waits, and so does the signal', async () => {
    await using site = await openSdkSite((publicUrl) => ({ publicUrl }))
    const { page, device } = await open(browser)
    await device.present(false)
    await page.goto(`${site.origin}/app`)
    await page.waitForFunction(() => 'lk' in window)
    const codes = await page.evaluate(async () => {
      const auth = window.lk.createAuthClient({ methods: [window.lk.passkey()] })
      const stop = new AbortController()
      const waiting = auth.passkey.login({ autofill: true })
      const newer = auth.passkey.login({ autofill: true, signal: stop.signal })
      const first = (await waiting).error?.code
      stop.abort()
      return [first, (await newer).error?.code]
    })
    expect(codes).toEqual(['passkey_cancelled', 'passkey_cancelled'])
    await page.context().close()
  })

  test('the client tells where a page is not on the domain of the passkeys', async () => {
    await using site = await openSdkSite(() => ({
      publicUrl: 'https://auth.example.com',
      allowedOrigins: ['http://localhost'],
    }))
    const { page } = await open(browser)
    await page.goto(`${site.origin}/app`)
    await page.waitForFunction(() => 'lk' in window)
    const code = await page.evaluate(async () => {
      const ceremony = { challenge: 'AAAAAAAAAAAAAAAAAAAAAA', rpId: 'auth.example.com' }
      const fetch = async () => Response.json({ ticket: 't', options: ceremony })
      const auth = window.lk.createAuthClient({ methods: [window.lk.passkey()], fetch })
      return (await auth.passkey.login()).error?.code
    })
    expect(code).toBe('passkey_wrong_site')
    await page.context().close()
  })
})

interface Site extends AsyncDisposable {
  origin: string
  server: TestServer
}

/** An instance whose public address is where the browser finds it: passkeys are of an origin. */
async function openSite(settings: ConfigOptions = {}, clock = { ahead: 0 }): Promise<Site> {
  let answer: RequestListener = (_, response) => void response.end()
  const { origin, close } = listen((request, response) => answer(request, response))
  const server = await openTestServer(
    { limitScale: 100, publicUrl: origin, ...settings },
    { ports: { now: () => Date.now() + clock.ahead } },
  )
  answer = toNodeHandler(server.latchkey)
  await server.send('POST', '/api/auth/register', { json: { email, password, name: 'Ada' } })
  return {
    origin,
    server,
    async [Symbol.asyncDispose]() {
      close()
      await server.latchkey.close()
    },
  }
}

interface Stored {
  credentialId: string
  signCount: number
}

/** The authenticator of a page. */
interface Device {
  credentials(): Promise<Stored[]>
  add(credential: Stored): Promise<unknown>
  remove(credentialId: string): Promise<unknown>
  /** Sets if somebody touches it when it asks. */
  present(is: boolean): Promise<unknown>
  set(state: { isUserVerified: boolean }): Promise<unknown>
}

async function open(browser: Browser, options: BrowserContextOptions = {}, authenticator: object = {}) {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  const page = await context.newPage()
  const complaints = complaintsOf(page)
  return { page, complaints, device: await addDevice(await context.newCDPSession(page), authenticator) }
}

async function addDevice(session: CDPSession, authenticator: object): Promise<Device> {
  await session.send('WebAuthn.enable', { enableUI: false })
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...authenticator,
    },
  })
  return {
    credentials: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    add: (credential) =>
      session.send('WebAuthn.addCredential', { authenticatorId, credential: credential as never }),
    remove: (credentialId) => session.send('WebAuthn.removeCredential', { authenticatorId, credentialId }),
    present: (enabled) =>
      session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
    set: (state) => session.send('WebAuthn.setUserVerified', { authenticatorId, ...state }),
  }
}

async function fillIn(page: Page, address = email): Promise<void> {
  await page.getByLabel('E-mail address').fill(address)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

async function addByUpsell(page: Page, { origin }: Site, address = email): Promise<void> {
  await page.goto(`${origin}/sign-in`)
  await fillIn(page, address)
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.waitForURL(`${origin}/account`)
}

async function signInByPassword(page: Page, { origin }: Site): Promise<void> {
  const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
  await page.request.post(`${origin}/api/auth/login`, { headers, data: { email, password } })
}

async function signOut(page: Page, { origin }: Site): Promise<void> {
  await page.goto(`${origin}/sign-out`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
}

/** By the session that the browser holds. */
async function refreshed(page: Page, { origin }: Site) {
  const headers = { 'sec-fetch-site': 'same-origin' }
  const answer = await page.request.post(`${origin}/api/auth/refresh`, { headers })
  return (await answer.json()) as { user: { email: string }; session: { amr: string[] } }
}

const amrOf = async (page: Page, site: Site): Promise<string[]> => (await refreshed(page, site)).session.amr
const emailOf = async (page: Page, site: Site): Promise<string> => (await refreshed(page, site)).user.email

/** From an empty page: the account would notice, and leave for the sign-in by itself. */
async function forgetSession(page: Page): Promise<void> {
  await page.goto('about:blank')
  await page.context().clearCookies()
}
