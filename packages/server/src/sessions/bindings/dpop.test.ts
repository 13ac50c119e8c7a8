import { generateKeyPairSync } from 'node:crypto'
import { claimsOf } from '#test/support/claims-of.ts'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { aroundDatabase } from '#test/support/around-database.ts'
import type { RequestListener } from 'node:http'
import { minutes, seconds, type SecondFactorNeeded, type SignedIn } from '@latchkey/contract'
import express from 'express'
import { describe, expect, onTestFinished, test } from 'vitest'
import { DbscBrowser } from '#test/support/dbsc-browser.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import { listen } from '#test/support/listen.ts'
import { DpopClient, type ProofParts } from '#test/support/dpop-browser.ts'
import { type Browser, createTestLatchkey, stores, type TestOptions } from '#test/support/test-latchkey.ts'
import { decideRefresh, type RotationState } from '../rotation.ts'
import type { Database } from '../../db/database.ts'
import { openDatabase } from '../../db/open-database.ts'
import { requireAuth } from '../../http/adapters/node.ts'

const credentials = { email: 'ada@example.com', password: 'correct horse battery' }

async function createDpopSession(options: TestOptions = {}) {
  const test = await createTestLatchkey(options)
  const client = await new DpopClient(test.browser()).greet()
  const { status, body } = await client.post<SignedIn>('/register', credentials)
  expect(status).toBe(201)
  const kinds = async () => {
    await test.latchkey.services.audit.flush()
    return (
      await test.latchkey.services.audit.ofUser(userIdOf(body.user.id), { before: null, limit: 50 })
    ).map(({ kind }) => kind)
  }
  return { ...test, client, signedIn: body, kinds }
}

/** Another browser with the same cookies, as a thief of the jar has it. */
function steal(from: Browser, to: Browser): Browser {
  for (const [name, value] of from.cookies) to.cookies.set(name, value)
  return to
}

describe('a session that is bound to a key (RFC 9449)', () => {
  test('says so: token type, confirmation, session, device and audit event', async () => {
    const { client, signedIn, kinds } = await createDpopSession()
    expect(signedIn.tokenType).toBe('DPoP')
    expect(signedIn.session.binding).toBe('dpop')
    expect(claimsOf(signedIn.accessToken).cnf).toEqual({ jkt: client.jkt })
    const { body } = await client.send<{ items: { binding: string }[] }>('/api/auth/sessions', {
      token: signedIn.accessToken,
    })
    expect(body.items.map(({ binding }) => binding)).toEqual(['dpop'])
    expect(await kinds()).toContain('session.bound')
  })

  test('without a proof nothing is bound', async () => {
    const { browser } = await createTestLatchkey()
    const signedIn = await browser().register()
    expect(signedIn).toMatchObject({ tokenType: 'Bearer', session: { binding: null } })
    expect(claimsOf(signedIn.accessToken)).not.toHaveProperty('cnf')
  })

  test('signs in, refreshes and steps up with its key, in cookie and body', async () => {
    const { client, clock } = await createDpopSession()
    const login = await client.post<SignedIn>('/login', { ...credentials, tokenDelivery: 'body' })
    expect(login).toMatchObject({ status: 200, body: { tokenType: 'DPoP', session: { binding: 'dpop' } } })
    clock.advance(minutes(1))
    const { refreshToken } = login.body
    const refreshed = await client.post<SignedIn>('/refresh', { refreshToken })
    expect(refreshed).toMatchObject({ status: 200, body: { tokenType: 'DPoP', session: { generation: 1 } } })
    expect(claimsOf(refreshed.body.accessToken).cnf).toEqual({ jkt: client.jkt })
    const stepUp = await client.post<SignedIn>(
      '/step-up',
      { password: credentials.password, refreshToken: refreshed.body.refreshToken },
      { token: refreshed.body.accessToken },
    )
    expect(stepUp).toMatchObject({ status: 200, body: { tokenType: 'DPoP', session: { binding: 'dpop' } } })
    expect((await client.post('/refresh')).body).toMatchObject({ session: { binding: 'dpop' } })
  })

  test('stolen cookies are refused, without a proof and with another key, and the session lives on', async () => {
    const { browser, client, clock, kinds } = await createDpopSession()
    const thief = await new DpopClient(browser()).greet()
    steal(client.browser, thief.browser)
    clock.advance(minutes(1))
    const bare = await thief.browser.refresh()
    expect([bare.status, bare.code]).toEqual([401, 'refresh_token_invalid'])
    const other = await thief.post('/refresh')
    expect([other.status, other.code]).toEqual([401, 'refresh_token_invalid'])
    expect(await client.post('/refresh')).toMatchObject({ status: 200, body: { session: { generation: 1 } } })
    expect((await kinds()).filter((kind) => kind === 'session.binding_refused')).toHaveLength(2)
  })

  test('an older token in a thief’s hands is no reuse: nobody is signed out by it', async () => {
    const { browser, client, clock } = await createDpopSession()
    const thief = steal(client.browser, browser())
    for (let round = 0; round < 3; round++) {
      clock.advance(minutes(1))
      await client.post('/refresh')
    }
    expect((await thief.refresh()).code).toBe('refresh_token_invalid')
    expect((await client.post('/refresh')).status).toBe(200)
  })

  test('a stolen access token opens nothing: as Bearer, with another key, without a proof', async () => {
    const { browser, client, signedIn } = await createDpopSession()
    const { accessToken: token } = signedIn
    const bearer = await browser().get('/me', { token })
    expect([bearer.status, bearer.code]).toEqual([401, 'invalid_token'])
    expect(bearer.headers.get('www-authenticate')).toMatch(/^DPoP error="invalid_token".*algs="ES256 /)
    const thief = await new DpopClient(browser()).greet()
    const other = await thief.send('/api/auth/me', { token })
    expect([other.status, other.code]).toEqual([401, 'invalid_token'])
    expect(other.headers.get('www-authenticate')).toMatch(/^DPoP /)
    const missing = await browser().get('/me', { headers: { authorization: `DPoP ${token}` } })
    expect([missing.status, missing.code]).toEqual([401, 'invalid_dpop_proof'])
    const beside = await browser().get('/me', {
      token,
      headers: { dpop: client.proof('GET', '/api/auth/me', token) },
    })
    expect([beside.status, beside.code]).toEqual([401, 'invalid_token'])
    expect((await client.send('/api/auth/me', { token })).status).toBe(200)
  })

  test('an unbound access token with a proof is refused (RFC 9449 §7.1)', async () => {
    const { browser } = await createTestLatchkey()
    const { accessToken: token } = await browser().register()
    const client = await new DpopClient(browser()).greet()
    expect((await client.send('/api/auth/me', { token })).code).toBe('invalid_token')
  })

  test('in the guard of the same process a bound token is refused: nothing is proven there', async () => {
    const { latchkey, signedIn } = await createDpopSession()
    await expect(latchkey.authenticate(`Bearer ${signedIn.accessToken}`)).rejects.toMatchObject({
      code: 'invalid_token',
    })
  })

  test('a lost answer is tried again with a new proof and the same attempt, at any time', async () => {
    const { client, clock } = await createDpopSession()
    const headers = { 'refresh-attempt': 'AAAAAAAAAAAAAAAAAAAAAA' }
    const before = new Map(client.browser.cookies)
    clock.advance(minutes(1))
    const lost = await client.post<SignedIn>('/refresh', undefined, { headers })
    const successor = client.browser.cookieHeader()
    client.browser.cookies.clear()
    for (const [name, value] of before) client.browser.cookies.set(name, value)
    clock.advance(minutes(5))
    const again = await client.post<SignedIn>('/refresh', undefined, { headers })
    expect(again).toMatchObject({
      status: 200,
      body: { session: { generation: lost.body.session.generation } },
    })
    expect(client.browser.cookieHeader()).toContain(must(successor.match(/latchkey-refresh-1=[^;]+/))[0])
  })

  test('the proof of the key makes a retry of one that is a generation late, without attempt, at any time', async () => {
    const { client, clock } = await createDpopSession()
    const before = new Map(client.browser.cookies)
    clock.advance(minutes(1))
    await client.post('/refresh')
    client.browser.cookies.clear()
    for (const [name, value] of before) client.browser.cookies.set(name, value)
    clock.advance(minutes(5))
    expect(await client.post('/refresh')).toMatchObject({ status: 200, body: { session: { generation: 1 } } })
  })

  test('a refresh binds the access token alone: who has only a token cannot take the session from its owner', async () => {
    const { browser, clock } = await createTestLatchkey()
    const owner = browser()
    await owner.register()
    const thief = await new DpopClient(browser()).greet()
    steal(owner, thief.browser)
    clock.advance(minutes(1))
    const stolen = await thief.post<SignedIn>('/refresh')
    expect(stolen).toMatchObject({ status: 200, body: { tokenType: 'DPoP', session: { binding: null } } })
    expect((await owner.refresh()).status).toBe(200)
  })

  test('pages, which prove no key, say nobody’s name, and end the session all the same', async () => {
    const { client, latchkey, signedIn } = await createDpopSession()
    const page = await client.browser.send<string>('/sign-out')
    expect(page.body).toContain('<form method="post" action="/sign-out">')
    expect(page.body).not.toContain(credentials.email)
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
    expect(
      (await client.browser.send('/sign-out', { method: 'POST', body: 'x=', headers: form })).status,
    ).toBe(303)
    expect(await latchkey.services.sessions.findLive(signedIn.session.id as never)).toBeNull()
  })

  test('a session cookie is not bound by a proof: 400 says so', async () => {
    const { client } = await createDpopSession()
    const answer = await client.post('/login', { ...credentials, sessionKind: 'cookie' })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'header.dpop' }] } })
  })

  test('a bound access token as bearer logs nobody out (RFC 9449 §7.1)', async () => {
    const { browser, latchkey, signedIn } = await createDpopSession()
    const { accessToken: token, session } = signedIn
    for (const scope of ['this', 'others', 'all']) {
      const answer = await browser().post('/logout', { scope }, { token })
      expect([scope, answer.status, answer.code]).toEqual([scope, 401, 'invalid_token'])
    }
    expect(await latchkey.services.sessions.findLive(session.id as never)).not.toBeNull()
  })

  test('logging out takes the token alone, logging out everywhere takes the key', async () => {
    const { browser, client, latchkey, signedIn } = await createDpopSession()
    const second = (await browser().login()).body
    const thief = steal(client.browser, browser())
    const isAlive = async (id: string) => (await latchkey.services.sessions.findLive(id as never)) !== null
    await thief.post('/logout', { scope: 'all' })
    expect([await isAlive(signedIn.session.id), await isAlive(second.session.id)]).toEqual([true, true])
    await client.post('/logout', { scope: 'others' })
    expect([await isAlive(signedIn.session.id), await isAlive(second.session.id)]).toEqual([true, false])
    await steal(client.browser, browser()).post('/logout')
    expect(await isAlive(signedIn.session.id)).toBe(false)
  })
})

describe('proofs that are wrong (RFC 9449 §4.3)', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { privateKey: signedBy } = other
  const wrong: Record<string, ProofParts> = {
    '(3) without jti': { payload: { jti: undefined } },
    '(3) an empty jti': { payload: { jti: '' } },
    '(3) without htm': { payload: { htm: undefined } },
    '(3) without htu': { payload: { htu: undefined } },
    '(3) without iat': { payload: { iat: undefined } },
    '(3) an iat that is text': { payload: { iat: '1700000000' } },
    '(4) another type': { header: { typ: 'JWT' } },
    '(5) no algorithm': { header: { alg: 'none' } },
    '(5) a symmetric algorithm': { header: { alg: 'HS256' } },
    '(6) signed by another key': { signedBy },
    '(7) with the private key': { header: { jwk: other.privateKey.export({ format: 'jwk' }) }, signedBy },
    '(7) a symmetric key': { header: { jwk: { kty: 'oct', k: 'c2VjcmV0' } } },
    '(8) another method': { payload: { htm: 'GET' } },
    '(9) another path': { payload: { htu: 'http://localhost:4000/api/auth/login' } },
    '(9) another origin': { payload: { htu: 'https://example.com/api/auth/refresh' } },
    '(12) of an access token that did not come along': {
      payload: { ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' },
    },
    'a critical extension': { header: { crit: ['exp'] } },
  }

  for (const [name, parts] of Object.entries(wrong))
    test(name, async () => {
      const { client, clock } = await createDpopSession()
      clock.advance(minutes(1))
      const { status, code, headers } = await client.post('/refresh', undefined, { parts })
      expect([status, code]).toEqual([401, 'invalid_dpop_proof'])
      expect(headers.get('www-authenticate')).toMatch(/^DPoP error="invalid_dpop_proof"/)
      expect((await client.post('/refresh')).status).toBe(200)
    })

  test('(1) two header fields', async () => {
    const { client } = await createDpopSession()
    const [one, two] = [client.proof('POST', '/api/auth/refresh'), client.proof('POST', '/api/auth/refresh')]
    const { code } = await client.post('/refresh', undefined, { headers: { dpop: `${one}, ${two}` } })
    expect(code).toBe('invalid_dpop_proof')
  })

  test('(2) no JWT at all', async () => {
    const { client } = await createDpopSession()
    for (const dpop of ['', 'x', 'a.b.c', '..', client.proof('POST', '/api/auth/refresh') + '.x']) {
      const { code } = await client.post('/refresh', undefined, { headers: { dpop } })
      expect(code).toBe('invalid_dpop_proof')
    }
  })

  test('(10) without nonce, with a foreign and with an outdated one: the answer brings the right one', async () => {
    const { client, clock } = await createDpopSession({ accessTokenTtl: '5m' })
    const { nonce } = client
    for (const given of [undefined, 'x', 'AAAAAAAAAAAAAAAAAAAAAA', 5]) {
      const parts = { payload: { nonce: given } }
      const { status, code, headers } = await client.post('/refresh', undefined, { parts })
      expect([status, code]).toEqual([401, 'use_dpop_nonce'])
      expect(headers.get('www-authenticate')).toMatch(/^DPoP error="use_dpop_nonce"/)
      expect(headers.get('dpop-nonce')).toBe(nonce)
    }
    clock.advance(minutes(5))
    expect((await client.post('/refresh', undefined, { parts: { payload: { nonce } } })).status).toBe(200)
    clock.advance(minutes(5))
    expect((await client.post('/refresh', undefined, { parts: { payload: { nonce } } })).code).toBe(
      'use_dpop_nonce',
    )
    expect(client.nonce).not.toBe(nonce)
    expect((await client.post('/refresh')).status).toBe(200)
  })

  test('(11) a client whose clock is wrong is told the time by the nonce, and not refused', async () => {
    const { client } = await createDpopSession()
    expect((await client.post('/refresh', undefined, { parts: { payload: { iat: 1 } } })).status).toBe(200)
  })

  test('(11) a proof that was used', async () => {
    const { client, clock } = await createDpopSession()
    clock.advance(minutes(1))
    const dpop = client.proof('POST', '/api/auth/refresh')
    expect((await client.post('/refresh', undefined, { headers: { dpop } })).status).toBe(200)
    expect((await client.post('/refresh', undefined, { headers: { dpop } })).code).toBe('invalid_dpop_proof')
  })

  test('(12) without the hash of the access token, and with that of another', async () => {
    const { client, signedIn } = await createDpopSession()
    for (const ath of [undefined, 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo']) {
      const parts = { payload: { ath } }
      const { status, code } = await client.send('/api/auth/me', { token: signedIn.accessToken, parts })
      expect([status, code]).toEqual([401, 'invalid_dpop_proof'])
    }
  })
})

describe.each(stores)('on %s', (store) => {
  test('of 50 who bring one proof at once, in two processes, one passes', async () => {
    const first = await createDpopSession({ store })
    const { databaseUrl, clock } = first
    const second = await createTestLatchkey({
      store,
      databaseUrl,
      outside: { ports: { now: clock.now } },
    })
    const { accessToken: token } = first.signedIn
    const headers = { authorization: `DPoP ${token}`, dpop: first.client.proof('GET', '/api/auth/me', token) }
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? first : second).browser().get('/me', { headers }),
      ),
    )
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(replies.filter(({ code }) => code === 'invalid_dpop_proof')).toHaveLength(49)
  })

  test('what was used is forgotten once its nonce is outdated, and not before', async () => {
    const { client, clock, latchkey } = await createDpopSession({ store, accessTokenTtl: '5m' })
    expect((await latchkey.services.cleanUp.run())['used_proof']).toBe(0)
    clock.advance(minutes(10))
    expect((await latchkey.services.cleanUp.run())['used_proof']).toBe(0)
    clock.advance(minutes(10))
    expect((await latchkey.services.cleanUp.run())['used_proof']).toBe(1)
    expect((await client.post('/refresh')).code).toBe('use_dpop_nonce')
  })

  test('a bound session rotates by one statement like any other, on its key', async () => {
    const { client, clock } = await createDpopSession({ store })
    for (let generation = 1; generation < 4; generation++) {
      clock.advance(minutes(1))
      expect(await client.post('/refresh')).toMatchObject({ status: 200, body: { session: { generation } } })
    }
  })
})

describe('a sign-in with a second factor', () => {
  async function begun(withProof = true) {
    const test = await createTestLatchkey({ methods: [hotp] })
    const home = test.browser()
    await home.register()
    const { body: enrolled } = await home.post<{ secret: string }>('/hotp', undefined)
    const client = await new DpopClient(test.browser()).greet()
    const { body } = withProof
      ? await client.post<SecondFactorNeeded>('/login', credentials)
      : await client.browser.post<SecondFactorNeeded>('/login', credentials)
    const answer = {
      ticket: body.ticket,
      factor: 'hotp',
      code: hotpCode(Buffer.from(enrolled.secret, 'hex'), 0),
    }
    return { ...test, client, answer }
  }

  test('is bound by the key of both requests', async () => {
    const { client, answer } = await begun()
    const { status, body } = await client.post<SignedIn>('/login/second-factor', answer)
    expect([status, body.tokenType, body.session.binding]).toEqual([200, 'DPoP', 'dpop'])
  })

  test('is not finished without the key that it was begun with, and the code is not lost', async () => {
    const { browser, client, answer } = await begun()
    // With the browser's cookies and all: a ticket from elsewhere is void as it is.
    const stolen = browser()
    for (const cookie of client.browser.cookies) stolen.cookies.set(...cookie)
    const thief = await new DpopClient(stolen).greet()
    expect((await thief.post('/login/second-factor', answer)).code).toBe('invalid_dpop_proof')
    expect((await stolen.post('/login/second-factor', answer)).code).toBe('invalid_dpop_proof')
    expect((await client.post('/login/second-factor', answer)).status).toBe(200)
  })

  test('begun without a key, it is bound by the last request', async () => {
    const { client, answer } = await begun(false)
    const { body } = await client.post<SignedIn>('/login/second-factor', answer)
    expect([body.tokenType, body.session.binding]).toEqual(['DPoP', 'dpop'])
  })
})

test('introspection says which key a token is bound to, and leaves the proof to whoever asks', async () => {
  const { client, latchkey, signedIn } = await createDpopSession()
  const known = await Promise.all(
    latchkey.services.introspectors.map(({ introspect }) => introspect(signedIn.accessToken)),
  )
  expect(known.at(-1)).toMatchObject({ active: true, cnf: { jkt: client.jkt } })
})

describe('the guard of an app that Latchkey is mounted in', () => {
  async function guarded() {
    const test = await createDpopSession()
    const { latchkey, client, signedIn } = test
    const app = express().use(
      '/api',
      express.Router().get('/notes', requireAuth(latchkey), (_, response) => response.json([])),
    )
    const { origin, close } = listen(app as RequestListener)
    onTestFinished(close)
    const { accessToken: token } = signedIn
    const get = (headers: Record<string, string>) => fetch(`${origin}/api/notes?page=2`, { headers })
    const proofs = (parts?: ProofParts) => ({
      authorization: `DPoP ${token}`,
      dpop: client.proof('GET', '/api/notes', token, parts),
    })
    return { ...test, token, get, proofs }
  }

  test('takes a bound token with its proof, once', async () => {
    const { get, proofs } = await guarded()
    const headers = proofs()
    expect((await get(headers)).status).toBe(200)
    expect((await get(headers)).status).toBe(401)
  })

  test('refuses it without, and tells its nonce', async () => {
    const { get, proofs, token, client } = await guarded()
    expect((await get({ authorization: `Bearer ${token}` })).headers.get('www-authenticate')).toMatch(
      /^DPoP error="invalid_token"/,
    )
    expect((await get({ authorization: `DPoP ${token}` })).headers.get('www-authenticate')).toMatch(
      /^DPoP error="invalid_dpop_proof"/,
    )
    const asked = await get(proofs({ payload: { nonce: undefined } }))
    expect(asked.headers.get('www-authenticate')).toMatch(/^DPoP error="use_dpop_nonce"/)
    expect(asked.headers.get('dpop-nonce')).toBe(client.nonce)
  })
})

describe('what a refresh token of a bound session is worth', () => {
  const row: RotationState = {
    generation: 4,
    rotatedAt: 0,
    fencedAt: null,
    attempt: null,
    revokedAt: null,
    expiresAt: 1e9,
    idleTtl: minutes(60),
    userDisabled: false,
  }
  const decide = (
    generation: number,
    binding: 'proven' | 'unproven' | 'none',
    more: Partial<RotationState> = {},
  ) =>
    decideRefresh(
      { ...row, ...more },
      { generation, secretMatches: true, clientMatches: true, attemptMatches: false, binding },
      minutes(5),
      { leeway: seconds(30) },
    )

  test('with its key a token that is one generation late is a retry, which takes nothing back', () => {
    expect(decide(3, 'proven')).toEqual({ outcome: 'retry', restartLeeway: false })
    expect(decide(3, 'none')).toEqual({ outcome: 'reuse' })
    expect(decide(2, 'proven')).toEqual({ outcome: 'reuse' })
  })

  test('without its key none is worth anything, nor the end of the session', () => {
    const refused = { outcome: 'refused', code: 'refresh_token_invalid' }
    for (const generation of [1, 3, 4, 5]) expect(decide(generation, 'unproven')).toEqual(refused)
    expect(decide(4, 'unproven', { userDisabled: true })).toEqual(refused)
  })
})

describe.each(stores)('what a refresh asks of the database on %s', (store) => {
  async function counted(options: TestOptions = {}) {
    const { databaseUrl } = await createTestLatchkey({ store })
    const database = counting(openDatabase(databaseUrl))
    const test = await createTestLatchkey({ store, databaseUrl, outside: { database }, ...options })
    const named = async (refresh: () => Promise<{ status: number }>) => {
      test.clock.advance(minutes(1))
      const before = database.statements.length
      expect((await refresh()).status).toBe(200)
      // The rest (audit, revocation log) is asked by the clock, not by requests.
      return database.statements
        .slice(before)
        .flatMap((text) => /\b(?:FROM|UPDATE|INTO) (session|used_proof|device_key)\b/.exec(text)?.[1] ?? [])
    }
    return { ...test, named }
  }

  test('without a binding one statement, as ever', async () => {
    const { browser, named } = await counted()
    const tab = browser()
    await tab.register()
    expect(await named(() => tab.refresh())).toEqual(['session'])
  })

  test('with a proof one more, which uses it up', async () => {
    const { browser, named } = await counted()
    const client = await new DpopClient(browser()).greet()
    await client.post('/register', credentials)
    expect(await named(() => client.post('/refresh'))).toEqual(['used_proof', 'session'])
  })

  test('bound to a device one statement, after the one that notes it', async () => {
    const publicUrl = 'https://auth.example.com'
    const { browser, clock, named } = await counted({ publicUrl })
    const tab = new DbscBrowser(browser(), clock)
    await tab.post('/register', credentials)
    expect(await named(() => tab.refresh())).toEqual(['session', 'session'])
    expect(await named(() => tab.refresh())).toEqual(['session'])
  })
})

function counting(real: Database): Database & { statements: string[] } {
  const statements: string[] = []
  const database = aroundDatabase(real, (call, asked) => {
    if (asked) statements.push(asked.statement.sqlite.text)
    return call()
  })
  return { ...database, statements }
}
