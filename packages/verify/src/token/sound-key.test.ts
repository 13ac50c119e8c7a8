import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { weakKeys } from '#test/support/weak-keys.ts'
import { readJwkSet } from '../issuer/jwk-set.ts'
import { publicKeyAlgorithms } from './algorithms.ts'
import * as node from './crypto-node.ts'
import * as web from './crypto-web.ts'
import { readDpopProof } from './proof.ts'
import { requireSoundKey } from './sound-key.ts'

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

test.each(Object.entries(weakKeys))(
  '%s is no key, on no platform (RFC 8725 §3.4)',
  async (_, { algorithm, jwk, forge }) => {
    expect(() => node.importJwk(jwk, algorithm)).toThrow()
    await expect(web.importJwk(jwk, algorithm)).rejects.toThrow()
    await expect(
      readJwkSet(
        { keys: [{ ...jwk, kid: 'one', alg: algorithm }] },
        publicKeyAlgorithms,
        'https://a.example',
      ),
    ).rejects.toThrow('that is none')

    const header = encode({ typ: 'dpop+jwt', alg: algorithm, jwk })
    const payload = encode({ jti: 'a', htm: 'GET', htu: 'https://a.example/', iat: 1 })
    const signature = forge?.(`${header}.${payload}`) ?? Buffer.alloc(64, 1)
    const proof = `${header}.${payload}.${Buffer.from(signature).toString('base64url')}`
    expect(await readDpopProof({ proof, method: 'GET', url: 'https://a.example/' })).toBeNull()
  },
)

// Platforms refuse these as well, by their own words and in their own time.
test.each([0, 31, 33, 57])('a point of %s bytes is no key of Ed25519 (RFC 8032 §5.1.5)', (length) => {
  const x = Buffer.alloc(length, 3).toString('base64url')
  expect(() => requireSoundKey({ kty: 'OKP', crv: 'Ed25519', x })).toThrow('of another length')
})

test.each([
  ['RS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['RS256', () => generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 })],
  ['PS256', () => generateKeyPairSync('rsa', { modulusLength: 3072 })],
  ['EdDSA', () => generateKeyPairSync('ed25519')],
  ['ES256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
] as const)('a sound key of %s is one', async (algorithm, generate) => {
  const jwk = generate().publicKey.export({ format: 'jwk' }) as Record<string, unknown>
  expect(() => node.importJwk(jwk, algorithm)).not.toThrow()
  await expect(web.importJwk(jwk, algorithm)).resolves.toBeDefined()
})
