import {
  type CodeRequested,
  days,
  hours,
  minutes,
  type Phone,
  type SecondFactorNeeded,
  type SignedIn,
} from '@latchkey/contract'
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
import { DeliveryError } from '../../core/mail/delivery-error.ts'
import type { Sms } from '../../core/sms/sms.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'
const number = '+4915123456789'

const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

const outcomes = (replies: Reply<unknown>[]) => replies.map(({ status, code }) => code ?? status)

/** The newest code to a number, which landed in the inbox. */
const codeTo = async ({ mailbox }: TestLatchkey, to = number): Promise<string> =>
  firstOf(firstOf(await mailbox(to)).codes)

const other = (code: string, by = 1): string => String((Number(code) + by) % 1_000_000).padStart(6, '0')

const sendPhone = (tab: Browser, to = number) => tab.post<CodeRequested>('/phone/send', { number: to })
const verifyPhone = (tab: Browser, ticket: string, code: string) =>
  tab.post<Phone>('/phone/verify', { ticket, code })
const setFactor = (tab: Browser, secondFactor: boolean) =>
  tab.send<Phone>('/api/auth/phone', { method: 'PATCH', body: { secondFactor } })
const removePhone = (tab: Browser) => tab.send('/api/auth/phone', { method: 'DELETE' })
const phoneOf = async (tab: Browser) => (await tab.get<{ phone: Phone | null }>('/phone')).body.phone

async function addPhone(instance: TestLatchkey, tab: Browser, to = number): Promise<Phone> {
  const { ticket } = (await sendPhone(tab, to)).body
  const added = await verifyPhone(tab, ticket, await codeTo(instance, to))
  expect(added.status).toBe(200)
  return added.body
}

const ask = (tab: Browser, phone = number) =>
  tab.post<CodeRequested>('/sms-code/send', { phone }, { token: undefined })
const answer = (tab: Browser, code: string, more: object = {}) =>
  tab.post<SignedIn>('/sms-code/verify', { code, ...more }, { token: undefined })

/** Ada's home browser, signed in, and her number. */
async function withPhone(options: TestOptions = {}): Promise<TestLatchkey & { home: Browser }> {
  const instance = await createTestLatchkey({ signInMethods: ['password', 'sms-code'], ...options })
  await instance.latchkey.createUser({ email, password, emailVerified: true })
  const home = instance.browser()
  await home.login()
  await addPhone(instance, home)
  return { ...instance, home }
}

describe.each(stores)('codes by SMS on %s', (store) => {
  test('a number counts once its code is answered, and signs in from then on (ASVS V6.6.1)', async () => {
    const instance = await createTestLatchkey({ store, signInMethods: ['password', 'sms-code'] })
    const home = instance.browser()
    await home.register()
    expect(await phoneOf(home)).toBeNull()
    expect((await home.get('/me/export')).body).toMatchObject({ methods: { 'sms-code': { phone: null } } })
    const sent = await sendPhone(home)
    expect(sent.body).toEqual({ ticket: expect.any(String) as string, expiresIn: 600, delayed: false })
    expect(await phoneOf(home)).toBeNull()
    const [sms] = await instance.mailbox(number)
    const code = firstOf(must(sms).codes)
    expect(must(sms).text).toBe(
      `${code} is your code for Latchkey. Never tell it to anyone.\n\n@localhost:4000 #${code}`,
    )
    expect((await verifyPhone(home, sent.body.ticket, other(code))).code).toBe('challenge_invalid')
    const added = await verifyPhone(home, sent.body.ticket, code)
    expect(added.body).toEqual({ number, verifiedAt: expect.any(String) as string, secondFactor: false })
    expect((await verifyPhone(home, sent.body.ticket, code)).code).toBe('challenge_invalid')
    expect((await instance.mailbox(email))[0]).toMatchObject({
      subject: expect.stringContaining('phone number was added') as string,
    })

    const tab = instance.browser()
    await ask(tab)
    const signedIn = await answer(tab, await codeTo(instance))
    expect(signedIn.body.session).toMatchObject({ amr: ['sms'], aal: 1 })
    expect(signedIn.body.user.email).toBe(email)
    expect((await home.get('/me/export')).body).toMatchObject({
      methods: { 'sms-code': { phone: { number } } },
    })
  })

  test('of fifty who bring the right code at the same time one gets in, and of fifty guesses five count', async () => {
    const instance = await withPhone({ store, limitScale: 1000 })
    const { ticket } = (await ask(instance.browser())).body
    const code = await codeTo(instance)
    const replies = await times(50, () => answer(instance.browser(), code, { ticket }))
    expect(outcomes(replies).filter((each) => each === 200)).toHaveLength(1)
    const again = (await ask(instance.browser())).body.ticket
    const next = await codeTo(instance)
    await times(50, (index) => answer(instance.browser(), other(next, index + 1), { ticket: again }))
    expect((await answer(instance.browser(), next, { ticket: again })).code).toBe('challenge_invalid')
  })

  test('a number that two accounts prove at the same moment ends with one of them', async () => {
    const instance = await createTestLatchkey({ store, limitScale: 1000 })
    const proofs = await times(6, async (index) => {
      const tab = instance.browser()
      await tab.register(`user${index}@example.com`)
      const { ticket } = (await sendPhone(tab)).body
      return { tab, ticket, code: '' }
    })
    // Each got a code of its own; which is whose shows in trying.
    const codes = (await instance.mailbox(number)).map((sms) => firstOf(sms.codes))
    expect(codes).toHaveLength(6)
    const done = await Promise.all(
      proofs.flatMap(({ tab, ticket }) => codes.slice(0, 5).map((code) => verifyPhone(tab, ticket, code))),
    )
    const won = outcomes(done).filter((each) => each === 200)
    expect(won.length).toBeGreaterThan(0)
    const holders = (await Promise.all(proofs.map(({ tab }) => phoneOf(tab)))).filter(
      (phone) => phone !== null,
    )
    expect(holders).toHaveLength(1)
  })

  test('a code by SMS is asked for after the password, and makes two factors of it', async () => {
    const instance = await withPhone({ store })
    expect((await setFactor(instance.home, true)).body.secondFactor).toBe(true)
    const tab = instance.browser()
    const first = await tab.post<SecondFactorNeeded>('/login', { email, password })
    expect(first.body).toMatchObject({ next: 'second_factor', factors: ['sms-code'] })
    const about = { ticket: first.body.ticket, factor: 'sms-code' }
    expect((await tab.post('/login/second-factor/begin', about)).body).toEqual({
      options: { delayed: false },
    })
    const code = await codeTo(instance)
    const replies = await times(20, () => tab.post<SignedIn>('/login/second-factor', { ...about, code }))
    const done = replies.filter(({ status }) => status === 200)
    expect(done).toHaveLength(1)
    expect(firstOf(done).body.session).toMatchObject({ amr: ['pwd', 'sms', 'mfa'], aal: 2 })
    // A code sent for one sign-in is not valid for another.
    const other = instance.browser()
    const { ticket } = (await other.post<SecondFactorNeeded>('/login', { email, password })).body
    const elsewhere = { ticket, factor: 'sms-code', code }
    expect((await other.post('/login/second-factor', elsewhere)).code).toBe('second_factor_invalid')
  })
})

describe('whose number it is', () => {
  test('a number that another account proves goes there; its former owner is told, and it opens nothing of theirs', async () => {
    const instance = await withPhone()
    await setFactor(instance.home, true)
    const bob = instance.browser()
    await bob.register('bob@example.com')
    await addPhone(instance, bob)
    expect(await phoneOf(instance.home)).toBeNull()
    const [mail] = await instance.mailbox(email)
    expect(must(mail).subject).toContain('Your phone number is gone')
    expect(must(mail).text).not.toContain(number)
    expect((await instance.browser().login()).body).toHaveProperty('accessToken')
    const tab = instance.browser()
    instance.clock.advance(hours(2))
    await ask(tab)
    expect((await answer(tab, await codeTo(instance))).body.user.email).toBe('bob@example.com')
    await instance.home.refresh()
    const kinds = (await instance.home.get<{ items: { kind: string }[] }>('/activity')).body.items
    expect(kinds.map(({ kind }) => kind)).toContain('phone.removed')
  })

  test('a number signs in alone for as long as it cannot have been given to somebody else', async () => {
    const instance = await withPhone()
    instance.clock.advance(days(44))
    const tab = instance.browser()
    await ask(tab)
    expect((await answer(tab, await codeTo(instance))).status).toBe(200)
    const sent = (await instance.mailbox(number)).length
    instance.clock.advance(days(45))
    expect((await ask(tab)).status).toBe(202)
    expect(await instance.mailbox(number)).toHaveLength(sent)
  })

  test('a code for one user, session or number is nothing to another', async () => {
    const instance = await createTestLatchkey()
    const [ada, bob] = [instance.browser(), instance.browser()]
    await ada.register()
    await bob.register('bob@example.com')
    const { ticket } = (await sendPhone(ada)).body
    const code = await codeTo(instance)
    for (let tries = 0; tries < 6; tries++)
      expect((await verifyPhone(bob, ticket, code)).code).toBe('challenge_invalid')
    const other = instance.browser()
    await other.login()
    expect((await verifyPhone(other, ticket, code)).code).toBe('challenge_invalid')
    const bobs = (await sendPhone(bob, '+4915111111111')).body.ticket
    expect((await verifyPhone(bob, bobs, code)).code).toBe('challenge_invalid')
    expect((await verifyPhone(ada, ticket, code)).status).toBe(200)
  })

  test('a stale sign-in changes no number', async () => {
    const instance = await withPhone()
    instance.clock.advance(minutes(14))
    for (const refused of [
      await sendPhone(instance.home),
      await setFactor(instance.home, true),
      await removePhone(instance.home),
    ])
      expect(refused.code).toBe('insufficient_user_authentication')
    expect(await phoneOf(instance.home)).toMatchObject({ number, secondFactor: false })
  })

  test('a number is removed, told by mail, and opens nothing afterwards (ASVS V6.5.6)', async () => {
    const instance = await withPhone()
    const tab = instance.browser()
    await ask(tab)
    const code = await codeTo(instance)
    expect((await removePhone(instance.home)).status).toBe(204)
    expect((await removePhone(instance.home)).code).toBe('phone_not_found')
    expect((await setFactor(instance.home, true)).code).toBe('phone_not_found')
    expect((await answer(tab, code)).code).toBe('challenge_invalid')
    expect(firstOf(await instance.mailbox(email)).subject).toContain('phone number was removed')
  })

  test('the last way in is not removed', async () => {
    const instance = await createTestLatchkey({ signInMethods: ['sms-code'] })
    const link = new URL(must(await instance.latchkey.setUpLink()))
    const admin = instance.browser()
    const body = { token: link.searchParams.get('token'), email: 'root@example.com' }
    admin.token = (await admin.post<SignedIn>('/setup', body)).body.accessToken
    await addPhone(instance, admin)
    expect((await removePhone(admin)).code).toBe('last_credential')
    expect(await phoneOf(admin)).toMatchObject({ number })
  })

  test('the number of an account that a stranger prepared goes when the owner arrives', async () => {
    const instance = await createTestLatchkey({ signInMethods: ['password', 'email-code', 'sms-code'] })
    const stranger = instance.browser()
    await stranger.register()
    await addPhone(instance, stranger)
    await setFactor(stranger, true)
    const owner = instance.browser()
    await owner.post('/email-code/send', { email }, { token: undefined })
    const code = must((await instance.mailbox(email)).find(({ subject }) => subject.startsWith('Your code')))
      .codes[0]
    const signedIn = await owner.post<SignedIn>('/email-code/verify', { code }, { token: undefined })
    expect(signedIn.body.user.emailVerified).toBe(true)
    owner.token = signedIn.body.accessToken
    expect(await phoneOf(owner)).toBeNull()
  })

  test('where addresses have to be proven a number is no way around that (ASVS V6.3.4)', async () => {
    const { databaseUrl, ...instance } = await createTestLatchkey({ limitScale: 10 })
    const home = instance.browser()
    await home.register()
    await addPhone({ databaseUrl, ...instance }, home)
    const signInMethods = ['password', 'sms-code'] as const
    for (const emailVerification of ['optional', 'required'] as const) {
      const later = await createTestLatchkey({
        databaseUrl,
        emailVerification,
        signInMethods: [...signInMethods],
      })
      const before = (await later.mailbox(number)).length
      expect((await ask(later.browser())).status).toBe(202)
      const sent = (await later.mailbox(number)).length - before
      expect([emailVerification, sent]).toEqual([emailVerification, emailVerification === 'optional' ? 1 : 0])
    }
  })

  test('a disabled account is sent nothing and lets nobody in', async () => {
    const instance = await withPhone()
    const tab = instance.browser()
    await ask(tab)
    const code = await codeTo(instance)
    const { id } = (await instance.home.get<{ id: string }>('/me')).body
    await instance.latchkey.services.users.change(userIdOf(id), { disabledAt: instance.clock.now() })
    expect((await answer(tab, code)).code).toBe('challenge_invalid')
    const sent = (await instance.mailbox(number)).length
    expect((await ask(tab)).status).toBe(202)
    expect(await instance.mailbox(number)).toHaveLength(sent)
  })
})

describe('what it may cost', () => {
  test('only numbers that somebody has proven are written to at sign-in, and the answer is the same (ASVS V6.3.8)', async () => {
    const instance = await withPhone()
    const replies = [await ask(instance.browser()), await ask(instance.browser(), '+4915199999999')]
    for (const { status, body } of replies) {
      expect(status).toBe(202)
      expect(body).toEqual({
        ticket: expect.stringMatching(/^[\w-]{22}\.[\w-]{22}$/) as string,
        expiresIn: 600,
        delayed: false,
      })
    }
    expect(await instance.mailbox('+4915199999999')).toEqual([])
  })

  test('a number is written to five times an hour and ten times a day, whoever asks', async () => {
    const instance = await createTestLatchkey({ limitScale: 1 })
    let sent = 0
    for (let index = 0; index < 7; index++) {
      const tab = instance.browser()
      await tab.register(`user${index}@example.com`)
      if ((await tab.post('/phone/send', { number }, { ip: `198.51.100.${index}` })).status === 202) sent++
    }
    expect(sent).toBe(5)
  })

  test('a block of numbers is written to ten times an hour, and all that are new so often as is set', async () => {
    const instance = await createTestLatchkey({ smsPerDay: 12 })
    const outcomes: (string | number)[] = []
    for (let index = 0; index < 15; index++) {
      const tab = instance.browser()
      await tab.register(`user${index}@example.com`)
      const to = index < 11 ? `+491512345${1000 + index}` : `+4915${100_000_000 + index * 1_000_000}`
      const sent = await tab.post('/phone/send', { number: to }, { ip: `198.51.100.${index}` })
      outcomes.push(sent.code ?? sent.status)
    }
    expect(outcomes.slice(0, 11)).toEqual([...Array<number>(10).fill(202), 'rate_limited'])
    expect(outcomes.slice(11)).toEqual([202, 202, 'rate_limited', 'rate_limited'])
  })

  test('countries that are not served are refused', async () => {
    const instance = await createTestLatchkey({ smsPrefixes: ['+49', '+4179'] })
    const tab = instance.browser()
    await tab.register()
    expect((await sendPhone(tab, '+882161234567')).code).toBe('phone_not_supported')
    expect((await sendPhone(tab, '+41441234567')).code).toBe('phone_not_supported')
    expect((await sendPhone(tab, '+41791234567')).status).toBe(202)
  })

  test.each([
    '4915123456789',
    '+0915123456789',
    '+49 151 23456789',
    '+49151',
    '+4915123456789012',
    '+49151234567x',
    '٠٠٤٩١٥١',
  ])('%s is no number', async (text) => {
    const instance = await createTestLatchkey({ signInMethods: ['password', 'sms-code'] })
    const tab = instance.browser()
    await tab.register()
    expect((await sendPhone(tab, text)).code).toBe('invalid_input')
    expect((await ask(tab, text)).code).toBe('invalid_input')
  })
})

describe('a gateway that is down', () => {
  const failing = () => {
    const taken: Pick<Sms, 'to' | 'text'>[] = []
    const state = { error: null as DeliveryError | null }
    return {
      taken,
      state,
      smsSender: {
        async send(sms: Pick<Sms, 'to' | 'text'>) {
          if (state.error) throw state.error
          taken.push(sms)
        },
      },
    }
  }

  test('is tried again, and whoever asks meanwhile is told that it may take a while', async () => {
    const { taken, state, smsSender } = failing()
    state.error = new DeliveryError('away', { permanent: false })
    const instance = await createTestLatchkey({ outside: { smsSender } })
    const tab = instance.browser()
    await tab.register()
    expect((await sendPhone(tab)).body.delayed).toBe(false)
    await instance.latchkey.services.outbox.drain()
    expect((await sendPhone(tab)).body.delayed).toBe(true)
    await instance.latchkey.services.outbox.drain()
    state.error = null
    instance.clock.advance(minutes(1))
    await instance.latchkey.services.outbox.drain()
    expect(taken).toHaveLength(2)
    expect((await sendPhone(tab)).body.delayed).toBe(false)
  })

  test('is not paid for codes that nobody waits for any more: they are dead letters', async () => {
    const { taken, state, smsSender } = failing()
    state.error = new DeliveryError('away', { permanent: false })
    const instance = await createTestLatchkey({ outside: { smsSender } })
    const tab = instance.browser()
    await tab.register()
    await sendPhone(tab)
    await instance.latchkey.services.outbox.drain()
    state.error = null
    instance.clock.advance(minutes(11))
    await instance.latchkey.services.outbox.drain()
    expect(taken).toEqual([])
    const { countOutbox } = await import('../../core/outbox/outbox-store.ts')
    expect(await countOutbox(instance.latchkey.services.db)).toMatchObject({ dead: 1 })
  })

  test('and one that is not there: no numbers are taken, and a second factor is not waived', async () => {
    const instance = await withPhone()
    await setFactor(instance.home, true)
    const { databaseUrl } = instance
    const later = await createTestLatchkey({
      databaseUrl,
      nodeEnv: 'production',
      publicUrl: 'https://auth.example.com',
      secret: ['k7Qm2vX9pLr4Tn8Wb3Yd6Zf1Hs5Jg0Ac-other', 'a-secret-for-tests-7Qv2mX9LpR4sT8wZ'] as never,
    })
    expect((await later.browser().get('/phone')).status).toBe(404)
    const tab = later.browser()
    const first = await tab.post<SecondFactorNeeded>('/login', { email, password })
    expect(first.body).toMatchObject({ next: 'second_factor', factors: ['sms-code'] })
    const about = { ticket: first.body.ticket, factor: 'sms-code' }
    const begun = await tab.post('/login/second-factor/begin', about)
    expect(begun.code).toBe('unavailable')
  })
})
