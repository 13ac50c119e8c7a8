import type { ServerResponse } from 'node:http'
import { parse } from 'node:querystring'
import { text } from 'node:stream/consumers'
import { minutes, seconds } from '@latchkey/contract'
import { describe, expect, onTestFinished, test } from 'vitest'
import { must, textOf } from '#test/support/must.ts'
import { listen } from '#test/support/listen.ts'
import { type Browser, createTestLatchkey, type TestLatchkey } from '#test/support/test-latchkey.ts'
import { type NodeHandler, type NodeRequest, toNodeHandler } from './node.ts'
import { csrfToken, protectForms, requireSession } from './session-guard.ts'

const password = 'correct horse battery'
const own = 'http://localhost:4000'
const evil = 'https://evil.example'
const form = 'application/x-www-form-urlencoded'

interface Asked {
  method?: string
  browser?: Browser
  headers?: Record<string, string>
  body?: string
}

/** An application with pages of its own, over real sockets. */
async function serve(options: Parameters<typeof createTestLatchkey>[0] = {}) {
  const instance = await createTestLatchkey({ limitScale: 1000, ...options })
  const { latchkey } = instance
  const guards: Record<string, NodeHandler> = {
    '/page': requireSession(latchkey),
    '/form': (_, __, next) => next?.(),
    '/led': requireSession(latchkey, {}, { signIn: true }),
    '/admin': requireSession(latchkey, { role: 'admin' }, { signIn: true }),
    '/change': requireSession(latchkey, {}, { signIn: true }),
    '/fresh': requireSession(latchkey, { maxAge: 60 }),
    '/open': protectForms(latchkey),
  }
  const handler = toNodeHandler(latchkey)
  const app = (request: NodeRequest, response: ServerResponse): void => {
    const [path = ''] = (request.url ?? '').split('?')
    handler(request, response, () => void guarded(guards[path] as NodeHandler, request, response))
  }
  const { origin, close } = listen(app)
  onTestFinished(close)
  return { ...instance, ask, signedIn, tokenOf }

  async function guarded(guard: NodeHandler, request: NodeRequest, response: ServerResponse): Promise<void> {
    request.body = bodyOf(await text(request), request.headers['content-type'])
    guard(request, response, () => {
      const answer = { sub: request.auth?.sub, token: csrfToken(latchkey, request) }
      response.end(JSON.stringify(answer))
    })
  }

  async function ask(path: string, { browser, headers, ...asked }: Asked = {}) {
    const cookie = browser?.cookieHeader()
    const answer = await fetch(origin + path, {
      redirect: 'manual',
      ...asked,
      headers: { ...(cookie && { cookie }), ...headers },
    })
    const received = await answer.text()
    const body = (received === '' ? {} : JSON.parse(received)) as Record<string, unknown>
    return { status: answer.status, headers: answer.headers, code: body['code'], body }
  }

  async function signedIn(email = 'ada@example.com'): Promise<Browser> {
    const browser = instance.browser()
    await browser.post('/register', { email, password, sessionKind: 'cookie' })
    return browser
  }

  async function tokenOf(browser: Browser): Promise<string> {
    return textOf((await ask('/form', { browser })).body['token'])
  }
}

/** As the parsers of Express leave it. */
function bodyOf(received: string, type: string | undefined): unknown {
  if (type === form) return parse(received)
  return type === 'application/json' ? JSON.parse(received) : undefined
}

const headersOf = (site: string | null, origin: string | null): Record<string, string> => ({
  ...(site !== null && { 'sec-fetch-site': site }),
  ...(origin !== null && { origin }),
})

describe('requireSession in front of a page', () => {
  test('lets in who is signed in by cookie, says who it is, and lets no cache keep it', async () => {
    const { ask, signedIn } = await serve()
    const browser = await signedIn()
    const { id } = (await browser.get<{ id: string }>('/me')).body
    const page = await ask('/page', { browser })
    expect([page.status, page.body['sub']]).toEqual([200, id])
    expect(page.headers.get('cache-control')).toBe('no-store')
    await browser.post('/logout', { scope: 'all' })
    expect((await ask('/page', { browser })).code).toBe('unauthenticated')
  })

  test('who is not is refused, or led to the sign-in and back where that is asked for', async () => {
    const { ask, signedIn, clock } = await serve()
    expect(await ask('/page')).toMatchObject({ status: 401, code: 'unauthenticated' })
    const led = await ask('/led?a=1&b=//evil.example')
    expect(led.status).toBe(303)
    expect(led.headers.get('location')).toBe('/sign-in?return_to=%2Fled%3Fa%3D1%26b%3D%2F%2Fevil.example')
    expect(led.headers.get('cache-control')).toBe('no-store')
    const browser = await signedIn()
    clock.advance(minutes(60 * 24 * 8))
    expect((await ask('/led', { browser })).status).toBe(303)
    expect((await ask('/change', { method: 'POST', headers: { origin: own } })).status).toBe(401)
  })

  test('who lacks something is told, not led round in circles', async () => {
    const { ask, clock, signedIn } = await serve()
    const browser = await signedIn()
    expect(await ask('/admin', { browser })).toMatchObject({ status: 403, code: 'forbidden' })
    clock.advance(seconds(61))
    const stale = await ask('/fresh', { browser, method: 'DELETE', headers: { origin: own } })
    expect(stale).toMatchObject({ status: 401, code: 'insufficient_user_authentication' })
  })

  test('an access token is no session cookie', async () => {
    const { ask, browser } = await serve()
    const { accessToken } = await browser().register()
    expect((await ask('/page', { headers: { authorization: `Bearer ${accessToken}` } })).status).toBe(401)
  })
})

describe('forms of the application against those of other sites (ASVS V3.5.1)', () => {
  // Sec-Fetch-Site, Origin, and whether a form without a token is let in, and one with the session's.
  test.each<[string | null, string | null, boolean, boolean]>([
    [null, null, false, true],
    [null, own, true, true],
    [null, evil, false, false],
    [null, 'null', false, false],
    ['same-origin', null, true, true],
    ['same-origin', own, true, true],
    // A page of ours with Referrer-Policy: no-referrer.
    ['same-origin', 'null', true, true],
    ['none', null, true, true],
    // A sub-domain is not this site, and has no way to the token.
    ['same-site', 'https://blog.localhost', false, false],
    ['same-site', null, false, false],
    ['cross-site', evil, false, false],
    ['cross-site', 'null', false, false],
    // An app of another origin may call the API; it does not send the forms of these pages.
    ['cross-site', 'https://app.example.com', false, false],
    ['', null, false, false],
  ])('%j from %j: %j, and %j with its token', async (site, origin, alone, withToken) => {
    const { ask, signedIn, tokenOf } = await serve({ allowedOrigins: ['https://app.example.com'] })
    const browser = await signedIn()
    const headers = { ...headersOf(site, origin), 'content-type': form }
    const token = await tokenOf(browser)
    for (const path of ['/change', '/open']) {
      for (const [body, allowed] of [
        ['a=1', alone],
        [`a=1&csrf_token=${token}`, withToken],
      ] as const) {
        const { status, code } = await ask(path, { browser, method: 'POST', headers, body })
        expect([status, code]).toEqual(allowed ? [200, undefined] : [403, 'cross_site_request'])
      }
    }
  })

  test('every method that may change something is held to it, and no other', async () => {
    const { ask, signedIn } = await serve()
    const browser = await signedIn()
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect((await ask('/change', { browser, method })).code).toBe('cross_site_request')
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      expect((await ask('/change', { browser, method, headers: { origin: evil } })).status).toBe(200)
  })

  test('a token is of one session and of no other, whoever asks for it', async () => {
    const { ask, browser, signedIn, tokenOf } = await serve()
    const [ada, mallory] = [await signedIn(), await signedIn('mallory@example.com')]
    const token = await tokenOf(ada)
    expect(token).toMatch(/^[\w-]{40}$/)
    expect(await tokenOf(ada)).not.toBe(token)
    expect(await tokenOf(browser())).toBe('')
    const send = async (from: Browser, value: string) =>
      (await ask('/change', { browser: from, method: 'POST', headers: { 'x-csrf-token': value } })).status
    expect(await send(ada, token)).toBe(200)
    expect(await send(ada, await tokenOf(mallory))).toBe(403)
    expect(await send(mallory, token)).toBe(403)
    // Nobody is signed in: there is nothing that a token could be bound to, a login of another's choice included.
    expect(await send(browser(), token)).toBe(403)
    const open = { method: 'POST', headers: { 'x-csrf-token': token } }
    expect((await ask('/open', { ...open, browser: browser() })).status).toBe(403)
  })

  test('it outlives a proof of who is there, and not the sign-in', async () => {
    const { ask, signedIn, tokenOf } = await serve()
    const ada = await signedIn()
    const headers = { 'x-csrf-token': await tokenOf(ada) }
    await ada.post('/step-up', { password })
    expect((await ask('/change', { browser: ada, method: 'POST', headers })).status).toBe(200)
    await ada.post('/login', { email: 'ada@example.com', password, sessionKind: 'cookie' })
    expect((await ask('/change', { browser: ada, method: 'POST', headers })).status).toBe(403)
  })

  test('no character of it may differ, and it comes once', async () => {
    const { ask, signedIn, tokenOf } = await serve()
    const ada = await signedIn()
    const token = await tokenOf(ada)
    const post = async (body: string, type = form) =>
      (await ask('/open', { browser: ada, method: 'POST', headers: { 'content-type': type }, body })).status
    for (let index = 0; index < token.length; index++) {
      const other = token[index] === 'A' ? 'B' : 'A'
      const changed = token.slice(0, index) + other + token.slice(index + 1)
      expect(await post(`csrf_token=${changed}`)).toBe(403)
    }
    for (const body of ['', 'csrf_token=', `csrf_token=${token}&csrf_token=${token}`, `a=${token}`])
      expect(await post(body)).toBe(403)
    for (const body of [
      null,
      [],
      'csrf_token',
      { csrf_token: [token] },
      { csrf_token: 1 },
      { csrf_token: null },
    ])
      expect(await post(JSON.stringify(body), 'application/json')).toBe(403)
    expect(await post(JSON.stringify({ csrf_token: token }), 'application/json')).toBe(200)
  })

  test('a client with an access token is no form; one with a password is', async () => {
    const { ask, browser } = await serve()
    const tab = browser()
    const { accessToken } = await tab.register()
    const asked = (authorization: string) => ({ method: 'POST', headers: { authorization, origin: evil } })
    expect((await ask('/open', asked(`Bearer ${accessToken}`))).status).toBe(200)
    // Browsers repeat Basic credentials by themselves.
    expect((await ask('/open', asked('Basic YTpi'))).status).toBe(403)
    expect((await ask('/open', asked('Bearer'))).status).toBe(403)
    expect((await ask('/change', asked(`Bearer ${accessToken}`))).status).toBe(403)
  })
})

describe('routes of the API, by session cookie (ASVS V3.5.1, V3.5.2)', () => {
  const changes: [string, string, object | undefined][] = [
    ['POST', '/api/auth/verify-email/send', undefined],
    ['PATCH', '/api/auth/me', { name: 'Eve' }],
    ['POST', '/api/auth/step-up', { password }],
    ['POST', '/api/admin/users', { email: 'new@example.com' }],
    ['DELETE', '/api/auth/me', undefined],
  ]

  async function administrator({ browser, latchkey }: TestLatchkey): Promise<Browser> {
    const root = browser()
    const token = new URL(must(await latchkey.setUpLink())).searchParams.get('token')
    await root.post('/setup', { token, email: 'root@example.com', password, sessionKind: 'cookie' })
    return root
  }

  test.each([
    ['cross-site', evil],
    ['cross-site', null],
    ['cross-site', 'null'],
    ['same-site', 'https://blog.localhost'],
    [null, evil],
    [null, 'null'],
  ])('what changes something is refused to %j from %j', async (site, origin) => {
    const instance = await createTestLatchkey({ limitScale: 1000 })
    const root = await administrator(instance)
    for (const [method, path, body] of changes) {
      const answer = await root.send(path, { method, body, headers: headersOf(site, origin) })
      expect([path, answer.code]).toEqual([path, 'cross_site_request'])
    }
    expect((await root.send('/api/admin/users', { headers: headersOf(site, origin) })).status).toBe(200)
  })

  test.each([
    ['same-origin', own],
    [null, own],
    ['same-origin', null],
  ])('and done for %j from %j', async (site, origin) => {
    const instance = await createTestLatchkey({ limitScale: 1000 })
    const root = await administrator(instance)
    for (const [method, path, body] of changes.slice(0, -1)) {
      const { status } = await root.send(path, { method, body, headers: headersOf(site, origin) })
      expect([path, status < 300]).toEqual([path, true])
    }
  })

  test('a browser that says nothing of its source could be any site’s form; JSON cannot', async () => {
    const { browser } = await createTestLatchkey({ limitScale: 1000 })
    const tab = browser()
    await tab.post('/register', { email: 'ada@example.com', password, sessionKind: 'cookie' })
    const send = (type?: string) =>
      tab.send('/api/auth/verify-email/send', {
        method: 'POST',
        ...(type !== undefined && { body: '{}', headers: { 'content-type': type } }),
      })
    for (const type of [undefined, 'text/plain', form, 'multipart/form-data', 'text/plain; application/json'])
      expect((await send(type)).code).toBe('cross_site_request')
    expect((await send('application/json')).status).toBe(202)
    expect((await send('application/json; charset=utf-8')).status).toBe(202)
  })
})
