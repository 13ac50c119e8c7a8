import {
  type CodeRequested,
  days,
  hours,
  minutes,
  type SecondFactorNeeded,
  type SignedIn,
} from '@latchkey/contract'
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import {
  type Browser,
  createTestLatchkey,
  type Reply,
  stores,
  type TestLatchkey,
} from '#test/support/test-latchkey.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'

const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

const outcomes = (replies: Reply<unknown>[]) => replies.map(({ status, code }) => code ?? status)

const ask = (tab: Browser, to = email) =>
  tab.post<CodeRequested>('/email-code/send', { email: to }, { token: undefined })

const answer = (tab: Browser, code: string, more: object = {}) =>
  tab.post<SignedIn>('/email-code/verify', { code, ...more }, { token: undefined })

/** The newest code that was mailed for signing in. */
async function codeTo({ mailbox }: TestLatchkey, to = email): Promise<string> {
  const mail = (await mailbox(to)).find(({ subject }) => subject.startsWith('Your code'))
  return firstOf(must(mail).codes)
}

/** Six digits that are not the code. */
const other = (code: string, by = 1): string => String((Number(code) + by) % 1_000_000).padStart(6, '0')

/** Ada's address is verified; her browser is not a known device. */
async function withAda(options: Parameters<typeof createTestLatchkey>[0] = {}): Promise<TestLatchkey> {
  const instance = await createTestLatchkey(options)
  await instance.latchkey.createUser({ email, password, emailVerified: true })
  return instance
}

describe.each(stores)('codes by mail on %s', (store) => {
  test('a code signs in where it was asked for, once (ASVS V6.5.1)', async () => {
    const instance = await withAda({ store })
    const tab = instance.browser()
    const asked = await ask(tab)
    expect(asked.status).toBe(202)
    expect(asked.body).toEqual({ ticket: expect.any(String) as string, expiresIn: 600, delayed: false })
    expect(asked.headers.get('set-cookie')).toMatch(
      /^latchkey-email-code=[^;]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    const code = await codeTo(instance)
    expect(code).toMatch(/^\d{6}$/)
    const { ticket } = asked.body
    const signedIn = await answer(tab, code)
    expect(signedIn.status).toBe(200)
    expect(signedIn.body.user.email).toBe(email)
    expect(signedIn.body.session).toMatchObject({ amr: ['mail'], aal: 1 })
    expect(decodeJwt(signedIn.body.accessToken)).toMatchObject({ amr: ['mail'], acr: 'aal1' })
    expect(tab.cookies.has('latchkey-email-code')).toBe(false)
    expect(tab.cookies.get('latchkey-last-method')).toBe('email-code')
    expect((await answer(tab, code, { ticket })).code).toBe('challenge_invalid')
  })

  test('of fifty who bring the right code at the same time one gets in', async () => {
    const instance = await withAda({ store, limitScale: 1000 })
    const { ticket } = (await ask(instance.browser())).body
    const code = await codeTo(instance)
    const replies = await times(50, () => answer(instance.browser(), code, { ticket }))
    expect(outcomes(replies).filter((each) => each === 200)).toHaveLength(1)
    expect(new Set(outcomes(replies))).toEqual(new Set([200, 'challenge_invalid']))
  })

  test('of fifty wrong codes at the same time five are looked at, and the right one comes too late (ASVS V6.6.3)', async () => {
    const instance = await withAda({ store, limitScale: 1000 })
    const { ticket } = (await ask(instance.browser())).body
    const code = await codeTo(instance)
    await times(50, (index) => answer(instance.browser(), other(code, index + 1), { ticket }))
    expect((await answer(instance.browser(), code, { ticket })).code).toBe('challenge_invalid')
  })

  test('a code that is sent again brings no new tries, not even by another browser', async () => {
    const instance = await withAda({ store })
    const tab = instance.browser()
    await ask(tab)
    const first = await codeTo(instance)
    for (let wrong = 1; wrong <= 5; wrong++)
      expect((await answer(tab, other(first, wrong))).code).toBe('challenge_invalid')
    await ask(tab)
    const second = await codeTo(instance)
    expect((await answer(tab, second)).code).toBe('rate_limited')
    const elsewhere = instance.browser()
    await ask(elsewhere)
    const limited = await answer(elsewhere, await codeTo(instance))
    expect(limited.code).toBe('rate_limited')
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
    instance.clock.advance(minutes(31))
    await ask(tab)
    expect((await answer(tab, await codeTo(instance))).status).toBe(200)
  })

  test('a newer code makes the older one void where both were asked for, and nowhere else', async () => {
    const instance = await withAda({ store })
    const [tab, stranger] = [instance.browser(), instance.browser()]
    const older = (await ask(tab)).body.ticket
    const first = await codeTo(instance)
    await ask(stranger)
    // Delivered before the next one is asked for: two at once arrive in any order.
    await instance.mailbox(email)
    expect((await answer(instance.browser(), other(first), { ticket: older })).code).toBe('challenge_invalid')
    await ask(tab)
    const code = await codeTo(instance)
    expect((await answer(instance.browser(), first, { ticket: older })).code).toBe('challenge_invalid')
    expect((await answer(tab, code)).status).toBe(200)
  })

  test('an account that nobody had proven is cleared for the owner who arrives', async () => {
    const instance = await createTestLatchkey({ store })
    const stranger = instance.browser()
    await stranger.register()
    const owner = instance.browser()
    await ask(owner)
    const signedIn = await answer(owner, await codeTo(instance))
    expect(signedIn.body.user.emailVerified).toBe(true)
    expect((await stranger.refresh()).code).toBe('session_revoked')
    expect((await instance.browser().login()).code).toBe('invalid_credentials')
    expect((await instance.mailbox(email))[0]?.subject).toContain('Your account was cleared')
  })

  test('whoever made the account keeps it when they prove its address by a code', async () => {
    const instance = await createTestLatchkey({ store })
    const tab = instance.browser()
    await tab.register()
    await ask(tab)
    expect((await answer(tab, await codeTo(instance))).body.user.emailVerified).toBe(true)
    expect((await instance.browser().login()).status).toBe(200)
  })

  test('an address without an account gets one by a code, once, where that is allowed', async () => {
    const instance = await createTestLatchkey({ store, passwordlessSignUp: true, limitScale: 1000 })
    const tab = instance.browser()
    const { ticket } = (await ask(tab, 'new@example.com')).body
    const code = await codeTo(instance, 'new@example.com')
    const replies = await times(5, () => answer(instance.browser(), code, { ticket }))
    expect(outcomes(replies).filter((each) => each === 200)).toHaveLength(1)
    const { user } = must(replies.find(({ status }) => status === 200)).body
    expect(user).toMatchObject({ email: 'new@example.com', emailVerified: true, name: null, roles: [] })
    await ask(tab, 'new@example.com')
    expect((await answer(tab, await codeTo(instance, 'new@example.com'))).body.user.id).toBe(user.id)
  })

  test('the choice of a code as second proof is made once, told by mail, and taken back', async () => {
    const instance = await createTestLatchkey({ store })
    const tab = instance.browser()
    await tab.register()
    const set = (secondFactor: boolean) =>
      tab.send('/api/auth/email-code', { method: 'PATCH', body: { secondFactor } })
    expect((await set(true)).code).toBe('email_unverified')
    const [mail] = await instance.mailbox(email)
    await tab.post('/verify-email', { code: must(mail).codes[0] })
    expect((await set(true)).body).toEqual({ secondFactor: true })
    expect((await set(true)).status).toBe(200)
    expect((await tab.get('/email-code')).body).toEqual({ secondFactor: true })
    const turnedOn = (await instance.mailbox(email)).filter(({ subject }) => subject.includes('turned on'))
    expect(turnedOn).toHaveLength(1)

    const elsewhere = instance.browser()
    const first = await elsewhere.post<SecondFactorNeeded>('/login', { email, password })
    expect(first.body).toMatchObject({ next: 'second_factor', factors: ['email-code'] })
    const about = { ticket: first.body.ticket, factor: 'email-code' }
    expect((await elsewhere.post('/login/second-factor', { ...about, code: '123456' })).code).toBe(
      'second_factor_invalid',
    )
    expect((await elsewhere.post('/login/second-factor/begin', about)).body).toEqual({ options: {} })
    const sent = firstOf(firstOf(await instance.mailbox(email)).codes)
    expect((await elsewhere.post('/login/second-factor', { ...about, code: other(sent) })).code).toBe(
      'second_factor_invalid',
    )
    const done = await elsewhere.post<SignedIn>('/login/second-factor', { ...about, code: sent })
    // A second step, but not a second factor (SP 800-63B-4 §3.1.3.1).
    expect(done.body.session).toMatchObject({ amr: ['pwd', 'mail'], aal: 1 })
    expect((await elsewhere.post('/login/second-factor', { ...about, code: sent })).code).toBe(
      'challenge_invalid',
    )

    expect((await set(false)).body).toEqual({ secondFactor: false })
    expect((await instance.browser().login()).body).toHaveProperty('accessToken')
    const kinds = (await tab.get<{ items: { kind: string }[] }>('/activity')).body.items.map(
      ({ kind }) => kind,
    )
    expect(kinds).toEqual(expect.arrayContaining(['email_factor.enabled', 'email_factor.disabled']))
  })
})

describe('nobody learns whether an account exists (ASVS V6.3.8)', () => {
  test('the answer to asking is the same for known, unknown and disabled addresses, and only the known one is written to', async () => {
    const instance = await withAda()
    const { body } = await instance.browser().login()
    await instance.latchkey.createUser({ email: 'off@example.com', password, emailVerified: true })
    await instance.latchkey.services.users.change(userIdOf(body.user.id), {})
    const off = await instance.browser().login('off@example.com')
    await instance.latchkey.services.users.change(userIdOf(off.body.user.id), {
      disabledAt: instance.clock.now(),
    })
    const replies = [
      await ask(instance.browser()),
      await ask(instance.browser(), 'nobody@example.com'),
      await ask(instance.browser(), 'off@example.com'),
    ]
    for (const { status, body, headers } of replies) {
      expect(status).toBe(202)
      expect(body).toEqual({
        ticket: expect.stringMatching(/^[\w-]{22}\.[\w-]{22}$/) as string,
        expiresIn: 600,
        delayed: false,
      })
      expect(headers.get('set-cookie')?.replace(/=[^;]+/, '')).toBe(
        firstOf(replies)
          .headers.get('set-cookie')
          ?.replace(/=[^;]+/, ''),
      )
    }
    expect(await instance.mailbox('nobody@example.com')).toEqual([])
    expect(await instance.mailbox('off@example.com')).toEqual([])
    expect(await instance.mailbox(email)).toHaveLength(1)
  })

  test('wrong answers are the same for known and unknown addresses, until the same limit', async () => {
    const instance = await withAda()
    const tell = async (to: string) => {
      const tab = instance.browser()
      await ask(tab, to)
      const replies: Reply<unknown>[] = []
      for (let wrong = 0; wrong < 7; wrong++) replies.push(await answer(tab, '000000'))
      return outcomes(replies)
    }
    const known = await tell(email)
    expect(known).toEqual([...Array<string>(5).fill('challenge_invalid'), 'rate_limited', 'rate_limited'])
    expect(await tell('nobody@example.com')).toEqual(known)
  })

  test('with registration closed an unknown address gets nothing, whatever else is allowed', async () => {
    const instance = await createTestLatchkey({ passwordlessSignUp: true, registration: 'closed' })
    expect((await ask(instance.browser(), 'new@example.com')).status).toBe(202)
    expect(await instance.mailbox('new@example.com')).toEqual([])
  })

  test('an account that is disabled after the mail stays shut, with the same answer', async () => {
    const instance = await withAda()
    const { body } = await instance.browser().login()
    const tab = instance.browser()
    await ask(tab)
    const code = await codeTo(instance)
    await instance.latchkey.services.users.change(userIdOf(body.user.id), {
      disabledAt: instance.clock.now(),
    })
    expect((await answer(tab, code)).code).toBe('challenge_invalid')
  })
})

describe('what is bound to what', () => {
  test('a code from a mail is nothing in another browser, and stays good in the one that asked (ASVS V6.6.2)', async () => {
    const instance = await withAda()
    const tab = instance.browser()
    await ask(tab)
    const code = await codeTo(instance)
    const thief = instance.browser()
    expect((await answer(thief, code)).code).toBe('challenge_invalid')
    await ask(thief, 'mallory@example.com')
    expect((await answer(thief, code)).code).toBe('challenge_invalid')
    expect((await answer(tab, code)).status).toBe(200)
  })

  test('the name of a challenge alone is no ticket', async () => {
    const instance = await withAda()
    const tab = instance.browser()
    const { ticket } = (await ask(tab)).body
    const code = await codeTo(instance)
    const [name, secret] = ticket.split('.') as [string, string]
    const forged = [
      name,
      `${name}.`,
      `${name}.${name}`,
      `.${secret}`,
      `${secret}.${name}`,
      `${ticket}.`,
      `${ticket}=`,
    ]
    for (const each of forged)
      expect(outcomes([await answer(instance.browser(), code, { ticket: each })])).toEqual([
        'challenge_invalid',
      ])
    expect((await answer(tab, code)).status).toBe(200)
  })

  test('a code lives for ten minutes (ASVS V6.5.5)', async () => {
    const instance = await withAda()
    const tab = instance.browser()
    await ask(tab)
    const code = await codeTo(instance)
    instance.clock.advance(minutes(10))
    expect((await answer(tab, code)).code).toBe('challenge_invalid')
  })

  test('tickets and codes of other purposes are refused', async () => {
    const instance = await createTestLatchkey({
      emailVerification: 'required',
      signInMethods: ['password', 'email-code', 'magic-link'],
    })
    await instance.latchkey.createUser({ email, password, emailVerified: true })
    const tab = instance.browser()
    const registered = await tab.post<{ ticket: string }>('/register', { email: 'new@example.com', password })
    const [mail] = await instance.mailbox('new@example.com')
    const code = firstOf(must(mail).codes)
    const { ticket } = registered.body
    expect((await answer(instance.browser(), code, { ticket })).code).toBe('challenge_invalid')
    const link = (await tab.post<CodeRequested>('/magic-link/send', { email })).body.ticket
    expect((await answer(instance.browser(), code, { ticket: link })).code).toBe('challenge_invalid')
    const asked = (await ask(tab)).body.ticket
    const mailed = await codeTo(instance)
    expect((await tab.post('/magic-link/verify', { code: mailed, ticket: asked })).code).toBe(
      'challenge_invalid',
    )
    expect((await tab.post('/verify-email', { code: mailed, ticket: asked })).code).toBe('challenge_invalid')
    expect((await answer(tab, mailed, { ticket: asked })).status).toBe(200)
    expect((await tab.post('/verify-email', { code, ticket })).status).toBe(204)
  })

  test('an address that was given up is no way in any more', async () => {
    const instance = await withAda()
    const { body } = await instance.browser().login()
    const tab = instance.browser()
    await ask(tab)
    const code = await codeTo(instance)
    await instance.latchkey.services.users.change(userIdOf(body.user.id), { email: 'ada@new.example' })
    expect((await answer(tab, code)).code).toBe('challenge_invalid')
  })
})

describe('limits', () => {
  test('an address is written to five times an hour and twenty times a day, known or not', async () => {
    const instance = await withAda()
    for (const to of [email, 'nobody@example.com']) {
      const hour = await times(7, () => ask(instance.browser(), to))
      expect(outcomes(hour).filter((each) => each === 202)).toHaveLength(5)
      let sent = 5
      for (let round = 0; round < 11; round++) {
        instance.clock.advance(hours(2))
        const replies = await times(5, () => ask(instance.browser(), to))
        sent += outcomes(replies).filter((each) => each === 202).length
      }
      // The window slides over the end of a day: twenty in each.
      expect(sent).toBeGreaterThanOrEqual(20)
      expect(sent).toBeLessThanOrEqual(40)
      instance.clock.advance(days(2))
    }
  })

  test('strangers cannot use up what a browser may ask that has signed in before', async () => {
    const instance = await withAda()
    const home = instance.browser()
    await home.login()
    await times(7, () => ask(instance.browser()))
    expect((await ask(instance.browser())).code).toBe('rate_limited')
    expect((await ask(home)).status).toBe(202)
    const code = await codeTo(instance)
    const stranger = instance.browser()
    instance.clock.advance(hours(2))
    await ask(stranger)
    for (let wrong = 0; wrong < 6; wrong++) await answer(stranger, '000000')
    expect((await answer(stranger, code)).code).toBe('rate_limited')
    await ask(home)
    expect((await answer(home, await codeTo(instance))).status).toBe(200)
  })
})

describe('beside other proofs', () => {
  test('a second factor is asked for after a code by mail, and does not make two factors of it', async () => {
    const instance = await createTestLatchkey({ methods: [hotp] })
    const home = instance.browser()
    await home.register()
    const { secret } = (await home.post<{ secret: string }>('/hotp', undefined)).body
    const tab = instance.browser()
    await ask(tab)
    await home.post('/verify-email', { code: must((await instance.mailbox(email)).at(-1)).codes[0] })
    const first = await tab.post<SecondFactorNeeded>('/email-code/verify', { code: await codeTo(instance) })
    expect(first.body).toMatchObject({ next: 'second_factor', factors: ['hotp'] })
    const code = hotpCode(Buffer.from(secret, 'hex'), 0)
    const done = await tab.post<SignedIn>('/login/second-factor', {
      ticket: first.body.ticket,
      factor: 'hotp',
      code,
    })
    expect(done.body.session).toMatchObject({ amr: ['mail', 'otp'], aal: 1 })
  })

  test('who has no password proves again who they are by a code, within the session', async () => {
    const instance = await createTestLatchkey({ passwordlessSignUp: true })
    const tab = instance.browser()
    await ask(tab)
    tab.token = (await answer(tab, await codeTo(instance))).body.accessToken
    instance.clock.advance(minutes(14))
    expect((await tab.send('/api/auth/me', { method: 'DELETE' })).code).toBe(
      'insufficient_user_authentication',
    )
    expect((await tab.get('/step-up')).body).toEqual({
      items: [{ name: 'email-code', asks: true, isSecondFactor: false }],
    })
    const begun = await tab.post<{ ticket: string }>('/step-up/begin', { factor: 'email-code' })
    const code = firstOf(await instance.mailbox(email)).codes[0]
    const { ticket } = begun.body
    const stranger = instance.browser()
    await ask(stranger, 'bob@example.com')
    stranger.token = (await answer(stranger, await codeTo(instance, 'bob@example.com'))).body.accessToken
    expect((await stranger.post('/step-up', { factor: 'email-code', code, ticket })).code).toBe(
      'challenge_invalid',
    )
    const raised = await tab.post<SignedIn>('/step-up', { factor: 'email-code', code, ticket })
    expect(raised.body.session).toMatchObject({ amr: ['mail'], aal: 1 })
    tab.token = raised.body.accessToken
    expect((await tab.send('/api/auth/me', { method: 'DELETE' })).status).toBe(204)
  })

  test('where codes by mail sign nobody in there is nothing at their address', async () => {
    const instance = await withAda({ signInMethods: ['password'] })
    expect((await ask(instance.browser())).status).toBe(404)
    expect((await answer(instance.browser(), '123456')).status).toBe(404)
  })
})
