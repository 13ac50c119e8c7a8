import { hours, minutes, type SecondFactorNeeded, type SignedIn, type UserId } from '@latchkey/contract'
import { decodeQR } from 'qr/decode.js'
import { describe, expect, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { authenticatorOf, enrolTotp, raise, type Seed } from '#test/support/authenticator-app.ts'
import { picture } from '#test/support/qr-picture.ts'
import {
  type Browser,
  createTestLatchkey,
  type Reply,
  stores,
  type TestLatchkey,
  type TestOptions,
} from '#test/support/test-latchkey.ts'
import { findTotp } from './store.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'

interface Scene extends TestLatchkey {
  /** The browser in which ada registered, at aal1. */
  home: Browser
  userId: UserId
}

async function registered(options: TestOptions = {}): Promise<Scene> {
  const instance = await createTestLatchkey({ limitScale: 100, ...options })
  const home = instance.browser()
  const { user } = await home.register()
  return { ...instance, home, userId: userIdOf(user.id) }
}

async function enrolled(options: TestOptions = {}) {
  const scene = await registered(options)
  return { ...scene, ...(await enrolTotp(scene.home, scene)) }
}

type Begun = Seed & { ticket: string }

const begin = (tab: Browser) => tab.post<Begun>('/totp/options', undefined)
const verify = (tab: Browser, ticket: string, code: string) =>
  tab.post<{ recoveryCodes: string[] | null }>('/totp/verify', { ticket, code })
const remove = (tab: Browser) => tab.send('/api/auth/totp', { method: 'DELETE' })

/** The first step, in a browser where nobody is signed in. */
const asked = async (tab: Browser) =>
  (await tab.post<SecondFactorNeeded>('/login', { email, password }, { token: undefined })).body

const finish = (tab: Browser, ticket: string, code: string) =>
  tab.post<SignedIn>('/login/second-factor', { ticket, factor: 'totp', code })

async function signIn(tab: Browser, code: string): Promise<Reply<SignedIn>> {
  const answer = await finish(tab, (await asked(tab)).ticket, code)
  if (answer.status === 200) tab.token = answer.body.accessToken
  return answer
}

const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

const noticesTo = async ({ mailbox }: TestLatchkey, to = email) =>
  (await mailbox(to)).map(({ subject }) => subject)

const eventsOf = async (tab: Browser) =>
  (await tab.get<{ items: { kind: string }[] }>('/activity')).body.items.map(({ kind }) => kind)

describe.each(stores)('an authenticator app on %s', (store) => {
  test('is enrolled by a code, and asked for from then on', async () => {
    const scene = await registered({ store })
    const { home, clock } = scene
    const { body } = await begin(home)
    expect((await scene.browser().login()).body.session.aal).toBe(1)
    const app = authenticatorOf(body, clock)
    const { status, body: done } = await verify(home, body.ticket, app.code())
    expect([status, done.recoveryCodes?.length]).toEqual([200, 10])
    clock.advance(30_000)
    const tab = scene.browser()
    expect(await asked(tab)).toMatchObject({ factors: ['totp', 'recovery-code'], canTrustDevice: true })
    const { body: signedIn } = await signIn(tab, app.code())
    expect(signedIn.session).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], aal: 2 })
    expect(await noticesTo(scene)).toContain('An authenticator app was added at Latchkey')
    expect(await eventsOf(home)).toContain('factor.enrolled')
    expect((await home.get('/factors')).body).toMatchObject({
      required: false,
      canEnrol: ['totp'],
      factors: [
        { name: 'totp', isBackup: false, left: null },
        { name: 'recovery-code', isBackup: true, left: 10 },
      ],
    })
  })

  test('a wrong code enrols nothing, and the right one is still good after it (ASVS V6.4.4)', async () => {
    const { home, clock, browser } = await registered({ store })
    const { body } = await begin(home)
    const app = authenticatorOf(body, clock)
    expect((await verify(home, body.ticket, app.wrong())).code).toBe('second_factor_invalid')
    expect((await verify(home, body.ticket, app.code(1))).code).toBe('second_factor_invalid')
    expect((await verify(home, body.ticket, app.code(-2))).code).toBe('second_factor_invalid')
    expect((await browser().login()).body.session.aal).toBe(1)
    expect((await verify(home, body.ticket, app.code(-1))).status).toBe(200)
    expect((await verify(home, body.ticket, app.code())).code).toBe('insufficient_user_authentication')
  })

  test('an enrolment has five tries and ten minutes, and a newer one ends it', async () => {
    const { home, clock } = await registered({ store })
    const guessed = (await begin(home)).body
    const app = authenticatorOf(guessed, clock)
    for (let tries = 0; tries < 5; tries++) await verify(home, guessed.ticket, app.wrong())
    expect((await verify(home, guessed.ticket, app.code())).code).toBe('challenge_invalid')
    const [older, newer] = [(await begin(home)).body, (await begin(home)).body]
    const olderApp = authenticatorOf(older, clock)
    expect((await verify(home, older.ticket, olderApp.code())).code).toBe('challenge_invalid')
    expect((await verify(home, newer.ticket, olderApp.code())).code).toBe('second_factor_invalid')
    await home.post('/step-up', { password })
    clock.advance(minutes(10))
    const { body } = await home.post<SignedIn>('/step-up', { password })
    home.token = body.accessToken
    const late = await verify(home, newer.ticket, authenticatorOf(newer, clock).code())
    expect(late.code).toBe('challenge_invalid')
  })

  test('the ticket of another session, user or step enrols nothing, and costs its owner no try', async () => {
    const { home, clock, browser } = await registered({ store })
    const mine = (await begin(home)).body
    const code = authenticatorOf(mine, clock).code()
    const elsewhere = browser()
    await elsewhere.login()
    const bob = browser()
    await bob.register('bob@example.com')
    for (const stranger of [elsewhere, bob]) {
      for (let tries = 0; tries < 6; tries++)
        expect((await verify(stranger, mine.ticket, code)).code).toBe('challenge_invalid')
    }
    for (const path of ['/login/second-factor', '/login/second-factor/enrol'])
      expect((await home.post(path, { ticket: mine.ticket, factor: 'totp', code })).code).toBe(
        'challenge_invalid',
      )
    expect((await home.post('/verify-email', { token: mine.ticket })).code).toBe('challenge_invalid')
    expect((await verify(home, mine.ticket, code)).status).toBe(200)
    // And conversely.
    const { ticket } = await asked(elsewhere)
    expect((await verify(bob, ticket, code)).code).toBe('challenge_invalid')
  })

  test('it asks for a fresh sign-in (ASVS V7.5.1)', async () => {
    const { home, clock } = await registered({ store })
    const { body } = await begin(home)
    clock.advance(minutes(10) + 1000)
    expect((await begin(home)).code).toBe('insufficient_user_authentication')
    const code = authenticatorOf(body, clock).code()
    expect((await verify(home, body.ticket, code)).code).toBe('insufficient_user_authentication')
    expect((await remove(home)).code).toBe('insufficient_user_authentication')
  })

  test('of 50 that finish the same enrolment one does', async () => {
    const scene = await registered({ store })
    const { home, clock, latchkey, userId } = scene
    const { body } = await begin(home)
    const code = authenticatorOf(body, clock).code()
    const replies = await times(50, () => verify(home, body.ticket, code))
    const won = replies.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    expect(firstOf(won).body.recoveryCodes).toHaveLength(10)
    expect((await findTotp(latchkey.services.db, userId))?.last_step).toBe(Math.floor(clock.now() / 30_000))
    expect((await noticesTo(scene)).filter((each) => /authenticator/.test(each))).toHaveLength(1)
  })

  test('a code signs in once, of 50 at once in 50 browsers (ASVS V6.5.1)', async () => {
    const { browser, app, home } = await enrolled({ store })
    const tabs = Array.from({ length: 50 }, () => browser())
    const tickets: string[] = []
    for (const tab of tabs) tickets.push((await asked(tab)).ticket)
    const code = app.code()
    const replies = await times(50, (index) => finish(must(tabs[index]), must(tickets[index]), code))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await home.get<{ items: unknown[] }>('/sessions')).body.items).toHaveLength(2)
  })

  test('a code is good for one of: enrolment, sign-in, step-up', async () => {
    const { home, browser, clock } = await registered({ store })
    const { body } = await begin(home)
    const app = authenticatorOf(body, clock)
    const code = app.code()
    await verify(home, body.ticket, code)
    // The enrolment's code is not valid elsewhere.
    const tab = browser()
    expect((await signIn(tab, code)).code).toBe('second_factor_invalid')
    expect((await raise(home, code)).code).toBe('second_factor_invalid')
    // The sign-in's code is not valid within a session or in another sign-in.
    clock.advance(30_000)
    expect((await signIn(tab, app.code())).status).toBe(200)
    expect((await raise(home, app.code())).code).toBe('second_factor_invalid')
    expect((await signIn(browser(), app.code())).code).toBe('second_factor_invalid')
    // The step-up's code is not valid at sign-in.
    clock.advance(30_000)
    expect((await raise(home, app.code())).status).toBe(200)
    expect((await signIn(browser(), app.code())).code).toBe('second_factor_invalid')
  })

  test('a step that is older than a used one is refused for ever, and whoever brings it is in the activity', async () => {
    const { browser, app, clock } = await enrolled({ store })
    clock.advance(60_000)
    const tab = browser()
    expect((await signIn(tab, app.code())).status).toBe(200)
    expect((await signIn(browser(), app.code())).code).toBe('second_factor_invalid')
    expect((await signIn(browser(), app.code(-1))).code).toBe('second_factor_invalid')
    expect((await eventsOf(tab)).filter((kind) => kind === 'login.failed')).toHaveLength(2)
    clock.advance(30_000)
    expect((await signIn(browser(), app.code(-1))).code).toBe('second_factor_invalid')
    expect((await signIn(browser(), app.code())).status).toBe(200)
  })

  test('a clock that is 30 seconds late is understood, an early one or one 60 seconds late is not', async () => {
    const { browser, app, clock } = await enrolled({ store })
    clock.advance(120_000)
    expect((await signIn(browser(), app.code(1))).code).toBe('second_factor_invalid')
    expect((await signIn(browser(), app.code(-2))).code).toBe('second_factor_invalid')
    expect((await signIn(browser(), app.code(-1))).status).toBe(200)
  })

  test('where the server’s clock is put back, no used code comes to life', async () => {
    const { browser, app, clock } = await enrolled({ store })
    const code = app.code()
    expect((await signIn(browser(), code)).status).toBe(200)
    clock.advance(-60_000)
    expect((await signIn(browser(), app.code())).code).toBe('second_factor_invalid')
    clock.advance(60_000)
    expect((await signIn(browser(), code)).code).toBe('second_factor_invalid')
    clock.advance(30_000)
    expect((await signIn(browser(), app.code())).status).toBe(200)
  })

  test('a sign-in from another browser is refused, without a try or a hit spent', async () => {
    const { browser, app, home } = await enrolled({ store, limitScale: 1 })
    const [owner, thief] = [browser(), browser()]
    const { ticket } = await asked(owner)
    await asked(thief)
    for (let tries = 0; tries < 12; tries++)
      expect((await finish(thief, ticket, app.wrong())).code).toBe('challenge_invalid')
    expect((await thief.post('/login/second-factor/begin', { ticket, factor: 'totp' })).code).toBe(
      'challenge_invalid',
    )
    expect((await finish(home, ticket, app.code())).code).toBe('challenge_invalid')
    expect((await finish(owner, ticket, app.code())).status).toBe(200)
  })

  test('a client that keeps its tokens has the ticket alone', async () => {
    const { browser, app } = await enrolled({ store })
    const tab = browser()
    const first = await tab.post<SecondFactorNeeded>('/login', { email, password, tokenDelivery: 'body' })
    expect(first.headers.getSetCookie()).toEqual([])
    expect(first.body.canTrustDevice).toBe(false)
    const { body } = await finish(browser(), first.body.ticket, app.code())
    expect(body.refreshToken).toMatch(/^lkr_/)
  })

  test('it is replaced only when the new one is proven, by whoever has proven the old one', async () => {
    const scene = await enrolled({ store })
    const { home, browser, app, clock, codes } = scene
    expect((await begin(home)).code).toBe('insufficient_user_authentication')
    await home.post('/step-up', { password })
    expect((await begin(home)).code).toBe('insufficient_user_authentication')
    const other = browser()
    await signIn(other, app.code())
    clock.advance(30_000)
    await raise(home, app.code())
    clock.advance(30_000)
    const { body } = await begin(home)
    // The old one counts until then.
    expect((await signIn(browser(), app.code())).status).toBe(200)
    const next = authenticatorOf(body, clock)
    const done = await verify(home, body.ticket, next.code())
    // The recovery codes of before stay as they are.
    expect([done.status, done.body.recoveryCodes, codes.length]).toEqual([200, null, 10])
    clock.advance(30_000)
    expect((await signIn(browser(), app.code())).code).toBe('second_factor_invalid')
    expect((await signIn(browser(), next.code())).status).toBe(200)
    expect((await other.get('/me')).code).toBe('token_revoked')
    expect((await home.get('/me')).status).toBe(200)
    expect(await noticesTo(scene)).toContain('Your authenticator app was replaced at Latchkey')
    expect(await eventsOf(home)).toContain('factor.replaced')
  })

  test('a code that was right for the app of before is none once the app has been replaced', async () => {
    const scene = await enrolled({ store })
    const { home, app, clock, latchkey, userId } = scene
    const { db, methods } = latchkey.services
    expect((await raise(home, app.code())).status).toBe(200)
    clock.advance(60_000)
    const totp = methods.find(({ name }) => name === 'totp')?.factor
    const origin = { ip: null, userAgent: null }
    const answer = { code: app.code() }
    const redeem = await totp?.verify(db, { userId, answer, state: null, origin })
    // Between the look at the code and its use; the new app's step lies before it.
    const { body } = await begin(home)
    expect((await verify(home, body.ticket, authenticatorOf(body, clock).code(-1))).status).toBe(200)
    expect(await db.transaction(async (tx) => await redeem?.(tx))).toBe(false)
  })

  test('it is removed by whoever has proven it; recovery codes and other sessions go along', async () => {
    const scene = await enrolled({ store })
    const { home, browser, app, clock, codes } = scene
    expect((await remove(home)).code).toBe('insufficient_user_authentication')
    const other = browser()
    await signIn(other, app.code())
    clock.advance(30_000)
    await raise(home, app.code())
    expect((await remove(home)).status).toBe(204)
    expect((await other.get('/me')).code).toBe('token_revoked')
    expect((await home.get('/me')).status).toBe(200)
    expect((await home.get('/factors')).body).toMatchObject({ factors: [] })
    expect((await browser().login()).body.session.aal).toBe(1)
    expect((await raise(home, firstOf(codes), 'recovery-code')).code).toBe('second_factor_invalid')
    expect((await remove(home)).code).toBe('factor_not_found')
    expect(await noticesTo(scene)).toContain('Your authenticator app was removed at Latchkey')
    expect(await eventsOf(home)).toContain('factor.removed')
  })

  test('a password that was changed meanwhile, log-out everywhere or a disabled user end what waits', async () => {
    const { home, browser, app, clock, latchkey, userId } = await enrolled({ store })
    const tab = browser()
    const { ticket } = await asked(tab)
    await raise(home, app.code())
    await home.post('/change-password', { currentPassword: password, newPassword: 'seven quiet otters swim' })
    clock.advance(30_000)
    expect((await finish(tab, ticket, app.code())).code).toBe('challenge_invalid')
    const again = { email, password: 'seven quiet otters swim' }
    const next = async () => (await tab.post<SecondFactorNeeded>('/login', again)).body.ticket
    const second = await next()
    await home.post('/logout', { scope: 'all' })
    expect((await finish(tab, second, app.code())).code).toBe('challenge_invalid')
    const third = await next()
    await latchkey.services.users.change(userId, { disabledAt: clock.now() })
    expect((await finish(tab, third, app.code())).code).toBe('challenge_invalid')
    await latchkey.services.users.change(userId, { disabledAt: null })
    expect((await finish(tab, third, app.code())).code).toBe('challenge_invalid')
    expect((await finish(tab, await next(), app.code())).status).toBe(200)
  })

  test('one who is disabled while the enrolment waits enrols nothing', async () => {
    const { home, clock, latchkey, userId } = await registered({ store })
    const { body } = await begin(home)
    await latchkey.services.users.change(userId, { disabledAt: clock.now() })
    await latchkey.services.users.change(userId, { disabledAt: null })
    const back = await home.login()
    expect(back.status).toBe(200)
    const code = authenticatorOf(body, clock).code()
    expect((await verify(home, body.ticket, code)).code).toBe('challenge_invalid')
    expect(await findTotp(latchkey.services.db, userId)).toBeNull()
  })

  test('the seed is sealed for its user: in the row of another it opens nothing', async () => {
    const { home, latchkey, userId, app, clock } = await enrolled({ store })
    const row = await findTotp(latchkey.services.db, userId)
    const { secretBox } = latchkey.services
    expect(secretBox.open(must(row).seed, `totp/${userId}`)).toHaveLength(20)
    expect(() => secretBox.open(must(row).seed, 'totp/019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b')).toThrow('ring')
    await raise(home, app.code())
    const exported = await home.get('/me/export')
    expect(JSON.stringify(exported.body)).not.toContain(app.code())
    expect(exported.body['methods']).toMatchObject({ totp: { enrolledAt: expect.any(String) } })
    expect(clock.now()).toBeGreaterThan(must(row).created_at)
  })

  test('it goes with the account, and when the owner of the address arrives', async () => {
    const { latchkey, userId } = await enrolled({ store })
    const { db, credentials, users, revocations } = latchkey.services
    const account = await users.get(userId)
    await db.transaction(async (tx) => {
      const { revoked } = await credentials.addressProven(tx, account, { isMaker: false, ip: null })
      await revocations.append(tx, revoked)
    })
    expect(await findTotp(db, userId)).toBeNull()
    await users.remove(userId)
    expect(await findTotp(db, userId)).toBeNull()
  })
})

test('ten wrong codes an hour for an account, whatever the path, and the owner’s own browser apart', async () => {
  const { home, browser, app, clock } = await enrolled({ limitScale: 1 })
  const thief = browser()
  for (let round = 0; round < 2; round++) {
    const { ticket } = await asked(thief)
    for (let tries = 0; tries < 5; tries++) await finish(thief, ticket, app.wrong())
  }
  expect((await signIn(thief, app.code())).code).toBe('rate_limited')
  expect((await raise(home, app.code())).status).toBe(200)
  clock.advance(hours(2))
  expect((await signIn(thief, app.code())).status).toBe(200)
})

test('the picture, the link and the text say the same, by the Key URI format', async () => {
  const { home } = await registered({ appName: 'Acme & Söhne' })
  const { body } = await begin(home)
  expect(body.secret).toMatch(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/)
  expect(body.uri).toBe(
    `otpauth://totp/Acme%20%26%20S%C3%B6hne:ada%40example.com?secret=${body.secret.replaceAll(' ', '')}` +
      '&issuer=Acme%20%26%20S%C3%B6hne&algorithm=SHA1&digits=6&period=30',
  )
  expect(body.qr).toMatch(/^data:image\/svg\+xml;base64,/)
  expect(body.qr.length).toBeLessThan(16_000)
  expect(decodeQR(picture(body.qr))).toBe(body.uri)
})

test('bodies that are emptied, doubled or of another shape are refused, and the enrolment is still good', async () => {
  const { home, clock } = await registered()
  const { body } = await begin(home)
  const { ticket } = body
  const code = authenticatorOf(body, clock).code()
  const wrong: unknown[] = [
    {},
    { ticket },
    { code },
    { ticket, code: '' },
    { ticket, code: null },
    { ticket, code: [code] },
    { ticket, code: Number(code) },
    { ticket: [ticket], code },
    { ticket: null, code },
    { ticket: '', code },
    { ticket, code, factor: 'totp' },
    `{"ticket":"${ticket}","code":"${code}","code":"${code}"}`,
  ]
  for (const each of wrong) expect((await home.post('/totp/verify', each)).status).toBe(400)
  const { ticket: login } = (await verify(home, ticket, code), await asked(home))
  for (const each of [
    { ticket: login, factor: 'totp' },
    { ticket: login, factor: 'totp', code: null },
    { ticket: login, factor: 'totp', code: [code] },
    { ticket: login, factor: ['totp'], code },
    { ticket: login, factor: 'totp', code, response: {} },
    { ticket: login, factor: 'totp', code, trustDevice: 'yes' },
  ])
    expect((await home.post('/login/second-factor', each)).status).toBe(400)
  // A structured response is no code.
  const response = { ticket: login, factor: 'totp', response: { code } }
  expect((await home.post('/login/second-factor', response)).code).toBe('second_factor_invalid')
})

test('an app does not raise a session that a code by mail may have begun: mail is no factor', async () => {
  const { home, app, latchkey, userId, clock } = await enrolled()
  const { sessions } = latchkey.services
  const open = await sessions.start({
    userId,
    authentication: { amr: ['mail'], aal: 1, authenticatedAt: clock.now() },
    origin: { ip: null, userAgent: null },
    stillValid: async () => true,
  })
  const { body } = await home.post<SignedIn>('/refresh', { refreshToken: open.refreshToken }, { bare: true })
  const raised = await home.post<SignedIn>(
    '/step-up',
    { factor: 'totp', code: app.code(), refreshToken: open.refreshToken },
    { token: body.accessToken },
  )
  expect([raised.code, raised.body.session?.aal]).toEqual(['refresh_token_outdated', undefined])
  const again = await home.post<SignedIn>(
    '/step-up',
    { factor: 'totp', code: app.code(), refreshToken: body.refreshToken },
    { token: body.accessToken },
  )
  expect(again.body.session).toMatchObject({ amr: ['mail', 'otp'], aal: 1 })
})
