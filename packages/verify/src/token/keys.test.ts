import { generateKeyPairSync } from 'node:crypto'
import { hours, minutes } from '@latchkey/contract'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '#test/support/listen.ts'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'
import { createWire } from '#test/support/wire.ts'
import { createVerifier, IssuerError, type Verifier } from '../index.ts'

const jwksPath = '/.well-known/jwks.json'
const metadataPath = '/.well-known/oauth-authorization-server'

/** In mode `local`, with a clock that moves when it is told to. */
async function open(path = '') {
  const { latchkey, browser } = await createTestLatchkey({ realTime: true, accessTokenTtl: '24h' })
  const wire = createWire(latchkey)
  const { publicUrl, audience } = latchkey.config
  let time = Date.now()
  const now = () => time
  const verifier = createVerifier({
    issuer: publicUrl + path,
    audience,
    mode: 'local',
    fetch: wire.fetch,
    now,
  })
  onTestFinished(() => verifier.close())
  const { accessToken } = await browser().register()
  return { latchkey, wire, verifier, accessToken, audience, pass: (span: number) => void (time += span) }
}

const codeOf = async (verifier: Verifier, token: string): Promise<string> => {
  const verdict = await verifier.verify(token)
  return verdict.ok ? 'ok' : verdict.error.code
}

/** Our token under a key id that nobody knows. */
function renamed(token: string, kid: string): string {
  const [header = '', ...rest] = token.split('.')
  const members = JSON.parse(Buffer.from(header, 'base64url').toString()) as object
  return [Buffer.from(JSON.stringify({ ...members, kid })).toString('base64url'), ...rest].join('.')
}

test('a hundred first tokens fetch discovery and keys once', async () => {
  const { wire, verifier, accessToken } = await open()
  const codes = await Promise.all(Array.from({ length: 100 }, () => codeOf(verifier, accessToken)))
  expect(new Set(codes)).toEqual(new Set(['ok']))
  expect([wire.asked(metadataPath), wire.asked(jwksPath)]).toEqual([1, 1])
})

test('keys are renewed in the background once they are as old as the issuer says', async () => {
  const { wire, verifier, accessToken, pass } = await open()
  expect(await codeOf(verifier, accessToken)).toBe('ok')
  pass(minutes(4))
  await codeOf(verifier, `${accessToken.slice(0, -4)}AAAA`)
  expect(wire.asked(jwksPath)).toBe(1)
  pass(minutes(2))
  wire.cut()
  // Not waited for: the issuer is away and the token passes.
  expect(await codeOf(verifier, renewedCheck(accessToken))).toBe('bad_signature')
  await expect.poll(() => verifier.status().keys.error).not.toBeNull()
  wire.mend()
})

test('the last good keys serve for an hour while the issuer is away, and no longer', async () => {
  const { wire, verifier, accessToken, pass } = await open()
  expect(await codeOf(verifier, accessToken)).toBe('ok')
  wire.cut()
  pass(minutes(59))
  expect(await codeOf(verifier, renewedCheck(accessToken))).toBe('bad_signature')
  pass(minutes(2))
  expect(await codeOf(verifier, renewedCheck(accessToken))).toBe('keys_unavailable')
  wire.mend()
  pass(minutes(1))
  expect(await codeOf(verifier, renewedCheck(accessToken))).toBe('bad_signature')
})

test('an unknown key id fetches the keys again, and a flood of them once in five seconds', async () => {
  const { wire, verifier, accessToken, pass } = await open()
  expect(await codeOf(verifier, accessToken)).toBe('ok')
  const flood = () =>
    Promise.all(Array.from({ length: 200 }, (_, each) => codeOf(verifier, renamed(accessToken, `k${each}`))))
  expect(new Set(await flood())).toEqual(new Set(['unknown_key']))
  pass(5001)
  await flood()
  await flood()
  expect(wire.asked(jwksPath)).toBe(2)
})

test('ten rotations: every token passes everywhere, at once', async () => {
  const { latchkey, verifier, accessToken, pass } = await open()
  expect(await codeOf(verifier, accessToken)).toBe('ok')
  const { keys, accessTokens } = latchkey.services
  for (let round = 0; round < 10; round++) {
    await keys.rotate()
    pass(5001)
    const {
      iss,
      aud,
      exp,
      iat,
      jti,
      roles = [],
      permissions = [],
      ...grant
    } = await accessTokens.verify(accessToken)
    expect([iss, aud, exp, iat, jti].includes(undefined as never)).toBe(false)
    expect(
      await codeOf(verifier, await accessTokens.issue({ ...grant, roles, permissions })),
      `${round}`,
    ).toBe('ok')
    expect(await codeOf(verifier, accessToken)).toBe('ok')
  }
})

test('a key that has gone from the set verifies nothing any more, not even what it did verify', async () => {
  const { latchkey, verifier, accessToken, pass } = await open()
  expect(await codeOf(verifier, accessToken)).toBe('ok')
  const { keys } = latchkey.services
  await keys.retire(keys.signer().kid)
  pass(minutes(11))
  await codeOf(verifier, renamed(accessToken, 'k'))
  expect(await codeOf(verifier, accessToken)).toBe('unknown_key')
})

describe('an issuer that answers something else', () => {
  const json = (value: unknown, init?: ResponseInit) => new Response(JSON.stringify(value), init)
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'ES256', use: 'sig' }
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })

  const documents: Record<string, [string, () => Response, RegExp]> = {
    'discovery: no JSON': [metadataPath, () => new Response('<html>'), /answered no JSON/],
    'discovery: a list': [metadataPath, () => json([]), /no JSON object/],
    'discovery: another issuer': [
      metadataPath,
      () => json({ issuer: 'https://evil.example' }),
      /of another issuer/,
    ],
    'discovery: no keys': [
      metadataPath,
      () => json({ issuer: 'http://localhost:4000' }),
      /names no jwks_uri/,
    ],
    'discovery: keys in the open': [
      metadataPath,
      () => json({ issuer: 'http://localhost:4000', jwks_uri: 'http://evil.example/keys' }),
      /jwks_uri is no https address/,
    ],
    'discovery: the same member twice': [
      metadataPath,
      () => new Response('{"issuer":"http://localhost:4000","issuer":"https://evil.example"}'),
      /answered no JSON/,
    ],
    'a redirect': [metadataPath, () => Response.redirect('http://localhost:4000/elsewhere'), /answered 302/],
    'an error': [jwksPath, () => json({}, { status: 500 }), /answered 500/],
    'keys: no list': [jwksPath, () => json({ keys: {} }), /has no list of keys/],
    'keys: no objects': [jwksPath, () => json({ keys: [null] }), /a key that is no object/],
    'keys: the same kid twice': [jwksPath, () => json({ keys: [jwk, jwk] }), /two keys with the same kid/],
    'keys: a private one': [
      jwksPath,
      () => json({ keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'a', alg: 'ES256' }] }),
      /publishes a secret/,
    ],
    'keys: a shared secret': [
      jwksPath,
      () => json({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'a' }] }),
      /a secret/,
    ],
    'keys: no point of the curve': [
      jwksPath,
      () => json({ keys: [{ ...jwk, x: 'AAAA' }] }),
      /a key for ES256 that is none/,
    ],
    'keys: of another kind': [jwksPath, () => json({ keys: [{ ...jwk, alg: 'EdDSA' }] }), /a key for EdDSA/],
    'keys: too short': [
      jwksPath,
      () => json({ keys: [{ ...short, kid: 'a', alg: 'RS256' }] }),
      /a key for RS256/,
    ],
    'keys: a thousand': [
      jwksPath,
      () => json({ keys: Array.from({ length: 1000 }, () => ({})) }),
      /more than 100 keys/,
    ],
    'an answer without end': [
      jwksPath,
      () => new Response(new ReadableStream({ pull: (body) => body.enqueue(new Uint8Array(1 << 16)) })),
      /more than 1048576 bytes/,
    ],
    'bytes that are no text': [jwksPath, () => new Response(Uint8Array.of(0x7b, 0xff)), /answered no text/],
  }
  for (const [name, [path, answer, message]] of Object.entries(documents)) {
    test(name, async () => {
      const { wire, verifier, accessToken } = await open()
      wire.answer((asked) => (asked === path ? answer() : null))
      const failed = await verifier.ready().catch((error: unknown) => error)
      expect(failed).toBeInstanceOf(IssuerError)
      expect((failed as Error).message).toMatch(message)
      expect(await codeOf(verifier, accessToken)).toBe('keys_unavailable')
      expect(verifier.status().keys.error).toBeInstanceOf(IssuerError)
      wire.answer(() => null)
    })
  }

  test('over HTTP a redirect is not followed: whoever can redirect must not choose the keys', async () => {
    const { origin, close } = listen((request, response) => {
      if (request.url === '/elsewhere')
        return void response.end(JSON.stringify({ issuer: origin, jwks_uri: `${origin}/keys` }))
      if (request.url === '/keys') return void response.end(JSON.stringify({ keys: [jwk] }))
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    onTestFinished(close)
    const verifier = createVerifier({ issuer: origin, audience: 'api', mode: 'local' })
    await expect(verifier.ready()).rejects.toThrow('answered 302')
  })

  test('keys that are for something else are left out', async () => {
    const { wire, verifier } = await open()
    const others = [
      { ...jwk, use: 'enc' },
      { ...jwk, alg: 'ES512' },
      { ...jwk, alg: undefined },
      { kty: 'unknown' },
    ]
    wire.answer((asked) => (asked === jwksPath ? json({ keys: [...others, jwk] }) : null))
    await verifier.ready()
    expect(verifier.status().keys.count).toBe(1)
  })
})

test('a token that was accepted is accepted until it expires, by this clock and five seconds', async () => {
  const { verifier, accessToken, pass } = await open()
  expect(await codeOf(verifier, accessToken)).toBe('ok')
  pass(hours(24))
  expect(await codeOf(verifier, accessToken)).toBe('ok')
  pass(6_000)
  for (let again = 0; again < 2; again++) expect(await codeOf(verifier, accessToken)).toBe('expired')
})

test('discovery of an issuer with a path stands before that path (RFC 8414 §3.1)', async () => {
  const { wire, verifier } = await open('/tenant')
  await verifier.ready().catch(() => {})
  expect(wire.asked(`${metadataPath}/tenant`)).toBe(1)
})

/** A token that must be looked at with the key itself: the one before it is known already. */
function renewedCheck(token: string): string {
  const end = token.lastIndexOf('.') + 1
  const first = token[end] === 'A' ? 'B' : 'A'
  return token.slice(0, end) + first + token.slice(end + 1)
}
