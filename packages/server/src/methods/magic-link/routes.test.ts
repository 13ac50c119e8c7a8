import { type CodeRequested, minutes, type SecondFactorNeeded, type SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import {
  type Browser,
  createTestLatchkey,
  type Reply,
  stores,
  type TestLatchkey,
  type TestOptions,
} from '#test/support/test-latchkey.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'

const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

const outcomes = (replies: Reply<unknown>[]) => replies.map(({ status, code }) => code ?? status)

const ask = (tab: Browser, to = email) => tab.post<CodeRequested>('/magic-link/send', { email: to })

const follow = (tab: Browser, token: string, more: object = {}) =>
  tab.post<SignedIn>('/magic-link/verify', { token, ...more })

const type = (tab: Browser, code: string, more: object = {}) =>
  tab.post<SignedIn>('/magic-link/verify', { code, ...more })

const reveal = (tab: Browser, token: string) => tab.post<{ code: string }>('/magic-link/code', { token })

/** The token of the newest link. */
async function linkTo({ mailbox }: TestLatchkey, to = email): Promise<string> {
  const links = (await mailbox(to)).flatMap((mail) => mail.links)
  const link = new URL(must(links.find((each) => each.includes('/sign-in/magic-link/open'))))
  return must(link.searchParams.get('token'))
}

async function withAda(options: TestOptions = {}): Promise<TestLatchkey> {
  const instance = await createTestLatchkey({ signInMethods: ['password', 'magic-link'], ...options })
  await instance.latchkey.createUser({ email, password, emailVerified: true })
  return instance
}

const other = (code: string, by = 1): string => String((Number(code) + by) % 1_000_000).padStart(6, '0')

describe.each(stores)('links by mail on %s', (store) => {
  test('a link signs in the browser that asked for it, once (ASVS V6.5.1)', async () => {
    const instance = await withAda({ store })
    const tab = instance.browser()
    const asked = await ask(tab)
    expect([asked.status, asked.body.expiresIn]).toEqual([202, 600])
    const token = await linkTo(instance)
    const { ticket } = asked.body
    const signedIn = await follow(tab, token)
    expect(signedIn.body.session).toMatchObject({ amr: ['mail'], aal: 1 })
    expect(tab.cookies.get('latchkey-last-method')).toBe('magic-link')
    expect((await follow(tab, token, { ticket })).code).toBe('challenge_invalid')
  })

  test('of fifty who follow the link at the same time one gets in', async () => {
    const instance = await withAda({ store, limitScale: 1000 })
    const { ticket } = (await ask(instance.browser())).body
    const token = await linkTo(instance)
    const replies = await times(50, () => follow(instance.browser(), token, { ticket }))
    expect(outcomes(replies).filter((each) => each === 200)).toHaveLength(1)
    expect(new Set(outcomes(replies))).toEqual(new Set([200, 'challenge_invalid']))
  })

  test('a link that is followed elsewhere signs nobody in, and stays good where it was asked for (ASVS V6.6.2)', async () => {
    const instance = await withAda({ store })
    const tab = instance.browser()
    await ask(tab)
    const token = await linkTo(instance)
    const thief = instance.browser()
    await times(8, () => follow(thief, token))
    // With their own ticket, and with the one that the link reveals.
    await ask(thief, 'mallory@example.com')
    expect((await follow(thief, token)).code).toBe('challenge_invalid')
    const name = Buffer.from(token, 'base64url').subarray(0, 16).toString('base64url')
    for (const ticket of [name, `${name}.`, `${name}.${name}`])
      expect((await follow(thief, token, { ticket })).code).toBe('challenge_invalid')
    expect((await follow(tab, token)).status).toBe(200)
  })

  test('a code stands in for a link that was opened elsewhere: it is typed where the link was asked for', async () => {
    const instance = await withAda({ store })
    const [desk, telephone] = [instance.browser(), instance.browser()]
    await ask(desk)
    const token = await linkTo(instance)
    const shown = await reveal(telephone, token)
    expect(shown.body).toEqual({ code: expect.stringMatching(/^\d{6}$/) as string, expiresIn: 600 })
    // None of this signs the telephone in.
    expect((await type(telephone, shown.body.code)).code).toBe('challenge_invalid')
    expect((await type(desk, other(shown.body.code))).code).toBe('challenge_invalid')
    expect((await type(desk, shown.body.code)).body.user.email).toBe(email)
    expect((await type(desk, shown.body.code)).code).toBe('challenge_invalid')
    expect((await reveal(telephone, token)).code).toBe('challenge_invalid')
    expect((await follow(desk, token)).code).toBe('challenge_invalid')
  })

  test('of fifty who type the code at the same time one gets in', async () => {
    const instance = await withAda({ store, limitScale: 1000 })
    const { ticket } = (await ask(instance.browser())).body
    const { code } = (await reveal(instance.browser(), await linkTo(instance))).body
    const replies = await times(50, () => type(instance.browser(), code, { ticket }))
    expect(outcomes(replies).filter((each) => each === 200)).toHaveLength(1)
  })

  test('nobody guesses a code that was never shown, and a new one brings no new tries', async () => {
    const instance = await withAda({ store, limitScale: 1000 })
    const tab = instance.browser()
    await ask(tab)
    const token = await linkTo(instance)
    const first = (await reveal(instance.browser(), token)).body.code
    await times(5, (index) => type(tab, other(first, index + 1)))
    const second = (await reveal(instance.browser(), token)).body.code
    expect((await type(tab, second)).code).toBe('challenge_invalid')
    // The link itself cannot be guessed, and goes on.
    expect((await follow(tab, token)).status).toBe(200)
  })

  test('an address without an account gets one by the link, where that is allowed', async () => {
    const instance = await createTestLatchkey({ store, signInMethods: ['magic-link'], limitScale: 1000 })
    const { ticket } = (await ask(instance.browser(), 'new@example.com')).body
    const token = await linkTo(instance, 'new@example.com')
    const replies = await times(10, () => follow(instance.browser(), token, { ticket }))
    const [done, ...more] = replies.filter(({ status }) => status === 200)
    expect(more).toEqual([])
    expect(must(done).body.user).toMatchObject({ email: 'new@example.com', emailVerified: true })
  })
})

test('before a code is shown there is none to guess', async () => {
  const instance = await withAda()
  const tab = instance.browser()
  await ask(tab)
  const token = await linkTo(instance)
  const replies = await times(5, (index) => type(tab, String(index).padStart(6, '0')))
  expect(new Set(outcomes(replies))).toEqual(new Set(['challenge_invalid']))
  const { code } = (await reveal(instance.browser(), token)).body
  // The rate limit refuses, but none of the code's five attempts was used.
  expect((await type(tab, code)).code).toBe('rate_limited')
  expect((await follow(tab, token)).status).toBe(200)
})

test('the answer is the same for known, unknown and disabled addresses (ASVS V6.3.8)', async () => {
  const instance = await withAda()
  const { body } = await instance.browser().login()
  await instance.latchkey.services.users.change(userIdOf(body.user.id), { disabledAt: instance.clock.now() })
  const replies = [await ask(instance.browser()), await ask(instance.browser(), 'nobody@example.com')]
  for (const { status, body } of replies) {
    expect(status).toBe(202)
    expect(body).toMatchObject({ expiresIn: 600, delayed: false })
  }
  expect(await instance.mailbox(email)).toEqual([])
  expect(await instance.mailbox('nobody@example.com')).toEqual([])
})

test('a link lives for ten minutes (ASVS V6.5.5)', async () => {
  const instance = await withAda()
  const tab = instance.browser()
  await ask(tab)
  const token = await linkTo(instance)
  instance.clock.advance(minutes(5))
  const { code } = (await reveal(instance.browser(), token)).body
  instance.clock.advance(minutes(5))
  expect((await follow(tab, token)).code).toBe('challenge_invalid')
  expect((await type(tab, code)).code).toBe('challenge_invalid')
  expect((await reveal(tab, token)).code).toBe('challenge_invalid')
})

test('a newer link makes the older one of the same browser void, and no other', async () => {
  const instance = await withAda()
  const [tab, stranger] = [instance.browser(), instance.browser()]
  await ask(tab)
  const first = await linkTo(instance)
  await ask(stranger)
  const second = await linkTo(instance)
  expect((await follow(tab, second)).code).toBe('challenge_invalid')
  await ask(tab)
  expect((await follow(tab, first)).code).toBe('challenge_invalid')
  expect((await follow(tab, await linkTo(instance))).status).toBe(200)
})

test('tokens of other links are refused and not used up', async () => {
  const instance = await withAda()
  const tab = instance.browser()
  await tab.post('/forgot-password', { email })
  const reset = new URL(firstOf(firstOf(await instance.mailbox(email)).links)).searchParams.get('token')
  await ask(tab)
  const token = await linkTo(instance)
  expect((await follow(tab, must(reset))).code).toBe('challenge_invalid')
  expect((await reveal(tab, must(reset))).code).toBe('challenge_invalid')
  const newPassword = 'seven quiet otters swim'
  expect((await tab.post('/reset-password', { token, newPassword })).code).toBe('challenge_invalid')
  expect((await tab.post('/verify-email', { token })).code).toBe('challenge_invalid')
  expect((await follow(tab, token)).status).toBe(200)
  expect((await tab.post('/reset-password', { token: reset, newPassword })).status).toBe(204)
})

test('where other devices are refused there is no code to be had', async () => {
  const instance = await withAda({ magicLinkOtherDevice: 'refuse' })
  const tab = instance.browser()
  await ask(tab)
  const token = await linkTo(instance)
  expect((await reveal(instance.browser(), token)).status).toBe(404)
  expect((await follow(tab, token)).status).toBe(200)
})

test('a code by mail is not asked for after a link by mail: who has read one reads the other', async () => {
  const instance = await withAda()
  const home = instance.browser()
  await home.login()
  const switched = await home.send('/api/auth/email-code', { method: 'PATCH', body: { secondFactor: true } })
  expect(switched.status).toBe(200)
  const byPassword = await instance.browser().post<SecondFactorNeeded>('/login', { email, password })
  expect(byPassword.body).toMatchObject({ next: 'second_factor', factors: ['email-code'] })
  const tab = instance.browser()
  await ask(tab)
  expect((await follow(tab, await linkTo(instance))).body.user.email).toBe(email)
})

test('the tokens go where they were wished', async () => {
  const instance = await withAda()
  const app = instance.browser()
  const { ticket } = (await app.post<CodeRequested>('/magic-link/send', { email }, { bare: true })).body
  const token = await linkTo(instance)
  const body = { token, ticket, tokenDelivery: 'body' }
  const answer = await app.post<SignedIn>('/magic-link/verify', body, { bare: true })
  expect(answer.body.refreshToken).toMatch(/./)
  const site = instance.browser()
  await ask(site)
  const sited = await follow(site, await linkTo(instance), { sessionKind: 'cookie', remember: false })
  expect(sited.body).toMatchObject({ sessionKind: 'cookie' })
  expect(sited.headers.getSetCookie().find((line) => line.startsWith('latchkey-session='))).not.toMatch(
    /Max-Age/,
  )
})
