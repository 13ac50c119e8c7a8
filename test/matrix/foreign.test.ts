import type { CodeRequested, SecondFactorNeeded, SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { enrolTotp } from '#test/support/authenticator-app.ts'
import { Authenticator } from '#test/support/authenticator.ts'
import {
  createTestLatchkey,
  stores,
  type TestLatchkey,
  type TestOptions,
} from '#test/support/test-latchkey.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'
const signInMethods: TestOptions['signInMethods'] = ['password', 'passkey', 'email-code', 'magic-link']

/** Two installations that know the same person, and nothing of each other. */
async function openBoth(options: TestOptions): Promise<[TestLatchkey, TestLatchkey]> {
  const ours = await createTestLatchkey({ signInMethods, ...options })
  const secret = 'another-secret-for-tests-4Kd8sVw2QzXb'
  const theirs = await createTestLatchkey({ signInMethods, secret, ...options })
  for (const { latchkey } of [ours, theirs])
    await latchkey.createUser({ email, password, emailVerified: true })
  return [ours, theirs]
}

describe.each(stores)('what another installation gave, on %s', (store) => {
  test('tokens open nothing here, and go on there', async () => {
    const [ours, theirs] = await openBoth({ store })
    const login = { email, password, tokenDelivery: 'body' }
    const there = await theirs.browser().post<SignedIn>('/login', login, { bare: true })
    const { accessToken: token, refreshToken } = there.body
    expect((await ours.browser().get('/me', { token })).code).toBe('invalid_token')
    expect((await ours.browser().post('/refresh', { refreshToken })).code).toBe('refresh_token_invalid')
    expect((await theirs.browser().get('/me', { token })).status).toBe(200)
    expect((await theirs.browser().post('/refresh', { refreshToken })).status).toBe(200)
  })

  test('a cookie session opens nothing here', async () => {
    const [ours, theirs] = await openBoth({ store })
    const there = theirs.browser()
    await there.post('/login', { email, password, sessionKind: 'cookie' })
    const here = ours.browser()
    for (const cookie of there.cookies) here.cookies.set(...cookie)
    expect((await here.get('/me')).code).toBe('unauthenticated')
    expect((await there.get('/me')).status).toBe(200)
  })

  test('a ticket waits for its second factor there alone', async () => {
    const [ours, theirs] = await openBoth({ store })
    const home = theirs.browser()
    await home.login()
    const { app } = await enrolTotp(home, theirs)
    const there = theirs.browser()
    const { ticket } = (await there.post<SecondFactorNeeded>('/login', { email, password })).body
    const here = ours.browser()
    for (const cookie of there.cookies) here.cookies.set(...cookie)
    const answer = { ticket, factor: 'totp', code: app.code() }
    expect((await here.post('/login/second-factor', answer)).code).toBe('challenge_invalid')
    expect((await there.post('/login/second-factor', answer)).status).toBe(200)
  })

  test.each(['email-code', 'magic-link'] as const)('%s signs in there alone', async (way) => {
    const [ours, theirs] = await openBoth({ store })
    const there = theirs.browser()
    const here = ours.browser()
    for (const tab of [there, here]) await tab.post<CodeRequested>(`/${way}/send`, { email })
    const [mail] = await theirs.mailbox(email)
    const token = must(mail)
      .links.map((link) => new URL(link).searchParams.get('token'))
      .find(Boolean)
    const answer = way === 'email-code' ? { code: must(mail).codes[0] } : { token }
    const [other] = await ours.mailbox(email)
    // One in a million codes is the same.
    if (must(other).codes[0] !== must(mail).codes[0] || way === 'magic-link')
      expect((await here.post(`/${way}/verify`, answer)).code).toBe('challenge_invalid')
    expect((await there.post(`/${way}/verify`, answer)).status).toBe(200)
  })

  test('a passkey signs for the challenge that was set here', async () => {
    const [ours, theirs] = await openBoth({ store })
    const phone = new Authenticator()
    for (const { browser } of [ours, theirs]) {
      const home = browser()
      await home.login()
      const { body } = await home.post<Ceremony>('/passkeys/registration/options')
      const response = phone.create(body.options)
      await home.post('/passkeys/registration/verify', { ticket: body.ticket, response })
    }
    const here = ours.browser()
    const there = (await theirs.browser().post<Ceremony>('/passkeys/login/options')).body
    const response = phone.get(there.options)
    for (const { ticket } of [there, (await here.post<Ceremony>('/passkeys/login/options')).body])
      expect((await here.post('/passkeys/login/verify', { ticket, response })).status).toBe(401)
  })
})

interface Ceremony {
  ticket: string
  options: Record<string, unknown>
}
