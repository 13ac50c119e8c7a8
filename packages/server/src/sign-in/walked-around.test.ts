import { minutes, type SignedIn, type UserId } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { Authenticator } from '#test/support/authenticator.ts'
import { enrolTotp, raise } from '#test/support/authenticator-app.ts'
import { createTestLatchkey, stores, type TestLatchkey } from '#test/support/test-latchkey.ts'
import { deletePasswordHash } from '../methods/password/store.ts'
import { savePhone } from '../methods/sms-code/store.ts'

const password = 'correct horse battery'
const weak = 'insufficient_user_authentication'

interface Ceremony {
  ticket: string
  options: Record<string, unknown>
}

/** Starts a session of the password alone, by any way, whose holder has stepped up by the password. */
async function steppedUpByPassword({ latchkey, browser, clock }: TestLatchkey, userId: UserId) {
  const tab = browser()
  const open = await latchkey.services.sessions.start({
    userId,
    authentication: { amr: ['pwd'], aal: 1, authenticatedAt: clock.now() },
    origin: { ip: null, userAgent: null },
    stillValid: async () => true,
  })
  const { body } = await tab.post<SignedIn>('/refresh', { refreshToken: open.refreshToken })
  const proof = { password, refreshToken: body.refreshToken }
  const raised = await tab.post<SignedIn>('/step-up', proof, { token: body.accessToken })
  expect(raised.body.session).toMatchObject({ amr: ['pwd'], aal: 1 })
  tab.token = raised.body.accessToken
  return tab
}

describe.each(stores)('a second factor cannot be walked around, on %s', (store) => {
  test('the password and a session of before it add no passkey, sign in at no aal2, remove nothing', async () => {
    const instance = await createTestLatchkey({ store, limitScale: 1000 })
    const home = instance.browser()
    const { user } = await home.register()
    const { app } = await enrolTotp(home, instance)
    const thief = await steppedUpByPassword(instance, userIdOf(user.id))

    // The chain: a passkey, a sign-in by it at aal2, and the factor is gone.
    const begun = await thief.post<Ceremony>('/passkeys/registration/options')
    expect(begun.code).toBe(weak)
    const remove = { method: 'DELETE' }
    expect((await thief.send('/api/auth/totp', remove)).code).toBe(weak)
    expect((await thief.post('/recovery-codes')).code).toBe(weak)
    expect((await thief.send('/api/auth/me', remove)).code).toBe(weak)
    expect((await thief.get('/me/export')).code).toBe(weak)
    expect((await thief.post('/change-email', { email: 'thief@example.com' })).code).toBe(weak)
    expect((await thief.post('/phone/send', { number: '+4915112345678' })).code).toBe(weak)
    expect((await thief.post('/api-keys', { name: 'thief' })).code).toBe(weak)
    const change = { currentPassword: password, newPassword: 'seven quiet otters swim' }
    expect((await thief.post('/change-password', change)).code).toBe(weak)

    // The owner has used both and goes on, and steps up by either of them once that is old.
    const owner = instance.browser()
    const { ticket } = (await owner.post<{ ticket: string }>('/login', { email: user.email, password })).body
    const both = { ticket, factor: 'totp', code: app.code() }
    owner.token = (await owner.post<SignedIn>('/login/second-factor', both)).body.accessToken
    instance.clock.advance(minutes(11))
    await owner.refresh()
    expect((await owner.post('/passkeys/registration/options')).code).toBe(weak)
    owner.token = (await owner.post<SignedIn>('/step-up', { password })).body.accessToken
    const asked = (await owner.post<Ceremony>('/passkeys/registration/options')).body
    const response = new Authenticator().create(asked.options)
    const made = await owner.post('/passkeys/registration/verify', { ticket: asked.ticket, response })
    expect([made.status, made.code]).toEqual([201, undefined])
  })
})

test('the factor alone is enough for whoever signs in by mail, and mail alone is not', async () => {
  const instance = await createTestLatchkey({ limitScale: 1000 })
  const home = instance.browser()
  const { user } = await home.register()
  await home.post('/verify-email', { code: must((await instance.mailbox(user.email)).at(-1)).codes[0] })
  const { app } = await enrolTotp(home, instance)
  const byMail = instance.browser()
  await byMail.post('/email-code/send', { email: user.email })
  const code = firstOf(await instance.mailbox(user.email)).codes[0]
  const step = await byMail.post<{ ticket: string }>('/email-code/verify', { code })
  const { ticket } = step.body
  const proof = { ticket, factor: 'totp', code: app.code(), trustDevice: true }
  const done = await byMail.post<SignedIn>('/login/second-factor', proof)
  expect(done.body.session).toMatchObject({ amr: ['mail', 'otp'], aal: 1 })
  byMail.token = done.body.accessToken
  expect((await byMail.get('/me/export')).status).toBe(200)

  // The trusted browser is asked for the mail alone.
  await byMail.post('/email-code/send', { email: user.email })
  const again = firstOf(await instance.mailbox(user.email)).codes[0]
  const trusted = await byMail.post<SignedIn>('/email-code/verify', { code: again })
  expect(trusted.body.session).toMatchObject({ amr: ['mail'], aal: 1 })
  byMail.token = trusted.body.accessToken
  expect((await byMail.get('/me/export')).code).toBe(weak)
  const { body } = await byMail.get<{ items: { name: string; isSecondFactor: boolean }[] }>('/step-up')
  const ways = body.items.filter(({ isSecondFactor }) => isSecondFactor).map(({ name }) => name)
  expect(ways).toEqual(['totp', 'recovery-code'])
  instance.clock.advance(30_000)
  expect((await raise(byMail, app.code())).status).toBe(200)
  expect((await byMail.get('/me/export')).status).toBe(200)
})

test('a number that signs in is asked for no other half where there is none', async () => {
  const instance = await createTestLatchkey({ limitScale: 1000, signInMethods: 'sms-code,password' })
  const home = instance.browser()
  const { user } = await home.register()
  const userId = userIdOf(user.id)
  const { db, secondFactors } = instance.latchkey.services
  await savePhone(db, { userId, number: '+4915112345678', secondFactor: true }, instance.clock.now())
  const isStrong = (amr: string[]) => secondFactors.isStrong(db, { userId, amr, aal: 1 })
  // With a password the number proves one of two; without it is all that there is.
  expect([await isStrong(['sms']), await isStrong(['pwd'])]).toEqual([false, false])
  await deletePasswordHash(db, userId)
  expect([await isStrong(['sms']), await isStrong(['mail'])]).toEqual([true, false])
})
