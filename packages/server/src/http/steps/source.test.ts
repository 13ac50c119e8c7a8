import { createServer } from 'node:http'
import { minutes } from '@latchkey/contract'
import { describe, expect, onTestFinished, test } from 'vitest'
import { portOf } from '#test/support/listen.ts'
import { startAdministration } from '#test/support/administration.ts'
import { createTestLatchkey, type TestLatchkey } from '#test/support/test-latchkey.ts'
import type { Requirement } from '@latchkey/contract'
import { type NodeRequest, requireAuth, toNodeHandler } from '../adapters/node.ts'

const own = 'http://localhost:4000'
const app = 'https://app.example.com'
const evil = 'https://evil.example'
const known = { email: 'ada@example.com', password: 'correct horse battery' }

const start = (allowedOrigins: string[] = [app]) =>
  createTestLatchkey({ allowedOrigins: allowedOrigins.join(',') })

const headersOf = (site: string | null, origin: string | null): Record<string, string> => ({
  ...(site !== null && { 'sec-fetch-site': site }),
  ...(origin !== null && { origin }),
})

describe('where a request that changes something may come from (ASVS V3.5.1)', () => {
  // Sec-Fetch-Site, Origin, and whether it is let in with our app among the allowed origins, and without.
  test.each<[string | null, string | null, boolean, boolean]>([
    [null, null, true, true],
    [null, own, true, true],
    [null, app, true, false],
    [null, evil, false, false],
    [null, 'null', false, false],
    ['same-origin', null, true, true],
    ['same-origin', own, true, true],
    ['none', null, true, true],
    ['same-site', null, false, false],
    ['same-site', app, true, false],
    ['same-site', evil, false, false],
    ['cross-site', null, false, false],
    ['cross-site', 'null', false, false],
    ['cross-site', app, true, false],
    ['cross-site', evil, false, false],
    ['cross-site', `${app}.evil.example`, false, false],
    ['cross-site', 'https://APP.example.com:443', false, false],
    ['Same-Origin', evil, false, false],
    ['', null, false, false],
  ])('%j from %j: %j, and %j where no other origin is allowed', async (site, origin, listed, alone) => {
    for (const [origins, allowed] of [
      [[app], listed],
      [[], alone],
    ] as const) {
      const { browser } = await start([...origins])
      const answer = await browser().post('/register', known, { headers: headersOf(site, origin) })
      expect([answer.status, answer.code]).toEqual(allowed ? [201, undefined] : [403, 'cross_site_request'])
      expect(answer.headers.getSetCookie().length > 0).toBe(allowed)
    }
  })

  test('holds for every way of changing something, signing in and out included', async () => {
    const { browser } = await start()
    const tab = browser()
    await tab.register()
    const headers = headersOf('cross-site', evil)
    for (const path of ['/login', '/refresh', '/logout', '/step-up', '/change-password', '/reset-password'])
      expect((await tab.post(path, known, { headers })).code).toBe('cross_site_request')
    for (const method of ['PATCH', 'DELETE'])
      expect((await tab.send('/api/auth/me', { method, headers, body: {} })).code).toBe('cross_site_request')
    expect((await tab.refresh()).status).toBe(200)
  })

  test('reading is left to CORS, by GET and by HEAD', async () => {
    const { browser } = await start()
    const tab = browser()
    await tab.register()
    const headers = headersOf('cross-site', evil)
    for (const method of ['GET', 'HEAD']) {
      const answer = await tab.send('/api/auth/me', { method, headers })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  test('a form, as another site could send it, is no JSON (ASVS V3.5.2)', async () => {
    const { browser } = await start()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])
      expect(
        (await browser().post('/login', JSON.stringify(known), { headers: { 'content-type': type } })).status,
      ).toBe(415)
  })

  test('no header and no field makes another method of a request', async () => {
    const { browser } = await start()
    const tab = browser()
    await tab.register()
    const headers = { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' }
    await tab.send('/api/auth/me', { headers })
    await tab.send('/api/auth/me?_method=DELETE', { headers })
    expect((await tab.get('/me')).status).toBe(200)
  })
})

describe('reading from other origins (ASVS V3.4.2)', () => {
  const preflight = ({ browser }: TestLatchkey, origin: string, path = '/api/auth/login') =>
    browser().send(path, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })

  test('a preflight of an allowed origin is answered by its name, with what it may send', async () => {
    const { status, headers } = await preflight(await start(), app)
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-origin')).toBe(app)
    expect(headers.get('access-control-allow-credentials')).toBe('true')
    expect(headers.get('access-control-allow-headers')).toContain('refresh-attempt')
    expect(headers.get('access-control-allow-methods')).toContain('DELETE')
    expect(headers.get('vary')).toBe('Origin')
  })

  test.each([evil, 'null', `${app}.evil.example`, 'http://app.example.com', `${app}:8443`, `${app}/`, '*'])(
    'one of %s is answered without leave',
    async (origin) => {
      const { headers } = await preflight(await start(), origin)
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
      expect(headers.get('vary')).toBe('Origin')
    },
  )

  test('answers and refusals alike are readable for the allowed origin, and vary by it', async () => {
    const { browser } = await start()
    const ok = await browser().post('/register', known, { headers: { origin: app } })
    const refused = await browser().get('/me', { headers: { origin: app } })
    const unknown = await browser().get('/nowhere', { headers: { origin: app } })
    expect([ok.status, refused.status, unknown.status]).toEqual([201, 401, 404])
    for (const { headers } of [ok, refused, unknown]) {
      expect(headers.get('access-control-allow-origin')).toBe(app)
      expect(headers.get('access-control-expose-headers')).toContain('www-authenticate')
      expect(headers.get('vary')).toBe('Origin')
    }
    expect((await browser().get('/me')).headers.get('vary')).toBe('Origin')
  })

  test('pages are readable for nobody', async () => {
    const started = await start()
    const { status, headers } = await started.browser().send('/docs', { headers: { origin: app } })
    expect(status).toBe(200)
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
  })
})

describe('methods', () => {
  test('one that a path does not answer is 405 with those that it does', async () => {
    const { browser } = await start()
    const answer = await browser().send('/api/auth/me', { method: 'POST', body: {} })
    expect([answer.status, answer.code]).toEqual([405, 'method_not_allowed'])
    expect(answer.headers.get('allow')?.split(', ').toSorted()).toEqual(['DELETE', 'GET', 'PATCH'])
    const login = await browser().send('/api/auth/login', { method: 'DELETE' })
    expect(login.headers.get('allow')).toBe('POST')
    expect((await browser().send('/api/auth/nowhere', { method: 'DELETE' })).status).toBe(404)
  })
})

describe('requireAuth in front of an application', () => {
  async function serve(started: Pick<TestLatchkey, 'latchkey'>, requirement: Requirement) {
    const { latchkey } = started
    const guard = requireAuth(latchkey, requirement)
    const latchkeyHandler = toNodeHandler(latchkey)
    const server = createServer((request, response) =>
      latchkeyHandler(request, response, () =>
        guard(request, response, () => response.end((request as NodeRequest).auth?.sub)),
      ),
    ).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const port = portOf(server)
    return async (token?: string, path = '/orders', method = 'GET') => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers, method })
      const text = await answer.text()
      const isProblem = answer.headers.get('content-type') === 'application/problem+json'
      return {
        status: answer.status,
        text,
        headers: answer.headers,
        code: isProblem && text !== '' ? (JSON.parse(text) as { code: string }).code : undefined,
      }
    }
  }

  test('lets a caller in with claims, and answers 401 with a challenge to nobody and to nonsense', async () => {
    const started = await start()
    const ask = await serve(started, {})
    const { user, accessToken } = await started.browser().register()
    expect(await ask(accessToken)).toMatchObject({ status: 200, text: user.id })
    const nobody = await ask()
    expect(nobody).toMatchObject({ status: 401, code: 'unauthenticated' })
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer')
    const nonsense = await ask('nonsense')
    expect(nonsense).toMatchObject({ status: 401, code: 'invalid_token' })
    expect(nonsense.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(nonsense.headers.get('cache-control')).toBe('no-store')
  })

  test('HEAD is answered as GET is, without the body', async () => {
    const ask = await serve(await start(), {})
    const [head, get] = [await ask(undefined, '/livez', 'HEAD'), await ask(undefined, '/livez')]
    expect([head.status, head.text]).toEqual([200, ''])
    expect(get.text).toContain('ok')
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
  })

  test('role and permission: 403 for who lacks them, whatever the sign-in', async () => {
    const started = await startAdministration('sqlite')
    await started.newRole('clerk', ['orders:read'])
    await started.newUser('clerk@example.com', { roles: ['clerk'] })
    const clerk = (await started.signIn('clerk@example.com')).accessToken
    const root = started.root.accessToken
    const statuses = async (requirement: Requirement) => {
      const ask = await serve(started, requirement)
      return [(await ask(clerk)).status, (await ask(root)).status]
    }
    expect(await statuses({ role: 'clerk' })).toEqual([200, 403])
    expect(await statuses({ role: 'admin' })).toEqual([403, 200])
    expect(await statuses({ permission: 'orders:read' })).toEqual([200, 200])
    expect(await statuses({ permission: 'orders:write' })).toEqual([403, 200])
    const refused = await (await serve(started, { role: 'admin' }))(clerk)
    expect(refused.code).toBe('forbidden')
    expect(refused.headers.get('www-authenticate')).toBeNull()
  })

  test('a second factor and a fresh sign-in are asked for as RFC 9470 has it', async () => {
    const started = await start()
    const tab = started.browser()
    const { accessToken } = await tab.register()
    const mfa = await (await serve(started, { mfa: true }))(accessToken)
    expect(mfa).toMatchObject({ status: 401, code: 'insufficient_user_authentication' })
    expect(mfa.headers.get('www-authenticate')).toMatch(/acr_values="aal2"/)
    const fresh = await serve(started, { maxAge: 300 })
    expect((await fresh(accessToken)).status).toBe(200)
    started.clock.advance(minutes(6))
    await tab.refresh()
    const stale = await fresh(tab.token)
    expect(stale).toMatchObject({ status: 401, code: 'insufficient_user_authentication' })
    expect(stale.headers.get('www-authenticate')).toMatch(/max_age="300"$/)
    const raised = await tab.post<{ accessToken: string }>('/step-up', { password: known.password })
    expect((await fresh(raised.body.accessToken)).status).toBe(200)
  })
})
