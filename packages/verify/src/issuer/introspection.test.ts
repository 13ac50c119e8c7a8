import { must } from '#test/support/must.ts'
import { apiKey } from '#test/support/api-key.ts'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createKey, exchange, type Machinery, startMachinery } from '#test/support/machines.ts'
import { createWire } from '#test/support/wire.ts'
import { createVerifier, type Verifier, type VerifierOptions } from '../index.ts'

const path = '/oauth/introspect'

/** A verifier that may ask a real instance, and a wire between them. */
async function open(options: Partial<VerifierOptions> = {}) {
  const machinery = await startMachinery('sqlite', { realTime: true })
  const { publicUrl: issuer, audience } = machinery.latchkey.config
  const wire = createWire(machinery.latchkey)
  let moved = 0
  const verifier = createVerifier({
    issuer,
    audience,
    fetch: wire.fetch,
    credential: machinery.checker,
    now: () => Date.now() + moved,
    ...options,
  })
  onTestFinished(() => verifier.close())
  return { ...machinery, wire, verifier, pass: (span: number) => void (moved += span) }
}

const codeOf = async (verifier: Verifier, token: string): Promise<string> => {
  const verdict = await verifier.verify(token)
  return verdict.ok ? verdict.kind : verdict.error.code
}

const eventually = (verifier: Verifier, token: string) =>
  expect.poll(() => codeOf(verifier, token), { timeout: 10_000, interval: 20 })

/** The value of the cookie of somebody who has signed in without tokens. */
async function openCookieSession({ browser }: Machinery) {
  const tab = browser()
  await tab.register('cookie@example.com')
  const signedIn = await tab.post<{ user: { id: string } }>('/login', {
    email: 'cookie@example.com',
    password: 'correct horse battery',
    sessionKind: 'cookie',
  })
  expect(signedIn.status).toBe(200)
  return { tab, id: signedIn.body.user.id, cookie: must(tab.cookies.get('latchkey-session')) }
}

describe('what cannot be verified alone', () => {
  test('an API key says whose it is, and is refused when it was revoked, however fresh the answer', async () => {
    const { browser, verifier, wire } = await open({ introspectionTtl: 60 })
    const tab = browser()
    const { user } = await tab.register('ada@example.com')
    const { key, apiKey } = await createKey(tab, { scopes: ['notes:read'] })
    expect(await verifier.verify(key)).toMatchObject({
      ok: true,
      kind: 'api_key',
      claims: { sub: user.id, client_id: apiKey.id, scope: 'notes:read' },
      revocationChecked: true,
    })
    for (let each = 0; each < 10; each++) expect(await codeOf(verifier, key)).toBe('api_key')
    expect(wire.asked(path)).toBe(1)
    await expect.poll(() => verifier.status().feed?.state).toBe('live')
    await tab.send(`/api/auth/api-keys/${apiKey.id}`, { method: 'DELETE' })
    await eventually(verifier, key).toBe('revoked')
    expect(wire.asked(path)).toBe(1)
  })

  test('a session cookie says who is signed in, until they sign out', async () => {
    const machinery = await open()
    const { tab, id, cookie } = await openCookieSession(machinery)
    expect(await machinery.verifier.verify(cookie)).toMatchObject({
      ok: true,
      kind: 'session',
      claims: { sub: id, amr: ['pwd'], acr: 'aal1' },
    })
    await tab.post('/logout')
    await eventually(machinery.verifier, cookie).toBeOneOf(['inactive', 'revoked'])
  })

  test('a token for an API key is verified alone, and refused within a second of the key', async () => {
    const machinery = await open()
    const { browser, verifier, wire } = machinery
    const tab = browser()
    await tab.register('ada@example.com')
    const { key, apiKey } = await createKey(tab)
    const { accessToken } = (await exchange(machinery, key)).body
    expect(await verifier.verify(accessToken)).toMatchObject({
      kind: 'access_token',
      claims: { client_id: apiKey.id },
    })
    expect(wire.asked(path)).toBe(0)
    await tab.send(`/api/auth/api-keys/${apiKey.id}`, { method: 'DELETE' })
    await eventually(verifier, accessToken).toBe('revoked')
  })

  test('answers are kept for as long as was asked, and a crowd asks once', async () => {
    const { browser, verifier, wire, pass } = await open({ introspectionTtl: 2 })
    const tab = browser()
    await tab.register('ada@example.com')
    const { key } = await createKey(tab)
    const crowd = () => Promise.all(Array.from({ length: 50 }, () => codeOf(verifier, key)))
    expect(new Set(await crowd())).toEqual(new Set(['api_key']))
    pass(1_900)
    await crowd()
    expect(wire.asked(path)).toBe(1)
    pass(200)
    await crowd()
    expect(wire.asked(path)).toBe(2)
  })

  test('what was never issued is inactive, and what is none of ours is not asked about', async () => {
    const { verifier, wire } = await open()
    expect(await codeOf(verifier, apiKey('nonsense'))).toBe('inactive')
    expect(await codeOf(verifier, 'lks_nonsense')).toBe('inactive')
    expect(await codeOf(verifier, 'lkr_nonsense')).toBe('malformed')
    expect(await codeOf(verifier, `lkk_${'x'.repeat(9000)}`)).toBe('malformed')
    expect(wire.asked(path)).toBe(2)
  })

  test('without a credential neither is taken', async () => {
    const { browser, latchkey, wire } = await open()
    const { publicUrl: issuer, audience } = latchkey.config
    const verifier = createVerifier({ issuer, audience, fetch: wire.fetch })
    const tab = browser()
    await tab.register('ada@example.com')
    expect(await codeOf(verifier, (await createKey(tab)).key)).toBe('malformed')
    verifier.close()
  })
})

describe('in mode introspect', () => {
  test('every token is asked about: what has ended is refused, and the answer has the same claims', async () => {
    const { browser, verifier } = await open({ mode: 'introspect', introspectionTtl: 0 })
    const tab = browser()
    const { accessToken, user, session } = await tab.register('ada@example.com')
    expect(await verifier.verify(accessToken)).toMatchObject({
      ok: true,
      kind: 'access_token',
      claims: { sub: user.id, sid: session.id, epoch: 0, client_id: 'first-party' },
      revocationChecked: true,
    })
    await tab.post('/logout')
    expect(await codeOf(verifier, accessToken)).toBe('inactive')
  })

  test('a wrong credential, and an issuer that is away, are no verdict about the token', async () => {
    const { browser, wire, verifier } = await open({ mode: 'introspect', credential: 'lkk_nonsense' })
    const { accessToken } = await browser().register('ada@example.com')
    expect(await codeOf(verifier, accessToken)).toBe('introspection_failed')
    wire.cut()
    expect(await codeOf(verifier, accessToken)).toBe('introspection_failed')
  })

  const answers: Record<string, [unknown, string]> = {
    'not active': [{ active: false }, 'inactive'],
    'of another issuer': [
      { active: true, token_type: 'session', iss: 'https://evil.example', sub: 'a' },
      'inactive',
    ],
    'for another audience': [
      { active: true, token_type: 'session', iss: 'http://localhost:4000', sub: 'a', aud: 'other' },
      'inactive',
    ],
    'active in words': [{ active: 'true' }, 'introspection_failed'],
    'of no kind': [{ active: true, iss: 'http://localhost:4000', sub: 'a' }, 'introspection_failed'],
    'of nobody': [
      { active: true, token_type: 'session', iss: 'http://localhost:4000' },
      'introspection_failed',
    ],
    'with half of the claims': [
      { active: true, token_type: 'access_token', iss: 'http://localhost:4000', sub: 'a' },
      'introspection_failed',
    ],
    'a list': [[], 'introspection_failed'],
  }
  for (const [name, [answer, code]] of Object.entries(answers)) {
    test(`an answer that is ${name}: ${code}`, async () => {
      const { browser, wire, verifier } = await open({ mode: 'introspect' })
      const { accessToken } = await browser().register('ada@example.com')
      wire.answer((asked) => (asked === path ? Response.json(answer) : null))
      expect(await codeOf(verifier, accessToken)).toBe(code)
    })
  }
})

test('while the feed is lost the issuer is asked, and what it has ended is refused', async () => {
  const { browser, wire, verifier } = await open({ onFeedLoss: 'introspect' })
  const [gone, kept] = [browser(), browser()]
  const { accessToken } = await gone.register('gone@example.com')
  const { accessToken: other } = await kept.register('kept@example.com')
  wire.answer((asked) => (asked.endsWith('/revocations') ? new Response(null, { status: 502 }) : null))
  await gone.post('/logout')
  expect(await codeOf(verifier, accessToken)).toBe('inactive')
  expect(await verifier.verify(other)).toMatchObject({ ok: true, revocationChecked: true })
  expect(verifier.status().feed?.state).toBe('lost')
})
