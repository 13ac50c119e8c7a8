import { createServer } from 'node:http'
import { errorCatalogue, signOutCodes } from '@latchkey/contract'
import { expect, onTestFinished, test, vi } from 'vitest'
import { parseUuid } from '../../../server/src/core/ports/uuid.ts'
import { statement } from '../../../server/src/db/statement.ts'
import { textsOf } from '#test/support/texts-of.ts'
import { must, textOf } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { portOf } from '#test/support/listen.ts'
import { authenticatorOf } from '#test/support/authenticator-app.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import { createDevice, type Device, type Weather } from '#test/support/device.ts'
import { createTestLatchkey, type TestLatchkey, type TestOptions } from '#test/support/test-latchkey.ts'
import {
  account,
  appTypes,
  AuthClientError,
  type AuthClientOptions,
  createAuthClient,
  memoryStorage,
  password,
  recoveryCodes,
  secondFactor,
  totp,
} from '../index.ts'
import { isSignOut } from '../wire/errors.ts'

const email = 'ada@example.com'
const secret = 'seven quiet otters swim'
const minutes = 60_000
const refreshPath = '/api/auth/refresh'
const changePath = '/api/auth/change-email'

test('who has no session is signed out, and gets null for a token', async () => {
  const { auth } = await open()
  expect(auth.state.get().status).toBe('loading')
  expect((await auth.ready()).status).toBe('signed-out')
  expect(await auth.getAccessToken()).toBeNull()
})

test('nothing is asked before somebody asks', async () => {
  const { auth, device } = await open()
  expect(device.sent).toHaveLength(0)
  const stop = auth.state.subscribe(() => {})
  await auth.ready()
  stop()
  expect(device.count(refreshPath)).toBe(1)
})

test('registering signs in, and requests carry the token', async () => {
  const { auth, device } = await signedIn()
  const answer = await auth.fetch(`${device.origin}/api/auth/me`)
  expect(await answer.json()).toMatchObject({ email })
  expect(device.sent.at(-1)?.headers.get('authorization')).toMatch(/^Bearer ey/)
})

test('a wrong password is an answer with a code, not an exception', async () => {
  const { auth } = await signedIn()
  const { data, error } = await auth.password.login({ email, password: 'not this one' })
  expect(data).toBeNull()
  expect(error).toMatchObject({ code: 'invalid_credentials', status: 401 })
})

test('faulty input names its field', async () => {
  const { auth } = await open()
  const { error } = await auth.password.register({ email: 'nobody', password: secret })
  expect(error).toMatchObject({ code: 'invalid_input', errors: [{ path: 'body.email' }] })
})

test('a lost answer is asked for again with the same attempt, and the session goes on (rule 2)', async () => {
  const { auth, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  device.weather(refreshPath, 'lost', 'lost', 'fair')
  await expect(auth.getAccessToken({ force: true })).rejects.toMatchObject({ code: 'offline' })
  // Long after the leeway: only the attempt tells the server that this is no thief.
  clock.advance(20 * minutes)
  await expect(auth.getAccessToken({ force: true })).rejects.toMatchObject({ code: 'offline' })
  clock.advance(20 * minutes)
  expect(await auth.getAccessToken({ force: true })).toMatch(/^ey/)
  const attempts = device.sent.filter(({ path }) => path === refreshPath).map(attemptOf)
  expect(new Set(attempts).size).toBe(1)
  expect(auth.state.get()).toMatchObject({ status: 'signed-in', stale: false })
})

test('an attempt is kept while no newer generation has arrived, and then replaced (rule 2)', async () => {
  const { auth, device, clock } = await signedIn()
  // Within the leeway the answer is the current generation: nothing has rotated.
  clock.advance(20 * minutes)
  await auth.getAccessToken({ force: true })
  await auth.getAccessToken({ force: true })
  await auth.getAccessToken({ force: true })
  const [first, second, third] = device.sent.filter(({ path }) => path === refreshPath).map(attemptOf)
  expect(second).not.toBe(first)
  expect(third).toBe(second)
})

test('who gets an older generation than another tab has announced refreshes again at once (rule 2)', async () => {
  const storage = memoryStorage()
  const { auth, device, clock } = await signedIn(
    { refreshLeeway: '0s' },
    { transport: { refreshToken: storage } },
  )
  const other = clientOf(device, { transport: { refreshToken: storage } })
  await other.ready()
  clock.advance(5 * minutes)
  let answerLate!: () => void
  const { fetch } = device
  slowly(device, refreshPath, new Promise<void>((resolve) => (answerLate = resolve)))
  device.sent.length = 0
  const late = auth.getAccessToken({ force: true })
  await vi.waitFor(() => expect(device.sent[0]?.status).toBe(200))
  device.fetch = fetch
  clock.advance(5 * minutes)
  await other.getAccessToken({ force: true })
  clock.advance(5 * minutes)
  expect(await other.getAccessToken({ force: true })).toMatch(/^ey/)
  answerLate()
  expect(await late).toMatch(/^ey/)
  expect(device.count(refreshPath)).toBe(4)
  expect(auth.state.get().status).toBe('signed-in')
})

test('many who need a token at once make one refresh', async () => {
  const { auth, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  const tokens = await Promise.all(Array.from({ length: 50 }, () => auth.getAccessToken({ force: true })))
  expect(new Set(tokens).size).toBe(1)
  expect(device.count(refreshPath)).toBe(1)
})

const page = () =>
  new Response('<html>Forbidden</html>', { status: 403, headers: { 'content-type': 'text/html' } })
const badWeather: Record<string, [Weather, string]> = {
  offline: ['offline', 'offline'],
  'a lost answer': ['lost', 'offline'],
  'a gateway’s 502': [() => new Response('Bad gateway', { status: 502 }), 'unexpected_answer'],
  'a 503': [() => problem(503, 'unavailable'), 'unavailable'],
  'a 429': [() => problem(429, 'rate_limited', { 'retry-after': '7' }), 'rate_limited'],
  'a proxy’s 403 page': [page, 'unexpected_answer'],
  'a 401 of somebody else': [
    () => new Response('{"code":"session_revoked"}', { status: 401 }),
    'unexpected_answer',
  ],
  'truncated JSON': [() => new Response('{"accessToken":"ey'), 'not_latchkey'],
  'a portal’s page': [() => new Response('<html>Welcome to the hotel</html>'), 'not_latchkey'],
  'a 404': [() => new Response('Not found', { status: 404 }), 'not_latchkey'],
  'JSON of something else': [() => Response.json({ ok: true }), 'not_latchkey'],
}

for (const [name, [weather, code]] of Object.entries(badWeather)) {
  test(`${name} keeps the session, says so, and recovers (rule 4)`, async () => {
    const { auth, device, clock } = await signedIn()
    const out = vi.fn()
    auth.on('signed-out', out)
    const { user } = auth.state.get()
    clock.advance(20 * minutes)
    device.weather(refreshPath, weather)
    await expect(auth.getAccessToken({ force: true })).rejects.toMatchObject({ code })
    expect(auth.state.get()).toMatchObject({ status: 'signed-in', stale: true, error: { code } })
    device.weather(refreshPath, 'fair')
    expect(await auth.getAccessToken({ force: true })).toMatch(/^ey/)
    expect(auth.state.get()).toMatchObject({ status: 'signed-in', stale: false, error: null })
    expect(auth.state.get().user).toBe(user)
    expect(out).not.toHaveBeenCalled()
  })
}

test('while nobody can be asked at the start, it is not known who is there: neither null nor a hang (rule 5)', async () => {
  const { auth, device } = await open()
  device.weather('*', 'offline')
  await expect(auth.ready()).rejects.toMatchObject({ code: 'offline' })
  await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'offline' })
  await expect(auth.fetch(`${device.origin}/api/auth/me`)).rejects.toMatchObject({ code: 'offline' })
  expect(auth.state.get()).toMatchObject({ status: 'loading', stale: true, error: { code: 'offline' } })
  device.weather('*', 'fair')
  expect((await auth.ready()).status).toBe('signed-out')
})

test('a token that is still good is used while the server cannot be reached', async () => {
  const { auth, device } = await signedIn()
  device.weather('*', 'offline')
  const token = await auth.getAccessToken({ minValidity: 16 * minutes })
  expect(token).toMatch(/^ey/)
})

test('the six refusals of our server sign out, each with its reason, and say so once (rule 4)', async () => {
  const refusals: Record<string, (one: SignedIn) => unknown> = {
    no_session: ({ device }) => device.cookies.clear(),
    refresh_token_invalid: ({ device }) => {
      for (const name of device.cookies.keys()) device.cookies.set(name, 'lkr_wrong')
    },
    session_expired: ({ clock }) => clock.advance(31 * 24 * 60 * minutes),
    session_revoked: async ({ latchkey, auth }) => {
      await latchkey.services.sessions.endAll(
        { userId: userIdOf(must(auth.state.get().user).id) },
        'all_logged_out',
      )
    },
    refresh_token_reused: async ({ device, auth, clock }) => {
      const before = new Map(device.cookies)
      for (let turn = 0; turn < 2; turn++) {
        clock.advance(5 * minutes)
        await auth.getAccessToken({ force: true })
      }
      device.cookies.clear()
      for (const [name, value] of before) device.cookies.set(name, value)
      clock.advance(5 * minutes)
    },
    user_disabled: async ({ latchkey, auth }) => {
      const { id } = must(auth.state.get().user)
      const disable = statement('UPDATE user_account SET disabled_at = 1 WHERE id = :id')
      await latchkey.services.db.all(disable, { id: parseUuid(id) })
    },
  }
  for (const [code, happen] of Object.entries(refusals)) {
    const one = await signedIn()
    const out = vi.fn()
    one.auth.on('signed-out', out)
    await one.auth.getAccessToken({ force: true })
    await happen(one)
    expect(await one.auth.getAccessToken({ force: true }), code).toBeNull()
    expect(await one.auth.getAccessToken(), code).toBeNull()
    expect(out.mock.calls, code).toEqual([[{ reason: code }]])
    expect(one.auth.state.get(), code).toMatchObject({ status: 'signed-out', user: null, session: null })
  }
})

test('it signs out on the six refusals of the contract, on no other code, and on none of them without a 401', () => {
  for (const code of Object.keys(errorCatalogue)) {
    const isRefusal = (signOutCodes as readonly string[]).includes(code)
    expect(isSignOut(new AuthClientError(code, '', { status: 401 })), code).toBe(isRefusal)
    expect(isSignOut(new AuthClientError(code, '', { status: 403 })), code).toBe(false)
  }
})

test('logging out ends the session on the server, here and at once', async () => {
  const { auth, device } = await signedIn()
  const token = await auth.getAccessToken()
  const leaving = auth.logout()
  expect(await leaving).toEqual({ data: true, error: null })
  expect(auth.state.get().status).toBe('signed-out')
  const answer = await device.fetch(`${device.origin}/api/auth/me`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(answer.status).toBe(401)
})

test('logging out while offline is owed, and paid before any refresh (rule 7)', async () => {
  const storage = memoryStorage()
  const { auth, device, latchkey } = await signedIn({}, { transport: { refreshToken: storage } })
  const user = must(auth.state.get().user)
  device.weather('*', 'offline')
  const { error } = await auth.logout()
  expect(error?.code).toBe('offline')
  expect(auth.state.get().status).toBe('signed-out')
  auth.dispose()

  // The next start of the app: still signed out, and the first thing the server hears is the log-out.
  device.weather('*', 'fair')
  device.sent.length = 0
  const next = clientOf(device, { transport: { refreshToken: storage } })
  expect((await next.ready()).status).toBe('signed-out')
  expect(device.sent.map(({ path }) => path)).toEqual(['/api/auth/logout'])
  expect(
    await latchkey.services.sessions.devices(userIdOf(user.id), '' as never, { limit: 50 }),
  ).toMatchObject({
    items: [],
  })
  expect(storage.getItem('latchkey:http://localhost:4000/api/auth:pending-logout')).toBeNull()
})

test('a log-out that is owed elsewhere is paid before a refresh here', async () => {
  const storage = memoryStorage()
  const { auth, device } = await signedIn({}, { transport: { refreshToken: storage } })
  const other = clientOf(device, { transport: { refreshToken: storage } })
  expect((await other.ready()).status).toBe('signed-in')
  device.weather('/api/auth/logout', 'offline', 'fair')
  await auth.logout()
  device.sent.length = 0
  expect(await other.getAccessToken({ force: true })).toBeNull()
  expect(device.sent.map(({ path }) => path)).toEqual(['/api/auth/logout'])
})

test('what is owed is paid before the next sign-in, which it does not touch', async () => {
  const { auth, device } = await signedIn()
  device.weather('/api/auth/logout', 'offline', 'fair')
  await auth.logout()
  device.sent.length = 0
  const { data } = await auth.password.login({ email, password: secret })
  expect(data).toMatchObject({ next: 'done' })
  expect(device.sent.map(({ path }) => path)).toEqual(['/api/auth/logout', '/api/auth/login'])
  expect(await auth.getAccessToken({ force: true })).toMatch(/^ey/)
})

test('a log-out during a refresh wins (rule 7)', async () => {
  const { auth, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  let answerLate!: () => void
  const late = new Promise<void>((resolve) => (answerLate = resolve))
  const { fetch } = device
  device.fetch = fetch
  slowly(device, refreshPath, late)
  const refreshing = auth.getAccessToken({ force: true })
  await vi.waitFor(() => expect(device.count(refreshPath)).toBe(1))
  const leaving = auth.logout()
  await vi.waitFor(() => expect(auth.state.get().status).toBe('signed-out'))
  answerLate()
  await leaving
  expect(await refreshing).toBeNull()
  expect(auth.state.get().status).toBe('signed-out')
  expect(await auth.getAccessToken()).toBeNull()
})

test('a refresh changes nothing that an application sees: no event, same objects (rule 8)', async () => {
  const { auth, clock } = await signedIn()
  const changed = vi.fn()
  auth.state.subscribe(changed)
  const before = auth.state.get()
  for (let turn = 0; turn < 3; turn++) {
    clock.advance(5 * minutes)
    await auth.getAccessToken({ force: true })
  }
  expect(changed).not.toHaveBeenCalled()
  expect(auth.state.get()).toBe(before)
})

test('a refused request refreshes once and is sent once more (rule 9)', async () => {
  const { auth, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  const answer = await auth.fetch(`${device.origin}/api/auth/me`)
  expect(answer.status).toBe(200)
  expect(device.sent.slice(-3).map(({ path, status }) => [path, status])).toEqual([
    ['/api/auth/me', 401],
    [refreshPath, 200],
    ['/api/auth/me', 200],
  ])
})

test('many requests that are refused at once wait for one refresh, and each goes out again (rule 9)', async () => {
  const { auth, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  let answerLate!: () => void
  slowly(device, refreshPath, new Promise<void>((resolve) => (answerLate = resolve)))
  const answers = Promise.all(Array.from({ length: 20 }, () => auth.fetch(`${device.origin}/api/auth/me`)))
  await vi.waitFor(() => expect(device.sent.filter(({ status }) => status === 401)).toHaveLength(20))
  answerLate()
  expect((await answers).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
  expect(device.count(refreshPath)).toBe(1)
})

test('a second 401 is handed back, and a server that always refuses makes no loop (rule 9)', async () => {
  const { auth, device } = await signedIn()
  device.weather('/notes', () => new Response('', { status: 401 }))
  expect((await auth.fetch(`${device.origin}/notes`)).status).toBe(401)
  expect(device.count('/notes')).toBe(2)
  for (let turn = 0; turn < 50; turn++) await auth.fetch(`${device.origin}/notes`)
  expect(device.count(refreshPath)).toBeLessThanOrEqual(5)
  expect(auth.state.get().status).toBe('signed-in')
})

test('a 403 causes neither a refresh nor a step-up (rule 9)', async () => {
  const { auth, device } = await signedIn()
  const asked = vi.fn()
  auth.on('step-up', asked)
  device.weather('/notes', () => problem(403, 'forbidden'))
  expect((await auth.fetch(`${device.origin}/notes`)).status).toBe(403)
  expect([device.count('/notes'), device.count(refreshPath)]).toEqual([1, 0])
  expect(asked).not.toHaveBeenCalled()
})

test('a call that needs a fresh sign-in asks for it, and goes on when it has been given (rule 9)', async () => {
  const { auth, clock } = await signedIn()
  clock.advance(11 * minutes)
  const asked: unknown[] = []
  const stop = auth.on('step-up', async (challenge) => {
    asked.push(challenge)
    return (await auth.password.stepUp({ password: secret })).error === null
  })
  expect(await auth.account.changeEmail({ email: 'new@example.com' })).toEqual({ data: true, error: null })
  expect(asked).toEqual([{ mfa: false, maxAge: 600 }])
  stop()
  clock.advance(11 * minutes)
  const { error } = await auth.account.changeEmail({ email: 'other@example.com' })
  expect(error?.code).toBe('insufficient_user_authentication')
})

/* A device that was away for longer than the freshness, and whose rights have changed meanwhile. */
for (const [way, send] of Object.entries({
  'a call': ({ auth }: SignedIn) => auth.account.changeEmail({ email: 'new@example.com' }),
  'a request': async ({ auth, device }: SignedIn) => {
    const body = JSON.stringify({ email: 'new@example.com' })
    const headers = { 'content-type': 'application/json' }
    const answer = await auth.fetch(`${device.origin}${changePath}`, { method: 'POST', headers, body })
    return { data: answer.ok, error: null }
  },
}))
  test(`${way} with a token of before an event that needs a fresh sign-in as well does both, each once (rule 9)`, async () => {
    const one = await signedIn()
    const { auth, clock, device, latchkey } = one
    const asked = vi.fn(async () => (await auth.password.stepUp({ password: secret })).error === null)
    auth.on('step-up', asked)
    clock.advance(11 * minutes)
    await latchkey.services.users.change(userIdOf(must(auth.state.get().user).id), { roles: ['admin'] })
    device.sent.length = 0
    expect(await send(one)).toEqual({ data: true, error: null })
    expect(device.sent.map(({ path, status }) => [path, status])).toEqual([
      [changePath, 401],
      [refreshPath, 200],
      [changePath, 401],
      ['/api/auth/step-up', 200],
      [changePath, 202],
    ])
    expect(asked).toHaveBeenCalledOnce()

    clock.advance(11 * minutes)
    const root = await one.browser().register('root@example.com')
    await latchkey.services.users.change(userIdOf(root.user.id), { roles: ['admin'] })
    await latchkey.services.users.change(userIdOf(must(auth.state.get().user).id), { roles: [] })
    asked.mockResolvedValue(true)
    device.sent.length = 0
    await send(one)
    // Somebody says that it was proven, and it was not: no third try, and nobody is signed out.
    expect(device.count(changePath)).toBe(3)
    expect(auth.state.get().status).toBe('signed-in')
  })

test('an answer to a step-up that is lost signs nobody out', async () => {
  const { auth, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  device.weather('/api/auth/step-up', 'lost', 'fair')
  expect((await auth.password.stepUp({ password: secret })).error?.code).toBe('offline')
  clock.advance(20 * minutes)
  expect(await auth.getAccessToken({ force: true })).toMatch(/^ey/)
  expect((await auth.password.stepUp({ password: secret })).error).toBeNull()
})

test('a step-up with an outdated refresh token refreshes and tries once more', async () => {
  const storage = memoryStorage()
  const { auth, device, clock } = await signedIn({}, { transport: { refreshToken: storage } })
  const copy = memoryStorage()
  const key = 'latchkey:http://localhost:4000/api/auth:seen'
  copy.setItem(key, must(await storage.getItem(key)))
  clock.advance(5 * minutes)
  const other = clientOf(device, { transport: { refreshToken: copy } })
  await other.getAccessToken()
  expect((await auth.password.stepUp({ password: secret })).error).toBeNull()
  expect(device.sent.slice(-3).map(({ path, status }) => [path, status])).toEqual([
    ['/api/auth/step-up', 409],
    [refreshPath, 200],
    ['/api/auth/step-up', 200],
  ])
})

for (const transport of ['cookie', 'storage'] as const) {
  test(`a sign-in with a second factor goes on with its ticket, and raises a session (${transport})`, async () => {
    const options: Options = transport === 'storage' ? { transport: { refreshToken: memoryStorage() } } : {}
    const { auth, device } = await signedIn({ methods: [hotp] }, options)
    const enrolled = await auth.fetch(`${device.origin}/api/auth/hotp`, { method: 'POST' })
    const { secret: hex } = await textsOf(enrolled, 'secret')
    const code = (counter: number) => hotpCode(Buffer.from(hex, 'hex'), counter)

    expect(await auth.secondFactor.stepUp({ factor: 'hotp', code: code(0) })).toMatchObject({ data: true })
    expect(auth.state.get().session?.aal).toBe(2)
    await auth.logout()

    const { data } = await auth.password.login({ email, password: secret })
    if (data?.next !== 'second_factor') throw new Error('a second factor was expected')
    expect([data.factors, auth.state.get().status]).toEqual([['hotp'], 'signed-out'])
    const { ticket } = data
    const wrong = await auth.secondFactor.verify({ ticket, factor: 'hotp', code: '000000' })
    expect(wrong.error?.code).toBe('second_factor_invalid')
    const right = await auth.secondFactor.verify({ ticket, factor: 'hotp', code: code(1) })
    expect(right.data).toMatchObject({ next: 'done', user: { email } })
    expect(await auth.getAccessToken({ force: true })).toMatch(/^ey/)
    expect(auth.state.get().session).toMatchObject({ aal: 2, amr: ['pwd', 'otp', 'mfa'] })
  })
}

test('a change of password by the password alone asks for the second factor, and goes on by itself', async () => {
  const { auth, device } = await signedIn({ methods: [hotp] })
  const enrolled = await auth.fetch(`${device.origin}/api/auth/hotp`, { method: 'POST' })
  const { secret: hex } = await textsOf(enrolled, 'secret')
  const asked: unknown[] = []
  const change = () =>
    auth.password.change({ currentPassword: secret, newPassword: 'seven quiet otters swim' })
  expect((await change()).error).toMatchObject({
    code: 'insufficient_user_authentication',
    stepUp: { mfa: true, maxAge: null },
  })
  auth.on('step-up', async (challenge) => {
    asked.push(challenge)
    const stepUpMethods = (await auth.secondFactor.stepUpMethods()).data ?? []
    const [method] = stepUpMethods.filter(({ isSecondFactor }) => isSecondFactor)
    expect(stepUpMethods).toHaveLength(2)
    const code = hotpCode(Buffer.from(hex, 'hex'), 0)
    return (await auth.secondFactor.stepUp({ factor: method?.name ?? '', code })).data === true
  })
  expect(await change()).toEqual({ data: true, error: null })
  expect(asked).toEqual([{ mfa: true, maxAge: null }])
  expect(auth.state.get()).toMatchObject({ status: 'signed-in', session: { aal: 2 } })
})

test('who must have a second factor enrols it with the ticket, and is signed in then', async () => {
  const { auth, device, clock } = await open({ secondFactor: 'required' })
  const { data } = await auth.password.register({ email: 'bob@example.com', password: secret })
  if (data?.next !== 'second_factor_enrolment') throw new Error('an enrolment was expected')
  expect(data.factors).toEqual(['totp'])
  expect((await auth.ready()).status).toBe('signed-out')
  const { ticket } = data
  const enrolment = await auth.secondFactor.beginEnrolment({ ticket, factor: 'totp' })
  const app = authenticatorOf({ secret: enrolment.data?.options.secret ?? '' }, clock)
  const wrong = await auth.secondFactor.enrol({ ticket, factor: 'totp', code: app.wrong() })
  expect(wrong.error?.code).toBe('second_factor_invalid')
  const done = await auth.secondFactor.enrol({ ticket, factor: 'totp', code: app.code() })
  expect(done.data).toMatchObject({ next: 'done', user: { email: 'bob@example.com' } })
  expect(done.data?.recoveryCodes).toHaveLength(10)
  expect(auth.state.get()).toMatchObject({ status: 'signed-in', session: { aal: 2 } })
  expect((await auth.secondFactor.list()).data).toMatchObject({ required: true, canEnrol: ['totp'] })
  expect((await auth.totp.remove()).error?.code).toBe('second_factor_required')
  expect((await auth.recoveryCodes.renew()).data).toHaveLength(10)
  expect(device.sent.at(-1)?.path).toBe('/api/auth/recovery-codes')
})

test('an app is enrolled within a session, and a device that was trusted is not', async () => {
  const { auth, clock, device: browser } = await signedIn()
  const { data: seed } = await auth.totp.options()
  const app = authenticatorOf(must(seed), clock)
  // The code is refused, not the token: sent again, one wrong code would count twice.
  const wrong = await auth.totp.verify({ ticket: must(seed).ticket, code: app.wrong() })
  expect(wrong.error?.code).toBe('second_factor_invalid')
  expect(browser.count('/api/auth/totp/verify')).toBe(1)
  const enrolled = await auth.totp.verify({ ticket: must(seed).ticket, code: app.code() })
  expect(enrolled.data?.recoveryCodes).toHaveLength(10)
  clock.advance(30_000)
  await auth.logout()
  const first = await auth.password.login({ email, password: secret })
  if (first.data?.next !== 'second_factor') throw new Error('a second factor was expected')
  const { ticket } = first.data
  await auth.secondFactor.verify({ ticket, factor: 'totp', code: app.code(), trustDevice: true })
  await auth.logout()
  expect((await auth.password.login({ email, password: secret })).data?.next).toBe('done')
  const [device] = (await auth.secondFactor.list()).data?.trustedDevices ?? []
  expect((await auth.secondFactor.endTrust(must(device).id)).error).toBeNull()
  expect((await auth.secondFactor.endTrust(must(device).id)).error?.code).toBe('trusted_device_not_found')
})

test('a sign-in over an old one ends that, and a refresh under way signs nobody out', async () => {
  const { auth, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  let answerLate!: () => void
  slowly(device, refreshPath, new Promise<void>((resolve) => (answerLate = resolve)))
  const refreshing = auth.getAccessToken({ force: true })
  await vi.waitFor(() => expect(device.count(refreshPath)).toBe(1))
  const entering = auth.password.login({ email, password: secret })
  answerLate()
  expect((await entering).error).toBeNull()
  expect(await refreshing).toMatch(/^ey/)
  expect(auth.state.get().status).toBe('signed-in')
  expect((await auth.account.devices()).data?.items).toHaveLength(1)
})

test('changing the password keeps this session, with a token that works', async () => {
  const { auth } = await signedIn()
  const changed = await auth.password.change({
    currentPassword: secret,
    newPassword: 'nine loud geese march',
  })
  expect(changed).toEqual({ data: true, error: null })
  expect((await auth.account.get()).data).toMatchObject({ email })
})

test('bodies that can be read again are sent again, streams are not', async () => {
  const { auth, device } = await signedIn()
  const url = `${device.origin}/notes`
  const form = new FormData()
  form.set('title', 'one')
  const bodies: [string, RequestInit | Request][] = [
    ['text', { method: 'POST', body: 'one' }],
    ['form', { method: 'POST', body: form }],
    ['blob', { method: 'POST', body: new Blob(['one']) }],
    ['request', new Request(url, { method: 'POST', body: 'one' })],
  ]
  for (const [name, body] of bodies) {
    device.sent.length = 0
    device.weather(
      '/notes',
      () => new Response('', { status: 401 }),
      () => new Response('', { status: 201 }),
    )
    const answer = await (body instanceof Request ? auth.fetch(body) : auth.fetch(url, body))
    expect(answer.status, name).toBe(201)
    const sent = device.sent.filter(({ path }) => path === '/notes').map(({ body }) => body)
    expect(sent, name).toHaveLength(2)
    for (const text of sent) expect(text, name).toContain('one')
  }
  device.sent.length = 0
  device.weather('/notes', () => new Response('', { status: 401 }))
  const stream = new Blob(['one']).stream()
  const answer = await auth.fetch(url, { method: 'POST', body: stream, duplex: 'half' } as RequestInit)
  expect([answer.status, device.count('/notes')]).toEqual([401, 1])
})

test('the token goes to allowed origins alone, and who sets Authorization knows better (rule 10)', async () => {
  const seen: [string, string | null][] = []
  const one = await signedIn(
    {},
    { origins: ['https://api.example.com'] },
    (device) => async (input, init) => {
      const { url, headers } = new Request(input, init)
      if (url.includes('example.com')) {
        seen.push([url, headers.get('authorization')])
        return new Response()
      }
      return device.fetch(input, init)
    },
  )
  await one.auth.fetch('https://api.example.com/notes')
  await one.auth.fetch('https://evil.example.com/notes')
  await one.auth.fetch('https://api.example.com.evil.example.com/')
  await one.auth.fetch('https://api.example.com/notes', { headers: { authorization: 'Basic own' } })
  const token = await one.auth.getAccessToken()
  expect(seen).toEqual([
    ['https://api.example.com/notes', `Bearer ${token}`],
    ['https://evil.example.com/notes', null],
    ['https://api.example.com.evil.example.com/', null],
    ['https://api.example.com/notes', 'Basic own'],
  ])
})

for (const [name, skew] of Object.entries({ forwards: 365 * 24 * 60, backwards: -365 * 24 * 60 })) {
  test(`a clock that is set ${name} costs one refresh at most (rule 3)`, async () => {
    const { auth, device } = await signedIn()
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    vi.setSystemTime(Date.now() + skew * minutes)
    for (let turn = 0; turn < 5; turn++) expect(await auth.getAccessToken()).toMatch(/^ey/)
    expect(device.count(refreshPath)).toBeLessThanOrEqual(1)
    expect(auth.state.get().status).toBe('signed-in')
  })
}

test('a token ends in time while the wall clock is behind, and after a sleep that the other clock missed', async () => {
  for (const clocks of [['performance'], ['Date']] as const) {
    const { auth, device } = await signedIn()
    vi.useFakeTimers({ toFake: [...clocks] })
    onTestFinished(() => void vi.useRealTimers())
    // The faked platform starts anew, and the first refresh follows from that.
    await auth.getAccessToken({ force: true })
    const before = device.count(refreshPath)
    vi.advanceTimersByTime(20 * minutes)
    await auth.getAccessToken()
    expect(device.count(refreshPath), clocks[0]).toBe(before + 1)
    vi.useRealTimers()
  }
})

test('the life of a token is counted from its arrival, whatever the server’s clock says (rule 3)', async () => {
  const { auth, device, clock } = await open()
  clock.advance(-400 * 24 * 60 * minutes)
  await auth.password.register({ email, password: secret })
  expect(await auth.getAccessToken()).toMatch(/^ey/)
  expect(device.count(refreshPath)).toBe(0)
})

test('a wait that no timer can hold does not end at once', async () => {
  const { auth, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  device.weather(refreshPath, () => problem(503, 'unavailable', { 'retry-after': '99999999' }))
  await expect(auth.getAccessToken({ force: true })).rejects.toMatchObject({ retryAfter: 99_999_999 })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(device.count(refreshPath)).toBe(1)
})

test('a refused caller is not asked again at once: the state tries by itself, and later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { auth, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  device.weather(refreshPath, () => problem(429, 'rate_limited', { 'retry-after': '7' }), 'fair')
  await expect(auth.getAccessToken({ force: true })).rejects.toMatchObject({ code: 'rate_limited' })
  await vi.advanceTimersByTimeAsync(6900)
  expect(device.count(refreshPath)).toBe(1)
  await vi.advanceTimersByTimeAsync(4000)
  expect(device.count(refreshPath)).toBe(2)
  expect(auth.state.get()).toMatchObject({ status: 'signed-in', stale: false })
})

test('a base URL that leads nowhere is refused with what is expected', () => {
  expect(() => createAuthClient({ baseURL: 'auth.example.com' })).toThrow(TypeError)
  expect(() => createAuthClient({ baseURL: '/api/auth' })).toThrow(/must be a URL, or a path where/)
})

test('a server that is not Latchkey is named as such, by an error that says what to do', async () => {
  const server = createServer((_, response) => response.end('<html>hello</html>')).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const auth = createAuthClient({ baseURL: `http://127.0.0.1:${portOf(server)}` })
  onTestFinished(() => auth.dispose())
  await expect(auth.ready()).rejects.toMatchObject({
    code: 'not_latchkey',
    message: expect.stringMatching(/check baseURL/) as string,
  })
  expect(auth.state.get().status).toBe('loading')
})

test('a server that is not there is offline', async () => {
  const auth = createAuthClient({ baseURL: 'http://127.0.0.1:9' })
  onTestFinished(() => auth.dispose())
  await expect(auth.ready()).rejects.toMatchObject({ code: 'offline' })
})

test('whoever stops waiting is let go, and the refresh goes on for the others', async () => {
  const { auth, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  let answerLate!: () => void
  slowly(device, refreshPath, new Promise<void>((resolve) => (answerLate = resolve)))
  const stopped = new AbortController()
  const impatient = auth.getAccessToken({ force: true, signal: stopped.signal })
  const patient = auth.getAccessToken({ force: true })
  stopped.abort(new Error('enough'))
  await expect(impatient).rejects.toThrow('enough')
  answerLate()
  expect(await patient).toMatch(/^ey/)
})

test('after dispose there is no timer, no request and a clear refusal', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { auth, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  device.weather(refreshPath, 'offline')
  await auth.getAccessToken({ force: true }).catch(() => {})
  const timers = vi.getTimerCount()
  auth.dispose()
  expect(vi.getTimerCount()).toBe(timers - 1)
  const before = device.sent.length
  await expect(auth.getAccessToken({ force: true })).rejects.toMatchObject({ code: 'disposed' })
  auth.wake()
  expect(device.sent).toHaveLength(before)
})

test('a native app keeps its refresh token in its own storage and starts where it stopped', async () => {
  const storage = memoryStorage()
  const first = await signedIn({}, { transport: { refreshToken: storage } })
  expect(first.device.cookies.size).toBe(0)
  first.clock.advance(20 * minutes)
  await first.auth.getAccessToken({ force: true })
  first.auth.dispose()
  const second = clientOf(first.device, { transport: { refreshToken: storage } })
  expect((await second.ready()).user).toMatchObject({ email })
  await second.logout()
  expect(JSON.stringify(storage)).not.toContain('lkr_')
})

test('a native app that was killed before its new token was stored is not signed out', async () => {
  const storage = memoryStorage()
  const first = await signedIn({}, { transport: { refreshToken: storage } })
  first.clock.advance(20 * minutes)
  first.device.weather(refreshPath, 'lost', 'fair')
  await first.auth.getAccessToken({ force: true }).catch(() => {})
  first.auth.dispose()
  first.clock.advance(24 * 60 * minutes)
  const second = clientOf(first.device, { transport: { refreshToken: storage } })
  expect((await second.ready()).status).toBe('signed-in')
})

test('what was stored and is damaged or gone is not trusted and hangs nothing', async () => {
  const storage = memoryStorage()
  const key = (name: string) => `latchkey:http://localhost:4000/api/auth:${name}`
  for (const text of ['', '{', 'null', '"text"', '[]', '{"session":1}']) {
    for (const name of ['seen', 'attempt', 'pending-logout']) storage.setItem(key(name), text)
    const one = await open({}, { transport: { refreshToken: storage } })
    expect((await one.auth.ready()).status, text).toBe('signed-out')
    const { data } = await one.auth.password.register({ email, password: secret })
    expect(data, text).toMatchObject({ next: 'done' })
    one.clock.advance(20 * minutes)
    expect(await one.auth.getAccessToken({ force: true }), text).toMatch(/^ey/)
    one.auth.dispose()
  }
})

test('what the server rendered with is there at once, and is checked', async () => {
  const { auth, device } = await signedIn()
  const state = auth.state.get()
  if (state.status !== 'signed-in') throw new Error('nobody is signed in')
  const { user, session } = state
  const next = clientOf(device, { initial: { user, session } })
  expect(next.state.get()).toMatchObject({ status: 'signed-in', user })
  const changed = vi.fn()
  next.state.subscribe(changed)
  await next.ready()
  expect(changed).not.toHaveBeenCalled()
  const nobody = clientOf(device, { initial: null })
  expect(nobody.state.get().status).toBe('signed-out')
})

test('can tells what the token allows', async () => {
  const { auth, latchkey } = await signedIn()
  expect(auth.can({ role: 'admin' })).toBe(false)
  await latchkey.services.users.change(userIdOf(must(auth.state.get().user).id), { roles: ['admin'] })
  await auth.getAccessToken({ force: true })
  expect([
    auth.can({ role: 'admin' }),
    auth.can({ permission: 'users:read' }),
    auth.can({ role: 'x' }),
  ]).toEqual([true, true, false])
})

test('roles and permissions of an application are typed: others do not compile', () => {
  const types = appTypes<{ role: 'admin' | 'editor'; permission: 'notes:read' }>()
  const auth = createAuthClient({ baseURL: 'http://localhost:4000/api/auth', types })
  onTestFinished(() => auth.dispose())
  expect(auth.can({ role: 'editor', permission: 'notes:read' })).toBe(false)
  // @ts-expect-error -- no such role
  expect(auth.can({ role: 'edtor' })).toBe(false)
  // @ts-expect-error -- no such permission
  expect(auth.can({ permission: 'notes:write' })).toBe(false)
})

test('a profile that was changed is seen everywhere', async () => {
  const { auth } = await signedIn()
  await auth.account.update({ name: 'Ada' })
  expect(auth.state.get().user?.name).toBe('Ada')
})

test('an account that was deleted is signed out', async () => {
  const { auth } = await signedIn()
  const out = vi.fn()
  auth.on('signed-out', out)
  expect(await auth.account.delete()).toEqual({ data: true, error: null })
  expect(out.mock.calls).toEqual([[{ reason: 'logout' }]])
  expect(auth.state.get().status).toBe('signed-out')
})

test('codes are literal: a misspelled one does not compile', async () => {
  const { auth } = await open()
  const { error } = await auth.password.login({ email, password: secret })
  // @ts-expect-error -- no such code
  expect(error?.code === 'invalid_credential').toBe(false)
  expect(error?.code === 'invalid_credentials').toBe(true)
})

type Client = ReturnType<typeof clientOf>
interface Opened extends TestLatchkey {
  auth: Client
  device: Device
}
type SignedIn = Opened

type Options = Omit<AuthClientOptions<never, never>, 'methods' | 'types'>

function clientOf(device: Device, options: Options = {}) {
  const auth = createAuthClient({
    baseURL: `${device.origin}/api/auth`,
    fetch: (input, init) => device.fetch(input, init),
    methods: [password(), secondFactor(), totp(), recoveryCodes(), account()],
    ...options,
  })
  onTestFinished(() => auth.dispose())
  return auth
}

async function open(
  settings: TestOptions = {},
  options: Options = {},
  wrap?: (device: Device) => typeof fetch,
): Promise<Opened> {
  const test = await createTestLatchkey(settings)
  const device = createDevice(test.latchkey)
  const auth = clientOf(device, { ...options, ...(wrap && { fetch: wrap(device) }) })
  return { ...test, device, auth }
}

async function signedIn(...input: Parameters<typeof open>): Promise<SignedIn> {
  const opened = await open(...input)
  const { error } = await opened.auth.password.register({ email, password: secret })
  expect(error).toBeNull()
  return opened
}

/** Answers come when `until` has come. */
function slowly(device: Device, path: string, until: Promise<void>): void {
  const { fetch } = device
  device.fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (new URL(textOf(input)).pathname === path) await until
    return response
  }
}

const attemptOf = ({ headers }: { headers: Headers }) => headers.get('refresh-attempt')

const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ code, title: code, status, requestId: 'req_1' }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })
