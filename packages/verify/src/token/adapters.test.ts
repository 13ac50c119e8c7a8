import { request } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { bindToken } from '#test/support/bound-token.ts'
import { guardedApps, page, type CreateApp } from '#test/support/guarded-apps.ts'
import { type Issuer, startIssuer } from '#test/support/issuer.ts'
import { listen } from '#test/support/listen.ts'
import type { VerifierOptions } from '../verifier/options.ts'
import { createVerifier } from '../verifier/verifier.ts'
import type { AuthOptions } from '../guard/auth-options.ts'

interface Asked {
  token?: string | undefined
  method?: string
  headers?: Record<string, string>
  json?: unknown
}

describe.each(guardedApps)('%s', (_, createApp) => {
  test('lets in who may, and refuses nobody, nonsense, foreign and expired tokens as RFC 6750 has it', async () => {
    const issuer = await startIssuer()
    const { accessToken: token, id } = await newcomer(issuer)
    let offset = 0
    const ask = await serve(createApp, issuer, { now: () => Date.now() + offset })

    const accepted = await ask('/me', { token })
    expect([accepted.status, accepted.body]).toEqual([200, { sub: id }])
    expect(await ask('/mounted/me', { token })).toMatchObject({ status: 200, body: { sub: id } })

    const nobody = await ask('/me')
    expect(nobody).toMatchObject({ status: 401, body: { code: 'unauthenticated', reason: 'missing' } })
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer')
    expect(nobody.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(nobody.headers.get('cache-control')).toBe('no-store')

    const nonsense = await ask('/me', { token: 'nonsense' })
    expect(nonsense).toMatchObject({ status: 401, body: { code: 'invalid_token', reason: 'malformed' } })
    expect(nonsense.headers.get('www-authenticate')).toBe(
      'Bearer error="invalid_token", error_description="The access token is not valid."',
    )
    expect((await ask('/me', { headers: { authorization: `Basic ${btoa('a:b')}` } })).body.code).toBe(
      'unauthenticated',
    )

    const elsewhere = await serve(createApp, issuer, { audience: 'https://other.example' })
    expect((await elsewhere('/me', { token })).body).toMatchObject({
      code: 'invalid_token',
      reason: 'wrong_audience',
    })

    offset = 20 * 60_000
    const expired = await ask('/me', { token })
    expect([expired.status, expired.body.code]).toEqual([401, 'token_expired'])
    expect(expired.headers.get('www-authenticate')).toContain('Bearer error="invalid_token"')
  })

  test('a log-out is heard within a second, by a guarded route and by one that only reads', async () => {
    const issuer = await startIssuer()
    const { accessToken: token, id } = await newcomer(issuer)
    const ask = await serve(createApp, issuer)
    expect((await ask('/open')).body).toEqual({ sub: null, code: 'unauthenticated' })
    expect((await ask('/open', { token })).body).toEqual({ sub: id, code: null })
    expect((await ask('/open', { token: 'nonsense' })).body).toEqual({ sub: null, code: 'invalid_token' })
    await issuer.call('POST', '/auth/logout', { token })
    await expect
      .poll(async () => (await ask('/me', { token })).body.code, { timeout: 1000 })
      .toBe('token_revoked')
    expect((await ask('/open', { token })).body).toEqual({ sub: null, code: 'token_revoked' })
  })

  test('role, permission, scope, second factor and age are asked for as the server does', async () => {
    const issuer = await startIssuer()
    const { accessToken: token } = await newcomer(issuer)
    let offset = 0
    const ask = await serve(createApp, issuer, { now: () => Date.now() + offset })
    const answers = async (token: string) =>
      await Promise.all(
        ['/admin', '/orders', '/scoped', '/mfa', '/fresh'].map(async (path) => await ask(path, { token })),
      )
    const statuses = async (token: string) => (await answers(token)).map(({ status }) => status)
    expect(await statuses(token)).toEqual([403, 403, 403, 401, 200])
    expect(await statuses(issuer.root.accessToken)).toEqual([200, 200, 403, 401, 200])
    // Time passes: the token is still good, the sign-in is not fresh any more.
    offset = 10 * 60_000
    const [role, permission, scope, mfa, age] = await answers(token)
    expect(must(role).body).toMatchObject({ code: 'forbidden', detail: 'The role admin is needed.' })
    expect(must(permission).body.code).toBe('forbidden')
    expect(must(role).headers.get('www-authenticate')).toBeNull()
    expect(must(scope).body.code).toBe('insufficient_scope')
    expect(must(scope).headers.get('www-authenticate')).toMatch(
      /^Bearer error="insufficient_scope", .*scope="notes:read notes:write"$/,
    )
    expect(must(mfa).body.code).toBe('insufficient_user_authentication')
    expect(must(mfa).headers.get('www-authenticate')).toMatch(
      /^Bearer error="insufficient_user_authentication", .*acr_values="aal2"$/,
    )
    expect([must(age).status, must(age).body.code]).toEqual([401, 'insufficient_user_authentication'])
    expect(must(age).headers.get('www-authenticate')).toMatch(/max_age="300"$/)
  })

  test('who cannot be asked about is answered 503 with Retry-After, never 401', async () => {
    const issuer = await startIssuer()
    const { accessToken: token } = await newcomer(issuer)
    const withoutKeys = await serve(createApp, issuer, {
      fetch: () => Promise.reject(new TypeError('no route')),
    })
    const withoutFeed = await serve(createApp, issuer, {
      fetch: async (url, init) =>
        url.includes('revocations') ? new Response(null, { status: 502 }) : await fetch(url, init),
    })
    for (const [ask, reason] of [
      [withoutKeys, 'keys_unavailable'],
      [withoutFeed, 'revocation_unknown'],
    ] as const) {
      const answer = await ask('/me', { token })
      expect([answer.status, answer.body.code, answer.body.reason]).toEqual([503, 'unavailable', reason])
      expect(answer.headers.get('retry-after')).toBe('5')
      expect(answer.headers.get('www-authenticate')).toBeNull()
      expect((await ask('/open', { token })).body).toEqual({ sub: null, code: 'unavailable' })
    }
  })

  test('HEAD is answered as GET is; OPTIONS is guarded as everything else', async () => {
    const issuer = await startIssuer()
    const { accessToken: token } = await newcomer(issuer)
    const ask = await serve(createApp, issuer)
    const head = await ask('/me', { method: 'HEAD' })
    expect([head.status, head.text]).toEqual([401, ''])
    expect(head.headers.get('www-authenticate')).toBe('Bearer')
    expect((await ask('/me', { method: 'HEAD', token })).status).toBe(200)
    const preflight = { origin: page, 'access-control-request-method': 'GET' }
    expect((await ask('/me', { method: 'OPTIONS', headers: preflight })).status).toBe(401)
  })

  test('what others have set for the browser stays, and no cache mixes callers up', async () => {
    const issuer = await startIssuer()
    const { accessToken: token } = await newcomer(issuer)
    const ask = await serve(createApp, issuer)
    for (const answer of [
      await ask('/me', { token }),
      await ask('/me'),
      await ask('/open'),
      await ask('/admin', { token }),
    ]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe(page)
      const vary = must(answer.headers.get('vary')).split(/, */)
      expect(vary.toSorted()).toEqual(['Authorization', 'Origin', 'X-API-Key'])
    }
  })

  test('a body parser may stand before the guard and after it', async () => {
    const issuer = await startIssuer()
    const { accessToken: token, id } = await newcomer(issuer)
    const ask = await serve(createApp, issuer)
    const json = { note: 'milk' }
    for (const path of ['/before', '/after']) {
      expect((await ask(path, { method: 'POST', token, json })).body).toEqual({ sub: id, body: json })
      expect((await ask(path, { method: 'POST', json })).body.code).toBe('unauthenticated')
    }
  })

  test('a handler that writes into the claims changes them for nobody', async () => {
    const issuer = await startIssuer()
    const { accessToken: token, id } = await newcomer(issuer)
    const ask = await serve(createApp, issuer)
    for (const _ of [1, 2]) expect((await ask('/me', { token })).body).toEqual({ sub: id })
    expect((await ask('/admin', { token })).status).toBe(403)
    expect((await ask('/open')).body.sub).toBeNull()
  })

  test('a proof of possession names the public address, below a router too (RFC 9449 §4.3)', async () => {
    const issuer = await startIssuer()
    const { token, prove } = await bindToken(issuer)
    const ask = await serve(createApp, issuer, {}, { publicUrl: 'https://api.example.com/v1' })
    const statusFor = async (htu: string) =>
      (await ask('/mounted/me?x=1', { headers: { authorization: `DPoP ${token}`, dpop: await prove(htu) } }))
        .status
    expect(await statusFor('https://api.example.com/v1/mounted/me')).toBe(200)
    expect(await statusFor('https://api.example.com/v1/me')).toBe(401)
    expect(await statusFor('https://api.example.com/mounted/me')).toBe(401)
  })

  test('two credentials are one too many, two headers of one kind among them (RFC 6750 §3.1)', async () => {
    const issuer = await startIssuer()
    const { accessToken: token } = await newcomer(issuer)
    const ask = await serve(createApp, issuer)
    const both = await ask('/me', { token, headers: { 'x-api-key': 'lkk_something' } })
    expect([both.status, both.body.code]).toEqual([400, 'invalid_input'])
    expect(both.headers.get('www-authenticate')).toBe('Bearer error="invalid_request"')
    // A gateway's own key is none of ours.
    expect((await ask('/me', { token, headers: { 'x-api-key': 'of the gateway' } })).status).toBe(200)
    // The cookie counts for nothing where it is not asked for.
    expect((await ask('/me', { token, headers: { cookie: 'latchkey-session=lks_x' } })).status).toBe(200)
    const twice = await ask.raw('/me', [
      'authorization',
      `Bearer ${token}`,
      'authorization',
      'Bearer nonsense',
    ])
    expect(twice).toBe(401)
  })
})

async function newcomer({ newUser, signIn }: Issuer) {
  await newUser('ada@example.com')
  return await signIn('ada@example.com')
}

interface Answer {
  status: number
  headers: Headers
  text: string
  body: Record<string, unknown>
}

interface Ask {
  (path: string, asked?: Asked): Promise<Answer>
  raw(path: string, headers: string[]): Promise<number>
}

async function serve(
  createApp: CreateApp,
  { origin: issuer, audience }: Issuer,
  verifierOptions: Partial<VerifierOptions> = {},
  options: AuthOptions = {},
): Promise<Ask> {
  const verifier = createVerifier({ issuer, audience, ...verifierOptions })
  const { origin, close } = listen(await createApp(verifier, options))
  onTestFinished(() => {
    close()
    verifier.close()
  })
  return Object.assign(ask, { raw })

  async function ask(path: string, { token, method = 'GET', headers, json }: Asked = {}): Promise<Answer> {
    const answer = await fetch(origin + path, {
      method,
      headers: {
        origin: page,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.includes('json') || text.startsWith('{')
    const body = (isJson && text !== '' ? JSON.parse(text) : {}) as Answer['body']
    return { status: answer.status, headers: answer.headers, text, body }
  }

  /** With headers that `fetch` would join. */
  function raw(path: string, headers: string[]): Promise<number> {
    return new Promise((resolve, reject) => {
      request(origin + path, { headers: ['host', new URL(origin).host, ...headers] }, (answer) => {
        answer.resume()
        resolve(must(answer.statusCode))
      })
        .on('error', reject)
        .end()
    })
  }
}
