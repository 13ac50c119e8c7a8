import { minutes, type SignedIn, type UserId } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { startAdministration, testPassword } from '#test/support/administration.ts'
import { authenticatorOf, enrolTotp, raise, type Seed } from '#test/support/authenticator-app.ts'
import { Authenticator } from '#test/support/authenticator.ts'
import { type Browser, createTestLatchkey, stores, type TestLatchkey } from '#test/support/test-latchkey.ts'
import { parseUuid } from '../core/ports/uuid.ts'
import { statement } from '../db/statement.ts'
import { lockUser } from '../identity/users/locks.ts'
import { saveDemand } from '../sign-in/demand-store.ts'
import { saveRoles } from '../identity/users/store.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'
const newPassword = 'a phrase that nobody else knows'
const number = '+49151234567890'
const secondFactor = '/api/auth/passkeys/second-factor'

interface Ceremony {
  ticket: string
  options: Record<string, unknown>
}

async function linkToken({ mailbox }: TestLatchkey, path: string, to = email): Promise<string> {
  const links = (await mailbox(to)).flatMap((mail) => mail.links)
  const link = links.find((each) => new URL(each).pathname === path)
  return must(new URL(must(link)).searchParams.get('token'))
}

async function addPasskey(tab: Browser, authenticator: Authenticator) {
  const { ticket, options } = (await tab.post<Ceremony>('/passkeys/registration/options')).body
  return await tab.post('/passkeys/registration/verify', { ticket, response: authenticator.create(options) })
}

async function addPhone(started: TestLatchkey, tab: Browser, to = number) {
  const { ticket } = (await tab.post<{ ticket: string }>('/phone/send', { number: to })).body
  return await tab.post('/phone/verify', { ticket, code: firstOf(await started.mailbox(to)).codes[0] })
}

async function resetIn(started: TestLatchkey, tab: Browser) {
  await tab.post('/forgot-password', { email })
  return await tab.post('/reset-password', {
    token: await linkToken(started, '/reset-password'),
    newPassword,
  })
}

describe.each(stores)('on %s', (store) => {
  test('what a stranger prepared is gone when the owner sets a password by the mail', async () => {
    const started = await createTestLatchkey({ store })
    const [stranger, owner] = [started.browser(), started.browser()]
    const [key, { user }] = [new Authenticator(), await stranger.register()]
    await addPasskey(stranger, key)
    await addPhone(started, stranger)
    await stranger.refresh()
    await enrolTotp(stranger, started)
    expect((await resetIn(started, owner)).status).toBe(204)
    // The stranger's factor is not asked for, and none is left.
    expect((await owner.login(email, newPassword)).body.session.aal).toBe(1)
    const { methods } = (await owner.get<{ methods: Record<string, unknown> }>('/me/export')).body
    expect(methods).toMatchObject({
      passkey: { passkeys: [] },
      'sms-code': { phone: null },
      totp: { enrolledAt: null },
      'recovery-codes': { left: 0 },
    })
    expect((await stranger.refresh()).code).toBe('session_revoked')
    expect((await started.latchkey.services.users.get(userIdOf(user.id))).emailVerifiedAt).not.toBeNull()
  })

  test('a change of address needs the session that asked, or a fresh proof after it', async () => {
    const started = await createTestLatchkey({ store })
    const [thief, victim] = [started.browser(), started.browser()]
    await thief.register('thief@example.com')
    await victim.register('victim@example.com')
    const earlier = started.browser()
    await earlier.login('thief@example.com')
    started.clock.advance(1000)
    await thief.post('/change-email', { email })
    const token = await linkToken(started, '/change-email/confirm')
    const confirm = (tab: Browser) => tab.post('/change-email/confirm', { token })
    expect((await confirm(started.browser())).code).toBe('unauthenticated')
    expect((await confirm(victim)).code).toBe('insufficient_user_authentication')
    const tooEarly = await confirm(earlier)
    expect(tooEarly.code).toBe('insufficient_user_authentication')
    // Its sign-in of a second ago came before the request: it is asked for a newer one.
    expect(tooEarly.headers.get('www-authenticate')).toMatch(/max_age="0"$/)
    // Another session of the account, with recent authentication for a while.
    started.clock.advance(1000)
    const later = started.browser()
    await later.login('thief@example.com')
    // As fresh, of another account.
    await victim.login('victim@example.com')
    expect((await confirm(victim)).code).toBe('insufficient_user_authentication')
    started.clock.advance(minutes(11))
    expect((await confirm(later)).code).toBe('insufficient_user_authentication')
    later.token = (await later.post<SignedIn>('/step-up', { password })).body.accessToken
    expect((await confirm(later)).status).toBe(204)
  })

  test('a change of address is not confirmed by half a proof, where the account has a second factor', async () => {
    const started = await createTestLatchkey({ store })
    const owner = started.browser()
    await owner.register()
    const { app } = await enrolTotp(owner, started)
    expect((await raise(owner, app.code())).status).toBe(200)
    expect((await owner.post('/change-email', { email: 'ada@example.org' })).status).toBe(202)
    const token = await linkToken(started, '/change-email/confirm', 'ada@example.org')
    const trusted = started.browser()
    const { ticket } = (await trusted.post<{ ticket: string }>('/login', { email, password })).body
    started.clock.advance(30_000)
    const second = { ticket, factor: 'totp', code: app.code(), trustDevice: true }
    expect((await trusted.post('/login/second-factor', second)).status).toBe(200)
    // This browser is asked only for the password, which proves no more.
    expect((await trusted.login()).body.session.aal).toBe(1)
    const weak = await trusted.post('/change-email/confirm', { token })
    expect(weak.code).toBe('insufficient_user_authentication')
    expect(weak.headers.get('www-authenticate')).toMatch(/acr_values="aal2"$/)
    started.clock.advance(30_000)
    expect((await raise(trusted, app.code())).status).toBe(200)
    expect((await trusted.post('/change-email/confirm', { token })).status).toBe(204)
  })

  const endings: Record<string, (scene: { started: TestLatchkey; owner: Browser; id: UserId }) => unknown> = {
    'the owner changes the password': ({ owner }) =>
      owner.post('/change-password', { currentPassword: password, newPassword }),
    'the owner resets the password': ({ started }) => resetIn(started, started.browser()),
    'the owner signs out everywhere': ({ owner }) => owner.post('/logout', { scope: 'all' }),
    'an administrator ends all sessions': ({ started, id }) =>
      started.latchkey.services.sessions.endAll({ userId: id }, 'sessions_ended_by_admin', (account) => ({
        mails: {
          address: started.latchkey.services.mails.credentialChanged({
            account,
            at: 0,
            ip: null,
            notice: 'sessions_ended',
          }),
        },
      })),
  }
  test.each(Object.entries(endings))("a thief's change of address dies when %s", async (_, end) => {
    const started = await createTestLatchkey({ store })
    const [owner, thief] = [started.browser(), started.browser()]
    const { user } = await owner.register()
    await thief.login()
    await thief.post('/change-email', { email: 'thief@example.com' })
    const [told] = await started.mailbox(email)
    expect(must(told).subject).toContain('wants to change')
    const token = await linkToken(started, '/change-email/confirm', 'thief@example.com')
    await end({ started, owner, id: userIdOf(user.id) })
    expect((await thief.post('/change-email/confirm', { token })).status).not.toBe(204)
    await started.browser().login()
    const again = started.browser()
    if ((await again.login(email, newPassword)).status !== 200) await again.login()
    expect((await again.post('/change-email/confirm', { token })).code).toBe('challenge_invalid')
    expect((await started.latchkey.services.users.get(userIdOf(user.id))).email).toBe(email)
  })

  // Neither notifies pending links: these changes are detected when the link is answered.
  test.each([
    ['the session that asked has ended', 'UPDATE session SET revoked_at = 1 WHERE id = :sid'],
    ['the account has another address', "UPDATE user_account SET email = 'c@example.com' WHERE id <> :sid"],
  ])('a change of address that waits is void where %s elsewhere', async (_, text) => {
    const started = await createTestLatchkey({ store })
    const [thief, owner] = [started.browser(), started.browser()]
    const { session } = await thief.register()
    await thief.post('/change-email', { email: 'thief@example.com' })
    const token = await linkToken(started, '/change-email/confirm', 'thief@example.com')
    started.clock.advance(1000)
    await owner.login()
    await started.latchkey.services.db.all(statement(text), { sid: parseUuid(session.id) })
    expect((await owner.post('/change-email/confirm', { token })).code).toBe('challenge_invalid')
  })

  test('"this was not me" stops a change that was asked for, and starts over', async () => {
    const started = await createTestLatchkey({ store })
    const thief = started.browser()
    await thief.register()
    await thief.post('/change-email', { email: 'thief@example.com' })
    const confirm = await linkToken(started, '/change-email/confirm', 'thief@example.com')
    const token = await linkToken(started, '/change-email/undo')
    expect((await started.browser().post('/change-email/undo', { token })).status).toBe(204)
    expect((await thief.refresh()).code).toBe('session_revoked')
    expect((await started.browser().login()).code).toBe('invalid_credentials')
    expect((await thief.post('/change-email/confirm', { token: confirm })).status).toBe(401)
    // Only to the address that stays.
    expect(await linkToken(started, '/reset-password')).toEqual(expect.any(String))
    const links = (await started.mailbox('thief@example.com')).flatMap((mail) => mail.links)
    expect(links.filter((link) => link.includes('reset-password'))).toEqual([])
  })

  test('an access token of before a new password adds no passkey', async () => {
    const started = await createTestLatchkey({ store })
    const home = started.browser()
    await home.register()
    const token = must(home.token)
    await home.post('/step-up', { password })
    await home.post('/change-password', { currentPassword: password, newPassword })
    const headers = { authorization: `Bearer ${token}` }
    const answer = await home.post('/passkeys/registration/options', {}, { headers, bare: true })
    expect(answer.code).toBe('token_revoked')
  })

  test('the last factor that must be is neither turned off nor removed, whatever it is', async () => {
    const started = await createTestLatchkey({ store, secondFactor: 'optional' })
    const { db } = started.latchkey.services
    const home = started.browser()
    const { user } = await home.register()
    const key = new Authenticator()
    await addPasskey(home, key)
    await home.send(secondFactor, { method: 'PUT', body: { enabled: true } })
    await db.transaction((tx) => saveDemand(tx, userIdOf(user.id), true, started.clock.now()))
    const { ticket, options } = (await home.post<Ceremony>('/step-up/begin', { factor: 'passkey' })).body
    const proof = { factor: 'passkey', ticket, response: key.get(options) }
    home.token = (await home.post<SignedIn>('/step-up', proof)).body.accessToken
    const off = await home.send(secondFactor, { method: 'PUT', body: { enabled: false } })
    expect(off.code).toBe('second_factor_required')
    const { items } = (await home.get<{ items: { id: string }[] }>('/passkeys')).body
    const removed = await home.send(`/api/auth/passkeys/${firstOf(items).id}`, { method: 'DELETE' })
    expect(removed.code).toBe('second_factor_required')
  })

  test('recovery codes go with the last real factor, and do not revive with the next', async () => {
    const started = await createTestLatchkey({ store })
    const home = started.browser()
    const { user } = await home.register()
    const { app, codes } = await enrolTotp(home, started)
    await home.refresh()
    const raised = await home.post<SignedIn>('/step-up', { factor: 'totp', code: app.code() })
    home.token = raised.body.accessToken
    expect((await home.send('/api/auth/totp', { method: 'DELETE' })).status).toBe(204)
    const { secondFactors, db } = started.latchkey.services
    expect(await secondFactors.enrolled(db, userIdOf(user.id))).toEqual([])
    started.clock.advance(60_000)
    await home.refresh()
    const again = await enrolTotp(home, started)
    expect(again.codes).toHaveLength(codes.length)
    expect(again.codes.filter((code) => codes.includes(code))).toEqual([])
    const [, backup] = await secondFactors.enrolled(db, userIdOf(user.id))
    expect(must(backup).left).toBe(codes.length)
  })

  test('a second step by mail locks nobody out where a real factor is required later, and is none', async () => {
    const started = await createTestLatchkey({ store, signInMethods: ['password', 'email-code'] })
    const home = started.browser()
    const { user } = await home.register()
    await home.post('/verify-email', { token: await linkToken(started, '/verify-email') })
    const step = await home.send('/api/auth/email-code', { method: 'PATCH', body: { secondFactor: true } })
    expect([step.status, step.body]).toEqual([200, { secondFactor: true }])
    expect((await started.browser().login()).body).toMatchObject({
      next: 'second_factor',
      factors: ['email-code'],
    })
    await started.latchkey.services.db.transaction((tx) =>
      saveDemand(tx, userIdOf(user.id), true, started.clock.now()),
    )
    const tab = started.browser()
    const waiting = (await tab.post<{ next: string; ticket: string }>('/login', { email, password })).body
    expect(waiting.next).toBe('second_factor_enrolment')
    const ticket = waiting.ticket
    const enrol = '/login/second-factor/enrol'
    const begin = await tab.post<{ options: Seed }>(`${enrol}/begin`, { ticket, factor: 'totp' })
    const code = authenticatorOf(begin.body.options, started.clock).code()
    const done = await tab.post<SignedIn>(enrol, { ticket, factor: 'totp', code })
    expect([done.status, done.body.session.aal]).toEqual([200, 2])
  })

  test('proving an address writes no roles back that another has just taken', async () => {
    const started = await createTestLatchkey({ store })
    const home = started.browser()
    const { user } = await home.register()
    const id = userIdOf(user.id)
    const { db, users } = started.latchkey.services
    await users.change(id, { roles: ['admin'] })
    await started.browser().register('root@example.com')
    const token = await linkToken(started, '/verify-email')
    let verified: ReturnType<typeof home.post> | undefined
    await db.transaction(async (tx) => {
      await lockUser(tx, id)
      verified = home.post('/verify-email', { token })
      // Long enough for a reader without the lock to read the old row.
      await new Promise((resolve) => setTimeout(resolve, 300))
      await saveRoles(tx, id, { roles: [], now: started.clock.now() })
    })
    expect((await verified)?.status).toBe(204)
    expect(await users.get(id)).toMatchObject({ roles: [], emailVerifiedAt: expect.any(Number) })
  })

  test('an address that can be taken back is nobody else’s by any door, also after a deletion', async () => {
    const scene = await startAdministration(store)
    const { call, root, latchkey, browser } = scene
    const owner = browser()
    await owner.register(email, testPassword)
    await owner.post('/change-email', { email: 'thief@example.com' })
    const confirm = await linkToken(scene, '/change-email/confirm', 'thief@example.com')
    expect((await owner.post('/change-email/confirm', { token: confirm })).status).toBe(204)
    const undo = await linkToken(scene, '/change-email/undo')
    const other = await scene.newUser('other@example.com')
    const token = root.accessToken
    const doors: Record<string, () => Promise<unknown>> = {
      registration: async () => (await browser().post('/register', { email, password: testPassword })).code,
      'an administrator creates': async () =>
        (await call('POST', '/admin/users', { token, body: { email, password: testPassword } })).body.code,
      'an administrator changes': async () =>
        (await call('PATCH', `/admin/users/${other.id}`, { token, body: { email } })).body.code,
      application: () =>
        latchkey.createUser({ email, password: testPassword }).catch((error: { code: string }) => error.code),
    }
    for (const [door, open] of Object.entries(doors)) expect(await open(), door).toBe('email_taken')
    expect((await owner.send('/api/auth/me', { method: 'DELETE' })).status).toBe(204)
    const [told] = await scene.mailbox(email)
    expect(must(told).subject).toContain('was deleted')
    for (const [door, open] of Object.entries(doors)) expect(await open(), door).toBe('email_taken')
    expect((await browser().post('/change-email/undo', { token: undo })).status).toBe(204)
    const reset = await linkToken(scene, '/reset-password')
    expect((await browser().post('/reset-password', { token: reset, newPassword })).status).toBe(204)
    expect((await browser().login(email, newPassword)).status).toBe(200)
  })

  test('a user has no more sessions than may be: the one that was not used for longest ends', async () => {
    const started = await createTestLatchkey({ store, sessionsPerUser: 3, limitScale: 100 })
    const tabs = [started.browser()]
    await firstOf(tabs).register()
    for (let index = 0; index < 4; index++) {
      started.clock.advance(1000)
      const tab = started.browser()
      await tab.login()
      tabs.push(tab)
    }
    const codes = await Promise.all(tabs.map(async (tab) => (await tab.refresh()).code))
    expect(codes).toEqual(['session_revoked', 'session_revoked', undefined, undefined, undefined])
  })
})
