import { errorCatalogue, signOutCodes } from '@latchkey/contract'
import { expect, onTestFinished, test, vi } from 'vitest'
import { parseUuid } from '../../server/src/core/ports/uuid.ts'
import { statement } from '../../server/src/db/statement.ts'
import { textsOf } from '#test/support/texts-of.ts'
import { must, textOf } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { createDevice, type Device, type Weather } from '#test/support/device.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import { createTestLatchkey, type TestOptions } from '#test/support/test-latchkey.ts'
import {
  account,
  apiKeys,
  type AuthClientOptions,
  createAuthClient,
  password,
  secondFactor,
} from './index.ts'
import { sessionCookie } from './session-cookie.ts'

const email = 'ada@example.com'
const secret = 'seven quiet otters swim'
const minutes = 60_000
const sessionPath = '/api/auth/session'
const cookieName = 'latchkey-session'

test('a sign-in leaves one cookie and no token anywhere', async () => {
  const { auth, device } = await signedIn()
  expect(auth.state.get()).toMatchObject({ status: 'signed-in', user: { email }, session: { aal: 1 } })
  expect([...device.cookies.keys()].toSorted()).toEqual([
    'latchkey-device',
    'latchkey-hint',
    'latchkey-last-method',
    cookieName,
  ])
  await auth.fetch(`${device.origin}/api/auth/me`)
  for (const { headers, body } of device.sent) {
    expect(headers.get('authorization')).toBeNull()
    expect(body).not.toContain('tokenDelivery')
  }
  const stored = await device.fetch(`${device.origin}/api/auth/sessions`)
  expect(await stored.json()).toMatchObject({ items: [{ current: true }] })
})

test('a reload finds the session, and who has none is signed out', async () => {
  const { auth, device } = await signedIn()
  auth.dispose()
  const next = clientOf(device)
  expect(await next.ready()).toMatchObject({ status: 'signed-in', user: { email } })
  device.cookies.clear()
  const nobody = clientOf(device)
  expect((await nobody.ready()).status).toBe('signed-out')
  expect(await nobody.account.get()).toMatchObject({ error: { code: 'signed_out' } })
})

test('nothing is asked before somebody asks, and then once', async () => {
  const { auth, device } = await open()
  expect(device.sent).toHaveLength(0)
  await Promise.all([auth.ready(), auth.ready(), auth.fetch(`${device.origin}/api/auth/session`)])
  // One look, and the request itself.
  expect(device.count(sessionPath)).toBe(2)
})

test('an access token is refused as what cannot be had, and not as null', async () => {
  const { auth } = await signedIn()
  await expect(auth.getAccessToken()).rejects.toThrow(TypeError)
  await expect(auth.getAccessToken()).rejects.toThrow(/cookie session has no access token/)
})

test('can tells what the session allows, once it has been asked again', async () => {
  const { auth, latchkey, device } = await signedIn()
  expect(auth.can({ role: 'admin' })).toBe(false)
  await latchkey.services.users.change(userIdOf(must(auth.state.get().user).id), { roles: ['admin'] })
  const next = clientOf(device)
  await next.ready()
  expect([
    next.can({ role: 'admin' }),
    next.can({ permission: 'users:read' }),
    next.can({ role: 'x' }),
  ]).toEqual([true, true, false])
})

test('cookies go to allowed origins alone, and who sets Authorization knows better (rule 10)', async () => {
  const seen: [string, string, string | null][] = []
  const { auth } = await signedIn({}, { origins: ['https://api.example.com'] }, (device) => {
    return async (input, init) => {
      const { url, credentials, headers } = new Request(input, init)
      if (!url.includes('example.com')) return device.fetch(input, init)
      seen.push([url, credentials, headers.get('authorization')])
      return new Response()
    }
  })
  await auth.fetch('https://api.example.com/notes')
  await auth.fetch('https://api.example.com/notes', { credentials: 'omit' })
  await auth.fetch('https://evil.example.com/notes')
  await auth.fetch('https://api.example.com.evil.example.com/')
  await auth.fetch('https://api.example.com/notes', { headers: { authorization: 'Basic own' } })
  expect(seen).toEqual([
    ['https://api.example.com/notes', 'include', null],
    ['https://api.example.com/notes', 'omit', null],
    ['https://evil.example.com/notes', 'same-origin', null],
    ['https://api.example.com.evil.example.com/', 'same-origin', null],
    ['https://api.example.com/notes', 'same-origin', 'Basic own'],
  ])
})

const badWeather: Record<string, [Weather, string]> = {
  offline: ['offline', 'offline'],
  'a lost answer': ['lost', 'offline'],
  'a gateway’s 502': [() => new Response('Bad gateway', { status: 502 }), 'unexpected_answer'],
  'a 429': [() => problem(429, 'rate_limited', { 'retry-after': '7' }), 'rate_limited'],
  'a proxy’s 403 page': [() => page(403), 'unexpected_answer'],
  'a 401 of somebody else': [
    () => new Response('{"code":"session_revoked"}', { status: 401 }),
    'unexpected_answer',
  ],
  'a portal’s page': [() => page(200), 'not_latchkey'],
  'JSON of something else': [() => Response.json({ ok: true }), 'not_latchkey'],
  'nothing at all': [() => new Response(null, { status: 204 }), 'not_latchkey'],
  'the answer to an API key that a proxy adds': [() => Response.json({ kind: 'api_key' }), 'not_latchkey'],
}

for (const [name, [weather, code]] of Object.entries(badWeather)) {
  test(`${name} keeps the session, says so, and recovers (rule 4)`, async () => {
    const { auth, device } = await signedIn()
    const out = vi.fn()
    auth.on('signed-out', out)
    const { user, session } = auth.state.get()
    device.weather(sessionPath, weather)
    await auth.renew()
    expect(auth.state.get().stale).toBe(true)
    expect(auth.state.get()).toMatchObject({ status: 'signed-in', error: { code } })
    device.weather(sessionPath, 'fair')
    auth.wake()
    await vi.waitFor(() => expect(auth.state.get().stale).toBe(false))
    expect(auth.state.get()).toMatchObject({ status: 'signed-in', error: null })
    expect([auth.state.get().user, auth.state.get().session]).toEqual([user, session])
    expect(auth.state.get().user).toBe(user)
    expect(out).not.toHaveBeenCalled()
  })
}

test('while nobody can be asked at the start, it is not known who is there (rule 5)', async () => {
  const { device } = await signedIn()
  const auth = clientOf(device)
  device.weather('*', 'offline')
  await expect(auth.ready()).rejects.toMatchObject({ code: 'offline' })
  await expect(auth.fetch(`${device.origin}/api/auth/me`)).rejects.toMatchObject({ code: 'offline' })
  expect(auth.state.get()).toMatchObject({ status: 'loading', stale: true, error: { code: 'offline' } })
  device.weather('*', 'fair')
  expect((await auth.ready()).status).toBe('signed-in')
})

const ends: Record<string, (one: Opened) => unknown> = {
  no_session: ({ device }) => device.cookies.clear(),
  session_expired: ({ clock }) => clock.advance(31 * 24 * 60 * minutes),
  session_revoked: async ({ latchkey, auth }) => {
    await latchkey.services.sessions.endAll(
      { userId: userIdOf(must(auth.state.get().user).id) },
      'all_logged_out',
    )
  },
  user_disabled: async ({ latchkey, auth, clock }) => {
    const { id } = must(auth.state.get().user)
    const disable = statement('UPDATE user_account SET disabled_at = 1 WHERE id = :id')
    await latchkey.services.db.all(disable, { id: parseUuid(id) })
    clock.advance(10_000)
  },
}

for (const [reason, happen] of Object.entries(ends)) {
  for (const [way, meet] of Object.entries({
    'a call': (one: Opened) => one.auth.account.get(),
    'a request': (one: Opened) => one.auth.fetch(`${one.device.origin}/api/auth/me`),
    'a step-up': (one: Opened) => one.auth.password.stepUp({ password: secret }),
    'a change of the password': changePassword,
  })) {
    test(`${reason} signs out, once, where ${way} meets it (rule 4)`, async () => {
      const one = await signedIn()
      const out = vi.fn()
      one.auth.on('signed-out', out)
      await happen(one)
      await meet(one)
      expect(out.mock.calls).toEqual([[{ reason }]])
      expect(one.auth.state.get()).toMatchObject({ status: 'signed-out', user: null, session: null })
      expect((await one.auth.account.get()).error?.code).toBe('signed_out')
    })
  }
}

test('no other refusal of the server signs out, whatever its status (rule 4)', async () => {
  const { auth, device } = await signedIn()
  const signsOut = new Set<string>([...signOutCodes, 'unauthenticated'])
  for (const [code, { status }] of Object.entries(errorCatalogue)) {
    if (signsOut.has(code)) continue
    device.weather(sessionPath, () => problem(status, code), 'fair')
    device.weather('/api/auth/me', () => problem(status, code))
    await auth.account.get()
    expect(auth.state.get().status, code).toBe('signed-in')
  }
})

test('sliding: who uses the session within its idle limit stays, and who does not is signed out', async () => {
  const { auth, device, clock } = await signedIn({ cookieSessionIdleTtl: '1h' })
  for (let turn = 0; turn < 5; turn++) {
    clock.advance(50 * minutes)
    expect((await auth.fetch(`${device.origin}/api/auth/me`)).status).toBe(200)
  }
  clock.advance(61 * minutes)
  expect((await auth.fetch(`${device.origin}/api/auth/me`)).status).toBe(401)
  expect(auth.state.get().status).toBe('signed-out')
})

test('logging out ends the session on the server, here and at once', async () => {
  const { auth, device, latchkey } = await signedIn()
  const { id } = must(auth.state.get().user)
  const cookie = must(device.cookies.get(cookieName))
  expect(await auth.logout()).toEqual({ data: true, error: null })
  expect(auth.state.get().status).toBe('signed-out')
  expect(device.cookies.has(cookieName)).toBe(false)
  expect(await latchkey.services.sessions.devices(userIdOf(id), '' as never, { limit: 50 })).toMatchObject({
    items: [],
  })
  device.cookies.set(cookieName, cookie)
  expect((await device.fetch(`${device.origin}/api/auth/me`)).status).toBe(401)
})

test('the others are logged out, and this one stays', async () => {
  const { auth, latchkey } = await signedIn()
  const other = createDevice(latchkey)
  const elsewhere = clientOf(other)
  await elsewhere.password.login({ email, password: secret })
  expect((await auth.account.devices()).data?.items).toHaveLength(2)
  expect(await auth.logout({ scope: 'others' })).toEqual({ data: true, error: null })
  expect((await auth.account.devices()).data?.items).toMatchObject([{ current: true }])
  await elsewhere.account.get()
  expect(elsewhere.state.get().status).toBe('signed-out')
})

test('a log-out while offline is owed, and paid as soon as the server can be reached (rule 7)', async () => {
  const { auth, device, latchkey } = await signedIn()
  const { id } = must(auth.state.get().user)
  device.weather('*', 'offline')
  expect((await auth.logout()).error?.code).toBe('offline')
  expect(auth.state.get().status).toBe('signed-out')
  device.weather('*', 'fair')
  auth.wake()
  await vi.waitFor(() => expect(device.cookies.has(cookieName)).toBe(false))
  expect(await latchkey.services.sessions.devices(userIdOf(id), '' as never, { limit: 50 })).toMatchObject({
    items: [],
  })
  expect(auth.state.get().status).toBe('signed-out')
})

test('a log-out that is owed ends no session that began since, on a page of the server say', async () => {
  const { auth, device } = await signedIn()
  device.weather('*', 'offline')
  await auth.logout()
  device.weather('*', 'fair')
  await device.fetch(`${device.origin}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: secret, sessionKind: 'cookie' }),
  })
  device.sent.length = 0
  auth.wake()
  await vi.waitFor(() => expect(device.sent.map(({ status }) => status)).toEqual([200]))
  // Forgotten, and not asked about again.
  auth.wake()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(device.sent.map(({ path }) => path)).toEqual([sessionPath])
  expect((await device.fetch(`${device.origin}/api/auth/me`)).status).toBe(200)
})

test('what is owed is paid before the next sign-in, which it does not touch', async () => {
  const { auth, device } = await signedIn()
  device.weather('/api/auth/logout', 'offline', 'fair')
  await auth.logout()
  device.sent.length = 0
  expect((await auth.password.login({ email, password: secret })).data).toMatchObject({ next: 'done' })
  const paths = device.sent.map(({ path }) => path.replace('/api/auth', ''))
  expect(paths).toEqual(['/session', '/logout', '/login', '/session'])
  expect((await auth.account.get()).error).toBeNull()
})

test('a log-out while the session is looked at wins (rule 7)', async () => {
  const { auth, device } = await signedIn()
  const answerLate = hold(device, sessionPath)
  const looking = auth.renew()
  await vi.waitFor(() => expect(device.count(sessionPath)).toBe(2))
  await auth.logout()
  answerLate()
  await looking
  expect(auth.state.get().status).toBe('signed-out')
})

test('looking again changes nothing that an application sees: no event, same objects (rule 8)', async () => {
  const { auth } = await signedIn()
  const changed = vi.fn()
  auth.state.subscribe(changed)
  const before = auth.state.get()
  for (let turn = 0; turn < 3; turn++) await auth.renew()
  expect(changed).not.toHaveBeenCalled()
  expect(auth.state.get()).toBe(before)
})

test('a server that always refuses makes no loop, and many at once make one look (rule 9)', async () => {
  const { auth, device } = await signedIn()
  device.sent.length = 0
  device.weather('/notes', () => new Response('', { status: 401 }))
  const answers = await Promise.all(Array.from({ length: 20 }, () => auth.fetch(`${device.origin}/notes`)))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 401))
  expect([device.count('/notes'), device.count(sessionPath)]).toEqual([40, 1])
  for (let turn = 0; turn < 50; turn++) await auth.fetch(`${device.origin}/notes`)
  expect(device.count(sessionPath)).toBeLessThanOrEqual(5)
  expect(auth.state.get().status).toBe('signed-in')
})

test('a call that needs a fresh sign-in asks for it, and goes on when it has been given (rule 9)', async () => {
  const { auth, device, clock } = await signedIn()
  clock.advance(11 * minutes)
  const cookie = device.cookies.get(cookieName)
  const before = must(auth.state.get().session).authenticatedAt
  auth.on('step-up', async () => (await auth.password.stepUp({ password: secret })).error === null)
  expect(await auth.account.changeEmail({ email: 'new@example.com' })).toEqual({ data: true, error: null })
  expect(device.cookies.get(cookieName)).not.toBe(cookie)
  expect(must(auth.state.get().session).authenticatedAt > before).toBe(true)
  expect(auth.state.get().status).toBe('signed-in')
})

test('an answer to a step-up that is lost signs nobody out', async () => {
  const { auth, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  device.weather('/api/auth/step-up', 'lost', 'fair')
  expect((await auth.password.stepUp({ password: secret })).error?.code).toBe('offline')
  clock.advance(20 * minutes)
  expect((await auth.account.get()).error).toBeNull()
  expect((await auth.password.stepUp({ password: secret })).error).toBeNull()
  expect(auth.state.get().status).toBe('signed-in')
})

/* Each way in which another tab replaces the cookie, while a look with the old one is on its way. */
const replacements: [string, string, (one: Opened) => Promise<{ error: unknown }>, number, number[]][] = [
  ['a step-up', 'within a leeway', ({ auth }) => auth.password.stepUp({ password: secret }), 29_000, [200]],
  ['a new password', 'within a leeway', changePassword, 29_000, [200]],
  // The old one is worth nothing any more; by now the browser sends the new one.
  ['a new password', 'later', changePassword, 31_000, [401, 200]],
]

for (const [event, when, replace, onItsWay, statuses] of replacements) {
  test(`a look whose cookie ${event} elsewhere has replaced signs nobody out, ${when}`, async () => {
    const one = await signedIn()
    const { auth, device, clock } = one
    const out = vi.fn()
    auth.on('signed-out', out)
    const old = must(device.cookies.get(cookieName))
    expect((await replace(one)).error).toBeNull()
    const cookie = must(device.cookies.get(cookieName))
    expect(cookie).not.toBe(old)
    expect((await auth.account.get()).error).toBeNull()
    clock.advance(onItsWay)
    device.weather('/notes', () => new Response('', { status: 401 }))
    // The look goes out with the old cookie; what follows has the new one.
    const { fetch } = device
    device.fetch = async (...input) => {
      if (device.count('/notes') > 0)
        device.cookies.set(cookieName, device.count(sessionPath) > 0 ? cookie : old)
      return await fetch(...input)
    }
    device.sent.length = 0
    await auth.fetch(`${device.origin}/notes`)
    const looks = device.sent.filter(({ path }) => path === sessionPath)
    expect(looks.map(({ status }) => status)).toEqual(statuses)
    expect((await auth.account.get()).error).toBeNull()
    expect(auth.state.get().status).toBe('signed-in')
    expect(out).not.toHaveBeenCalled()
  })
}

test('a cookie that comes back long after its successor was seen ends the session: two hold it', async () => {
  const { auth, device, latchkey, clock } = await signedIn()
  const copy = createDevice(latchkey)
  copy.cookies.set(cookieName, must(device.cookies.get(cookieName)))
  expect((await auth.password.stepUp({ password: secret })).error).toBeNull()
  clock.advance(31_000)
  const out = vi.fn()
  auth.on('signed-out', out)
  expect((await clientOf(copy).ready()).status).toBe('signed-out')
  await auth.account.get()
  expect(out.mock.calls).toEqual([[{ reason: 'session_revoked' }]])
})

test('a sign-in with a second factor goes on with its ticket, and raises a session', async () => {
  const { auth, device } = await signedIn({ methods: [hotp] })
  const enrolled = await auth.fetch(`${device.origin}/api/auth/hotp`, { method: 'POST' })
  const { secret: hex } = await textsOf(enrolled, 'secret')
  const code = (counter: number) => hotpCode(Buffer.from(hex, 'hex'), counter)

  expect(await auth.secondFactor.stepUp({ factor: 'hotp', code: code(0) })).toMatchObject({ data: true })
  expect(auth.state.get().session?.aal).toBe(2)
  await auth.logout()

  const { data } = await auth.password.login({ email, password: secret })
  if (data?.next !== 'second_factor') throw new Error('a second factor was expected')
  expect(auth.state.get().status).toBe('signed-out')
  const right = await auth.secondFactor.verify({ ticket: data.ticket, factor: 'hotp', code: code(1) })
  expect(right.data).toMatchObject({ next: 'done', user: { email } })
  expect(auth.state.get().session).toMatchObject({ aal: 2, amr: ['pwd', 'otp', 'mfa'] })
  expect(device.cookies.has(cookieName)).toBe(true)
})

test('changing the password keeps this session and ends the others', async () => {
  const one = await signedIn()
  const { auth, latchkey } = one
  const elsewhere = clientOf(createDevice(latchkey))
  await elsewhere.password.login({ email, password: secret })
  const changed = await changePassword(one)
  expect(changed).toEqual({ data: true, error: null })
  expect((await auth.account.get()).data).toMatchObject({ email })
  await elsewhere.account.get()
  expect(elsewhere.state.get().status).toBe('signed-out')
})

test('a profile that was changed is seen everywhere, and API keys are kept as with tokens', async () => {
  const { auth } = await signedIn()
  await auth.account.update({ name: 'Ada' })
  expect(auth.state.get().user?.name).toBe('Ada')
  const { data } = await auth.apiKeys.create({ name: 'backup' })
  expect((await auth.apiKeys.list()).data).toMatchObject([{ id: must(data).apiKey.id, name: 'backup' }])
  expect(await auth.apiKeys.revoke(must(data).apiKey.id)).toEqual({ data: true, error: null })
})

test('an account that was deleted is signed out', async () => {
  const { auth } = await signedIn()
  const out = vi.fn()
  auth.on('signed-out', out)
  expect(await auth.account.delete()).toEqual({ data: true, error: null })
  expect(out.mock.calls).toEqual([[{ reason: 'logout' }]])
})

test('a sign-in over an old one ends that one', async () => {
  const { auth } = await signedIn()
  const before = must(auth.state.get().session).id
  expect((await auth.password.login({ email, password: secret })).error).toBeNull()
  expect(must(auth.state.get().session).id).not.toBe(before)
  expect((await auth.account.devices()).data?.items).toHaveLength(1)
})

test('a browser that keeps no cookie is told so by the sign-in itself', async () => {
  const { auth, device } = await open()
  const warned = vi.fn()
  auth.on('warning', warned)
  const { fetch } = device
  device.fetch = async (...input) => {
    const answer = await fetch(...input)
    device.cookies.clear()
    return answer
  }
  const { error } = await auth.password.register({ email, password: secret })
  expect(error?.code).toBe('cookies_blocked')
  expect(warned).toHaveBeenCalledOnce()
  expect(auth.state.get()).toMatchObject({ status: 'signed-out', error: { code: 'cookies_blocked' } })
})

test('a sign-in whose first look fails is a sign-in all the same', async () => {
  const { auth, device } = await open()
  device.weather(sessionPath, 'offline', 'fair')
  const { error } = await auth.password.register({ email, password: secret })
  expect(error).toBeNull()
  expect(auth.state.get()).toMatchObject({ status: 'signed-in', user: { email }, stale: true })
  auth.wake()
  await vi.waitFor(() => expect(auth.state.get().stale).toBe(false))
})

test('after dispose there is no request and a clear refusal', async () => {
  const { auth, device } = await signedIn()
  auth.dispose()
  const before = device.sent.length
  expect((await auth.account.get()).error?.code).toBe('disposed')
  auth.wake()
  expect(device.sent).toHaveLength(before)
})

type Opened = Awaited<ReturnType<typeof open>>
type Options = Omit<AuthClientOptions<never, never>, 'methods' | 'types' | 'transport'>

function clientOf(device: Device, options: Options = {}) {
  const auth = createAuthClient({
    baseURL: `${device.origin}/api/auth`,
    fetch: (input, init) => device.fetch(input, init),
    methods: [password(), secondFactor(), account(), apiKeys()],
    transport: sessionCookie(),
    ...options,
  })
  onTestFinished(() => auth.dispose())
  return auth
}

async function open(
  settings: TestOptions = {},
  options: Options = {},
  wrap?: (device: Device) => typeof fetch,
) {
  const test = await createTestLatchkey(settings)
  const device = createDevice(test.latchkey)
  const auth = clientOf(device, { ...options, ...(wrap && { fetch: wrap(device) }) })
  return { ...test, device, auth }
}

async function signedIn(...input: Parameters<typeof open>): Promise<Opened> {
  const opened = await open(...input)
  const { error } = await opened.auth.password.register({ email, password: secret })
  expect(error).toBeNull()
  return opened
}

function changePassword({ auth }: Opened) {
  return auth.password.change({ currentPassword: secret, newPassword: 'nine loud geese march' })
}

/** Answers of a path wait until the returned function is called. */
function hold(device: Device, path: string): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { fetch } = device
  device.fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (new URL(textOf(input)).pathname === path) await promise
    return response
  }
  return resolve
}

const page = (status: number) =>
  new Response('<html>Hello</html>', { status, headers: { 'content-type': 'text/html' } })

const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ code, title: code, status, requestId: 'req_1' }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })
