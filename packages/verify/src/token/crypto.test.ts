import { constants, createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Algorithm } from './algorithms.ts'
import * as node from './crypto-node.ts'
import * as web from './crypto-web.ts'

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
const kinds = {
  ES256: {
    generate: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    sign: (input: Buffer, key: KeyObject) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' }),
  },
  EdDSA: {
    generate: () => generateKeyPairSync('ed25519'),
    sign: (input: Buffer, key: KeyObject) => sign(null, input, key),
  },
  RS256: {
    generate: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    sign: (input: Buffer, key: KeyObject) => sign('sha256', input, key),
  },
  PS256: {
    generate: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    sign: (input: Buffer, key: KeyObject) => sign('sha256', input, { key, ...pss }),
  },
} as const

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('%s', (algorithm) => {
  const { publicKey, privateKey } = kinds[algorithm].generate()
  const jwk = publicKey.export({ format: 'jwk' }) as Record<string, unknown>

  test('Node and Web Crypto accept the same signatures, hundreds of them, and refuse each that was changed', async () => {
    const keys = [node.importJwk(jwk, algorithm), await web.importJwk(jwk, algorithm)] as const
    // Enough that both halves of an ECDSA signature begin with zeros and with high bits.
    for (let each = 0; each < (algorithm === 'ES256' ? 600 : 10); each++) {
      const input = `header.payload-${each}`
      const signature = kinds[algorithm].sign(Buffer.from(input), privateKey)
      expect(node.verifySignature(algorithm, keys[0], input, signature), input).toBe(true)
      if (each < 50) expect(await web.verifySignature(algorithm, keys[1], input, signature)).toBe(true)
      const changed = Buffer.from(signature)
      changed[each % changed.length]! ^= 1
      expect(node.verifySignature(algorithm, keys[0], input, changed)).toBe(false)
      if (each < 50) expect(await web.verifySignature(algorithm, keys[1], input, changed)).toBe(false)
    }
  })

  test('a signature of the wrong length, or of nothing but zeros, is a wrong one', async () => {
    const keys = [node.importJwk(jwk, algorithm), await web.importJwk(jwk, algorithm)] as const
    const good = kinds[algorithm].sign(Buffer.from('a.b'), privateKey)
    const bad = [
      good.subarray(1),
      Buffer.concat([good, Buffer.of(0)]),
      Buffer.alloc(good.length),
      Buffer.of(1),
    ]
    for (const signature of bad) {
      expect(node.verifySignature(algorithm, keys[0], 'a.b', signature)).toBe(false)
      expect(await web.verifySignature(algorithm, keys[1], 'a.b', signature)).toBe(false)
    }
  })

  test.runIf(jwk.kty === 'RSA')('a signature that begins with zeros is none without them', async () => {
    const keys = [node.importJwk(jwk, algorithm), await web.importJwk(jwk, algorithm)] as const
    let [input, signature] = ['', Buffer.alloc(0)]
    // One in 256 does.
    for (let each = 0; signature[0] !== 0; each++) {
      input = `a.${each}`
      signature = kinds[algorithm].sign(Buffer.from(input), privateKey)
    }
    expect(node.verifySignature(algorithm, keys[0], input, signature)).toBe(true)
    expect(node.verifySignature(algorithm, keys[0], input, signature.subarray(1))).toBe(false)
    expect(await web.verifySignature(algorithm, keys[1], input, signature.subarray(1))).toBe(false)
  })

  test('a key of another kind is none', async () => {
    for (const [name, { generate }] of Object.entries(kinds)) {
      const other = generate().publicKey.export({ format: 'jwk' }) as Record<string, unknown>
      if (other.kty === jwk.kty && other.crv === jwk.crv) continue
      expect(() => node.importJwk(other, algorithm), name).toThrow()
      await expect(web.importJwk(other, algorithm), name).rejects.toThrow()
    }
  })
})

test('a shared secret is checked on Node alone, and is never a public key', async () => {
  const secret = { kty: 'oct', k: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }
  expect(() => node.importJwk(secret, 'HS256')).toThrow()
  await expect(web.importJwk(secret, 'HS256')).rejects.toThrow()
  const { publicKey } = kinds.RS256.generate()
  const jwk = publicKey.export({ format: 'jwk' }) as Record<string, unknown>
  expect(() => node.importJwk(jwk, 'HS256' satisfies Algorithm)).toThrow()
})

test('a wrong curve and short keys are refused', async () => {
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' })
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
  for (const [jwk, algorithm] of [
    [curve, 'ES256'],
    [short, 'RS256'],
    [short, 'PS256'],
  ] as const) {
    expect(() => node.importJwk(jwk as Record<string, unknown>, algorithm)).toThrow()
    await expect(web.importJwk(jwk as Record<string, unknown>, algorithm)).rejects.toThrow()
  }
})

test('hashes and encodings are the same', async () => {
  for (const text of ['', 'a', 'session:0190', 'ü€😀', 'x'.repeat(1000)]) {
    const expected = createHash('sha256').update(text).digest()
    expect(Buffer.from(node.sha256(text))).toEqual(expected)
    expect(Buffer.from(await web.sha256(text))).toEqual(expected)
    expect(web.base64urlOf(expected)).toBe(expected.toString('base64url'))
    expect(node.base64urlOf(expected)).toBe(expected.toString('base64url'))
    expect(Buffer.from(web.bytesOfBase64url(expected.toString('base64url')))).toEqual(expected)
  }
})
