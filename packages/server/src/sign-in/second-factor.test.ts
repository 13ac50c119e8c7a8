import {
  hours,
  minutes,
  type SecondFactorNeeded,
  type SecondFactors,
  type SignedIn,
  type UserId,
} from '@latchkey/contract'
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { must, textOf } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { raise } from '#test/support/authenticator-app.ts'
import { disableElsewhere } from '#test/support/disabled-elsewhere.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import {
  type Browser,
  createTestLatchkey,
  type Reply,
  stores,
  type TestLatchkey,
  type TestOptions,
} from '#test/support/test-latchkey.ts'
import { createLatchkey } from '../latchkey.ts'
import { defineMethod, type Method } from '../methods/method.ts'
import type { Factor } from './factor.ts'
import type { RequestContext } from '../core/request/request-context.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'
const newPassword = 'seven quiet otters swim'

interface Scene extends TestLatchkey {
  /** The browser in which ada enrolled: known, and signed in. */
  home: Browser
  userId: UserId
  /** The token's next code, or the one so many presses later. */
  press: (ahead?: number) => string
}

/** Ada has a password and a token that counts. */
async function enrolled(options: TestOptions = {}): Promise<Scene> {
  const instance = await createTestLatchkey({ methods: [hotp], ...options })
  const home = instance.browser()
  const { user } = await home.register()
  const press = await enrol(home)
  return { ...instance, home, userId: userIdOf(user.id), press }
}

async function enrol(tab: Browser): Promise<Scene['press']> {
  const { body } = await tab.post<{ secret: string }>('/hotp', undefined)
  const secret = Buffer.from(body.secret, 'hex')
  let counter = 0
  return (ahead = 0) => {
    counter += ahead
    return hotpCode(secret, counter++)
  }
}

const begun = async (tab: Browser, more: object = {}): Promise<SecondFactorNeeded> =>
  (await tab.post<SecondFactorNeeded>('/login', { email, password, ...more }, { token: undefined })).body

const finish = (tab: Browser, ticket: string, code: string, factor = 'hotp') =>
  tab.post<SignedIn>('/login/second-factor', { ticket, factor, code })

/** Six digits that are not the code. */
const other = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

const outcomes = (replies: Reply<unknown>[]) => replies.map(({ status, code }) => code ?? status)

async function devices({ home }: Scene): Promise<number> {
  return (await home.get<{ items: unknown[] }>('/sessions')).body.items.length
}

describe.each(stores)('a second factor on %s', (store) => {
  test('is asked for after the password, and only then is there a session', async () => {
    const scene = await enrolled({ store })
    const tab = scene.browser()
    const first = await tab.post('/login', { email, password })
    expect(first).toMatchObject({
      status: 200,
      body: { next: 'second_factor', ticket: expect.any(String), factors: ['hotp'] },
    })
    expect(Object.keys(first.body).toSorted()).toEqual(['canTrustDevice', 'factors', 'next', 'ticket'])
    // The mark of this browser, and nothing that stands for a session.
    expect(first.headers.getSetCookie().map((line) => line.split('=')[0])).toEqual(['latchkey-sign-in'])
    expect(await devices(scene)).toBe(1)
    const second = await finish(tab, textOf(first.body['ticket']), scene.press())
    expect(second).toMatchObject({ status: 200, body: { user: { email } } })
    expect(second.body).not.toHaveProperty('next')
    expect(await devices(scene)).toBe(2)
    expect((await tab.refresh()).status).toBe(200)
  })

  test('makes a session of both proofs (RFC 8176 mfa) at aal2', async () => {
    const { browser, press, latchkey } = await enrolled({ store })
    const tab = browser()
    const { ticket } = await begun(tab)
    const { body } = await finish(tab, ticket, press())
    expect(body.session).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], aal: 2 })
    expect(decodeJwt(body.accessToken)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: 'aal2' })
    await latchkey.authenticate(`Bearer ${body.accessToken}`, { mfa: true })
  })

  test('nobody without one is asked, and nobody who has but a stand-in', async () => {
    const standIn = factorMethod('recovery', { isBackup: true })
    const { browser } = await createTestLatchkey({ store, methods: [hotp, standIn] })
    await browser().register()
    const tab = browser()
    expect((await tab.login()).body).toMatchObject({ session: { amr: ['pwd'], aal: 1 } })
    await enrol(tab)
    expect(await begun(browser())).toMatchObject({ next: 'second_factor', factors: ['hotp', 'recovery'] })
  })

  test('the tokens go out as the first step asked', async () => {
    const { browser, press } = await enrolled({ store })
    const native = browser()
    const { ticket } = await begun(native, { tokenDelivery: 'body' })
    const answer = await finish(native, ticket, press())
    expect(answer.body.refreshToken).toMatch(/^lkr_/)
    expect(answer.headers.getSetCookie()).toEqual([])
    const kiosk = browser()
    const forgetful = await begun(kiosk, { remember: false })
    const cookies = (await finish(kiosk, forgetful.ticket, press())).headers.getSetCookie()
    const refresh = cookies.filter((line) => /refresh-\d=lkr_/.test(line))
    expect(refresh).toHaveLength(1)
    expect(refresh[0]).not.toMatch(/max-age/i)
  })

  test('a ticket opens nothing but the second step', async () => {
    const { browser } = await enrolled({ store })
    const tab = browser()
    const { ticket } = await begun(tab)
    expect((await tab.get('/me', { token: ticket })).status).toBe(401)
    expect((await tab.post('/refresh', { refreshToken: ticket })).code).toBe('refresh_token_invalid')
    expect((await tab.post('/verify-email', { token: ticket })).code).toBe('challenge_invalid')
    expect((await tab.post('/reset-password', { token: ticket, newPassword })).code).toBe('challenge_invalid')
    expect((await tab.post('/login/second-factor', { ticket, factor: 'hotp' })).code).toBe('invalid_input')
    expect((await finish(tab, ticket, '')).code).toBe('invalid_input')
  })

  test('what is no ticket of a sign-in is none, whatever else it opens', async () => {
    const { browser, press, home, mailbox } = await enrolled({ store })
    await home.post('/forgot-password', { email })
    const links = (await mailbox(email)).flatMap((mail) => mail.links)
    const tokens = links.map((link) => must(new URL(link).searchParams.get('token')))
    expect(tokens).toHaveLength(2)
    for (const ticket of [...tokens, 'none', 'A'.repeat(54)])
      expect((await finish(browser(), ticket, press())).code).toBe('challenge_invalid')
  })

  test('five wrong codes use a ticket up, and the right one comes too late (ASVS V6.6.3)', async () => {
    const { browser, press } = await enrolled({ store })
    const tab = browser()
    const { ticket } = await begun(tab)
    const code = press()
    const wrong = other(code)
    for (let tries = 0; tries < 5; tries++)
      expect((await finish(tab, ticket, wrong)).code).toBe('second_factor_invalid')
    expect((await finish(tab, ticket, code)).code).toBe('challenge_invalid')
    expect((await finish(tab, (await begun(tab)).ticket, code)).status).toBe(200)
  })

  test('parallel guesses cost one try each', async () => {
    const { browser, press } = await enrolled({ store })
    const tab = browser()
    const { ticket } = await begun(tab)
    const wrong = other(press())
    const replies = outcomes(await times(9, () => finish(tab, ticket, wrong)))
    expect(replies.filter((outcome) => outcome === 'second_factor_invalid')).toHaveLength(5)
    expect(replies.filter((outcome) => outcome === 'challenge_invalid')).toHaveLength(4)
  })

  test('who knows the password has ten guesses an hour, over however many tickets', async () => {
    const { browser, press, home, clock } = await enrolled({ store })
    const thief = browser()
    const wrong = other(press())
    const tickets: string[] = []
    while (tickets.length < 20) tickets.push((await begun(thief)).ticket)
    const replies = outcomes(await times(20, (index) => finish(thief, must(tickets[index]), wrong)))
    expect(replies.filter((outcome) => outcome === 'second_factor_invalid')).toHaveLength(10)
    expect(replies.filter((outcome) => outcome === 'rate_limited')).toHaveLength(10)
    expect((await finish(thief, (await begun(thief)).ticket, press())).code).toBe('rate_limited')
    // The owner's own browser is counted apart, and its success does not change the thief's count.
    expect((await finish(home, (await begun(home)).ticket, press())).status).toBe(200)
    expect((await finish(thief, (await begun(thief)).ticket, wrong)).code).toBe('rate_limited')
    clock.advance(hours(2))
    expect((await finish(thief, (await begun(thief)).ticket, press())).status).toBe(200)
  })

  test('success forgives the wrong codes before it', async () => {
    const { browser, press } = await enrolled({ store })
    for (let round = 0; round < 4; round++) {
      const tab = browser()
      const { ticket } = await begun(tab)
      const code = press()
      for (let tries = 0; tries < 4; tries++) await finish(tab, ticket, other(code))
      expect((await finish(tab, ticket, code)).status).toBe(200)
    }
  })

  test('of many who bring the same ticket and code one gets a session', async () => {
    const scene = await enrolled({ store, limitScale: 100 })
    const tab = scene.browser()
    const { ticket } = await begun(tab)
    const code = scene.press()
    const replies = await times(50, () => finish(tab, ticket, code))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await devices(scene)).toBe(2)
  })

  test('a ticket gives one session, however many right codes come with it', async () => {
    const scene = await enrolled({ store })
    const tab = scene.browser()
    const { ticket } = await begun(tab)
    const codes = [scene.press(), scene.press(), scene.press()]
    const replies = await times(3, (index) => finish(tab, ticket, must(codes[index])))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await finish(tab, ticket, scene.press())).code).toBe('challenge_invalid')
    expect(await devices(scene)).toBe(2)
  })

  test('of many tickets that bring the same code one gets a session', async () => {
    const scene = await enrolled({ store, limitScale: 10 })
    const tabs = Array.from({ length: 10 }, () => scene.browser())
    const tickets = await times(10, (index) => begun(must(tabs[index])))
    const code = scene.press()
    const replies = await times(10, (index) => finish(must(tabs[index]), must(tickets[index]).ticket, code))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await devices(scene)).toBe(2)
  })

  test('a ticket takes only the factor of its own user', async () => {
    const scene = await enrolled({ store })
    const bob = scene.browser()
    await bob.register('bob@example.com')
    const bobs = await enrol(bob)
    const tab = scene.browser()
    const { ticket } = await begun(tab)
    expect((await finish(tab, ticket, bobs())).code).toBe('second_factor_invalid')
    expect((await finish(tab, ticket, scene.press())).body.user).toMatchObject({ email })
  })

  test('a factor that there is not costs a try as a wrong code does', async () => {
    const { browser, press } = await enrolled({ store })
    const tab = browser()
    const { ticket } = await begun(tab)
    for (let tries = 0; tries < 5; tries++)
      expect((await finish(tab, ticket, press(), 'totp')).code).toBe('second_factor_invalid')
    expect((await finish(tab, ticket, press())).code).toBe('challenge_invalid')
  })

  test('a ticket lives ten minutes', async () => {
    const { browser, press, clock } = await enrolled({ store })
    const tab = browser()
    const [late, early] = [await begun(tab), await begun(tab)]
    clock.advance(minutes(10) - 1)
    expect((await finish(tab, early.ticket, press())).status).toBe(200)
    clock.advance(1)
    expect((await finish(tab, late.ticket, press())).code).toBe('challenge_invalid')
  })

  test('a newer sign-in leaves the older ticket alone: others cannot end the owner’s', async () => {
    const { browser, press } = await enrolled({ store })
    const tab = browser()
    const { ticket } = await begun(tab)
    await times(5, () => begun(browser()))
    expect((await finish(tab, ticket, press())).status).toBe(200)
  })

  test('changing or resetting the password, disabling and logging out everywhere make tickets void', async () => {
    const events: Record<string, (scene: Scene) => Promise<unknown>> = {
      change: async ({ home, press }) => {
        await raise(home, press(), 'hotp')
        const change = { currentPassword: password, newPassword }
        expect((await home.post('/change-password', change)).status).toBe(204)
      },
      reset: async ({ home, mailbox }) => {
        await home.post('/forgot-password', { email })
        const link = (await mailbox(email)).flatMap(({ links }) => links).find((each) => /reset/.test(each))
        const token = new URL(must(link)).searchParams.get('token')
        expect((await home.post('/reset-password', { token, newPassword })).status).toBe(204)
      },
      disable: async ({ latchkey, userId, clock }) => {
        await latchkey.services.users.change(userId, { disabledAt: clock.now() })
        await latchkey.services.users.change(userId, { disabledAt: null })
      },
      logout: ({ home }) => home.post('/logout', { scope: 'all' }),
      delete: ({ latchkey, userId }) => latchkey.services.users.remove(userId),
    }
    for (const [name, event] of Object.entries(events)) {
      const scene = await enrolled({ store })
      const tab = scene.browser()
      const { ticket } = await begun(tab)
      await event(scene)
      expect((await finish(tab, ticket, scene.press())).code, name).toBe('challenge_invalid')
    }
  })

  test('a user who is disabled between the steps is refused', async () => {
    const scene = await enrolled({ store })
    const tab = scene.browser()
    const { ticket } = await begun(tab)
    const { latchkey, userId, clock, browser, press } = scene
    await latchkey.services.users.change(userId, { disabledAt: clock.now() })
    expect((await finish(tab, ticket, press())).code).toBe('challenge_invalid')
    expect((await browser().post('/login', { email, password })).code).toBe('invalid_credentials')
  })

  test('nor does one begin a session who was disabled elsewhere, and whose ticket nobody has ended yet', async () => {
    const scene = await enrolled({ store })
    const tab = scene.browser()
    const { ticket } = await begun(tab)
    await disableElsewhere(scene, scene.userId)
    expect((await finish(tab, ticket, scene.press())).code).toBe('invalid_credentials')
  })

  test('a proof that is void before the ticket is written gives none', async () => {
    const { latchkey, userId } = await enrolled({ store })
    const { signIn } = latchkey.services
    const proof = {
      userId,
      method: 'password',
      amr: ['pwd'],
      persistent: true,
      tokenTransport: 'body',
    } as const
    const request = { ip: null, userAgent: null, cookies: new Map() } as unknown as RequestContext
    const proceed = (isValid: boolean) =>
      signIn.proceed({ ...proof, stillValid: async () => isValid }, request)
    await expect(proceed(false)).rejects.toMatchObject({ code: 'invalid_credentials' })
    expect(await proceed(true)).toMatchObject({ next: 'second_factor' })
  })

  test('a wrong password is answered alike with and without a second factor (ASVS V6.3.8)', async () => {
    const { browser } = await enrolled({ store })
    await browser().register('bob@example.com')
    const seen = async (address: string) => {
      const reply = await browser().post('/login', { email: address, password: 'wrong' })
      const { requestId: _, ...body } = reply.body
      return { ...reply, body, headers: [...reply.headers].filter(([name]) => name !== 'x-request-id') }
    }
    const [withFactor, without, unknown] = [
      await seen(email),
      await seen('bob@example.com'),
      await seen('nobody@example.com'),
    ]
    expect(withFactor).toEqual(without)
    expect(withFactor).toEqual(unknown)
  })

  test('a wrong code is in the activity of the account', async () => {
    const { browser, home, press } = await enrolled({ store })
    const tab = browser()
    await finish(tab, (await begun(tab)).ticket, other(press()))
    const { body } = await home.get<{ items: { kind: string; detail: object }[] }>('/activity')
    expect(body.items).toContainEqual(
      expect.objectContaining({
        kind: 'login.failed',
        detail: { reason: 'wrong second factor', factor: 'hotp' },
      }),
    )
  })

  test('a browser that is trusted, and no longer, is in the activity', async () => {
    const scene = await enrolled({ store })
    const tab = scene.browser()
    const { ticket } = await begun(tab)
    const answer = { ticket, factor: 'hotp', code: scene.press(), trustDevice: true }
    const { body } = await tab.post<SignedIn>('/login/second-factor', answer)
    tab.token = body.accessToken
    const [device] = (await tab.get<SecondFactors>('/factors')).body.trustedDevices
    const end = () => tab.send(`/api/auth/trusted-devices/${must(device).id}`, { method: 'DELETE' })
    expect((await end()).status).toBe(204)
    expect((await end()).code).toBe('trusted_device_not_found')
    const { items } = (await tab.get<{ items: { kind: string }[] }>('/activity')).body
    const kinds = items.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind.startsWith('device.'))).toEqual([
      'device.trust_ended',
      'device.trusted',
    ])
  })

  test('within a session it raises to aal2, with a code that works once', async () => {
    const { home, latchkey, press } = await enrolled({ store })
    const authenticate = () => latchkey.authenticate(`Bearer ${home.token}`, { mfa: true })
    await expect(authenticate()).rejects.toThrow('a recent or stronger sign-in')
    const code = press()
    expect((await home.post('/step-up', { factor: 'hotp', code: other(code) })).code).toBe(
      'second_factor_invalid',
    )
    const raised = await home.post<SignedIn>('/step-up', { factor: 'hotp', code })
    expect(raised.body.session).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], aal: 2, generation: 1 })
    home.token = raised.body.accessToken
    await authenticate()
    expect((await home.post('/step-up', { factor: 'hotp', code })).code).toBe('second_factor_invalid')
    const refreshed = await home.refresh()
    expect(refreshed.body.session).toMatchObject({ aal: 2, amr: ['pwd', 'otp', 'mfa'] })
  })

  test('guesses within a session count with those at sign-in', async () => {
    const { home, press } = await enrolled({ store })
    const wrong = other(press())
    for (let tries = 0; tries < 5; tries++) await home.post('/step-up', { factor: 'hotp', code: wrong })
    const { ticket } = await begun(home)
    for (let tries = 0; tries < 5; tries++) await finish(home, ticket, wrong)
    expect((await home.post('/step-up', { factor: 'hotp', code: press() })).code).toBe('rate_limited')
  })

  test('a code that was right stays good when the session has moved on meanwhile', async () => {
    const { home, press } = await enrolled({ store })
    const old = new Map(home.cookies)
    const token = home.token
    await home.refresh()
    const later = new Map(home.cookies)
    home.cookies.clear()
    for (const [name, value] of old) home.cookies.set(name, value)
    const code = press()
    expect((await home.post('/step-up', { factor: 'hotp', code }, { token })).code).toBe(
      'refresh_token_outdated',
    )
    for (const [name, value] of later) home.cookies.set(name, value)
    expect((await home.post('/step-up', { factor: 'hotp', code })).status).toBe(200)
  })
})

/** A method that is nothing but a factor; everybody has it. */
const factorMethod = (name: string, factor: Partial<Factor>, more: Partial<Method> = {}): Method =>
  defineMethod({
    name,
    amr: ['otp'],
    migrations: [],
    prepare: () => ({
      lifecycle: {
        holds: {},
        countUsable: async () => 0,
        exportUserData: async () => ({}),
      },
      factor: { name, amr: ['otp'], isEnrolled: async () => true, verify: async () => null, ...factor },
      serve: () => ({ routes: [] }),
    }),
    ...more,
  })

/** Asks a question whose answer it repeats: the shape of a code by mail and of a passkey's challenge. */
function questioner(): { method: Method; asked: string[] } {
  const asked: string[] = []
  const method = factorMethod('question', {
    begin: async () => {
      const challenge = `question ${asked.push('') + 100}`
      asked[asked.length - 1] = challenge
      return { options: { challenge }, state: { challenge } }
    },
    verify: async (_, { answer, state }) => {
      if (state === null || !('response' in answer)) return null
      return answer.response['signed'] === state['challenge'] ? async () => true : null
    },
  })
  return { method, asked }
}

describe('a factor that asks', () => {
  const answer = (tab: Browser, ticket: string, signed: string) =>
    tab.post<SignedIn>('/login/second-factor', { ticket, factor: 'question', response: { signed } })
  const ask = async (tab: Browser, ticket: string): Promise<string> =>
    (
      await tab.post<{ options: { challenge: string } }>('/login/second-factor/begin', {
        ticket,
        factor: 'question',
      })
    ).body.options?.challenge

  test('is answered with what it asked last in this very sign-in, and nothing else', async () => {
    const { method } = questioner()
    const { browser } = await createTestLatchkey({ methods: [method] })
    const tab = browser()
    await tab.register()
    const elsewhere = browser()
    const [mine, theirs] = [await begun(tab), await begun(elsewhere)]
    expect((await answer(tab, mine.ticket, 'question 101')).code).toBe('second_factor_invalid')
    const [older, newer, foreign] = [
      await ask(tab, mine.ticket),
      await ask(tab, mine.ticket),
      await ask(elsewhere, theirs.ticket),
    ]
    expect((await answer(tab, mine.ticket, older)).code).toBe('second_factor_invalid')
    expect((await answer(tab, mine.ticket, foreign)).code).toBe('second_factor_invalid')
    expect((await answer(tab, mine.ticket, newer)).body.session).toMatchObject({ aal: 2 })
  })

  test('asking again gives no tries back', async () => {
    const { method } = questioner()
    const { browser } = await createTestLatchkey({ methods: [method] })
    const tab = browser()
    await tab.register()
    const { ticket } = await begun(tab)
    for (let tries = 0; tries < 5; tries++) {
      await ask(tab, ticket)
      await answer(tab, ticket, 'wrong')
    }
    expect((await answer(tab, ticket, await ask(tab, ticket))).code).toBe('challenge_invalid')
  })

  test('is asked ten times an hour at most, whoever asks', async () => {
    const { method, asked } = questioner()
    const { browser } = await createTestLatchkey({ methods: [method] })
    const tab = browser()
    await tab.register()
    const tickets: string[] = []
    while (tickets.length < 15) tickets.push((await begun(tab)).ticket)
    await times(15, (index) => ask(tab, must(tickets[index])))
    expect(asked).toHaveLength(10)
  })

  test('is answered within a session by the ticket of that session, once', async () => {
    const { method } = questioner()
    const { browser } = await createTestLatchkey({ methods: [method] })
    const [tab, elsewhere] = [browser(), browser()]
    await tab.register()
    const { ticket: login } = await begun(elsewhere)
    const asked = await ask(elsewhere, login)
    elsewhere.token = (await answer(elsewhere, login, asked)).body.accessToken
    const question = async (device: Browser) =>
      (
        await device.post<{ ticket: string; options: { challenge: string } }>('/step-up/begin', {
          factor: 'question',
        })
      ).body
    const raise = (ticket: string | undefined, signed: string, body: object = { response: { signed } }) =>
      tab.post<SignedIn>('/step-up', { factor: 'question', ...body, ...(ticket && { ticket }) })

    const [older, mine, theirs] = [await question(tab), await question(tab), await question(elsewhere)]
    const { challenge } = mine.options
    expect((await raise(undefined, challenge)).code).toBe('second_factor_invalid')
    expect((await raise(mine.ticket, older.options.challenge)).code).toBe('second_factor_invalid')
    expect((await raise(older.ticket, older.options.challenge)).code).toBe('challenge_invalid')
    expect((await raise(theirs.ticket, theirs.options.challenge)).code).toBe('challenge_invalid')
    expect((await raise(login, challenge)).code).toBe('challenge_invalid')
    expect((await answer(elsewhere, mine.ticket, challenge)).code).toBe('challenge_invalid')
    const raised = await raise(mine.ticket, challenge)
    expect(raised.body.session).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], aal: 2 })
    tab.token = raised.body.accessToken
    expect((await raise(mine.ticket, challenge)).code).toBe('challenge_invalid')
  })

  test('a question within a session has five tries and ten minutes', async () => {
    const { method } = questioner()
    const { browser, clock } = await createTestLatchkey({ methods: [method] })
    const tab = browser()
    await tab.register()
    const question = async () =>
      (
        await tab.post<{ ticket: string; options: { challenge: string } }>('/step-up/begin', {
          factor: 'question',
        })
      ).body
    const raise = (ticket: string, signed: string) =>
      tab.post('/step-up', { factor: 'question', ticket, response: { signed } })
    const guessed = await question()
    for (let tries = 0; tries < 5; tries++)
      expect((await raise(guessed.ticket, 'wrong')).code).toBe('second_factor_invalid')
    expect((await raise(guessed.ticket, guessed.options.challenge)).code).toBe('challenge_invalid')
    const late = await question()
    clock.advance(minutes(10))
    expect((await raise(late.ticket, late.options.challenge)).code).toBe('challenge_invalid')
    expect((await tab.post('/step-up/begin', { factor: 'hotp' })).code).toBe('second_factor_invalid')
  })

  test('what one factor asked is nothing to another', async () => {
    const seen: unknown[] = []
    const nosy = factorMethod('nosy', { verify: async (_, { state }) => (seen.push(state), null) })
    const { browser } = await createTestLatchkey({ methods: [questioner().method, nosy] })
    const tab = browser()
    await tab.register()
    const { ticket } = await begun(tab)
    await ask(tab, ticket)
    await finish(tab, ticket, '123456', 'nosy')
    expect(seen).toEqual([null])
  })

  test('one with codes of its own has nothing to ask', async () => {
    const { browser } = await enrolled()
    const tab = browser()
    const { ticket } = await begun(tab)
    const begin = (factor: string) => tab.post('/login/second-factor/begin', { ticket, factor })
    expect((await begin('hotp')).code).toBe('second_factor_invalid')
    expect((await begin('none')).code).toBe('second_factor_invalid')
  })
})

test('a factor whose method says nothing new within a session leaves its level', async () => {
  const method = factorMethod('pin', { amr: ['pwd'], verify: async () => async () => true })
  const { browser } = await createTestLatchkey({ methods: [method] })
  const tab = browser()
  await tab.register()
  const { body } = await tab.post<SignedIn>('/step-up', { factor: 'pin', code: '1234' })
  expect(body.session).toMatchObject({ amr: ['pwd'], aal: 1 })
})

test('methods that clash are refused at the start, with what is wrong', async () => {
  const start = (...methods: Method[]) =>
    createLatchkey({
      nodeEnv: 'test',
      databaseUrl: 'sqlite::memory:',
      secret: ['k7Qm2vX9pLr4Tn8Wb3Yd6Zf1Hs5Jg0Ac'],
      logLevel: 'silent',
      methods,
    })
  const migrations = [{ id: 'users/0009-mine', up: () => [] }]
  await expect(start(hotp, hotp)).rejects.toThrow('two methods bring the method hotp')
  await expect(start(factorMethod('a', {}), factorMethod('b', { name: 'a' }))).rejects.toThrow('the factor a')
  await expect(start(factorMethod('password', {}))).rejects.toThrow('two methods bring the method password')
  await expect(start(factorMethod('Über', {}))).rejects.toThrow(TypeError)
  await expect(start(factorMethod('a', {}, { migrations }))).rejects.toThrow('users/0009-mine')
  const started = await start(hotp)
  expect(started.http.routes.map(({ path }) => path)).toContain('/api/auth/hotp')
  await started.close()
})
