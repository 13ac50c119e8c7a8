import { generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto'
import * as fc from 'fast-check'
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createVerifier, type Verdict, type Verifier, VerifyError, type VerifierOptions } from '../index.ts'
import { createTestIssuer, type TestAlgorithm, type TestIssuer } from '../testing.ts'
import { must } from '#test/support/must.ts'

/*
 * Whatever comes in: `verify` answers and never rejects, and what it accepts has one reading. jose and `JSON.parse` are
 * the other readers.
 */

const issuer = 'https://issuer.example'
const audience = 'https://api.example.com'
const kid = 'key-1'
const now = Date.UTC(2026, 0, 1)
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }
const metadata = {
  issuer,
  jwks_uri: `${issuer}/keys`,
  introspection_endpoint: `${issuer}/introspect`,
  revocation_feed_endpoint: `${issuer}/revocations`,
}

const goodHeader = { alg: 'ES256', typ: 'at+jwt', kid }
const goodClaims = {
  iss: issuer,
  sub: 'ada',
  aud: audience,
  client_id: 'app',
  iat: now / 1000,
  exp: now / 1000 + 900,
  jti: 'token-1',
  sid: 'session-1',
  epoch: 0,
  roles: ['editor'],
}

type Bytes = string | Uint8Array
const encode = (bytes: Bytes): string => Buffer.from(must(bytes)).toString('base64url')

/** Signs bytes as they are: what a broken issuer could send, or what an attacker would have it sign. */
function signed(header: Bytes, payload: Bytes, key: KeyObject = privateKey): string {
  const input = `${encode(header)}.${encode(payload)}`
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${encode(signature)}`
}

const json = (value: unknown): string => JSON.stringify(value)
const good = (claims: object = {}): string => signed(json(goodHeader), json({ ...goodClaims, ...claims }))

type Answers = Record<string, (request: Request) => Response | Promise<Response>>

/** A verifier whose issuer answers as it should, but for what is given. It keeps nothing. */
function open(answers: Answers = {}, options: Partial<VerifierOptions> = {}): Verifier {
  const all: Answers = {
    '/.well-known/oauth-authorization-server': () => Response.json(metadata),
    '/keys': () => Response.json({ keys: [jwk] }),
    ...answers,
  }
  const verifier = createVerifier({
    issuer,
    audience,
    mode: 'local',
    cachedTokens: 0,
    now: () => now,
    fetch: async (url, init) => {
      const request = new Request(url, init)
      return (await all[new URL(url).pathname]?.(request)) ?? new Response(null, { status: 404 })
    },
    ...options,
  })
  onTestFinished(() => verifier.close())
  return verifier
}

/** The digits of base64url, in their order (RFC 4648 §5). */
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('')

/** Throws where it does not answer as it promises. */
async function verdictOf(
  verifier: Verifier,
  token: string,
  presented?: Parameters<Verifier['verify']>[1],
): Promise<Verdict> {
  const verdict = await verifier.verify(token, presented)
  if (!verdict.ok) expect(verdict.error).toBeInstanceOf(VerifyError)
  return verdict
}

/** Other readers see the same in it, and nobody can change what was read. */
async function expectOneReading(token: string, verdict: Verdict): Promise<void> {
  if (!verdict.ok) return
  const [header = '', payload = '', signature = '', ...rest] = token.split('.')
  expect(rest).toEqual([])
  for (const segment of [header, payload, signature])
    expect(Buffer.from(segment, 'base64url').toString('base64url')).toBe(segment)
  expectNoDoubt(header)
  const text = expectNoDoubt(payload)
  const { claims } = verdict
  expect(claims).toEqual(JSON.parse(text))
  expect(claims).toEqual(decodeJwt(token))
  const reference = await jwtVerify(token, publicKey, {
    issuer,
    audience,
    typ: 'at+jwt',
    algorithms: ['ES256'],
    currentDate: new Date(now),
    clockTolerance: 5,
  })
  expect(claims).toEqual(reference.payload)
  expect(decodeProtectedHeader(token)).toEqual({ ...goodHeader, typ: reference.protectedHeader.typ })
  expectTyped(claims)
  expectFrozen(claims)
}

const shapes: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  strings: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  time: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 2 ** 53 - 1,
}

/** Applications compare without looking: a role `admin` is no list, and no list is a role. */
function expectTyped(claims: object): void {
  const named = {
    string: ['iss', 'sub', 'client_id', 'jti', 'sid', 'scope', 'acr'],
    strings: ['roles', 'permissions', 'amr'],
    time: ['exp', 'iat', 'nbf', 'epoch', 'auth_time'],
  }
  for (const [shape, names] of Object.entries(named))
    for (const [name, value] of Object.entries(claims))
      if (names.includes(name)) expect(must(shapes[shape])(value), name).toBe(true)
}

/** Expects UTF-8 that every reader decodes alike, without members that readers take from different places. */
function expectNoDoubt(segment: string): string {
  const bytes = Buffer.from(segment, 'base64url')
  const text = bytes.toString('utf8')
  expect(Buffer.from(text).equals(bytes)).toBe(true)
  const names = namesIn(JSON.parse(text))
  const colons = text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '').split(':').length - 1
  expect(names).toHaveLength(colons)
  for (const name of ['__proto__', 'constructor', 'prototype']) expect(names).not.toContain(name)
  return text
}

function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const names = Array.isArray(value) ? [] : Object.keys(value)
  return [...names, ...Object.values(value).flatMap(namesIn)]
}

function expectFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  expect(Object.isFrozen(value)).toBe(true)
  for (const each of Object.values(value)) expectFrozen(each)
}

describe('any text', () => {
  const base64url = fc.string({ unit: fc.constantFrom(...digits), maxLength: 60 })
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: 'binary-ascii', maxLength: 200 }),
    fc
      .array(fc.oneof(base64url, fc.json().map(encode), fc.string()), { maxLength: 5 })
      .map((parts) => parts.join('.')),
  )

  test('is refused by every mode, with a code', async () => {
    const introspect = { '/introspect': () => Response.json({ active: false }) }
    const verifiers = [open(), open(introspect, { mode: 'introspect', credential: 'lkk_ours' })]
    await fc.assert(
      fc.asyncProperty(text, async (token) => {
        for (const verifier of verifiers) expect((await verdictOf(verifier, token)).ok).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })

  test('beside a good token is no proof, and no reason to fail', async () => {
    const verifier = open()
    const bound = good({ cnf: { jkt: 'A'.repeat(43) } })
    await fc.assert(
      fc.asyncProperty(text, text, text, text, async (scheme, proof, method, url) => {
        const presented = { scheme, dpop: { proof, method, url }, certificate: Buffer.from(proof) }
        expect((await verdictOf(verifier, bound, presented)).ok).toBe(false)
        expect((await verdictOf(verifier, bound, { ...presented, scheme: 'DPoP' })).ok).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  test('however long or deep is refused, and nothing of it is kept', async () => {
    let fetches = 0
    const keys = () => {
      fetches++
      return Response.json({ keys: [jwk] })
    }
    const verifier = open({ '/keys': keys }, { cachedTokens: 20_000 })
    const deep = '['.repeat(3000)
    for (const token of [
      'A'.repeat(50_000_000),
      `${'A'.repeat(10_000_000)}.${'A'.repeat(10_000_000)}.`,
      '.'.repeat(10_000_000),
      'lkk_'.repeat(1_000_000),
      signed(json(goodHeader), deep),
      signed(deep, json(goodClaims)),
      signed(json(goodHeader), `{"a":${deep}${']'.repeat(3000)}}`),
      signed(json(goodHeader), `{"a":${'9'.repeat(5000)}}`),
      signed(json(goodHeader), `{"a":"${'\\u0061'.repeat(900)}"}`),
      signed(
        json(goodHeader),
        json(Object.fromEntries(Array.from({ length: 600 }, (_, at) => [`m${at}`, 0]))),
      ),
    ])
      expect(await verdictOf(verifier, token)).toMatchObject({ ok: false })
    for (let at = 0; at < 300; at++)
      await verdictOf(verifier, signed(json({ ...goodHeader, kid: `unknown-${at}` }), json(goodClaims)))
    expect(verifier.status().cachedTokens).toBe(0)
    expect(fetches).toBe(1)
  })
})

describe('a token that is changed', () => {
  const others = [...'.=+/ \n\r\t\0"{}~%'.split(''), 'é', '\u212A', '\uFEFF', '\uD800', 'A\u0301']

  async function openIssuer(algorithm: TestAlgorithm): Promise<{ issuer: TestIssuer; verifier: Verifier }> {
    const issuer = await createTestIssuer({ algorithm })
    const verifier = createVerifier({ ...issuer.trust, mode: 'local', cachedTokens: 0 })
    onTestFinished(() => verifier.close())
    return { issuer, verifier }
  }

  test.each(['ES256', 'EdDSA', 'RS256', 'PS256'] as const)(
    'in any one character is refused (%s)',
    async (algorithm) => {
      const { issuer, verifier } = await openIssuer(algorithm)
      const token = issuer.token()
      expect((await verdictOf(verifier, token)).ok).toBe(true)
      const signature = token.lastIndexOf('.')
      for (let at = 0; at < token.length; at++) {
        const [before, character, after] = [token.slice(0, at), must(token[at]), token.slice(at + 1)]
        const digit = digits.indexOf(character)
        // The last characters have the stray bits: there all of them, elsewhere those that differ in one bit.
        const isLast = at === signature - 1 || at === token.length - 1 || token[at + 1] === '.'
        const near = [1, 2, 4, 8, 16, 32].map((bit) => digits[digit ^ bit] ?? 'A')
        const changed = [
          ...(isLast ? digits : near),
          ...(at % 16 === 0 || isLast ? others : []),
          '',
          character + character,
          swapCase(character),
        ]
        for (const each of new Set(changed)) {
          if (each === character) continue
          const verdict = await verifier.verify(before + each + after)
          if (verdict.ok) expect.fail(`${character} at ${at} may as well be ${JSON.stringify(each)}`)
        }
      }
      for (const each of [...digits, ...others])
        for (const longer of [token + each, each + token])
          expect((await verdictOf(verifier, longer)).ok, JSON.stringify(each)).toBe(false)
    },
  )

  test('in its segments is refused: swapped, doubled, cut, or taken from another token', async () => {
    const { issuer, verifier } = await openIssuer('ES256')
    const [one, other] = [issuer.token(), issuer.token({ roles: ['admin'] })].map((token) => token.split('.'))
    const pieces = [...must(one), ...must(other), '']
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...pieces), fc.nat(400)), { maxLength: 5 }),
        fc.boolean(),
        async (chosen, whole) => {
          const token = chosen.map(([piece, length]) => (whole ? piece : piece.slice(0, length))).join('.')
          const isOriginal = token === must(one).join('.') || token === must(other).join('.')
          expect((await verdictOf(verifier, token)).ok).toBe(isOriginal)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('in its bytes is refused: any bit flipped', async () => {
    const verifier = open()
    const segments = good().split('.')
    for (const [at, segment] of segments.entries()) {
      const bytes = Buffer.from(segment, 'base64url')
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        const token = segments.with(at, flipped.toString('base64url')).join('.')
        expect((await verdictOf(verifier, token)).ok).toBe(false)
      }
    }
  })
})

/** Claims and headers as JSON could be written, by somebody who holds the key and means no good. */
const odd = {
  value: fc.oneof(
    fc.constantFrom<unknown>(null, true, 0, -1, -0, 0.5, 2 ** 53, 1e300, '', 'ada', [], {}, [null], ['a', 1]),
    fc.jsonValue({ maxDepth: 3 }),
    fc.string({ unit: 'binary', maxLength: 10 }),
  ),
  number: fc.constantFrom(
    '1e400',
    '-1e400',
    '1E2',
    '1.0',
    '-0',
    '9'.repeat(400),
    `${now / 1000 + 900}.0`,
    '0.1e1',
  ),
  name: fc.oneof(
    fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      '\\u005f_proto__',
      '',
    ),
    fc.constantFrom(
      ...Object.keys(goodClaims),
      'nbf',
      'cnf',
      'scope',
      'permissions',
      'amr',
      'acr',
      'auth_time',
    ),
    fc.constantFrom('\\u0073ub', 's\\u0075b', 'ſub', 'SUB', 'sub\\u0000', '\\ud800', 'e\\u0301', 'é'),
    fc.string({ maxLength: 6 }).map((text) => json(text).slice(1, -1)),
  ),
  space: fc.constantFrom(
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    ' ',
    '\n',
    '\r\n',
    '\t',
    '\u00a0',
    '\uFEFF',
    '\v',
    '//',
    '\0',
  ),
}

const member = fc
  .tuple(odd.name, fc.oneof(odd.value.map(json), odd.number))
  .map(([name, value]) => `"${name}":${value}`)

/** The members of an object, with others between them, some twice, some left out; rarely far from what is accepted. */
const objectText = (members: Record<string, unknown>, extra: fc.Arbitrary<string[]>) =>
  fc
    .tuple(
      fc.oneof(
        { weight: 4, arbitrary: fc.constant(Object.entries(members)) },
        fc.subarray(Object.entries(members)),
      ),
      extra,
      odd.space,
      odd.space,
      fc.constantFrom('', '', '', '', '', '', ',', '}', '\0', ' {}'),
    )
    .map(([kept, added, before, between, after]) => {
      const own = kept.map(([name, value]) => `${json(name)}:${json(value)}`)
      return `${before}{${[...own, ...added].join(`,${between}`)}}${after}`
    })

const bytesOf = (text: string): fc.Arbitrary<Bytes> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant<Bytes>(text) },
    // Overlong, cut off, alone, a surrogate, beyond Unicode, another encoding.
    ...(['c0af', 'e2', '80', 'eda080', 'f4908080', 'fffe'] as const).map((hex) => ({
      weight: 1,
      arbitrary: fc.nat(text.length).map((at) => splice(Buffer.from(text), at, Buffer.from(hex, 'hex'))),
    })),
    { weight: 1, arbitrary: fc.constant<Bytes>(Buffer.from(text, 'utf16le')) },
    { weight: 1, arbitrary: fc.constant<Bytes>(Buffer.from(`\uFEFF${text}`)) },
  )

const splice = (bytes: Buffer, at: number, added: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)])

const few = (arbitrary: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant<string[]>([]) }, fc.array(arbitrary, { maxLength: 2 }))

describe('what the issuer’s own key has signed', () => {
  test('has one reading or is refused: any claims', async () => {
    const verifier = open()
    const payload = objectText(goodClaims, few(member)).chain(bytesOf)
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(payload, async (bytes) => {
        const token = signed(json(goodHeader), bytes)
        const verdict = await verdictOf(verifier, token)
        await expectOneReading(token, verdict)
        if (verdict.ok) accepted++
      }),
      { numRuns: 3000 },
    )
    // Neither everything nor nothing: both ways were seen.
    expect(accepted).toBeGreaterThan(100)
    expect(accepted).toBeLessThan(2900)
  })

  test('has one reading or is refused: any header', async () => {
    const verifier = open()
    const games = fc.constantFrom(
      '"alg":"none"',
      '"alg":"None"',
      '"alg":"es256"',
      '"alg":"HS256"',
      '"alg":"RS256"',
      '"alg":["ES256"]',
      '"\\u0061lg":"none"',
      '"typ":"JWT"',
      '"kid":"__proto__"',
      '"kid":"constructor"',
      '"kid":null',
      '"b64":false,"crit":["b64"]',
      '"crit":[]',
      '"zip":"DEF"',
      '"jku":"https://attacker.example"',
      `"jwk":${json(jwk)}`,
      '"x5c":["MIIB"]',
    )
    const types = fc.constantFrom(
      'at+jwt',
      'at+jwt',
      'AT+JWT',
      'application/at+jwt',
      'jwt',
      'at+jwt ',
      'at+\u212Awt',
    )
    const header = types.chain((typ) =>
      objectText({ ...goodHeader, typ }, few(fc.oneof(games, member))).chain(bytesOf),
    )
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(header, async (bytes) => {
        const token = signed(bytes, json(goodClaims))
        const verdict = await verdictOf(verifier, token)
        await expectOneReading(token, verdict)
        if (verdict.ok) accepted++
      }),
      { numRuns: 2000 },
    )
    expect(accepted).toBeGreaterThan(50)
    expect(accepted).toBeLessThan(1950)
  })

  test('is what it is, whoever else has seen it: nobody can change claims that are shared', async () => {
    const verifier = open({}, { cachedTokens: 100 })
    const token = good({ cnf: {}, address: { country: { name: 'GB' }, lines: [{ text: 'one' }] } })
    const [first, second] = [await verdictOf(verifier, token), await verdictOf(verifier, token)]
    if (!first.ok || !second.ok) throw new Error('refused')
    expectFrozen(first.claims)
    expectFrozen(second.claims)
  })
})

describe('a proof that is changed', () => {
  const request = { method: 'POST', url: 'https://api.example.com/notes' }

  test('in any one character is refused', async () => {
    const issuer = await createTestIssuer()
    const verifier = createVerifier({ ...issuer.trust, mode: 'local' })
    const key = await issuer.dpopKey()
    const token = issuer.token({ cnf: key.cnf })
    const proof = key.proof({ token, ...request })
    for (let at = 0; at < proof.length; at++)
      for (const each of ['', 'A', 'B', '_', '.', '=', ' ', ',', swapCase(must(proof[at]))]) {
        if (each === proof[at]) continue
        const changed = proof.slice(0, at) + each + proof.slice(at + 1)
        const verdict = await verdictOf(verifier, token, {
          scheme: 'DPoP',
          dpop: { proof: changed, ...request },
        })
        expect(verdict.ok).toBe(false)
      }
    expect((await verdictOf(verifier, token, { scheme: 'DPoP', dpop: { proof, ...request } })).ok).toBe(true)
  })

  test('in its header or claims is refused, by whomever it is signed', async () => {
    const issuer = await createTestIssuer()
    const verifier = createVerifier({ ...issuer.trust, mode: 'local' })
    const token = issuer.token({ cnf: { jkt: 'A'.repeat(43) } })
    const key = await issuer.dpopKey()
    const [header, payload] = key.proof({ token, ...request }).split('.')
    const { jwk: own, ...rest } = JSON.parse(Buffer.from(must(header), 'base64url').toString()) as {
      jwk: object
    }
    const names = fc.oneof(
      fc.constantFrom(
        'EC',
        'OKP',
        'RSA',
        'oct',
        'constructor',
        'toString',
        'hasOwnProperty',
        '__proto__',
        'valueOf',
      ),
      odd.value,
    )
    const kinds = fc.record(
      { kty: names, crv: names, x: odd.value, y: odd.value, n: odd.value, e: odd.value },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(kinds, odd.value, fc.boolean(), async (changes, value, isWhole) => {
        const jwk = isWhole ? value : { ...own, ...changes }
        const proof = signed(json({ ...rest, jwk }), Buffer.from(must(payload), 'base64url'))
        expect((await verdictOf(verifier, token, { scheme: 'DPoP', dpop: { proof, ...request } })).ok).toBe(
          false,
        )
      }),
      { numRuns: 1000, examples: [[{ kty: 'constructor' }, null, false]] },
    )
  })
})

/** A document with something changed somewhere in it. */
const changed = (document: unknown): fc.Arbitrary<unknown> => {
  const places = placesIn(document)
  return fc.tuple(fc.constantFrom(...places), odd.value, fc.boolean()).map(([place, value, isRemoved]) => {
    const copy: { root: unknown } = structuredClone({ root: document })
    let at = copy as Record<string, unknown>
    for (const name of place.slice(0, -1)) at = at[name] as Record<string, unknown>
    if (isRemoved) delete at[must(place.at(-1))]
    else at[must(place.at(-1))] = value
    return copy.root
  })
}

function placesIn(value: unknown, at: string[] = ['root']): string[][] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([name, each]) => placesIn(each, [...at, name]))]
}

const bodyOf = (document: unknown): fc.Arbitrary<Bytes> => {
  const text = changed(document).map((value) => json(value) ?? '')
  return fc.oneof(text, text.chain(bytesOf), fc.string({ unit: 'binary' }), fc.uint8Array())
}

const answering = (body: Bytes) => () =>
  new Response(body as BodyInit, { headers: { 'content-type': 'application/json' } })

/** As `fetch` itself reads it: a byte order mark before it is passed over (RFC 8259 §8.1). */
const readAnswer = async (body: Bytes): Promise<Record<string, unknown>> =>
  (await new Response(body as BodyInit).json()) as Record<string, unknown>

describe('an issuer that answers nonsense', () => {
  const token = good()

  test('as a key set: the token is accepted by its own key or not at all', async () => {
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
    const other = { ...stranger, kid: 'key-2', alg: 'ES256', use: 'sig' }
    const sets = [{ keys: [jwk, other] }, { keys: [{ ...other, kid }, jwk] }].map(bodyOf)
    await fc.assert(
      fc.asyncProperty(fc.oneof(...sets), async (body) => {
        const verifier = open({ '/keys': answering(body) })
        const verdict = await verdictOf(verifier, token)
        await verifier.ready().catch((error: Error) => expect(error.name).toBe('IssuerError'))
        if (!verdict.ok) return
        const { keys } = (await readAnswer(body)) as { keys: Record<string, unknown>[] }
        // Others are left out, whatever their name (RFC 7517 §5).
        const serves = (key: Record<string, unknown> | null) =>
          key?.kid === kid && key.alg === 'ES256' && (!('use' in key) || key.use === 'sig')
        expect(keys.filter(serves)).toMatchObject([{ x: jwk.x, y: jwk.y }])
      }),
      { numRuns: 1000 },
    )
  })

  test('as metadata: nobody else’s keys are asked for', async () => {
    await fc.assert(
      fc.asyncProperty(bodyOf(metadata), async (body) => {
        const verifier = open({ '/.well-known/oauth-authorization-server': answering(body) })
        const verdict = await verdictOf(verifier, token)
        await verifier.ready().catch((error: Error) => expect(error.name).toBe('IssuerError'))
        if (!verdict.ok) expect(verdict.error.code).toBe('keys_unavailable')
        else expect(await readAnswer(body)).toMatchObject({ issuer })
      }),
      { numRuns: 500 },
    )
  })

  test('at introspection: only what is said to be active is', async () => {
    const answer = { active: true, token_type: 'access_token', ...goodClaims }
    await fc.assert(
      fc.asyncProperty(bodyOf(answer), async (body) => {
        const verifier = open(
          { '/introspect': answering(body) },
          { mode: 'introspect', credential: 'lkk_ours' },
        )
        const verdict = await verdictOf(verifier, token)
        if (!verdict.ok) return
        const { active, token_type: kind, ...claims } = await readAnswer(body)
        expect([active, kind]).toEqual([true, verdict.kind])
        expect(verdict.claims).toEqual(claims)
        expect(verdict.claims.iss).toBe(issuer)
        expectFrozen(verdict.claims)
      }),
      { numRuns: 1000 },
    )
  })

  test('without end: no more than a megabyte is taken of it', async () => {
    for (const path of ['/.well-known/oauth-authorization-server', '/keys']) {
      let sent = 0
      const endless = () =>
        new Response(
          new ReadableStream<Uint8Array>({
            pull(controller) {
              sent += 65_536
              controller.enqueue(new Uint8Array(65_536).fill(32))
            },
          }),
        )
      expect(await verdictOf(open({ [path]: endless }), token)).toMatchObject({
        error: { code: 'keys_unavailable' },
      })
      expect(sent).toBeLessThan(2_000_000)
    }
  })
})

describe('a revocation feed', () => {
  const page = (members: object = {}) => ({
    log: 'one',
    since: 0,
    entries: [],
    cursor: 0,
    reset: false,
    complete: true,
    at: '2026-01-01T00:00:00.000Z',
    ...members,
  })
  const entry = {
    seq: 1,
    kind: 'session',
    hash: hash('sha256', 'session:session-1', 'buffer').subarray(0, 16).toString('base64url'),
    at: '2026-01-01T00:00:00.000Z',
    until: '2999-01-01T00:00:00.000Z',
  }
  const revoking = page({ entries: [entry], cursor: 1 })
  const token = good()

  /** One stream of these pieces; whoever comes again is told that there is none. */
  function following(pieces: readonly Bytes[]): Verifier {
    let asked = 0
    const answer = () => {
      if (asked++ > 0) return new Response(null, { status: 503 })
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const piece of pieces) controller.enqueue(Buffer.from(must(piece)))
          controller.close()
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    }
    return open({ '/revocations': answer }, { mode: 'local+feed' })
  }

  async function through(pieces: readonly Bytes[]): Promise<Verdict> {
    const verifier = following(pieces)
    const verdict = await verdictOf(verifier, token)
    verifier.close()
    return verdict
  }

  test('is read the same however it is cut into pieces, and whatever ends its lines', async () => {
    const cuts = fc.array(fc.nat(400), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(cuts, fc.constantFrom('\n', '\r\n', '\r'), async (places, end) => {
        const lines = [
          'retry: 1000',
          '',
          'id: 1',
          'event: revocations',
          `data: ${json(revoking)}`,
          '',
          ': ',
          '',
        ]
        const bytes = Buffer.from(lines.join(end) + end)
        const at = [0, ...places.toSorted((a, b) => a - b), bytes.length]
        const pieces = at.slice(1).map((to, index) => bytes.subarray(at[index], to))
        expect(await through(pieces)).toMatchObject({ ok: false, error: { code: 'revoked' } })
      }),
      { numRuns: 100 },
    )
  })

  test('of nonsense lets nothing through that it would have refused', async () => {
    const heartbeat = fc.constantFrom<Bytes>(json(page()), json(page({ since: 1, cursor: 1 })))
    const event = fc.oneof(heartbeat, bodyOf(page()), bodyOf(revoking)).map((body) => Buffer.from(must(body)))
    const field = fc.constantFrom('data: ', 'data:', ' data: ', 'id: ', 'DATA: ', '')
    const good = Buffer.from(`data: ${json(revoking)}\n\n`)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(field, event), { maxLength: 3 }), async (events) => {
        const nonsense = events.flatMap(([name, body]) => [Buffer.from(name), body, Buffer.from('\n\n')])
        await through(nonsense)
        // The revocation came first: no nonsense after it makes it undone.
        const verdict = await through([good, ...nonsense])
        expect(verdict).toMatchObject({ ok: false, error: { code: 'revoked' } })
      }),
      { numRuns: 80 },
    )
  })
})

function swapCase(character: string): string {
  const upper = character.toUpperCase()
  return upper === character ? character.toLowerCase() : upper
}
