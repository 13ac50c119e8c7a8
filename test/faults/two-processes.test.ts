import { describe, expect, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { Authenticator } from '#test/support/authenticator.ts'
import { authenticatorOf, type Seed } from '#test/support/authenticator-app.ts'
import { inboxOf, tokensOf } from '#test/support/dev-inbox.ts'
import { startLyingProvider } from '#test/support/lying-provider.ts'
import {
  connections,
  createInstallation,
  send,
  type ServerProcess,
  signUp,
  startServer,
} from '#test/support/server-process.ts'
import { stores, type Store } from '#test/support/test-latchkey.ts'

/** A SQLite file is served by one process: there the same requests race inside it. */
async function startTwo(
  store: Store,
  extra: Record<string, string> = {},
): Promise<[ServerProcess, ServerProcess]> {
  const env = await createInstallation(store, extra)
  const first = await startServer(env)
  return [first, store === 'sqlite' ? first : await startServer(env)]
}

const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

describe.each(stores)('as many processes as %s has', (store) => {
  test('1,000 presentations over 32 connections: one successor, one generation', async () => {
    const servers = await startTwo(store)
    const { refreshToken } = await signUp(servers[0].url, 'ada@example.com')
    const agents = [connections(16), connections(16)]
    const answers = await times(1000, (index) =>
      send(must(servers[index % 2]).url, '/api/auth/refresh', {
        body: { refreshToken },
        agent: must(agents[index % 2]),
      }),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1)
    const generations = answers.map(({ body }) => (body.session as { generation: number }).generation)
    expect(new Set(generations)).toEqual(new Set([1]))
  })

  test('a log-out at one is refused by the other within a second', async () => {
    const [here, there] = await startTwo(store)
    const { accessToken } = await signUp(here.url, 'ada@example.com')
    const headers = { authorization: `Bearer ${accessToken}` }
    expect((await send(there.url, '/api/auth/me', { headers })).status).toBe(200)
    expect((await send(here.url, '/api/auth/logout', { body: {}, headers })).status).toBe(204)
    const loggedOutAt = Date.now()
    expect((await send(here.url, '/api/auth/me', { headers })).body.code).toBe('token_revoked')
    let last = 200
    while (last === 200 && Date.now() < loggedOutAt + 1000)
      last = (await send(there.url, '/api/auth/me', { headers })).status
    expect(last).toBe(401)
  })

  test('the end of a cookie session at one is refused by the other within a second', async () => {
    const [here, there] = await startTwo(store)
    const account = { email: 'ada@example.com', password: 'correct horse battery', sessionKind: 'cookie' }
    const registered = await send(here.url, '/api/auth/register', { body: account })
    const [cookie] = String(registered.headers['set-cookie']).split(';')
    const headers = { cookie: must(cookie) }
    const login = () => send(here.url, '/api/auth/login', { body: account })
    const other = firstOf(String((await login()).headers['set-cookie']).split(';'))
    // Both have it in memory.
    for (const { url } of [here, there])
      expect((await send(url, '/api/auth/me', { headers })).status).toBe(200)
    const ending = { body: { scope: 'others' }, headers: { cookie: other } }
    expect((await send(here.url, '/api/auth/logout', ending)).status).toBe(204)
    const endedAt = Date.now()
    expect((await send(here.url, '/api/auth/me', { headers })).body.code).toBe('session_revoked')
    let last = 200
    while (last === 200 && Date.now() < endedAt + 1000)
      last = (await send(there.url, '/api/auth/me', { headers })).status
    expect(last).toBe(401)
    expect((await send(there.url, '/api/auth/me', { headers: { cookie: other } })).status).toBe(200)
  })

  test('a reset link brought 50 times sets one password', async () => {
    const servers = await startTwo(store)
    await signUp(servers[0].url, 'ada@example.com')
    const token = await resetLink(servers[0].url, 'ada@example.com')
    const answers = await times(50, (index) =>
      send(must(servers[index % 2]).url, '/api/auth/reset-password', {
        body: { token, newPassword: `a new password ${index} of mine` },
      }),
    )
    const codes = answers.map(({ status, body }) => (status === 204 ? 'done' : body.code))
    expect(codes.filter((code) => code === 'done')).toHaveLength(1)
    expect(new Set(codes)).toEqual(new Set(['done', 'challenge_invalid']))
  })

  test('a code has five tries, however many guess at once', async () => {
    const servers = await startTwo(store, { EMAIL_VERIFICATION: 'required', LIMIT_SCALE: '1000' })
    const body = { email: 'ada@example.com', password: 'correct horse battery' }
    const { ticket } = (await send(servers[0].url, '/api/auth/register', { body })).body
    const code = firstOf(firstOf(await inboxOf(servers[0].url, 'ada@example.com')).codes)
    const wrong = code === '000000' ? '000001' : '000000'
    await times(50, (index) =>
      send(must(servers[index % 2]).url, '/api/auth/verify-email', { body: { ticket, code: wrong } }),
    )
    expect((await send(servers[0].url, '/api/auth/verify-email', { body: { ticket, code } })).body.code).toBe(
      'challenge_invalid',
    )
  })

  test('a code by mail signs in once and has five tries, however many bring it at once', async () => {
    const servers = await startTwo(store, { PASSWORDLESS_SIGN_UP: 'true', LIMIT_SCALE: '1000' })
    const answer = (index: number, body: object) =>
      send(must(servers[index % 2]).url, '/api/auth/email-code/verify', { body })
    const askFor = async (email: string) => {
      const { ticket } = (await send(servers[0].url, '/api/auth/email-code/send', { body: { email } })).body
      return { ticket, code: firstOf(firstOf(await inboxOf(servers[0].url, email)).codes) }
    }
    const ada = await askFor('ada@example.com')
    const answers = await times(50, (index) => answer(index, ada))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const bob = await askFor('bob@example.com')
    const code = bob.code === '000000' ? '000001' : '000000'
    await times(50, (index) => answer(index, { ...bob, code }))
    expect((await answer(0, bob)).body.code).toBe('challenge_invalid')
  })

  test('wrong passwords are counted together', async () => {
    const servers = await startTwo(store)
    await signUp(servers[0].url, 'ada@example.com')
    const answers = await times(50, (index) =>
      send(must(servers[index % 2]).url, '/api/auth/login', {
        body: { email: 'ada@example.com', password: `wrong password ${index}` },
      }),
    )
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40)
  })

  test('a code of an authenticator app, and a recovery code, brought 50 times each sign in once', async () => {
    const servers = await startTwo(store, { LIMIT_SCALE: '100' })
    const base = servers[0].url
    const { accessToken } = await signUp(base, 'ada@example.com')
    const headers = { authorization: `Bearer ${accessToken}` }
    const post = <Body = Record<string, unknown>>(path: string, body: object | undefined, server = 0) =>
      send<Body>(must(servers[server]).url, `/api/auth${path}`, { method: 'POST', body, headers })
    const seed = (await post<Seed & { ticket: string }>('/totp/options', undefined)).body
    const app = authenticatorOf(seed, Date)
    const enrolled = await post<{ recoveryCodes: string[] }>('/totp/verify', {
      ticket: seed.ticket,
      code: app.code(-1),
    })
    const [recovery] = enrolled.body.recoveryCodes
    const login = { email: 'ada@example.com', password: 'correct horse battery', tokenDelivery: 'body' }
    for (const [factor, codeOf] of [
      ['totp', () => app.code()],
      ['recovery-code', () => recovery],
    ] as const) {
      const tickets: unknown[] = []
      while (tickets.length < 10) tickets.push((await post('/login', login)).body['ticket'])
      const code = codeOf()
      // Five times each: as many as a ticket has tries.
      const answers = await times(50, (index) =>
        post('/login/second-factor', { ticket: tickets[index % 10], factor, code }, index % 2),
      )
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    }
  })

  test('a magic link, and a code by SMS, brought 50 times each sign in once', async () => {
    const methods = 'password, magic-link, sms-code'
    const servers = await startTwo(store, { SIGN_IN_METHODS: methods, LIMIT_SCALE: '1000' })
    const [email, phone] = ['ada@example.com', '+4915123456789']
    const { accessToken } = await signUp(servers[0].url, email)
    const headers = { authorization: `Bearer ${accessToken}` }
    const post = (path: string, body: object, server = 0) =>
      send(must(servers[server]).url, `/api/auth${path}`, { method: 'POST', body, headers })
    const codes = async (count: number): Promise<string[]> => {
      const texts = await inboxOf(servers[0].url, phone)
      return texts.length >= count ? [...firstOf(texts).codes] : await codes(count)
    }
    const signsInOnce = async (path: string, answer: object) => {
      const answers = await times(50, (index) => post(path, { ...answer, tokenDelivery: 'body' }, index % 2))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(answers.filter(({ body }) => body['code'] === 'challenge_invalid')).toHaveLength(49)
    }

    const added = (await post('/phone/send', { number: phone })).body['ticket']
    await post('/phone/verify', { ticket: added, code: (await codes(1))[0] })
    const asked = (await post('/sms-code/send', { phone })).body['ticket']
    await signsInOnce('/sms-code/verify', { ticket: asked, code: (await codes(2))[0] })

    const { ticket } = (await post('/magic-link/send', { email })).body
    await signsInOnce('/magic-link/verify', {
      ticket,
      token: await tokenTo(servers[0].url, email, '/magic-link/open'),
    })
  })

  test('an answer of a passkey brought 50 times signs in once', async () => {
    const publicUrl = 'http://localhost:4000'
    const servers = await startTwo(store, { LIMIT_SCALE: '100', PUBLIC_URL: publicUrl })
    const { accessToken } = await signUp(servers[0].url, 'ada@example.com')
    const headers = { authorization: `Bearer ${accessToken}` }
    const post = async <Body = Record<string, unknown>>(path: string, body: object, server = 0) =>
      await send<Body>(must(servers[server]).url, `/api/auth/passkeys${path}`, {
        method: 'POST',
        body,
        headers,
      })
    const phone = new Authenticator({ origin: publicUrl })
    const registration = (await post<Ceremony>('/registration/options', {})).body
    const { ticket } = registration
    await post('/registration/verify', { ticket, response: phone.create(registration.options) })
    const login = (await post<Ceremony>('/login/options', {})).body
    const answer = { ticket: login.ticket, response: phone.get(login.options), tokenDelivery: 'body' }
    const answers = await times(50, (index) => post('/login/verify', answer, index % 2))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body['code'] === 'passkey_invalid')).toHaveLength(49)
  })

  test('the way back from a provider, taken 50 times, signs in once and makes one account', async () => {
    const provider = startLyingProvider()
    const servers = await startTwo(store, {
      OIDC_PROVIDERS: JSON.stringify([provider.settings]),
      OUTGOING_PRIVATE_HOSTS: 'localhost',
      LIMIT_SCALE: '100',
    })
    const post = (path: string, body: object, server = 0, headers: Record<string, string> = {}) =>
      send(must(servers[server]).url, `/api/auth/federation/acme${path}`, { method: 'POST', body, headers })
    const begun = await post('', {})
    const cookie = firstOf(String(begun.headers['set-cookie']).split(';', 1))
    const callback = new URL(provider.approve(String(begun.body['url'])), servers[0].url)
    const answer = Object.fromEntries(callback.searchParams)
    const answers = await times(50, (index) => post('/finish', answer, index % 2, { cookie }))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body['code'] === 'challenge_invalid')).toHaveLength(49)
    expect(provider.asked('/token')).toBe(1)
  })

  test('the same address registered 50 times at once is one account', async () => {
    const servers = await startTwo(store, { LIMIT_SCALE: '100' })
    const body = { email: 'ada@example.com', password: 'correct horse battery' }
    const answers = await times(50, (index) =>
      send(must(servers[index % 2]).url, '/api/auth/register', { body }),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ body: { code } }) => code === 'email_taken')).toHaveLength(49)
  })
})

async function resetLink(base: string, email: string): Promise<string> {
  await send(base, '/api/auth/forgot-password', { body: { email } })
  return await tokenTo(base, email, '/reset-password')
}

/** Returns the token of the mailed link to `path`, once it is there. */
async function tokenTo(base: string, email: string, path: string): Promise<string> {
  for (;;) {
    const [token] = tokensOf(await inboxOf(base, email), path)
    if (token !== undefined) return token
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

interface Ceremony {
  ticket: string
  options: Record<string, unknown>
}
