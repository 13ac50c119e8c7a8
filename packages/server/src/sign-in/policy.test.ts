import {
  hours,
  minutes,
  type SecondFactorEnrolmentNeeded,
  type SecondFactorNeeded,
  type SecondFactors,
  type SignedIn,
} from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { authenticatorOf, enrolTotp, raise, type Seed } from '#test/support/authenticator-app.ts'
import { disableElsewhere } from '#test/support/disabled-elsewhere.ts'
import { startAdministration, testPassword } from '#test/support/administration.ts'
import {
  type Browser,
  createTestLatchkey,
  type Reply,
  stores,
  type TestLatchkey,
} from '#test/support/test-latchkey.ts'
import { saveDemand } from './demand-store.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'

type Step = SignedIn & Omit<SecondFactorNeeded, 'next'> & Partial<Pick<Waiting, 'next'>>
type Waiting = SecondFactorNeeded | SecondFactorEnrolmentNeeded
type Enrolled = SignedIn & { recoveryCodes: string[] | null }

const login = (tab: Browser, more: object = {}, who = email, word = password) =>
  tab.post<Step>('/login', { email: who, password: word, ...more }, { token: undefined })

const begin = (tab: Browser, ticket: string, factor = 'totp') =>
  tab.post<{ options: Seed }>('/login/second-factor/enrol/begin', { ticket, factor })

const enrol = (tab: Browser, ticket: string, code: string, factor = 'totp') =>
  tab.post<Enrolled>('/login/second-factor/enrol', { ticket, factor, code })

async function enrolAtSignIn(tab: Browser, ticket: string, { clock }: TestLatchkey) {
  const { body } = await begin(tab, ticket)
  const app = authenticatorOf(body.options, clock)
  const done = await enrol(tab, ticket, app.code())
  clock.advance(30_000)
  return { app, done }
}

const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

const carriesSession = ({ headers, body }: Reply<object>): boolean =>
  'accessToken' in body || headers.getSetCookie().some((line) => /refresh|session|hint/.test(line))

const live = async ({ latchkey }: TestLatchkey, userId: string) =>
  (await latchkey.services.sessions.devices(userIdOf(userId), null, { limit: 50 })).items.length

describe.each(stores)('where everybody must have a second factor, on %s', (store) => {
  test('a registration leads to an enrolment, and no session exists before it (ASVS V6.3.3)', async () => {
    const instance = await createTestLatchkey({ store, secondFactor: 'required' })
    const tab = instance.browser()
    const answer = await tab.post<Step>('/register', { email, password })
    expect(answer).toMatchObject({
      status: 200,
      body: { next: 'second_factor_enrolment', factors: ['totp'], ticket: expect.any(String) },
    })
    expect(carriesSession(answer)).toBe(false)
    const { ticket } = answer.body
    expect((await tab.get('/me', { token: ticket })).status).toBe(401)
    expect((await tab.refresh()).code).toBe('no_session')
    const { done } = await enrolAtSignIn(tab, ticket, instance)
    expect(done.body).toMatchObject({
      user: { email },
      session: { amr: ['pwd', 'otp', 'mfa'], aal: 2 },
      recoveryCodes: { length: 10 },
    })
    expect((await tab.refresh()).status).toBe(200)
    expect(await live(instance, done.body.user.id)).toBe(1)
  })

  test('a sign-in without one leads to an enrolment; with one it is asked for', async () => {
    const instance = await createTestLatchkey({ store, secondFactor: 'required' })
    await instance.latchkey.createUser({ email, password })
    const tab = instance.browser()
    const first = await login(tab)
    expect(first.body.next).toBe('second_factor_enrolment')
    expect(carriesSession(first)).toBe(false)
    const { app } = await enrolAtSignIn(tab, first.body.ticket, instance)
    const other = instance.browser()
    const { body } = await login(other)
    expect(body).toMatchObject({ next: 'second_factor', canTrustDevice: false })
    const proof = { ticket: body.ticket, factor: 'totp', code: app.code() }
    expect((await other.post('/login/second-factor', proof)).status).toBe(200)
  })

  test('who has chosen a code by mail as second step has no factor yet, and is led to an enrolment', async () => {
    const before = await createTestLatchkey({ store })
    const tab = before.browser()
    await tab.register(email, password)
    const [mail] = await before.mailbox(email)
    await tab.post('/verify-email', { code: must(mail).codes[0] })
    await tab.refresh()
    const chosen = await tab.send('/api/auth/email-code', { method: 'PATCH', body: { secondFactor: true } })
    expect([chosen.status, chosen.body]).toEqual([200, { secondFactor: true }])
    const { databaseUrl } = before
    const instance = await createTestLatchkey({ databaseUrl, secondFactor: 'required' })
    const first = await login(instance.browser())
    expect(first.body).toMatchObject({ next: 'second_factor_enrolment', factors: ['totp'] })
    expect(carriesSession(first)).toBe(false)
  })

  test('the first administrator is no exception', async () => {
    const { latchkey, browser } = await createTestLatchkey({ store, secondFactor: 'required' })
    const token = new URL(must(await latchkey.setUpLink())).searchParams.get('token')
    const answer = await browser().post<Step>('/setup', { token, email, password })
    expect([answer.status, answer.body.next]).toEqual([200, 'second_factor_enrolment'])
    expect(carriesSession(answer)).toBe(false)
  })

  test('steps that are skipped, swapped or brought elsewhere are refused, and nothing is lost', async () => {
    const instance = await createTestLatchkey({ store, secondFactor: 'required', limitScale: 100 })
    await instance.latchkey.createUser({ email, password })
    const [tab, thief] = [instance.browser(), instance.browser()]
    const { ticket } = (await login(tab)).body
    await login(thief)
    // No code before the seed.
    expect((await enrol(tab, ticket, '123456')).code).toBe('second_factor_invalid')
    const app = authenticatorOf((await begin(tab, ticket)).body.options, instance.clock)
    // A ticket for one step is not valid for the other.
    const proof = { ticket, factor: 'totp', code: app.code() }
    expect((await tab.post('/login/second-factor', proof)).code).toBe('challenge_invalid')
    expect((await tab.post('/login/second-factor/begin', { ticket, factor: 'totp' })).code).toBe(
      'challenge_invalid',
    )
    // Another browser cannot use the ticket, and uses up no tries.
    for (let tries = 0; tries < 6; tries++)
      expect((await enrol(thief, ticket, app.code())).code).toBe('challenge_invalid')
    expect((await begin(thief, ticket)).code).toBe('challenge_invalid')
    // Names that are no factor, or that cannot be enrolled.
    for (const factor of ['recovery-code', 'password', 'nothing'])
      expect((await begin(tab, ticket, factor)).code).toBe('second_factor_invalid')
    expect((await enrol(tab, ticket, app.wrong())).code).toBe('second_factor_invalid')
    expect((await enrol(tab, ticket, app.code())).status).toBe(200)
    expect((await enrol(tab, ticket, app.code())).code).toBe('challenge_invalid')
  })

  test('five wrong codes end an enrolment, ten minutes as well', async () => {
    const instance = await createTestLatchkey({ store, secondFactor: 'required', limitScale: 100 })
    await instance.latchkey.createUser({ email, password })
    const tab = instance.browser()
    const guessed = (await login(tab)).body.ticket
    const late = (await login(tab)).body.ticket
    const app = authenticatorOf((await begin(tab, guessed)).body.options, instance.clock)
    for (let tries = 0; tries < 5; tries++) await enrol(tab, guessed, app.wrong())
    expect((await enrol(tab, guessed, app.code())).code).toBe('challenge_invalid')
    instance.clock.advance(minutes(10))
    expect((await begin(tab, late)).code).toBe('challenge_invalid')
  })

  test('of 20 browsers that enrol at once one does, and the others prove what it enrolled', async () => {
    const instance = await createTestLatchkey({ store, secondFactor: 'required', limitScale: 100 })
    const { id } = await instance.latchkey.createUser({ email, password })
    const tabs = Array.from({ length: 20 }, () => instance.browser())
    const ready: { ticket: string; code: string }[] = []
    for (const tab of tabs) {
      const { ticket } = (await login(tab)).body
      const app = authenticatorOf((await begin(tab, ticket)).body.options, instance.clock)
      ready.push({ ticket, code: app.code() })
    }
    const replies = await times(20, (index) =>
      enrol(must(tabs[index]), must(ready[index]).ticket, must(ready[index]).code),
    )
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(new Set(replies.map(({ code }) => code))).toEqual(new Set([undefined, 'challenge_invalid']))
    expect(await live(instance, id)).toBe(1)
  })

  test('a password that was changed, or a user who was disabled, ends an enrolment that waits', async () => {
    const instance = await createTestLatchkey({ store, secondFactor: 'required', limitScale: 100 })
    const { latchkey, clock } = instance
    const { id } = await latchkey.createUser({ email, password })
    const tab = instance.browser()
    const waiting = async () => {
      const { ticket } = (await login(tab)).body
      return { ticket, app: authenticatorOf((await begin(tab, ticket)).body.options, clock) }
    }
    const reset = await waiting()
    await tab.post('/forgot-password', { email })
    const link = (await instance.mailbox(email))
      .flatMap(({ links }) => links)
      .find((each) => /reset/.test(each))
    const token = new URL(must(link)).searchParams.get('token')
    expect((await tab.post('/reset-password', { token, newPassword: password })).status).toBe(204)
    expect((await enrol(tab, reset.ticket, reset.app.code())).code).toBe('challenge_invalid')
    const unheard = await waiting()
    await disableElsewhere(instance, id)
    expect((await enrol(tab, unheard.ticket, unheard.app.code())).code).toBe('invalid_credentials')
    await disableElsewhere(instance, id, false)
    const disabled = await waiting()
    await latchkey.services.users.change(userIdOf(id), { disabledAt: clock.now() })
    expect((await enrol(tab, disabled.ticket, disabled.app.code())).code).toBe('challenge_invalid')
  })

  test('the last factor cannot be removed, but replaced', async () => {
    const instance = await createTestLatchkey({ store, secondFactor: 'required' })
    const tab = instance.browser()
    const { ticket } = (await tab.post<Step>('/register', { email, password })).body
    const { done } = await enrolAtSignIn(tab, ticket, instance)
    tab.token = done.body.accessToken
    expect((await tab.send('/api/auth/totp', { method: 'DELETE' })).code).toBe('second_factor_required')
    expect((await tab.get<SecondFactors>('/factors')).body).toMatchObject({
      required: true,
      factors: [{ name: 'totp' }, { name: 'recovery-code' }],
    })
    await enrolTotp(tab, instance)
  })

  test('tokens in the body, and a cookie session, go out as the first step asked', async () => {
    const instance = await createTestLatchkey({ store, secondFactor: 'required' })
    const native = instance.browser()
    const registered = await native.post<Step>('/register', { email, password, tokenDelivery: 'body' })
    expect(registered.headers.getSetCookie()).toEqual([])
    const { done } = await enrolAtSignIn(instance.browser(), registered.body.ticket, instance)
    expect(done.body.refreshToken).toMatch(/^lkr_/)
    const site = instance.browser()
    const wish = { email: 'bob@example.com', password, sessionKind: 'cookie' }
    const { body } = await site.post<Step>('/register', wish)
    const bob = await enrolAtSignIn(site, body.ticket, instance)
    expect(bob.done.body).toMatchObject({ sessionKind: 'cookie', recoveryCodes: { length: 10 } })
    expect(site.cookies.has('latchkey-session')).toBe(true)
  })

  test('sessions from before go on, and say what is missing', async () => {
    const before = await createTestLatchkey({ store })
    const tab = before.browser()
    const { user } = await tab.register()
    const { db } = before.latchkey.services
    await saveDemand(db, userIdOf(user.id), true, before.clock.now())
    before.clock.advance(hours(1))
    expect((await tab.refresh()).status).toBe(200)
    expect((await tab.get('/factors')).body).toMatchObject({ required: true, factors: [] })
    const asking = before.latchkey.authenticate(`Bearer ${tab.token}`, { mfa: true })
    await expect(asking).rejects.toThrow('a recent or stronger sign-in')
    await tab.post('/step-up', { password })
    await tab.refresh()
    const { app } = await enrolTotp(tab, before)
    expect((await raise(tab, app.code())).status).toBe(200)
    await before.latchkey.authenticate(`Bearer ${tab.token}`, { mfa: true })
  })
})

describe.each(stores)('who asks for it, on %s', (store) => {
  const nextOf = async (tab: Browser) =>
    (await login(tab, {}, 'bob@example.com', testPassword)).body.next ?? 'session'

  test('nobody, a role, the administrator of this very user: the matrix', async () => {
    const admin = await startAdministration(store)
    const { root, call, browser } = admin
    await admin.newRole('clerk', [])
    const { id } = await admin.newUser('bob@example.com')
    const token = root.accessToken
    const roles = (names: string[]) =>
      call('PUT', `/admin/users/${id}/roles`, { token, body: { roles: names } })
    const ofRole = (requiresSecondFactor: boolean) =>
      call('PATCH', '/admin/roles/clerk', { token, body: { requiresSecondFactor } })
    const ofUser = (required: boolean) =>
      call('PUT', `/admin/users/${id}/second-factors`, { token, body: { required } })
    for (const hasRole of [false, true]) {
      for (const roleAsks of [false, true]) {
        for (const userAsked of [false, true]) {
          await roles(hasRole ? ['clerk'] : [])
          expect((await ofRole(roleAsks)).body['requiresSecondFactor']).toBe(roleAsks)
          const { body } = await ofUser(userAsked)
          const by = [...(hasRole && roleAsks ? ['role'] : []), ...(userAsked ? ['user'] : [])]
          expect(body).toMatchObject({ required: userAsked, requiredBy: by })
          const expected = by.length > 0 ? 'second_factor_enrolment' : 'session'
          expect([hasRole, roleAsks, userAsked, await nextOf(browser())]).toEqual([
            hasRole,
            roleAsks,
            userAsked,
            expected,
          ])
        }
      }
    }
  })

  test('a built-in role can ask for it, and nothing else of it can be changed', async () => {
    const { root, call } = await startAdministration(store)
    const change = (body: object) => call('PATCH', '/admin/roles/admin', { token: root.accessToken, body })
    expect((await change({ requiresSecondFactor: true, permissions: [] })).body.code).toBe('role_built_in')
    expect((await change({ description: 'x' })).body.code).toBe('role_built_in')
    expect((await call('GET', '/admin/roles/admin', { token: root.accessToken })).body).toMatchObject({
      requiresSecondFactor: false,
    })
    expect((await change({ requiresSecondFactor: true })).body).toMatchObject({
      requiresSecondFactor: true,
      permissions: ['*'],
    })
    const body = { email: 'root@example.com', password: testPassword }
    expect((await call('POST', '/auth/login', { body })).body['next']).toBe('second_factor_enrolment')
  })

  test('a role that was made with it asks from the start', async () => {
    const { root, call } = await startAdministration(store)
    const body = { name: 'clerk', permissions: [], requiresSecondFactor: true }
    const made = await call('POST', '/admin/roles', { token: root.accessToken, body })
    expect(made.body).toMatchObject({ requiresSecondFactor: true })
  })
})
