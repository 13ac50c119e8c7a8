import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { createTestLatchkey, type TestOptions } from '#test/support/test-latchkey.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { Outgoing } from '../../core/outgoing/outgoing.ts'
import { type Claims, providersOf, tidyName } from './providers.ts'

const appleKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const everybody: TestOptions = {
  googleClientId: 'google-client',
  googleClientSecret: 'google-secret',
  microsoftClientId: 'microsoft-client',
  microsoftClientSecret: 'microsoft-secret',
  appleClientId: 'apple-client',
  appleTeamId: 'TEAM',
  appleKeyId: 'KEY',
  applePrivateKey: appleKey.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  githubClientId: 'github-client',
  githubClientSecret: 'github-secret',
  gitlabClientId: 'gitlab-client',
  gitlabClientSecret: 'gitlab-secret',
  discordClientId: 'discord-client',
  discordClientSecret: 'discord-secret',
  keepProviderTokens: 'google calendar, github repo',
}
const configOf = (options: TestOptions = {}) =>
  loadConfig({ env: {}, file: null, options: { ...everybody, ...options } })

const providers = new Map(providersOf(configOf()).map((provider) => [provider.id, provider]))
const read = (id: string, claims: Claims) => must(providers.get(id)).readProfile(claims)
const person = { sub: 'subject', email: 'ada@example.com', email_verified: true, name: 'Ada' }

describe('whose word on an address counts', () => {
  test.each<[string, string, Claims, boolean]>([
    ['google', 'a mailbox of Google', { ...person, email: 'ada@gmail.com' }, true],
    ['google', 'a domain that Google hosts', { ...person, hd: 'example.com' }, true],
    ['google', 'an address elsewhere, proven once', person, false],
    ['google', 'a lookalike', { ...person, email: 'ada@notgmail.com.evil.example' }, false],
    ['google', 'the text "true"', { ...person, hd: 'example.com', email_verified: 'true' }, false],
    ['microsoft', 'an address that its directory may choose (nOAuth)', person, false],
    ['microsoft', 'an owner of the domain', { ...person, xms_edov: true }, true],
    ['microsoft', 'the text "1"', { ...person, xms_edov: '1' }, false],
    ['apple', 'a proven one', person, true],
    ['apple', 'the text "true"', { ...person, email_verified: 'true' }, false],
    ['gitlab', 'a proven one', person, true],
    ['gitlab', 'one that is not', { ...person, email_verified: false }, false],
  ])('%s: %s', (id, _, claims, isEmailProven) => {
    expect(read(id, claims)).toMatchObject({ subject: 'subject', isEmailProven })
  })

  test('discord: `verified`', () => {
    const user = { id: '80351110224678912', email: 'ada@example.com', username: 'ada', global_name: 'Ada' }
    const known = { subject: user.id, email: user.email, name: 'Ada' }
    expect(read('discord', { user: { ...user, verified: true } })).toEqual({ ...known, isEmailProven: true })
    for (const verified of [false, 'true', undefined])
      expect(read('discord', { user: { ...user, verified } })).toEqual({ ...known, isEmailProven: false })
    expect(read('discord', { user: null }).subject).toBeNull()
  })

  test('github: the primary address, if it is verified; the number, never the name, is who it is', () => {
    const user = { id: 583231, login: 'ada', name: null, email: 'public@example.com' }
    const primary = { email: 'ada@example.com', primary: true, verified: true }
    const other = { email: 'other@example.com', primary: false, verified: true }
    const known = { subject: '583231', name: 'ada' }
    expect(read('github', { user, emails: [other, primary] })).toEqual({
      ...known,
      email: 'ada@example.com',
      isEmailProven: true,
    })
    const unverified = read('github', { user, emails: [other, { ...primary, verified: false }] })
    expect(unverified).toMatchObject({ email: 'ada@example.com', isEmailProven: false })
    for (const emails of [[other], [], null, 'x', [null]])
      expect(read('github', { user, emails })).toMatchObject({ email: null, isEmailProven: false })
    for (const id of ['583231', null, undefined])
      expect(read('github', { user: { ...user, id }, emails: [] }).subject).toBeNull()
  })
})

test('names are tidied before anybody reads them', () => {
  expect(tidyName('  Ada\u0000Love\nlace ')).toBe('Ada Love lace')
  expect(tidyName('x'.repeat(500))).toHaveLength(200)
  expect(tidyName(' \n ')).toBeNull()
})

test('only providers with credentials are there, in the order of the table', () => {
  expect([...providers.keys()]).toEqual(['google', 'microsoft', 'apple', 'github', 'gitlab', 'discord'])
  expect(providersOf(loadConfig({ env: {}, file: null }))).toEqual([])
})

test('tokens are asked for where they are kept, with their scopes', () => {
  const { scopes, parameters, keepsTokens } = must(providers.get('google'))
  expect(scopes).toEqual(['openid', 'email', 'profile', 'calendar'])
  expect([parameters, keepsTokens]).toEqual([{ access_type: 'offline', prompt: 'consent' }, true])
  expect(providers.get('gitlab')).toMatchObject({ keepsTokens: false, parameters: {} })
})

/** A world in which the great providers are a few functions. */
function createWorld() {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const sent: { url: string; body: URLSearchParams; headers: Record<string, string> }[] = []
  const documents = new Map<string, unknown>()
  let idToken: Claims = {}
  const outgoing: Outgoing = {
    async fetch(url, { body = null, headers = {} } = {}) {
      sent.push({ url, body: new URLSearchParams(body ?? ''), headers })
      if (documents.has(url)) return Response.json(documents.get(url))
      if (!url.endsWith('/token') && !url.endsWith('/access_token'))
        return new Response(null, { status: 404 })
      const id = Object.keys(idToken).length > 0 && { id_token: signed(idToken, keys.privateKey) }
      return Response.json({ access_token: 'token', token_type: 'bearer', ...id })
    },
  }
  return {
    outgoing,
    sent,
    documents,
    describe: describeIssuer,
    says: (claims: Claims) => void (idToken = claims),
  }

  function describeIssuer(url: string, issuer: string): void {
    documents.set(`${url}/.well-known/openid-configuration`, {
      issuer,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
    })
    // As Microsoft publishes them: without `alg`.
    const jwk = keys.publicKey.export({ format: 'jwk' })
    documents.set(`${url}/keys`, { keys: [{ ...jwk, kid: 'one', use: 'sig' }] })
  }
}

function signed(claims: Claims, key: KeyObject): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const input = `${encode({ alg: 'RS256', kid: 'one' })}.${encode(claims)}`
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
}

/** A sign-in whose provider says what `idToken` makes of the request. */
async function signInWith(
  id: string,
  world: ReturnType<typeof createWorld>,
  idToken: (claims: Claims) => Claims,
  options: TestOptions = {},
) {
  const instance = await createTestLatchkey({
    ...everybody,
    ...options,
    outside: { outgoing: world.outgoing },
  })
  const browser = instance.browser()
  const { body } = await browser.post<{ url: string }>(`/federation/${id}`, {})
  const asked = new URL(body.url)
  const now = Math.floor(instance.clock.now() / 1000)
  const nonce = asked.searchParams.get('nonce')
  world.says(idToken({ aud: `${id}-client`, iat: now, exp: now + 60, nonce, ...person }))
  const state = must(asked.searchParams.get('state'))
  const callback = `/api/auth/federation/${id}/callback`
  return { instance, browser, asked, state, callback }
}

test('Microsoft: each directory has an issuer of its own, which must be that of the token', async () => {
  const tid = '9a1b7c52-3f0e-4d5a-8a8e-0c5b1f2d3e4f'
  const issuerOf = (directory: string) => `https://login.microsoftonline.com/${directory}/v2.0`
  const finish = async (claims: Claims, options: TestOptions = {}) => {
    const world = createWorld()
    const tenant = options.microsoftTenant ?? 'common'
    const announced = tenant.includes('-') ? tenant : '{tenantid}'
    world.describe(issuerOf(tenant), issuerOf(announced))
    const { browser, state } = await signInWith(
      'microsoft',
      world,
      (said) => ({ ...said, ...claims }),
      options,
    )
    const { status, code } = await browser.post('/federation/microsoft/finish', { state, code: 'code' })
    return code ?? status
  }
  const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'
  expect(await finish({ iss: issuerOf(tid), tid })).toBe(200)
  expect(await finish({ iss: issuerOf(personal), tid: personal })).toBe(200)
  for (const claims of [
    { iss: issuerOf(tid), tid: personal },
    { iss: issuerOf(tid) },
    { iss: issuerOf('{tenantid}'), tid: '{tenantid}' },
    { iss: 'https://evil.example', tid },
    { iss: issuerOf('../evil'), tid: '../evil' },
  ])
    expect([claims, await finish(claims)]).toEqual([claims, 'federation_failed'])
  const organizations = { microsoftTenant: 'organizations' }
  expect(await finish({ iss: issuerOf(tid), tid }, organizations)).toBe(200)
  expect(await finish({ iss: issuerOf(personal), tid: personal }, organizations)).toBe('federation_failed')
  expect(await finish({ iss: issuerOf(tid), tid }, { microsoftTenant: tid })).toBe(200)
  expect(await finish({ iss: issuerOf(personal), tid: personal }, { microsoftTenant: tid })).toBe(
    'federation_failed',
  )
})

test('Apple: a form from its site, a name that is told once, a secret that is signed for each use', async () => {
  const world = createWorld()
  const issuer = 'https://appleid.apple.com'
  world.describe(issuer, issuer)
  const apple = (claims: Claims): Claims => ({ ...claims, name: undefined, iss: issuer })
  const { browser, asked, state, callback } = await signInWith('apple', world, apple)
  expect(asked.searchParams.get('response_mode')).toBe('form_post')
  const user = JSON.stringify({ name: { firstName: 'Ada', lastName: 'Lovelace' }, email: 'evil@example.com' })
  const form = new URLSearchParams({ state, code: 'code', user, extra: 'x' }).toString()
  // A request from Apple's site: carries no cookie, and gets only a page that leads on from here.
  const bounced = await browser.send<string>(callback, {
    method: 'POST',
    body: form,
    bare: true,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: issuer,
      'sec-fetch-site': 'cross-site',
    },
  })
  expect(bounced.status).toBe(200)
  expect(bounced.headers.getSetCookie()).toEqual([])
  const onward = must(must(/^0; url=(\/.*)$/.exec(must(bounced.headers.get('refresh'))))[1])
  expect(onward.startsWith(`${callback}?state=`)).toBe(true)
  expect(onward).not.toContain('extra')
  expect((await browser.send(onward)).status).toBe(303)
  const me = (await browser.refresh()).body.user
  expect(me).toMatchObject({ email: 'ada@example.com', emailVerified: true, name: 'Ada Lovelace' })

  const { body } = must(world.sent.find(({ url }) => url.endsWith('/token')))
  const [header, claims, signature] = must(body.get('client_secret')).split('.') as [string, string, string]
  const open = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims
  expect(open(header)).toEqual({ alg: 'ES256', kid: 'KEY' })
  expect(open(claims)).toMatchObject({ iss: 'TEAM', sub: 'apple-client', aud: issuer })
  const key = { key: appleKey.publicKey, dsaEncoding: 'ieee-p1363' } as const
  expect(verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))).toBe(
    true,
  )
})

test('GitHub: no ID token; who it is, is asked with the access token', async () => {
  const world = createWorld()
  world.documents.set('https://api.github.com/user', { id: 1, login: 'ada', name: 'Ada' })
  const emails = [{ email: 'ada@example.com', primary: true, verified: true }]
  world.documents.set('https://api.github.com/user/emails', emails)
  const { browser, asked, state, callback } = await signInWith('github', world, () => ({}))
  expect(asked.origin + asked.pathname).toBe('https://github.com/login/oauth/authorize')
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({
    client_id: 'github-client',
    scope: 'read:user user:email repo',
    code_challenge_method: 'S256',
    redirect_uri: 'http://localhost:4000/api/auth/federation/github/callback',
  })
  expect((await browser.send(`${callback}?code=code&state=${state}`)).status).toBe(303)
  expect((await browser.refresh()).body.user).toMatchObject({
    email: 'ada@example.com',
    emailVerified: true,
    name: 'Ada',
  })
  const [exchange, user] = world.sent
  expect(must(exchange).body.get('client_secret')).toBe('github-secret')
  const challenge = createHash('sha256')
    .update(must(must(exchange).body.get('code_verifier')))
    .digest('base64url')
  expect(challenge).toBe(asked.searchParams.get('code_challenge'))
  expect(must(user).headers['authorization']).toBe('Bearer token')
})
