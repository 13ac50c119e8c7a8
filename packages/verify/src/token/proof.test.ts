import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createProofCheck, type Presented } from './proof.ts'
import type { VerifyError } from './verify-error.ts'

const url = 'https://api.example.com/notes'
const token = 'the.access.token'
const claims = { iss: 'https://auth.example.com', sub: 'user' }
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const sha256 = (value: string | Buffer): string => createHash('sha256').update(value).digest('base64url')

interface ProofParts {
  header?: object
  payload?: object
  key?: KeyObject
}

/** A holder of a key, whose proofs are right unless told otherwise. */
function createHolder(now = () => Date.now()) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })
  const jwk = { kty, crv, x, y }
  const jkt = sha256(JSON.stringify({ crv, kty, x, y }))
  const checks = createProofCheck(now)
  return { jwk, jkt, privateKey, prove, codeOf }

  function prove({ header, payload, key = privateKey }: ProofParts = {}): string {
    const iat = Math.floor(now() / 1000)
    const claims = { jti: randomUUID(), htm: 'GET', htu: url, iat, ath: sha256(token), ...payload }
    const input = `${encode({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header })}.${encode(claims)}`
    return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  }

  async function codeOf(
    proof: string,
    presented: Partial<Presented> = {},
    cnf: object = { jkt },
  ): Promise<string> {
    try {
      const dpop = { proof, method: 'GET', url }
      await checks.check(token, { ...claims, cnf }, { scheme: 'DPoP', dpop, ...presented })
      return 'ok'
    } catch (error) {
      return (error as VerifyError).code
    }
  }
}

describe('DPoP proofs (RFC 9449 §4.3)', () => {
  test('the right one passes; query and fragment do not count, letters of the scheme neither', async () => {
    const { prove, codeOf } = createHolder()
    expect(await codeOf(prove())).toBe('ok')
    const dpop = { proof: prove(), method: 'GET', url: `${url}?page=2#top` }
    expect(await codeOf('', { scheme: 'dpop', dpop })).toBe('ok')
    expect(await codeOf(prove({ payload: { htu: 'https://API.example.com:443/notes' } }))).toBe('ok')
  })

  const wrong: Record<string, (holder: ReturnType<typeof createHolder>) => ProofParts> = {
    '(4) another type': () => ({ header: { typ: 'JWT' } }),
    '(5) no algorithm': () => ({ header: { alg: 'none' } }),
    '(5) a shared secret': () => ({ header: { alg: 'HS256' } }),
    '(6) another key than in the header': () => ({
      key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    }),
    '(7) a private key in the header': ({ jwk, privateKey }) => ({
      header: { jwk: { ...jwk, d: privateKey.export({ format: 'jwk' }).d } },
    }),
    '(8) another method': () => ({ payload: { htm: 'POST' } }),
    '(9) another address': () => ({ payload: { htu: 'https://api.example.com/notes/1' } }),
    '(9) another host': () => ({ payload: { htu: 'https://evil.example/notes' } }),
    '(9) no address': () => ({ payload: { htu: 'notes' } }),
    '(11) too old': () => ({ payload: { iat: Math.floor(Date.now() / 1000) - 70 } }),
    '(11) from the future': () => ({ payload: { iat: Math.floor(Date.now() / 1000) + 70 } }),
    '(11) a time that is text': () => ({ payload: { iat: `${Date.now()}` } }),
    '(12) for another token': () => ({ payload: { ath: sha256('another') } }),
    '(12) for no token': () => ({ payload: { ath: undefined } }),
    'no id': () => ({ payload: { jti: undefined } }),
    'an empty id': () => ({ payload: { jti: '' } }),
    'a long id': () => ({ payload: { jti: 'x'.repeat(257) } }),
    'unknown members of the header': () => ({ header: { crit: ['exp'] } }),
    'a key that is none': () => ({ header: { jwk: { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' } } }),
    'a key that is text': () => ({ header: { jwk: 'key' } }),
  }
  for (const [name, parts] of Object.entries(wrong)) {
    test(`${name}: refused`, async () => {
      const holder = createHolder()
      expect(await holder.codeOf(holder.prove(parts(holder)))).toBe('proof_invalid')
    })
  }

  test('(12) of a key that the token is not bound to: refused', async () => {
    const [holder, thief] = [createHolder(), createHolder()]
    expect(await thief.codeOf(thief.prove(), {}, { jkt: holder.jkt })).toBe('proof_invalid')
  })

  test('(1) two proofs in one header: refused', async () => {
    const { prove, codeOf } = createHolder()
    expect(await codeOf(`${prove()}, ${prove()}`)).toBe('proof_invalid')
  })

  test('(11) used twice, fifty times at once: one passes', async () => {
    const { prove, codeOf } = createHolder()
    const proof = prove()
    const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(proof)))
    expect(codes.filter((code) => code === 'ok')).toHaveLength(1)
  })

  test('(11) and again for as long as its time would let it pass', async () => {
    let time = Date.now()
    const { prove, codeOf } = createHolder(() => time)
    const proof = prove({ payload: { iat: Math.floor(time / 1000) + 59 } })
    expect(await codeOf(proof)).toBe('ok')
    for (let passed = 0; passed < 130; passed += 10, time += 10_000) {
      expect(await codeOf(prove())).toBe('ok')
      expect(await codeOf(proof)).toBe('proof_invalid')
    }
  })

  test('a bound token as Bearer, or without a proof, is refused (RFC 9449 §7.1)', async () => {
    const { prove, codeOf } = createHolder()
    expect(await codeOf(prove(), { scheme: 'Bearer' })).toBe('proof_missing')
    expect(await codeOf('', { dpop: undefined })).toBe('proof_missing')
  })

  test('a token that is not bound is refused as DPoP', async () => {
    const { prove, codeOf } = createHolder()
    expect(await codeOf(prove(), {}, {})).toBe('proof_invalid')
  })
})

describe('certificate-bound tokens (RFC 8705 §3)', () => {
  const certificate = Buffer.from('the certificate in DER')
  const cnf = { 'x5t#S256': sha256(certificate) }
  const bearer = { scheme: 'Bearer', dpop: undefined }

  test('pass with that certificate, and with no other and none', async () => {
    const { codeOf } = createHolder()
    expect(await codeOf('', { ...bearer, certificate }, cnf)).toBe('ok')
    expect(await codeOf('', { ...bearer, certificate: Buffer.from('another') }, cnf)).toBe(
      'wrong_certificate',
    )
    expect(await codeOf('', bearer, cnf)).toBe('wrong_certificate')
  })

  test('a binding that nobody knows here is not taken for one that holds', async () => {
    const { codeOf } = createHolder()
    expect(await codeOf('', bearer, { 'x5t#S512': 'AAAA' })).toBe('proof_missing')
  })
})

describe('the room for proofs', () => {
  /** A service with room for a hundred proofs, and people with a key each. */
  function createService() {
    let time = Date.now()
    const checks = createProofCheck(() => time, 100)
    const open = (sub: string) => {
      const holder = createHolder(() => time)
      return async (): Promise<string> => {
        const dpop = { proof: holder.prove(), method: 'GET', url }
        try {
          await checks.check(token, { ...claims, sub, cnf: { jkt: holder.jkt } }, { scheme: 'DPoP', dpop })
          return 'ok'
        } catch (error) {
          return (error as VerifyError).code
        }
      }
    }
    return { open, pass: (seconds: number) => (time += seconds * 1000) }
  }

  test('one person fills half of it and no more, and everybody else is served', async () => {
    const { open } = createService()
    const [flood, ada, bob] = [open('flood'), open('ada'), open('bob')]
    const verdicts = []
    for (let count = 0; count < 150; count++) verdicts.push(await flood())
    expect(verdicts.indexOf('proof_invalid')).toBe(50)
    expect(verdicts.slice(50).every((verdict) => verdict === 'proof_invalid')).toBe(true)
    for (let count = 0; count < 10; count++) expect([await ada(), await bob()]).toEqual(['ok', 'ok'])
  })

  test('another key of the same person brings no more room', async () => {
    const { open } = createService()
    const keys = Array.from({ length: 10 }, () => open('flood'))
    let accepted = 0
    for (let count = 0; count < 20; count++) for (const key of keys) if ((await key()) === 'ok') accepted++
    expect(accepted).toBe(50)
    expect(await open('ada')()).toBe('ok')
  })

  test('many who fill it together leave room for the next', async () => {
    const { open } = createService()
    for (const flood of Array.from({ length: 9 }, (_, at) => open(`flood ${at}`)))
      for (let count = 0; count < 60; count++) await flood()
    expect(await open('ada')()).toBe('ok')
  })

  test('what has lapsed makes room again', async () => {
    const { open, pass } = createService()
    const flood = open('flood')
    for (let count = 0; count < 60; count++) await flood()
    expect(await flood()).toBe('proof_invalid')
    pass(121)
    for (let count = 0; count < 50; count++) expect(await flood()).toBe('ok')
  })
})
