import { hours, minutes, type SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { enrolTotp } from '#test/support/authenticator-app.ts'
import {
  type Browser,
  createTestLatchkey,
  stores,
  type TestLatchkey,
  type TestOptions,
} from '#test/support/test-latchkey.ts'

/*
 * A clock that jumps by hours, there and back: it signs nobody out, and nothing that it wrote blocks anybody once it is
 * right again.
 */

const email = 'ada@example.com'
const password = 'correct horse battery'
const jumps = { ahead: hours(10), behind: 0 - hours(10) }
const brief: TestOptions = {
  refreshIdleTtl: '2h',
  refreshAbsoluteTtl: '5h',
  cookieSessionIdleTtl: '2h',
  cookieSessionAbsoluteTtl: '5h',
}

async function tokenOf({ mailbox }: TestLatchkey, path: string): Promise<string> {
  const link = (await mailbox(email)).flatMap(({ links }) => links).find((each) => each.includes(path))
  return must(new URL(must(link)).searchParams.get('token'))
}

async function codeOf({ mailbox }: TestLatchkey): Promise<string> {
  return firstOf(must((await mailbox(email)).find(({ subject }) => subject.startsWith('Your code'))).codes)
}

const signIn = (tab: Browser) => tab.post<SignedIn>('/login', { email, password }, { token: undefined })

/** Says what was begun before the clock moves; the answer says whether it holds after it. */
type Begin = (started: TestLatchkey, ada: Browser) => Promise<() => Promise<unknown>>

/** The six codes on which a client signs its user out. */
const signedOut =
  /^(no_session|refresh_token_invalid|session_expired|session_revoked|refresh_token_reused|user_disabled)$/

const ok = { status: 200 }

const begun: Record<string, Begin> = {
  'an access token': async (_, ada) => async () => expect(await ada.get('/me')).toMatchObject(ok),
  'a session': async (_, ada) => async () => expect(await ada.refresh()).toMatchObject(ok),
  'a cookie session': async ({ browser }) => {
    const tab = browser()
    await tab.post('/login', { email, password, sessionKind: 'cookie' })
    return async () => expect(await tab.get('/me')).toMatchObject(ok)
  },
  'a code by mail': async (started) => {
    const tab = started.browser()
    await tab.post('/email-code/send', { email })
    const code = await codeOf(started)
    return async () => expect(await tab.post('/email-code/verify', { code })).toMatchObject(ok)
  },
  'a link by mail': async (started) => {
    await started.browser().post('/forgot-password', { email })
    const token = await tokenOf(started, '/reset-password')
    const proof = { token, newPassword: 'another horse battery' }
    return async () =>
      expect(await started.browser().post('/reset-password', proof)).toMatchObject({ status: 204 })
  },
  'a ticket': async (started, ada) => {
    const { codes } = await enrolTotp(ada, started)
    const tab = started.browser()
    const { ticket } = (await signIn(tab)).body as unknown as { ticket: string }
    const proof = { ticket, factor: 'recovery-code', code: codes[0] }
    return async () => expect(await tab.post('/login/second-factor', proof)).toMatchObject(ok)
  },
  'an account that somebody guesses at': async ({ browser }) => {
    const guess = () => browser().post('/login', { email, password: 'none of hers' })
    for (let tries = 0; tries < 3; tries++) await guess()
    return async () => expect(await signIn(browser())).toMatchObject(ok)
  },
}

describe.each(stores)('on %s', (store) => {
  describe.each(Object.entries(jumps))('the clock of the machine jumps %s', (_, by) => {
    test.each(Object.entries(begun))('%s that was begun before it goes on', async (_, begin) => {
      let jump = 0
      const machine = { now: () => Date.now() + jump, uptime: () => performance.now() / 1000 }
      const started = await createTestLatchkey({ store, realTime: true, ...brief, outside: { machine } })
      const { clock, db } = started.latchkey.services
      await started.latchkey.createUser({ email, password, emailVerified: true })
      const ada = started.browser()
      ada.token = (await signIn(ada)).body.accessToken
      const goesOn = await begin(started, ada)
      jump = by
      await clock.ask(db)
      expect((await ada.send('/readyz')).body).toMatchObject({ checks: { clock: 'failed' } })
      await goesOn()
      jump = 0
      await clock.ask(db)
      expect((await ada.send('/readyz')).status).toBe(200)
    })
  })

  test('a clock that was ahead while people were at it holds nobody up once it is right', async () => {
    const started = await createTestLatchkey({ store, ...brief })
    const { browser, clock, latchkey } = started
    await latchkey.createUser({ email, password, emailVerified: true })
    clock.advance(hours(10))
    const [ahead, guesser] = [browser(), browser()]
    ahead.token = (await signIn(ahead)).body.accessToken
    // Whatever is dated: sessions, a change of the password, everything ended, hits of the limits, links.
    const change = { currentPassword: password, newPassword: 'another horse battery' }
    expect((await ahead.post('/change-password', change)).status).toBe(204)
    const asked = await browser().post('/forgot-password', { email })
    for (let tries = 0; tries < 30; tries++) await guesser.post('/login', { email, password })
    clock.advance(0 - hours(10))

    expect(asked.status).toBe(202)
    expect((await ahead.refresh()).status).toBe(200)
    expect((await ahead.get('/me')).status).toBe(200)
    const now = browser()
    const proof = { email, password: 'another horse battery' }
    const again = await now.post<SignedIn>('/login', proof)
    expect(again.status).toBe(200)
    now.token = again.body.accessToken
    expect((await now.get('/me')).status).toBe(200)
    expect((await now.post('/logout', { scope: 'others' })).status).toBe(204)
    expect((await now.get('/me')).status).toBe(200)
  })

  test.each(['before', 'after'])(
    'a log-out lasts, whether its token was issued %s the clock was set right',
    async (moment) => {
      const { browser, clock, latchkey } = await createTestLatchkey({ store, limitScale: 100 })
      await latchkey.createUser({ email, password, emailVerified: true })
      const tab = browser()
      clock.advance(hours(10))
      const { accessToken, user } = (await signIn(tab)).body
      tab.token = accessToken
      expect((await tab.post('/logout', { scope: 'all' })).status).toBe(204)
      // As it is said of somebody with many sessions: of all that were issued until now.
      const ended = { kind: 'user_sessions', subject: user.id } as const
      const { db, revocations } = latchkey.services
      revocations.remember(await db.transaction((tx) => revocations.append(tx, [ended])))
      if (moment === 'before') tab.token = (await signIn(tab)).body.accessToken
      clock.advance(0 - hours(10))
      if (moment === 'after') tab.token = (await signIn(tab)).body.accessToken
      const { token } = tab
      if (moment === 'after') expect((await browser().get('/me', { token })).status).toBe(200)
      expect((await tab.post('/logout')).status).toBe(204)
      for (let times = 0; times < 9; times++) {
        expect([401, times]).toEqual([(await browser().get('/me', { token })).status, times])
        clock.advance(hours(1))
        await latchkey.services.cleanUp.run()
      }
    },
  )

  test('while a clock is in doubt nothing is removed or put out of service for its age', async () => {
    let isTimeInDoubt = true
    const outside = { ports: { isTimeInDoubt: () => isTimeInDoubt } }
    const { browser, clock, latchkey } = await createTestLatchkey({ store, outside, ...brief })
    const { cleanUp, keys } = latchkey.services
    const tab = browser()
    await tab.register(email)
    const inService = keys.list().map(({ kid, state }) => [kid, state])
    clock.advance(hours(24 * 400))
    expect(await cleanUp.run()).toEqual({})
    await keys.maintain()
    expect(keys.list().map(({ kid, state }) => [kid, state])).toEqual(inService)
    for (const each of [() => tab.refresh(), () => tab.post('/step-up', { password })])
      expect((await each()).code).not.toMatch(signedOut)
    isTimeInDoubt = false
    expect((await cleanUp.run())['session']).toBe(1)
    await keys.maintain()
    expect(keys.list().map(({ kid, state }) => [kid, state])).not.toEqual(inService)
  })

  test('what was proven by a clock that was ahead is not recent for as long as that was wrong', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const tab = browser()
    clock.advance(hours(10))
    await tab.register(email)
    clock.advance(0 - hours(10))
    expect((await tab.refresh()).status).toBe(200)
    const change = () => tab.post('/change-email', { email: 'other@example.com' })
    expect((await change()).code).toBe('insufficient_user_authentication')
    expect((await tab.post<SignedIn>('/step-up', { password })).status).toBe(200)
    await tab.refresh()
    expect((await change()).status).toBe(202)
  })

  test('a mail that failed while the clock was ahead is sent when it is right', async () => {
    let isAway = true
    const sent: string[] = []
    const mailTransport = {
      send: ({ subject }: { subject: string }) =>
        isAway ? Promise.reject(new Error('away')) : Promise.resolve(void sent.push(subject)),
      close() {},
    }
    const { browser, clock, latchkey } = await createTestLatchkey({ store, outside: { mailTransport } })
    await latchkey.createUser({ email, password, emailVerified: true })
    clock.advance(hours(10))
    // As often as leaves a mail server alone.
    for (let tries = 0; tries < 4; tries++) {
      await browser().post('/forgot-password', { email })
      await latchkey.services.outbox.drain()
    }
    clock.advance(minutes(1) - hours(10))
    isAway = false
    for (let rounds = 0; rounds < 4; rounds++) await latchkey.services.outbox.drain()
    expect(sent.length).toBeGreaterThan(0)
  })
})
