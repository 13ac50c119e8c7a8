import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createVerifier, type Verifier, type VerifierOptions } from '../index.ts'
import {
  type BadToken,
  certificateBinding,
  createTestIssuer,
  type TestAlgorithm,
  type TestIssuer,
  type TestIssuerOptions,
} from '../testing.ts'
import { badTokens } from './bad-tokens.ts'
import { must } from '#test/support/must.ts'

const algorithms: TestAlgorithm[] = ['ES256', 'EdDSA', 'RS256', 'PS256']

async function openIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const issuer = await createTestIssuer(options)
  onTestFinished(() => issuer.close())
  return issuer
}

function trusting(issuer: TestIssuer, options: Partial<VerifierOptions> = {}): Verifier {
  const verifier = createVerifier({ ...issuer.trust, ...options })
  onTestFinished(() => verifier.close())
  return verifier
}

async function codeOf(verifier: Verifier, token: string): Promise<string> {
  const verdict = await verifier.verify(token)
  return verdict.ok ? 'accepted' : verdict.error.code
}

describe.each(algorithms)('an issuer with %s', (algorithm) => {
  test('mints tokens that the verifier accepts, with the claims that were asked for', async () => {
    const issuer = await openIssuer({ algorithm })
    const verifier = trusting(issuer, { algorithms: [algorithm] })
    const asked = {
      sub: 'ada',
      roles: ['editor'],
      permissions: ['notes:write'],
      scope: 'read write',
      amr: ['pwd', 'otp'],
      acr: 'aal2',
      auth_time: 1_700_000_000,
    }
    expect(await verifier.verify(issuer.token({ ...asked, expiresIn: 60 }))).toMatchObject({
      ok: true,
      kind: 'access_token',
      revocationChecked: true,
      claims: { ...asked, iss: issuer.url, aud: issuer.audience },
    })
    const { exp, iat } = decodeJwt(issuer.token({ expiresIn: 60 }))
    expect(must(exp) - must(iat)).toBe(60)
  })

  test('mints tokens that jose accepts with the published keys', async () => {
    const issuer = await openIssuer({ algorithm })
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer.url), {
      [customFetch]: (url, init) => issuer.fetch(url, init),
    })
    const { payload, protectedHeader } = await jwtVerify(issuer.token({ sub: 'ada' }), keys, {
      issuer: issuer.url,
      audience: issuer.audience,
      typ: 'at+jwt',
    })
    expect(payload.sub).toBe('ada')
    expect(protectedHeader.alg).toBe(algorithm)
  })

  test.each(badTokens)('mints a token that is refused as %s', async (code) => {
    const issuer = await openIssuer({ algorithm })
    const verifier = trusting(issuer, { credential: issuer.credential })
    const token = issuer.token.bad(code, { roles: ['admin'] })
    expect(await codeOf(verifier, token)).toBe(code)
    expect(await codeOf(verifier, issuer.token())).toBe('accepted')
  })
})

test('every refusal has its token, apart from those that no token alone can cause', async () => {
  expect(badTokens.toSorted()).toEqual([
    'bad_signature',
    'expired',
    'inactive',
    'malformed',
    'missing',
    'not_yet_valid',
    'proof_missing',
    'revoked',
    'unknown_key',
    'unsupported_algorithm',
    'wrong_audience',
    'wrong_certificate',
    'wrong_issuer',
    'wrong_type',
  ])
  const issuer = await openIssuer()
  for (const code of ['proof_invalid', 'keys_unavailable', 'nonsense', 'toString'])
    expect(() => issuer.token.bad(code as BadToken)).toThrow(TypeError)
})

test('one fault each: with that mended, a bad token is a good one', async () => {
  const issuer = await openIssuer()
  const here = trusting(issuer)
  const elsewhere = trusting(issuer, { audience: 'https://another-service.example' })
  const careless = trusting(issuer, { mode: 'local' })
  const wrongAudience = issuer.token.bad('wrong_audience')
  expect(await codeOf(elsewhere, wrongAudience)).toBe('accepted')
  expect(await codeOf(careless, issuer.token.bad('revoked'))).toBe('accepted')
  const early = issuer.token.bad('not_yet_valid')
  for (let again = 0; again < 2; again++) expect(await codeOf(here, early)).toBe('not_yet_valid')
  issuer.clock.advance(610_000)
  expect(await codeOf(here, early)).toBe('accepted')
})

test('time goes on when it is told to, and never back', async () => {
  const issuer = await openIssuer()
  const verifier = trusting(issuer)
  const token = issuer.token({ expiresIn: 900 })
  issuer.clock.advance(890_000)
  expect(await codeOf(verifier, token)).toBe('accepted')
  issuer.clock.advance(20_000)
  expect(await codeOf(verifier, token)).toBe('expired')
  expect(() => issuer.clock.advance(-1)).toThrow(RangeError)
  expect(() => issuer.clock.advance(NaN)).toThrow(RangeError)
})

describe('what is revoked', () => {
  const claims = { sub: 'ada', sid: 'session-1', client_id: 'app', epoch: 3 }

  test.each([{ session: 'session-1' }, { user: 'ada' }, { client: 'app' }, { epoch: 'session-1:3' }])(
    '%o: is refused from the moment that revoke() resolves, and nothing else is',
    async (what) => {
      const issuer = await openIssuer()
      const [one, other] = [trusting(issuer), trusting(issuer)]
      const [token, unconcerned] = [issuer.token(claims), issuer.token()]
      for (const verifier of [one, other]) {
        expect(await codeOf(verifier, token)).toBe('accepted')
        expect(await codeOf(verifier, unconcerned)).toBe('accepted')
      }
      await issuer.revoke(what)
      for (const verifier of [one, other]) {
        expect(await codeOf(verifier, token)).toBe('revoked')
        expect(await codeOf(verifier, unconcerned)).toBe('accepted')
      }
      expect(await codeOf(trusting(issuer), token)).toBe('revoked')
    },
  )

  test('a key: its tokens are refused by old and new verifiers, the next one signs', async () => {
    const issuer = await openIssuer()
    const verifier = trusting(issuer)
    const token = issuer.token()
    expect(await codeOf(verifier, token)).toBe('accepted')
    const { kid } = issuer
    await issuer.revoke({ key: kid })
    expect(issuer.kid).not.toBe(kid)
    expect(await codeOf(verifier, token)).toMatch(/^(revoked|unknown_key)$/)
    expect(await codeOf(trusting(issuer), token)).toBe('unknown_key')
    expect(await codeOf(verifier, issuer.token())).toBe('accepted')
  })

  test('who polls learns of it as well, and of a cursor from the future', async () => {
    const issuer = await openIssuer()
    const read = async (query: string) =>
      (await (await issuer.fetch(`${issuer.url}/api/auth/revocations${query}`, {})).json()) as {
        cursor: number
        entries: { seq: number }[]
      }
    const { cursor } = await read('?since=0')
    const waiting = read(`?since=${cursor}&wait=60`)
    await issuer.revoke({ session: 'session-1' })
    expect((await waiting).entries.map(({ seq }) => seq)).toEqual([cursor + 1])
    expect(await read('?since=99')).toMatchObject({ reset: true, cursor: cursor + 1, complete: true })
  })

  test('nothing at all is a mistake of the caller', async () => {
    const issuer = await openIssuer()
    await expect(issuer.revoke({})).rejects.toThrow(TypeError)
  })
})

test('after a rotation both keys serve; after a second one verifiers fetch the keys again', async () => {
  const issuer = await openIssuer()
  const verifier = trusting(issuer)
  const [before, first] = [issuer.token(), issuer.kid]
  expect(await codeOf(verifier, before)).toBe('accepted')
  await issuer.rotateKeys()
  expect(issuer.kid).not.toBe(first)
  expect(await codeOf(verifier, issuer.token())).toBe('accepted')
  await issuer.rotateKeys()
  issuer.clock.advance(5000)
  expect(await codeOf(verifier, issuer.token())).toBe('accepted')
  expect(await codeOf(verifier, before)).toBe('accepted')
})

test('introspection knows what was minted here, and what has ended', async () => {
  const issuer = await openIssuer()
  const verifier = trusting(issuer, {
    mode: 'introspect',
    credential: issuer.credential,
    introspectionTtl: 0,
  })
  const token = issuer.token({ sub: 'ada', sid: 'session-1' })
  expect(await verifier.verify(token)).toMatchObject({
    ok: true,
    kind: 'access_token',
    claims: { sub: 'ada' },
  })
  const key = issuer.opaque('api_key', { scope: 'read' })
  expect(await verifier.verify(key)).toMatchObject({ ok: true, kind: 'api_key', claims: { scope: 'read' } })
  const session = issuer.opaque('session', { sid: 'session-1' })
  expect(await verifier.verify(session)).toMatchObject({ ok: true, kind: 'session' })
  await issuer.revoke({ session: 'session-1' })
  for (const ended of [token, session, issuer.token.bad('expired'), issuer.token.bad('bad_signature')])
    expect(await codeOf(verifier, ended)).toBe('inactive')
  expect(await codeOf(verifier, key)).toBe('accepted')
  const stranger = trusting(issuer, { mode: 'introspect', credential: 'lkk_guessed' })
  expect(await codeOf(stranger, key)).toBe('introspection_failed')
})

test('a silent issuer: each part has the refusal that it causes, until it speaks again', async () => {
  const issuer = await openIssuer()
  const token = issuer.token()
  const { credential } = issuer
  for (const [part, code, options] of [
    ['keys', 'keys_unavailable', { mode: 'local' }],
    ['feed', 'revocation_unknown', {}],
    ['introspection', 'introspection_failed', { mode: 'introspect', credential }],
  ] as const) {
    const speak = issuer.silence(part)
    expect(await codeOf(trusting(issuer, options), token)).toBe(code)
    speak()
    expect(await codeOf(trusting(issuer, options), token)).toBe('accepted')
  }
})

describe('tokens bound to a key', () => {
  const request = { method: 'POST', url: 'https://api.example.com/notes?draft=1' }

  test('are accepted with its proof, once', async () => {
    const issuer = await openIssuer()
    const [verifier, key] = [trusting(issuer), await issuer.dpopKey()]
    const token = issuer.token({ cnf: key.cnf })
    const presented = key.presented({ token, ...request })
    expect(await verifier.verify(token, presented)).toMatchObject({ ok: true })
    expect(await verifier.verify(token, presented)).toMatchObject({ error: { code: 'proof_invalid' } })
    expect(await verifier.verify(token)).toMatchObject({ error: { code: 'proof_missing' } })
    const { authorization, dpop } = key.headers({ token, ...request })
    expect(authorization).toBe(`DPoP ${token}`)
    const again = { scheme: 'DPoP', dpop: { proof: dpop, ...request } }
    expect(await verifier.verify(token, again)).toMatchObject({ ok: true })
  })

  test('are refused with the proof of another key, token or request, or with one that is wrong', async () => {
    const issuer = await openIssuer()
    const verifier = trusting(issuer)
    const [key, stranger] = [await issuer.dpopKey(), await issuer.dpopKey()]
    const token = issuer.token({ cnf: key.cnf })
    const other = issuer.token({ cnf: key.cnf })
    const right = { token, ...request }
    for (const proof of [
      stranger.proof(right),
      key.proof({ ...right, token: other }),
      key.proof({ ...right, method: 'GET' }),
      key.proof({ ...right, url: 'https://api.example.com/others' }),
      key.proof({ ...right, claims: { iat: 1 } }),
    ])
      expect(await verifier.verify(token, { scheme: 'DPoP', dpop: { proof, ...request } })).toMatchObject({
        error: { code: 'proof_invalid' },
      })
  })

  test('a client certificate is such a key', async () => {
    const issuer = await openIssuer()
    const verifier = trusting(issuer)
    const certificate = Buffer.from('the DER of a certificate')
    const token = issuer.token({ cnf: certificateBinding(certificate) })
    expect(await verifier.verify(token, { certificate })).toMatchObject({ ok: true })
    expect(await codeOf(verifier, token)).toBe('wrong_certificate')
  })
})

describe('listening', () => {
  test('a service that knows only the address trusts it, and learns of revocations', async () => {
    const issuer = await openIssuer()
    const url = await issuer.listen()
    expect(issuer.url).toBe(url)
    const verifier = createVerifier({ issuer: url, audience: issuer.audience, credential: issuer.credential })
    onTestFinished(() => verifier.close())
    const token = issuer.token({ sid: 'session-1' })
    expect(await codeOf(verifier, token)).toBe('accepted')
    expect(await codeOf(verifier, issuer.opaque('api_key'))).toBe('accepted')
    await issuer.revoke({ session: 'session-1' })
    await expect.poll(() => codeOf(verifier, token)).toBe('revoked')
  })

  test('comes before the first token, and once', async () => {
    const issuer = await openIssuer()
    issuer.token()
    await expect(issuer.listen()).rejects.toThrow('before the first token')
    const other = await openIssuer()
    await other.listen()
    await expect(other.listen()).rejects.toThrow('once')
  })

  test('ends with the issuer', async () => {
    const issuer = await openIssuer()
    const url = await issuer.listen()
    await issuer.close()
    await expect(fetch(url)).rejects.toThrow()
  })
})

test('who waits for news is let go when it closes', async () => {
  const issuer = await openIssuer()
  const feed = `${issuer.url}/api/auth/revocations`
  const polling = issuer.fetch(`${feed}?since=1&wait=60`, {})
  const stream = await issuer.fetch(`${feed}?since=1`, { headers: { accept: 'text/event-stream' } })
  await issuer.close()
  expect((await polling).status).toBe(200)
  await expect(stream.text()).rejects.toThrow('closed')
})

test('two issuers accept nothing of each other, though they have the same name', async () => {
  const [one, other] = [await openIssuer(), await openIssuer()]
  expect(one.url).toBe(other.url)
  expect(await codeOf(trusting(one), other.token())).toBe('unknown_key')
  expect(await codeOf(trusting(one, { credential: one.credential }), other.opaque('api_key'))).toBe(
    'inactive',
  )
  expect(one.credential).not.toBe(other.credential)
})

test('fetch reaches nobody else', async () => {
  const issuer = await openIssuer()
  await expect(issuer.fetch('https://elsewhere.example/', {})).rejects.toThrow(TypeError)
  expect((await issuer.fetch(`${issuer.url}/elsewhere`, {})).status).toBe(404)
  expect((await issuer.fetch(`${issuer.url}/.well-known/jwks.json`, { method: 'POST' })).status).toBe(404)
})

test('an algorithm that verifiers do not accept is refused', async () => {
  for (const algorithm of ['HS256', 'none', 'toString'])
    await expect(createTestIssuer({ algorithm: algorithm as TestAlgorithm })).rejects.toThrow(TypeError)
})

test('in production it does not start, and says why', async () => {
  const before = process.env.NODE_ENV
  onTestFinished(() => void (process.env.NODE_ENV = before))
  process.env.NODE_ENV = 'production'
  await expect(createTestIssuer()).rejects.toThrow(/does not start where NODE_ENV is production/)
})

test('a process that has closed everything ends by itself', async () => {
  const program = `
    import { createVerifier } from '@latchkey/verify'
    import { createTestIssuer } from '@latchkey/verify/testing'
    await using issuer = await createTestIssuer()
    await issuer.listen()
    const [far, near] = [{ fetch }, {}].map((more) => createVerifier({ ...issuer.trust, ...more }))
    for (const verifier of [far, near]) {
      const verdict = await verifier.verify(issuer.token())
      if (!verdict.ok) throw verdict.error
      verifier.close()
    }
    console.log('accepted')
  `
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=development', '--input-type=module', '--eval', program],
    { cwd: join(import.meta.dirname, '../..'), timeout: 20_000 },
  )
  expect(stdout).toBe('accepted\n')
})
