import { minutes, type SessionId, type SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { DbscBrowser, ecKeys, rsaKeys } from '#test/support/dbsc-browser.ts'
import { DpopClient } from '#test/support/dpop-browser.ts'
import { type Browser, createTestLatchkey, stores, type TestOptions } from '#test/support/test-latchkey.ts'

const credentials = { email: 'ada@example.com', password: 'correct horse battery' }
const publicUrl = 'https://auth.example.com'
const deviceCookie = '__Host-latchkey-bound'
const registerPath = '/api/auth/device-bound-session/register'
const refreshPath = '/api/auth/device-bound-session/refresh'

async function createBoundSession({
  keys = ecKeys(),
  ...options
}: TestOptions & { keys?: ReturnType<typeof ecKeys> } = {}) {
  const test = await createTestLatchkey({ publicUrl, ...options })
  const { latchkey, clock, browser } = test
  const owner = new DbscBrowser(browser(), clock, keys)
  const { body } = await owner.post<SignedIn>('/register', credentials)
  const id = body.session.id as SessionId
  const binding = async () => (await latchkey.services.sessions.findLive(id))?.session.binding ?? null
  const kinds = async () => {
    await latchkey.services.audit.flush()
    const events = await latchkey.services.audit.ofUser(userIdOf(body.user.id), { before: null, limit: 50 })
    return events.map(({ kind }) => kind)
  }
  /** Time for another refresh, and for the short cookie to end. */
  const later = async () => {
    clock.advance(minutes(12))
    return await owner.refresh()
  }
  return { ...test, owner, id, binding, kinds, later }
}

/** A thief's browser with some of the cookies. */
function steal(from: Browser, to: Browser, isWanted = (_name: string) => true): Browser {
  for (const [name, value] of from.cookies) if (isWanted(name)) to.cookies.set(name, value)
  return to
}

const withoutDevice = (name: string): boolean => name !== deviceCookie

describe('a browser that knows device bound sessions', () => {
  test('is offered one with the sign-in, and registers its key', async () => {
    const { owner, id } = await createBoundSession()
    expect(owner.own).toEqual([{ path: registerPath, status: 200 }])
    expect(owner.session?.instructions).toEqual({
      session_identifier: id,
      refresh_url: refreshPath,
      scope: { origin: publicUrl, include_site: false, scope_specification: [] },
      credentials: [
        { type: 'cookie', name: deviceCookie, attributes: 'Path=/; HttpOnly; Secure; SameSite=Lax' },
      ],
      allowed_refresh_initiators: [],
    })
    expect([...owner.jar.cookies.keys()].toSorted()).toEqual([
      deviceCookie,
      '__Host-latchkey-device',
      '__Host-latchkey-refresh-0',
      'latchkey-hint',
      'latchkey-last-method',
    ])
  })

  test.each([
    ['ES256', ecKeys],
    ['RS256', rsaKeys],
  ])('proves it again with %s whenever its short cookie has ended, and stays signed in', async (_, make) => {
    const { later, binding, owner, kinds } = await createBoundSession({ keys: make() })
    for (let generation = 1; generation < 4; generation++)
      expect(await later()).toMatchObject({ status: 200, body: { session: { generation, binding: 'dbsc' } } })
    expect(await binding()).toMatch(/^dbsc:/)
    expect(owner.own.slice(1).map(({ status }) => status)).toEqual([403, 200, 403, 200, 403, 200])
    expect((await kinds()).filter((kind) => kind === 'session.bound')).toHaveLength(1)
  })

  test('is bound from the first refresh that shows the short cookie', async () => {
    const { owner, clock, binding, kinds } = await createBoundSession()
    expect(await binding()).toBeNull()
    clock.advance(minutes(1))
    expect((await owner.refresh()).body).toMatchObject({ session: { binding: 'dbsc' } })
    expect(await binding()).toMatch(/^dbsc:/)
    expect(await kinds()).toContain('session.bound')
    const { items } = (
      await owner.send<{ items: unknown[] }>('/api/auth/sessions', {
        token: ((await owner.refresh()).body as unknown as SignedIn).accessToken,
      })
    ).body
    expect(items).toMatchObject([{ binding: 'dbsc' }])
  })

  test('whose registration was answered and never heard of it is asked for nothing', async () => {
    const { browser, clock } = await createTestLatchkey({ publicUrl })
    const owner = new DbscBrowser(browser(), clock)
    owner.weather = 'answer lost'
    await owner.post('/register', credentials)
    expect(owner.session).toBeNull()
    owner.weather = 'fair'
    for (let round = 0; round < 3; round++) {
      clock.advance(minutes(12))
      expect((await owner.refresh()).status).toBe(200)
    }
  })

  test('that cannot prove its key just now is asked to come again, and stays signed in', async () => {
    const { owner, later, kinds } = await createBoundSession({ logLevel: 'silent' })
    await later()
    owner.weather = 'server_error'
    const answer = await later()
    expect([answer.status, answer.code, answer.headers.get('retry-after')]).toEqual([503, 'unavailable', '5'])
    expect(await kinds()).not.toContain('session.binding_refused')
    owner.weather = 'fair'
    expect((await later()).status).toBe(200)
  })

  test('that has lost its key is signed out, and told so', async () => {
    const { owner, later } = await createBoundSession()
    await later()
    owner.session = null
    const answer = await later()
    expect([answer.status, answer.code]).toEqual([401, 'refresh_token_invalid'])
  })
})

describe('a browser that does not', () => {
  test('stays signed in by its cookie alone', async () => {
    const { browser, clock } = await createTestLatchkey({ publicUrl })
    const owner = browser()
    await owner.register()
    for (let round = 0; round < 3; round++) {
      clock.advance(minutes(12))
      expect((await owner.refresh()).status).toBe(200)
    }
  })

  test.each([
    ['on plain http', { publicUrl: 'http://localhost:4000' }, {}],
    ['where it is switched off', { deviceBoundSessions: 'off' as const }, {}],
    ['with the refresh token in the body', {}, { tokenDelivery: 'body' }],
    ['with a session cookie', {}, { sessionKind: 'cookie' }],
  ])('is offered none %s', async (_, options, more) => {
    const { browser } = await createTestLatchkey({ publicUrl, ...options })
    const { status, headers } = await browser().post('/register', { ...credentials, ...more })
    expect([status, headers.get('secure-session-registration')]).toEqual([201, null])
  })

  test('is offered none with a refresh: who has only a token cannot take the session from its owner', async () => {
    const { browser, clock } = await createTestLatchkey({ publicUrl })
    const owner = browser()
    await owner.register()
    clock.advance(minutes(1))
    expect((await owner.refresh()).headers.has('secure-session-registration')).toBe(false)
  })

  test('nor is a session that is bound to a key of the client’s own', async () => {
    const { browser } = await createTestLatchkey({ publicUrl })
    const client = new DpopClient(browser(), publicUrl)
    await client.greet()
    const { status, headers } = await client.post('/register', credentials)
    expect([status, headers.get('secure-session-registration')]).toEqual([201, null])
  })
})

describe('a stolen jar of cookies', () => {
  test('is worth nothing without the short one', async () => {
    const { owner, later, browser, kinds } = await createBoundSession()
    await later()
    const thief = steal(owner.jar, browser(), withoutDevice)
    const answer = await thief.refresh()
    expect([answer.status, answer.code]).toEqual([401, 'refresh_token_invalid'])
    expect(await kinds()).toContain('session.binding_refused')
    expect((await later()).status).toBe(200)
  })

  test('dies with the short one, within minutes', async () => {
    const { owner, later, browser, clock } = await createBoundSession()
    await later()
    const thief = steal(owner.jar, browser())
    clock.advance(minutes(1))
    expect((await thief.refresh()).status).toBe(200)
    clock.advance(minutes(11))
    expect((await thief.refresh()).code).toBe('refresh_token_invalid')
    // One generation behind by the thief's doing, and proven: nobody is signed out.
    expect((await owner.refresh()).status).toBe(200)
  })

  test('opens no page either', async () => {
    const { owner, later, browser } = await createBoundSession()
    await later()
    const thief = steal(owner.jar, browser(), withoutDevice)
    const page = async (from: { send: Browser['send'] }) => (await from.send<string>('/sign-out')).body
    expect(await page(owner)).toContain(credentials.email)
    expect(await page(thief)).not.toContain(credentials.email)
  })

  test('raises nothing, not even with the access token and the password', async () => {
    const { owner, later, browser } = await createBoundSession()
    const { accessToken: token } = (await later()).body as unknown as SignedIn
    const thief = steal(owner.jar, browser(), withoutDevice)
    const input = { password: credentials.password }
    expect((await thief.post('/step-up', input, { token })).code).toBe('no_session')
    expect((await owner.post('/step-up', input, { token })).status).toBe(200)
  })

  test('has no use for the short cookie of another session', async () => {
    const keys = ecKeys()
    const { owner, later, browser, clock } = await createBoundSession({ keys })
    await later()
    // Not even of the same key.
    const other = new DbscBrowser(browser(), clock, keys)
    await other.post('/register', { ...credentials, email: 'eve@example.com' })
    const thief = steal(owner.jar, browser(), withoutDevice)
    thief.cookies.set(deviceCookie, must(other.jar.cookies.get(deviceCookie)))
    expect((await thief.refresh()).code).toBe('refresh_token_invalid')
  })

  test('cannot be given a short cookie by whoever makes one up', async () => {
    const { owner, later, browser } = await createBoundSession()
    await later()
    const genuine = must(owner.jar.cookies.get(deviceCookie))
    const swapped = genuine.slice(0, -1) + (genuine.endsWith('A') ? 'B' : 'A')
    for (const made of ['', 'lkb_', swapped, genuine.replace('lkb_', 'lks_'), `${genuine}A`]) {
      const thief = steal(owner.jar, browser(), withoutDevice)
      thief.cookies.set(deviceCookie, made)
      expect((await thief.refresh()).code).toBe('refresh_token_invalid')
    }
  })
})

describe('the registration of a key', () => {
  /** Signed in, with the challenge of the answer unused. */
  async function offered(options: TestOptions = {}) {
    const test = await createTestLatchkey({ publicUrl, ...options })
    const jar = test.browser()
    const reply = await jar.post<SignedIn>('/register', credentials)
    const challenge = must(
      must(/challenge="([^"]+)"/.exec(reply.headers.get('secure-session-registration') ?? ''))[1],
    )
    const device = new DbscBrowser(jar, test.clock)
    const register = (proof: string, from = test.browser(), headers = {}) =>
      from.send(registerPath, { method: 'POST', headers: { 'secure-session-response': proof, ...headers } })
    return { ...test, jar, signedIn: reply.body, challenge, device, register }
  }

  test('takes the proof quoted, as the draft has it, and bare, as the first browsers send it', async () => {
    const one = await offered()
    expect((await one.register(`"${one.device.proof(one.challenge, { registers: true })}"`)).status).toBe(200)
    const two = await offered()
    expect((await two.register(two.device.proof(two.challenge, { registers: true }))).status).toBe(200)
  })

  test('needs a challenge of this server’s for it, in time', async () => {
    const { register, device, challenge, clock, signedIn, browser } = await offered()
    const refused = async (jti: string) =>
      (await register(device.proof(jti, { registers: true }))).code === 'challenge_invalid'
    const asked = await browser().send(refreshPath, {
      method: 'POST',
      headers: { 'sec-secure-session-id': signedIn.session.id },
    })
    const forRefresh = must(must(/^"([^"]+)"/.exec(must(asked.headers.get('secure-session-challenge'))))[1])
    expect(await refused('')).toBe(true)
    expect(await refused('A'.repeat(72))).toBe(true)
    expect(await refused(forRefresh)).toBe(true)
    clock.advance(minutes(5))
    expect(await refused(challenge)).toBe(true)
  })

  test('needs the signature of the key that it brings, of a kind that is known', async () => {
    const { register, device, challenge } = await offered()
    const foreign = ecKeys()
    const wrong = [
      device.proof(challenge),
      device.proof(challenge, { registers: true, key: foreign.privateKey }),
      device.proof(challenge, { registers: true, header: { typ: 'JWT' } }),
      device.proof(challenge, { registers: true, header: { alg: 'none' } }),
      device.proof(challenge, { registers: true, header: { alg: 'RS256' } }),
      device.proof(challenge, { registers: true, header: { crit: ['b64'] } }),
      device.proof(challenge, {
        header: { jwk: foreign.privateKey.export({ format: 'jwk' }) },
        key: foreign.privateKey,
      }),
      'a.b.c',
    ]
    for (const proof of wrong) expect((await register(proof)).code).toBe('challenge_invalid')
    expect((await register(device.proof(challenge, { registers: true }))).status).toBe(200)
  })

  test('is refused once the session has ended, and to pages of other sites', async () => {
    const { register, device, challenge, jar, browser } = await offered()
    const proof = () => device.proof(challenge, { registers: true })
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    expect((await register(proof(), browser(), foreign)).code).toBe('cross_site_request')
    await jar.post('/logout')
    expect((await register(proof())).code).toBe('challenge_invalid')
  })

  test.each(stores)('happens once: of 50 at once one passes, on %s', async (store) => {
    const { register, challenge, browser, clock } = await offered({ store })
    const replies = await Promise.all(
      Array.from({ length: 50 }, () =>
        register(new DbscBrowser(browser(), clock).proof(challenge, { registers: true })),
      ),
    )
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(replies.filter(({ code }) => code === 'challenge_invalid')).toHaveLength(49)
  })
})

describe('the proof of a key', () => {
  async function asking(options: TestOptions = {}) {
    const test = await createBoundSession(options)
    const ask = (proof?: string, id: string = test.id, headers = {}) =>
      test.browser().send(refreshPath, {
        method: 'POST',
        headers: {
          'sec-secure-session-id': `"${id}"`,
          ...(proof !== undefined && { 'secure-session-response': `"${proof}"` }),
          ...headers,
        },
      })
    const challengeIn = ({ headers }: Awaited<ReturnType<typeof ask>>) =>
      must(must(/^"([^"]+)"/.exec(must(headers.get('secure-session-challenge'))))[1])
    const challenge = async (id?: string) => challengeIn(await ask(undefined, id))
    return { ...test, ask, challenge }
  }

  test('is asked for with a challenge that names the session, in a 403', async () => {
    const { ask, id } = await asking()
    const answer = await ask()
    expect([answer.status, answer.code]).toEqual([403, 'device_proof_needed'])
    expect(answer.headers.get('secure-session-challenge')).toMatch(new RegExp(`^"[\\w-]{72}";id="${id}"$`))
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  test('is asked for in the same way for a session that does not exist', async () => {
    const { ask } = await asking()
    expect((await ask(undefined, '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b')).code).toBe('device_proof_needed')
  })

  test('of another key is refused', async () => {
    const { ask, challenge, owner } = await asking()
    const wrong = owner.proof(await challenge(), { key: ecKeys().privateKey })
    expect((await ask(wrong)).code).toBe('session_not_found')
    const algorithm = owner.proof(await challenge(), { header: { alg: 'RS256' } })
    expect((await ask(algorithm)).code).toBe('session_not_found')
  })

  test('counts once: its challenge is asked anew', async () => {
    const { ask, challenge, owner } = await asking()
    const proof = owner.proof(await challenge())
    expect((await ask(proof)).status).toBe(200)
    const replayed = await ask(proof)
    expect([replayed.code, replayed.headers.has('secure-session-challenge')]).toEqual([
      'device_proof_needed',
      true,
    ])
    expect(replayed.headers.getSetCookie()).toEqual([])
  })

  test('of an outdated, a foreign or a made-up challenge is asked anew', async () => {
    const { ask, challenge, owner, clock, browser } = await asking()
    const other = new DbscBrowser(browser(), clock)
    const { body } = await other.post<SignedIn>('/register', { ...credentials, email: 'eve@example.com' })
    const foreign = await challenge(body.session.id)
    const outdated = await challenge()
    clock.advance(minutes(5))
    for (const jti of ['', 'A'.repeat(72), foreign, outdated])
      expect((await ask(owner.proof(jti))).code).toBe('device_proof_needed')
  })

  test('of one session is nothing to another', async () => {
    const { ask, challenge, owner, clock, browser } = await asking()
    const other = new DbscBrowser(browser(), clock)
    const { body } = await other.post<SignedIn>('/register', { ...credentials, email: 'eve@example.com' })
    const jti = await challenge(body.session.id)
    expect((await ask(owner.proof(jti), body.session.id)).code).toBe('session_not_found')
    expect((await ask(owner.proof(jti))).code).toBe('device_proof_needed')
    expect((await ask(other.proof(jti), body.session.id)).status).toBe(200)
  })

  test('of a session that was logged out, or never registered, is refused', async () => {
    const { ask, challenge, owner, browser } = await asking()
    await owner.post('/logout')
    expect((await ask(owner.proof(await challenge()))).code).toBe('session_not_found')
    const plain = browser()
    const { body } = await plain.login()
    const jti = await challenge(body.session.id)
    expect((await ask(owner.proof(jti), body.session.id)).code).toBe('session_not_found')
  })

  test('and its registration name the header that is missing or malformed', async () => {
    const { browser } = await asking()
    const errors = async (path: string, headers = {}) =>
      (await browser().send<{ errors: { path: string }[] }>(path, { method: 'POST', headers })).body.errors
    expect(await errors(registerPath)).toMatchObject([{ path: 'header.secure-session-response' }])
    expect(await errors(refreshPath)).toMatchObject([{ path: 'header.sec-secure-session-id' }])
    const malformed = { 'sec-secure-session-id': 'a b' }
    expect(await errors(refreshPath, malformed)).toMatchObject([{ path: 'header.sec-secure-session-id' }])
  })

  test('is not asked for by pages of other sites, nor for what is no session', async () => {
    const { ask } = await asking()
    expect((await ask(undefined, undefined, { 'sec-fetch-site': 'cross-site' })).code).toBe(
      'cross_site_request',
    )
    expect((await ask(undefined, 'x')).code).toBe('session_not_found')
  })

  test.each(stores)('passes once of 50 at once, in two processes, on %s', async (store) => {
    const { browser, challenge, owner, id, databaseUrl, clock } = await asking({ store })
    const second = await createTestLatchkey({
      publicUrl,
      store,
      databaseUrl,
      outside: { ports: { now: clock.now } },
    })
    const headers = {
      'sec-secure-session-id': id,
      'secure-session-response': owner.proof(await challenge()),
    }
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? browser : second.browser)().send(refreshPath, { method: 'POST', headers }),
      ),
    )
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(replies.filter(({ code }) => code === 'device_proof_needed')).toHaveLength(49)
  })
})

describe('a session cookie', () => {
  async function createCookieSession() {
    const test = await createTestLatchkey({ publicUrl, deviceBoundSessions: 'all' })
    const owner = new DbscBrowser(test.browser(), test.clock)
    await owner.post('/register', { ...credentials, sessionKind: 'cookie' })
    return { ...test, owner }
  }

  test('is bound as well where that is asked for, and is worth nothing without the short one', async () => {
    const { owner, browser, clock } = await createCookieSession()
    const me = (from: { send: Browser['send'] }) => from.send('/api/auth/me', { token: undefined })
    expect((await me(owner)).status).toBe(200)
    const thief = steal(owner.jar, browser(), withoutDevice)
    expect((await me(thief)).code).toBe('unauthenticated')
    clock.advance(minutes(12))
    expect((await me(owner)).status).toBe(200)
    expect(owner.own.map(({ status }) => status)).toEqual([200, 403, 200])
  })

  test('steps up with it', async () => {
    const { owner } = await createCookieSession()
    await owner.send('/api/auth/me')
    expect((await owner.post('/step-up', { password: credentials.password })).status).toBe(200)
  })

  test('that is bound is not introspected: the service that asks has not seen the device', async () => {
    const { owner, latchkey } = await createCookieSession()
    const token = must(owner.jar.cookies.get('__Host-latchkey-session'))
    expect(await latchkey.services.cookieSessions.find(token)).not.toBeNull()
    await owner.send('/api/auth/me')
    latchkey.services.revocations.remember([])
    expect(await latchkey.services.cookieSessions.find(token)).toBeNull()
  })
})
