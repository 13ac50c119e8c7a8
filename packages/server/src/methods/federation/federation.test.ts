import type { ServerResponse } from 'node:http'
import { minutes, type SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { parseUuid } from '../../core/ports/uuid.ts'
import { createLog } from '../../core/log/log.ts'
import { statement } from '../../db/statement.ts'
import { firstOf, must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import {
  ada,
  type Lies,
  type LyingProvider,
  type Person,
  type ProviderSettings,
  startLyingProvider,
} from '#test/support/lying-provider.ts'
import { weakKeys } from '#test/support/weak-keys.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import {
  type Browser,
  createTestLatchkey,
  type Reply,
  stores,
  type TestLatchkey,
  type TestOptions,
} from '#test/support/test-latchkey.ts'

const password = 'correct horse battery'
const email = 'ada@example.com'

interface Scene extends TestLatchkey {
  provider: LyingProvider
}

async function open(options: TestOptions = {}, settings: Partial<ProviderSettings> = {}): Promise<Scene> {
  const provider = startLyingProvider(settings)
  const instance = await createTestLatchkey({
    oidcProviders: [provider.settings],
    outgoingPrivateHosts: ['localhost'],
    limitScale: 100,
    ...options,
  })
  provider.follow(instance.clock.now)
  return { ...instance, provider }
}

async function begin(browser: Browser, body: object = {}): Promise<string> {
  const answer = await browser.post<{ url: string }>('/federation/acme', body)
  expect(answer.status).toBe(200)
  return answer.body.url
}

/** From the button to wherever it leads. */
async function arrive(browser: Browser, provider: LyingProvider, person?: Person): Promise<Reply<string>> {
  return await browser.send<string>(provider.approve(await begin(browser), person))
}

async function meOf(browser: Browser): Promise<SignedIn['user'] | null> {
  const { status, body } = await browser.refresh()
  return status === 200 ? body.user : null
}

/** Returns the code of the refusal on the way back, from the JSON API. */
async function codeOf(browser: Browser, callback: string): Promise<string | undefined> {
  return (await finish(browser, callback)).code
}

async function finish(browser: Browser, callback: string): Promise<Reply<Finished>> {
  const parameters = Object.fromEntries(new URL(callback, 'http://localhost').searchParams)
  return await browser.post<Finished>('/federation/acme/finish', parameters)
}

interface Finished {
  returnTo: string | null
  result: { next?: string; ticket?: string; id?: string; user?: SignedIn['user'] }
}

async function verified(instance: TestLatchkey, browser: Browser, address = email): Promise<SignedIn> {
  const signedIn = await browser.register(address, password)
  const [mail] = await instance.mailbox(address)
  const token = /verify-email\?token=([\w-]+)/.exec(must(mail).text)?.[1]
  expect((await browser.post('/verify-email', { token })).status).toBe(204)
  return signedIn
}

const countUsers = async ({ latchkey }: Pick<TestLatchkey, 'latchkey'>): Promise<number> =>
  firstOf(await latchkey.services.db.all<{ n: number }>(countStatement)).n

const disableStatement = statement('UPDATE user_account SET disabled_at = :now WHERE id = :id')
const countStatement = statement('SELECT count(*) AS n FROM user_account')

describe.each(stores)('on %s', (store) => {
  test('somebody new comes with a proven address: an account, a session, and a button remembered', async () => {
    const instance = await open({ store })
    const browser = instance.browser()
    const answer = await arrive(browser, instance.provider)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account'])
    expect(browser.cookies.get('latchkey-last-method')).toBe('federation/acme')
    const { body } = await browser.refresh()
    expect(body.user).toMatchObject({ email, emailVerified: true, name: 'Ada' })
    expect(body.session).toMatchObject({ amr: ['fed'], aal: 1 })
    const { items } = (await browser.get<{ items: object[] }>('/linked-accounts')).body
    expect(items).toMatchObject([{ provider: 'acme', label: 'Acme', email }])
    expect(await instance.mailbox(email)).toEqual([])
  })

  test('the identity counts, not the address: it signs in whatever address it brings, into no other account', async () => {
    const instance = await open({ store })
    await arrive(instance.browser(), instance.provider)
    await verified(instance, instance.browser(), 'bob@example.com')
    const browser = instance.browser()
    await arrive(browser, instance.provider, { ...ada, email: 'bob@example.com' })
    expect(await meOf(browser)).toMatchObject({ email })
    // Conversely, the old address with another identity opens nothing.
    const stranger = instance.browser()
    const answer = await arrive(stranger, instance.provider, { ...ada, sub: 'somebody-else' })
    expect(answer.headers.get('location')).toMatch(/^\/link-account\?token=/)
    expect(await meOf(stranger)).toBeNull()
  })

  test('an account is linked only after proof of both sides, in the same browser, by its own user, once', async () => {
    const instance = await open({ store })
    const owner = instance.browser()
    await verified(instance, owner)
    const { result } = (await finish(owner, instance.provider.approve(await begin(owner)))).body
    expect(result).toEqual({ next: 'link', ticket: expect.any(String) })
    const { ticket } = result
    const confirm = (browser: Browser) => browser.post('/linked-accounts', { ticket })

    const other = instance.browser()
    await other.register('bob@example.com', password)
    expect((await confirm(other)).code).toBe('challenge_invalid')
    const federationCookie = 'latchkey-federation'
    other.cookies.set(federationCookie, must(owner.cookies.get(federationCookie)))
    expect((await confirm(other)).code).toBe('insufficient_user_authentication')
    const nobody = instance.browser()
    nobody.cookies.set(federationCookie, must(owner.cookies.get(federationCookie)))
    expect((await confirm(nobody)).code).toBe('unauthenticated')

    const answers = await Promise.all(Array.from({ length: 50 }, () => confirm(owner)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'challenge_invalid')).toHaveLength(49)
    const [mail] = await instance.mailbox(email)
    expect(must(mail).subject).toContain('An account was linked to yours')
    expect(must(mail).text).toContain('Acme')

    const later = instance.browser()
    await arrive(later, instance.provider)
    expect(await meOf(later)).toMatchObject({ email })
  })

  test('a sign-in of long ago is no proof of the account', async () => {
    const instance = await open({ store })
    const owner = instance.browser()
    await verified(instance, owner)
    instance.clock.advance(minutes(11))
    const { result } = (await finish(owner, instance.provider.approve(await begin(owner)))).body
    const { ticket } = result
    const answer = await owner.post('/linked-accounts', { ticket })
    expect(answer.code).toBe('insufficient_user_authentication')
    // Nothing was used up by that.
    await owner.login()
    expect((await owner.post('/linked-accounts', { ticket })).status).toBe(201)
  })

  test('an account that a stranger has prepared is cleared when its owner arrives', async () => {
    const instance = await open({ store })
    const stranger = instance.browser()
    await stranger.register(email, password)
    const owner = instance.browser()
    await arrive(owner, instance.provider)
    expect(await meOf(owner)).toMatchObject({ email, emailVerified: true })
    expect((await stranger.refresh()).code).toBe('session_revoked')
    expect((await instance.browser().login()).code).toBe('invalid_credentials')
    const told = (await instance.mailbox(email)).map(({ subject }) => subject)
    expect(told).toContainEqual(expect.stringContaining('Your account was cleared'))
  })

  test('an account that was prepared by an identity without a proven address is cleared as well', async () => {
    const instance = await open({ store })
    const stranger = instance.browser()
    await arrive(stranger, instance.provider, { ...ada, sub: 'stranger', email_verified: false })
    expect(await meOf(stranger)).toMatchObject({ email, emailVerified: false })
    const owner = instance.browser()
    await arrive(owner, instance.provider)
    expect(await meOf(owner)).toMatchObject({ emailVerified: true })
    expect(await meOf(stranger)).toBeNull()
    const again = await arrive(instance.browser(), instance.provider, { ...ada, sub: 'stranger' })
    expect(again.headers.get('location')).toMatch(/^\/link-account/)
  })

  test('whoever made the account in this very browser loses nothing', async () => {
    const instance = await open({ store })
    const browser = instance.browser()
    await browser.register(email, password)
    await arrive(browser, instance.provider)
    expect(await meOf(browser)).toMatchObject({ emailVerified: true })
    expect((await instance.browser().login()).status).toBe(200)
  })

  test('fifty first sign-ins of one person at once make one account', async () => {
    const instance = await open({ store })
    const callbacks = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const browser = instance.browser()
        return { browser, callback: instance.provider.approve(await begin(browser)) }
      }),
    )
    const answers = await Promise.all(callbacks.map(({ browser, callback }) => browser.send(callback)))
    expect(answers.map(({ headers }) => headers.get('location'))).toEqual(Array(50).fill('/account'))
    expect(await countUsers(instance)).toBe(1)
    for (const { browser } of callbacks.slice(0, 5)) expect(await meOf(browser)).toMatchObject({ email })
  })

  test('an answer works once, fifty times at once too, and never again', async () => {
    const instance = await open({ store })
    const browser = instance.browser()
    const callback = instance.provider.approve(await begin(browser))
    const answers = await Promise.all(Array.from({ length: 50 }, () => finish(browser, callback)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'challenge_invalid')).toHaveLength(49)
    expect(await codeOf(browser, callback)).toBe('challenge_invalid')
    expect(instance.provider.asked('/token')).toBe(1)
  })

  test('kept tokens are sealed, are for the backend alone, and are renewed once by fifty that ask two servers', async () => {
    const instance = await open({ store, keepProviderTokens: 'acme calendar' })
    const { latchkey, provider, clock } = instance
    const browser = instance.browser()
    const url = await begin(browser)
    expect(new URL(url).searchParams.get('scope')).toBe('openid email profile offline_access calendar')
    await browser.send(provider.approve(url))
    const { id } = must(await meOf(browser))
    const rows = await latchkey.services.db.all<{ tokens: Uint8Array }>(tokensStatement)
    expect(Buffer.from(firstOf(rows).tokens).toString('latin1')).not.toMatch(/access-|refresh-/)

    const second = await createTestLatchkey({
      databaseUrl: instance.databaseUrl,
      oidcProviders: [provider.settings],
      outgoingPrivateHosts: ['localhost'],
      keepProviderTokens: 'acme calendar',
      outside: { ports: { now: clock.now } },
    })
    const ask = (token?: string, { browser }: TestLatchkey = instance) =>
      browser().get<{ accessToken: string }>(`/federation/acme/token?user=${id}`, { token })
    expect((await ask(browser.token)).code).toBe('api_key_invalid')
    expect((await ask()).code).toBe('api_key_needed')
    expect((await ask(await serviceKey(instance, []))).code).toBe('insufficient_scope')
    const key = await serviceKey(instance, ['provider-tokens'])
    const first = await ask(key)
    expect(first.body.accessToken).toMatch(/^access-/)
    expect((await ask(key)).body).toEqual(first.body)
    for (const isDisabled of [true, false]) {
      const now = isDisabled ? clock.now() : null
      await latchkey.services.db.all(disableStatement, { id: parseUuid(id), now })
      expect((await ask(key)).code).toBe(isDisabled ? 'provider_token_not_found' : undefined)
    }

    clock.advance(minutes(60))
    const before = provider.asked('/token')
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => ask(key, index % 2 === 0 ? instance : second)),
    )
    expect(new Set(answers.map(({ body }) => body.accessToken)).size).toBe(1)
    expect(firstOf(answers).body.accessToken).not.toBe(first.body.accessToken)
    expect(provider.asked('/token') - before).toBe(1)

    // Away for a while: asked again later with the same refresh token.
    clock.advance(minutes(60))
    provider.lie({ instead: { '/token': (_, response) => response.writeHead(503).end() } })
    expect((await ask(key)).code).toBe('provider_unavailable')
    provider.lie({})
    expect((await ask(key)).status).toBe(200)
    clock.advance(minutes(60))
    const gone = (_: unknown, response: ServerResponse) =>
      void response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}')
    provider.lie({ instead: { '/token': gone } })
    expect((await ask(key)).code).toBe('provider_token_not_found')
    provider.lie({})
    expect((await ask(key)).code).toBe('provider_token_not_found')
  })
})

const tokensStatement = statement('SELECT tokens FROM linked_account')

async function serviceKey(instance: TestLatchkey, scopes: string[]): Promise<string> {
  const admin = instance.browser()
  const link = await instance.latchkey.setUpLink()
  if (link !== null) {
    const token = new URL(link).searchParams.get('token')
    const root = { token, email: 'root@example.com', password }
    admin.token = (await admin.post<SignedIn>('/setup', root)).body.accessToken
  } else await admin.login('root@example.com', password)
  const name = `backend-${scopes.length}`
  const send = (path: string, body: object) =>
    admin.send<{ id: string; key: string }>(`/api/admin${path}`, { method: 'POST', body })
  const account = await send('/service-accounts', { name, description: 'The backend.' })
  const made = await send(`/service-accounts/${account.body.id}/api-keys`, { name, scopes })
  return made.body.key
}

describe('an answer is for the browser and the provider that it was asked by', () => {
  test('in another browser it signs nobody in, and is still good in its own', async () => {
    const instance = await open()
    const [owner, thief] = [instance.browser(), instance.browser()]
    const callback = instance.provider.approve(await begin(owner))
    expect(await codeOf(thief, callback)).toBe('challenge_invalid')
    await begin(thief)
    expect(await codeOf(thief, callback)).toBe('challenge_invalid')
    expect((await thief.send(callback)).status).toBe(400)
    expect(await meOf(thief)).toBeNull()
    expect((await owner.send(callback)).status).toBe(303)
  })

  test('at the address of another provider it is nothing, and is still good at its own', async () => {
    const provider = startLyingProvider()
    const other = startLyingProvider({ id: 'other' })
    const instance = await createTestLatchkey({
      oidcProviders: [provider.settings, other.settings],
      outgoingPrivateHosts: ['localhost'],
    })
    const browser = instance.browser()
    const callback = provider.approve(await begin(browser))
    const mixed = callback.replace('/acme/', '/other/')
    expect((await browser.send(mixed)).status).toBe(400)
    expect(other.asked('/token')).toBe(0)
    expect((await browser.send(callback)).status).toBe(303)
  })

  test('too late, bent, emptied, doubled or of another purpose it is refused', async () => {
    const instance = await open()
    const browser = instance.browser()
    const callback = instance.provider.approve(await begin(browser))
    const url = new URL(callback, 'http://localhost')
    const state = must(url.searchParams.get('state'))
    const { challenges, db } = instance.latchkey.services
    const { token: foreign } = await db.transaction((tx) =>
      challenges.issue(tx, {
        purpose: 'federation-link',
        subject: 'x',
        userId: null,
        payload: {},
        ttl: minutes(5),
      }),
    )
    for (const wrong of [`${state}A`, state.slice(0, -1), 'x', foreign])
      expect(await codeOf(browser, callback.replace(state, wrong))).toBe('challenge_invalid')
    for (const path of [
      `${callback}&state=${state}`,
      `${callback}&code=x`,
      url.pathname,
      `${url.pathname}?state=`,
    ])
      expect((await browser.send(path)).status).toBe(400)
    instance.clock.advance(minutes(16))
    expect(await codeOf(browser, callback)).toBe('challenge_invalid')
    expect(instance.provider.asked('/token')).toBe(0)
  })

  test('a sign-in is begun by a page of ours, not by another site', async () => {
    const { browser } = await open()
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
      expect((await browser().post('/federation/acme', {}, { headers })).code).toBe('cross_site_request')
      const form = { method: 'POST', body: 'a=b' }
      const type = { 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await browser().send('/sign-in/with/acme', { ...form, headers: { ...headers, ...type } })
      expect(answer.status).toBe(403)
    }
    expect((await browser().send('/sign-in/with/acme')).status).toBe(405)
  })
})

test.each(stores)('an owner who arrives by a provider sees it in the activity, on %s', async (store) => {
  const instance = await open({ store })
  await instance.browser().register(email, 'prepared by a stranger')
  const owner = instance.browser()
  await arrive(owner, instance.provider)
  const { accessToken } = (await owner.refresh()).body
  const { items } = (await owner.get<{ items: { kind: string }[] }>('/activity', { token: accessToken })).body
  expect(items.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['email.verified', 'federation.linked']),
  )
})

/** Everything that can be wrong with a provider's answer: refused, not signed in, no account. */
const lies: [name: string, lies: Lies, code?: string][] = [
  ['another issuer in the token', { claims: (claims) => ({ ...claims, iss: 'https://evil.example' }) }],
  ['another audience', { claims: (claims) => ({ ...claims, aud: 'another-client' }) }],
  ['no audience', { claims: without('aud') }],
  [
    'several audiences and another party',
    { claims: (claims) => ({ ...claims, aud: [claims['aud'], 'x'], azp: 'x' }) },
  ],
  ['several audiences and no party', { claims: (claims) => ({ ...claims, aud: [claims['aud'], 'x'] }) }],
  ['one audience and another party', { claims: (claims) => ({ ...claims, azp: 'x' }) }],
  ['another nonce', { claims: (claims) => ({ ...claims, nonce: 'x' }) }],
  ['no nonce', { claims: without('nonce') }],
  ['an expired token', { claims: (claims) => ({ ...claims, exp: Date.now() / 1000 - 3600 }) }],
  ['a token without end', { claims: without('exp') }],
  ['an end as text', { claims: (claims) => ({ ...claims, exp: '9999999999' }) }],
  ['a token of long ago', { claims: (claims) => ({ ...claims, iat: Math.floor(Date.now() / 1000) - 7200 }) }],
  [
    'a token of tomorrow',
    { claims: (claims) => ({ ...claims, iat: Math.floor(Date.now() / 1000) + 86_400 }) },
  ],
  [
    'the hash of another access token',
    { claims: (claims) => ({ ...claims, at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }) },
  ],
  ['no subject', { claims: without('sub') }],
  ['an empty subject', { claims: (claims) => ({ ...claims, sub: '' }) }],
  ['a subject that is a number', { claims: (claims) => ({ ...claims, sub: 1 }) }],
  ['a subject with half a surrogate', { claims: (claims) => ({ ...claims, sub: 'v1\ud800' }) }],
  ['a subject with a NUL', { claims: (claims) => ({ ...claims, sub: 'a\u0000b' }) }],
  ['a subject that is not ASCII', { claims: (claims) => ({ ...claims, sub: 'v1\ufffd' }) }],
  ['a subject without end', { claims: (claims) => ({ ...claims, sub: 'x'.repeat(300) }) }],
  ['no signature', { signature: 'none' }],
  ['no signature, announced', { signature: 'none', metadata: announcing('none') }],
  ['the client secret as key', { signature: 'by the client secret' }],
  [
    'the client secret as key, announced',
    { signature: 'by the client secret', metadata: announcing('HS256') },
  ],
  ['the public key as secret, announced', { signature: 'by the public key', metadata: announcing('HS256') }],
  ['the signature of another key', { signature: 'of another key' }],
  ['a signature in another spelling', { signature: 'bent' }],
  [
    'a key by which anybody can sign',
    {
      keys: (keys) => [
        ...keys,
        { ...must(weakKeys['RSA with the exponent 1']).jwk, kid: 'weak', alg: 'RS256', use: 'sig' },
      ],
      header: { kid: 'weak' },
      signature: 'by an exponent of 1',
    },
  ],
  ['an unknown key', { header: { kid: 'two' } }],
  [
    'a key of its own choice',
    { header: { jwk: {}, jku: 'https://evil.example' }, signature: 'of another key' },
  ],
  ['an unknown critical header', { header: { crit: ['x'], x: 1 } }],
  ['an algorithm that was not announced', { header: { alg: 'PS256' } }],
  ['no ID token', { tokens: without('id_token') }],
  ['an ID token that is none', { tokens: (tokens) => ({ ...tokens, id_token: 'a.b.c' }) }],
  ['no access token', { tokens: without('access_token') }],
  ['a token type of its own', { tokens: (tokens) => ({ ...tokens, token_type: 'mac' }) }],
  [
    'somebody else at the user info',
    {
      claims: without('email'),
      userInfo: (claims) => ({ ...claims, sub: 'somebody-else' }),
    },
  ],
  [
    'another issuer by discovery',
    { metadata: (said) => ({ ...said, issuer: 'https://evil.example' }) },
    'provider_unavailable',
  ],
  [
    'an error by discovery that looks like an answer',
    {
      instead: {
        '/.well-known/openid-configuration'({ headers }, response) {
          const issuer = `http://${headers.host}`
          const [authorization, token, keys] = [`${issuer}/authorize`, `${issuer}/token`, `${issuer}/jwks`]
          const said = {
            issuer,
            authorization_endpoint: authorization,
            token_endpoint: token,
            jwks_uri: keys,
          }
          const more = {
            response_types_supported: ['code'],
            id_token_signing_alg_values_supported: ['RS256'],
          }
          response.writeHead(500, { 'content-type': 'application/json' })
          response.end(JSON.stringify({ ...said, ...more, subject_types_supported: ['public'] }))
        },
      },
    },
    'provider_unavailable',
  ],
  ['no keys by discovery', { metadata: without('jwks_uri') }, 'provider_unavailable'],
  [
    'a script by discovery',
    { metadata: (said) => ({ ...said, authorization_endpoint: 'javascript:alert(1)' }) },
    'provider_unavailable',
  ],
  [
    'keys in the metadata of a cloud',
    { metadata: (said) => ({ ...said, jwks_uri: 'http://169.254.169.254/' }) },
    'provider_unavailable',
  ],
  [
    'tokens in a private network',
    { metadata: (said) => ({ ...said, token_endpoint: 'https://10.0.0.1/' }) },
    'provider_unavailable',
  ],
  ['a redirect to itself', { instead: { '/token': redirecting('/token') } }],
  [
    'a redirect of the keys to the metadata of a cloud',
    { instead: { '/jwks': redirecting('http://169.254.169.254/') } },
  ],
  [
    'a redirect by discovery',
    { instead: { '/.well-known/openid-configuration': redirecting('/x') } },
    'provider_unavailable',
  ],
  [
    'nothing but errors',
    { instead: { '/token': (_, response) => response.writeHead(500).end() } },
    'provider_unavailable',
  ],
  [
    'ten megabytes of keys',
    { instead: { '/jwks': (_, response) => response.end(Buffer.alloc(10_000_000, ' ')) } },
    'provider_unavailable',
  ],
  ['nothing at all', { instead: { '/token': () => {} } }, 'provider_unavailable'],
  [
    'a broken connection',
    { instead: { '/token': (request) => request.socket.destroy() } },
    'provider_unavailable',
  ],
  [
    'HTML',
    {
      instead: {
        '/token': (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      },
    },
  ],
]

function without(name: string) {
  return (said: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(said).filter(([key]) => key !== name))
}

function announcing(algorithm: string): NonNullable<Lies['metadata']> {
  return (metadata) => ({ ...metadata, id_token_signing_alg_values_supported: [algorithm] })
}

function redirecting(location: string) {
  return (_: unknown, response: ServerResponse) => void response.writeHead(302, { location }).end()
}

test.each(lies)('refused, with nobody signed in: %s', async (_, lie, code = 'federation_failed') => {
  const { provider, browser: newBrowser, ...instance } = await open()
  const browser = newBrowser()
  const callback = instance.latchkey && (await honestly())
  // Discovered metadata is cached for a while; a lie there shows at the next discovery.
  instance.clock.advance(minutes(2))
  provider.lie(lie)
  if (lie.metadata || lie.instead?.['/.well-known/openid-configuration']) {
    const fresh = await createTestLatchkey({
      oidcProviders: [provider.settings],
      outgoingPrivateHosts: ['localhost'],
    })
    const other = fresh.browser()
    const begun = await other.post<{ url: string }>('/federation/acme', {})
    const refusal = begun.code ?? (await codeOf(other, provider.approve(begun.body.url)))
    expect(refusal).toBe(code)
    expect(await countUsers(fresh)).toBe(0)
    return
  }
  expect(await codeOf(browser, callback)).toBe(code)
  expect(await meOf(browser)).toBeNull()
  expect(await countUsers(instance)).toBe(0)
  // The answer is used up; a new one, told the truth, works.
  provider.lie({})
  expect(await codeOf(browser, callback)).toBe('challenge_invalid')
  expect((await finish(browser, provider.approve(await begin(browser)))).status).toBe(200)

  async function honestly(): Promise<string> {
    return provider.approve(await begin(browser))
  }
})

test('the issuer in the answer is compared where it is announced (RFC 9207)', async () => {
  const { provider, browser } = await open()
  const wrong: [string, (callback: string) => string][] = [
    ['another', (callback) => callback.replace(/iss=[^&]+/, 'iss=https%3A%2F%2Fevil.example')],
    ['none', (callback) => callback.replace(/&iss=[^&]+/, '')],
  ]
  for (const [name, change] of wrong) {
    const tab = browser()
    const callback = change(provider.approve(await begin(tab)))
    expect([name, await codeOf(tab, callback)]).toEqual([name, 'federation_failed'])
  }
  expect(provider.asked('/token')).toBe(0)
})

test('a person who says no at the provider is told what else they can do, and loses no way on', async () => {
  const { browser, provider } = await open()
  const tab = browser()
  const url = await begin(tab, { returnTo: '/docs' })
  const { pathname, searchParams } = new URL(provider.approve(url), 'http://localhost')
  const answer = await tab.send<string>(
    `${pathname}?error=access_denied&state=${searchParams.get('state')}&iss=${encodeURIComponent(provider.issuer)}`,
  )
  expect(answer.status).toBe(403)
  expect(answer.body).toContain('The other service did not confirm the sign-in.')
  expect(answer.body).toContain('href="/sign-in?return_to=%2Fdocs"')
})

test('a provider that is down is said at the button, with the other ways', async () => {
  const { browser, provider } = await open()
  provider.lie({
    instead: { '/.well-known/openid-configuration': (request) => void request.socket.destroy() },
  })
  expect((await browser().post('/federation/acme', {})).code).toBe('provider_unavailable')
  const type = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
  const answer = await browser().send<string>('/sign-in/with/acme', {
    method: 'POST',
    body: '',
    headers: type,
  })
  expect(answer.status).toBe(503)
  expect(answer.body).toContain('Sign in another way')
})

describe('addresses', () => {
  test.each([
    ['the text "true"', { email_verified: 'true' }],
    ['a number', { email_verified: 1 }],
    ['nothing', { email_verified: undefined }],
    ['false', { email_verified: false }],
  ])('are proven by the boolean true alone, not by %s', async (_, said) => {
    const instance = await open()
    await instance.browser().register(email, password)
    const browser = instance.browser()
    const answer = await arrive(browser, instance.provider, { ...ada, ...said })
    expect(answer.headers.get('location')).toMatch(/^\/link-account/)
    const newcomer = instance.browser()
    await arrive(newcomer, instance.provider, { ...ada, ...said, sub: 'bea', email: 'bea@example.com' })
    expect(await meOf(newcomer)).toMatchObject({ email: 'bea@example.com', emailVerified: false })
    expect(firstOf(await instance.mailbox('bea@example.com')).subject).toContain('Confirm')
  })

  test('of a domain that an issuer does not speak for are not proven by it', async () => {
    const instance = await open({}, { emailDomains: ['acme.example'] })
    const [outside, within] = [instance.browser(), instance.browser()]
    await arrive(outside, instance.provider)
    expect(await meOf(outside)).toMatchObject({ email, emailVerified: false })
    const colleague = { ...ada, sub: 'colleague', email: 'Colleague@ACME.example' }
    await arrive(within, instance.provider, colleague)
    expect(await meOf(within)).toMatchObject({ email: 'Colleague@ACME.example', emailVerified: true })
    const lookalike = { ...ada, sub: 'x', email: 'x@notacme.example' }
    const third = instance.browser()
    await arrive(third, instance.provider, lookalike)
    expect(await meOf(third)).toMatchObject({ emailVerified: false })
  })

  test('that are none make no account', async () => {
    const { browser, provider, ...instance } = await open()
    for (const address of [
      undefined,
      '',
      'nobody',
      'a@b',
      'a@example.com,b@example.com',
      'a@example.com\n',
      7,
    ]) {
      const tab = browser()
      const callback = provider.approve(await begin(tab), { ...ada, email: address })
      expect([address, await codeOf(tab, callback)]).toEqual([address, 'email_unproven'])
    }
    expect(await countUsers(instance)).toBe(0)
  })

  test('that are not proven make no account where they must be, whether there is one or not', async () => {
    const instance = await open({ emailVerification: 'required' })
    await instance.latchkey.createUser({ email: 'bob@example.com', password })
    for (const address of [email, 'bob@example.com']) {
      const tab = instance.browser()
      const person = { ...ada, email: address, email_verified: false }
      expect(await codeOf(tab, instance.provider.approve(await begin(tab), person))).toBe('email_unproven')
    }
    const tab = instance.browser()
    await arrive(tab, instance.provider)
    expect(await meOf(tab)).toMatchObject({ emailVerified: true })
  })

  test('make no account where registration is closed', async () => {
    const { browser, provider, ...instance } = await open({ registration: 'closed' })
    const tab = browser()
    expect(await codeOf(tab, provider.approve(await begin(tab)))).toBe('registration_closed')
    expect(await countUsers(instance)).toBe(0)
  })
})

test('who must have a second factor sets one up before there is a session', async () => {
  const { browser, provider } = await open({ secondFactor: 'required' })
  const tab = browser()
  const location = must((await arrive(tab, provider)).headers.get('location'))
  expect(location).toMatch(/^\/second-factor\/set-up\?token=/)
  expect((await tab.refresh()).code).toBe('no_session')
  expect((await tab.send(location)).status).toBe(200)
  // Only in the browser that came back.
  expect((await browser().send(location)).status).toBe(400)
})

describe('linked accounts', () => {
  async function linked(instance: Scene, browser: Browser, person: Person = ada): Promise<Reply<Finished>> {
    const begun = await browser.post<{ url: string }>('/federation/acme/link', {})
    expect(begun.status).toBe(200)
    return await finish(browser, instance.provider.approve(begun.body.url, person))
  }
  const list = async (browser: Browser) =>
    (await browser.get<{ items: { id: string }[] }>('/linked-accounts')).body.items

  test('are added within a session, whatever their address, and told by mail', async () => {
    const instance = await open()
    const browser = instance.browser()
    await browser.register(email, password)
    const { body } = await linked(instance, browser, { ...ada, email: 'work@example.org' })
    expect(body.result).toEqual({ next: 'linked', id: expect.any(String) })
    expect(firstOf(await instance.mailbox(email)).subject).toContain('An account was linked to yours')
    // A second time is no fault, and no second link.
    expect((await linked(instance, browser)).status).toBe(200)
    expect(await list(browser)).toHaveLength(1)
    const later = instance.browser()
    await arrive(later, instance.provider)
    expect(await meOf(later)).toMatchObject({ email })
  })

  test('belong to one user', async () => {
    const instance = await open()
    const [alice, bob] = [instance.browser(), instance.browser()]
    await alice.register('alice@example.com', password)
    await bob.register('bob@example.com', password)
    await linked(instance, alice)
    expect((await linked(instance, bob)).code).toBe('linked_elsewhere')
    const [mine] = await list(alice)
    expect((await bob.send(`/api/auth/linked-accounts/${must(mine).id}`, { method: 'DELETE' })).code).toBe(
      'linked_account_not_found',
    )
    expect(await list(bob)).toEqual([])
  })

  test('are added to the session that began, which must still live', async () => {
    const instance = await open()
    const browser = instance.browser()
    await browser.register(email, password)
    const { url } = (await browser.post<{ url: string }>('/federation/acme/link', {})).body
    const callback = instance.provider.approve(url)
    await browser.post('/logout', { scope: 'all' })
    expect(await codeOf(browser, callback)).toBe('challenge_invalid')
    const fresh = instance.browser()
    await arrive(fresh, instance.provider, { ...ada, email: 'other@example.com' })
    expect(await meOf(fresh)).toMatchObject({ email: 'other@example.com' })
  })

  test('are added and removed after a fresh sign-in only (ASVS V7.5.1)', async () => {
    const instance = await open()
    const browser = instance.browser()
    await browser.register(email, password)
    await linked(instance, browser)
    const [mine] = await list(browser)
    instance.clock.advance(minutes(11))
    const again = await browser.post('/federation/acme/link', {})
    const removed = await browser.send(`/api/auth/linked-accounts/${must(mine).id}`, { method: 'DELETE' })
    expect([again.code, removed.code]).toEqual(Array(2).fill('insufficient_user_authentication'))
  })

  test('can be removed, but never the last way in; other devices are signed out', async () => {
    const instance = await open({ signInMethods: ['password'] })
    const browser = instance.browser()
    await arrive(browser, instance.provider)
    await browser.refresh()
    const [only] = await list(browser)
    const remove = (id: string) => browser.send(`/api/auth/linked-accounts/${id}`, { method: 'DELETE' })
    expect((await remove(must(only).id)).code).toBe('last_credential')
    await linked(instance, browser, { ...ada, sub: 'second' })
    const other = instance.browser()
    await arrive(other, instance.provider)
    const answers = await Promise.all((await list(browser)).map(({ id }) => remove(id)))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'last_credential')).toHaveLength(1)
    expect(await meOf(other)).toBeNull()
    expect(await meOf(browser)).not.toBeNull()
    expect(firstOf(await instance.mailbox(email)).subject).toContain('A linked account was removed')
    const { items } = (await browser.get<{ items: { kind: string }[] }>('/activity')).body
    expect(items.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['federation.linked', 'federation.unlinked', 'user.registered']),
    )
  })

  test('go along with the account: disabled it signs nobody in, deleted nothing is left, exported without tokens', async () => {
    const instance = await open({ keepProviderTokens: 'acme' })
    const browser = instance.browser()
    await arrive(browser, instance.provider)
    const me = must(await meOf(browser))
    const { body } = await browser.get<{ methods: Record<string, unknown> }>('/me/export')
    expect(body.methods['federation']).toMatchObject({
      linkedAccounts: [{ provider: 'acme', subject: ada['sub'] }],
    })
    expect(JSON.stringify(body)).not.toMatch(/access-|refresh-/)
    const { users, db } = instance.latchkey.services
    await users.change(userIdOf(me.id), { disabledAt: instance.clock.now() })
    const late = instance.browser()
    expect(await codeOf(late, instance.provider.approve(await begin(late)))).toBe('federation_failed')
    const other = instance.browser()
    const sameAddress = instance.provider.approve(await begin(other), { ...ada, sub: 'new' })
    expect(await codeOf(other, sameAddress)).toBe('federation_failed')
    await users.remove(userIdOf(me.id))
    expect(await db.all(tokensStatement)).toEqual([])
    const again = instance.browser()
    await arrive(again, instance.provider)
    expect(must(await meOf(again)).id).not.toBe(me.id)
  })

  test('are all there is to a session whose ticket waits: an address that moves on makes it void', async () => {
    const instance = await open()
    const owner = instance.browser()
    const { user } = await verified(instance, owner)
    const { result } = (await finish(owner, instance.provider.approve(await begin(owner)))).body
    await instance.latchkey.services.users.change(userIdOf(user.id), { email: 'moved@example.com' })
    expect((await owner.login('moved@example.com')).status).toBe(200)
    expect((await owner.post('/linked-accounts', { ticket: result.ticket })).code).toBe('challenge_invalid')
  })
})

describe('assurance', () => {
  test('a second factor is asked for, as after a password', async () => {
    const instance = await open({ methods: [hotp] })
    const browser = instance.browser()
    await arrive(browser, instance.provider)
    await browser.refresh()
    const { secret } = (await browser.post<{ secret: string }>('/hotp')).body
    const later = instance.browser()
    const answer = await arrive(later, instance.provider)
    expect(answer.headers.get('location')).toMatch(/^\/second-factor\?token=/)
    expect(await meOf(later)).toBeNull()
    const ticket = new URL(must(answer.headers.get('location')), 'http://x').searchParams.get('token')
    const code = hotpCode(Buffer.from(secret, 'hex'), 0)
    expect((await later.post('/login/second-factor', { ticket, factor: 'hotp', code })).status).toBe(200)
    expect((await later.refresh()).body.session).toMatchObject({ amr: ['fed', 'otp', 'mfa'], aal: 2 })
  })

  test.each([
    [true, { amr: ['fed', 'mfa'], aal: 2 }],
    [false, { amr: ['fed'], aal: 1 }],
  ])('a second factor at the provider counts where its word does: %s', async (trustsMfa, session) => {
    const instance = await open({}, { trustsMfa })
    const browser = instance.browser()
    await arrive(browser, instance.provider, { ...ada, amr: ['pwd', 'mfa'] })
    expect((await browser.refresh()).body.session).toMatchObject(session)
  })
})

test('a session that is one cookie, or ends with the browser, comes about as it was asked for', async () => {
  const { browser, provider } = await open({ pagesSession: 'cookie', afterSignIn: '/docs' })
  const tab = browser()
  const answer = await tab.send(provider.approve(await begin(tab, { sessionKind: 'cookie' })))
  expect(answer.headers.get('location')).toBe('/docs')
  expect([tab.cookies.has('latchkey-session'), tab.cookies.has('latchkey-refresh-0')]).toEqual([true, false])
  expect((await tab.get<{ email: string }>('/me')).body.email).toBe(email)

  const brief = browser()
  const cookies = (
    await brief.send(provider.approve(await begin(brief, { remember: false })))
  ).headers.getSetCookie()
  const refresh = must(cookies.find((line) => /^latchkey-refresh-0=[^;]/.test(line)))
  expect(refresh).not.toMatch(/max-age/i)
  expect(brief.cookies.has('latchkey-last-method')).toBe(false)
})

test('beyond the limit nothing is begun, and no provider is asked', async () => {
  const { browser, provider } = await open({ limitScale: 1 })
  const tab = browser()
  const callback = provider.approve(await begin(tab))
  const asked = provider.asked('/token')
  const wrong = callback.replace(/state=[^&]+/, 'state=wrong')
  for (let tries = 0; tries < 300; tries++) expect(await codeOf(tab, wrong)).toBe('challenge_invalid')
  expect(await codeOf(tab, callback)).toBe('rate_limited')
  expect(provider.asked('/token')).toBe(asked)
})

test('it leads on to where the person wanted to go, and nowhere else', async () => {
  const { browser, provider } = await open({ returnUrls: ['https://app.example.com/in'] })
  for (const [asked, location] of [
    ['/docs', '/docs'],
    ['https://app.example.com/in', 'https://app.example.com/in'],
    ['http://localhost:4000/docs?x=1', '/docs?x=1'],
    ['http://localhost:4000/sign-out', '/account'],
    ['http://localhost:4000.evil.example/', '/account'],
    ['https://evil.example/', '/account'],
    ['//evil.example', '/account'],
    ['/\\evil.example', '/account'],
    ['javascript:alert(1)', '/account'],
  ]) {
    const tab = browser()
    const answer = await tab.send(provider.approve(await begin(tab, { returnTo: asked })))
    expect(answer.headers.get('location')).toBe(location)
  }
})

test('what is told to nobody: no log line, page or row holds a code, a token or a secret', async () => {
  const lines: string[] = []
  const log = createLog({ level: 'debug', write: (line) => void lines.push(line) })
  const { browser, provider } = await open({ outside: { log } })
  provider.lie({ claims: (claims) => ({ ...claims, nonce: 'x' }) })
  const tab = browser()
  const callback = provider.approve(await begin(tab))
  const { body } = await tab.send<string>(callback)
  const { code, state } = Object.fromEntries(new URL(callback, 'http://x').searchParams)
  expect(lines.length).toBeGreaterThan(0)
  for (const text of [...lines, body])
    for (const secret of [must(code), must(state), 'a-client-secret', 'access-', 'refresh-', 'eyJ'])
      expect(text).not.toContain(secret)
})
