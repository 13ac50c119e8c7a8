import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { publicKeyAlgorithms } from '../token/algorithms.ts'
import { readJwkSet } from './jwk-set.ts'

const jwk = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
const key = { ...jwk, kid: 'one', alg: 'EdDSA', use: 'sig' }
const read = async (keys: unknown) => [
  ...(await readJwkSet({ keys }, publicKeyAlgorithms, 'https://a.example/jwks')).keys(),
]

test('a set holds a hundred keys at most', async () => {
  const keys = Array.from({ length: 101 }, (_, index) => ({ ...key, kid: `${index}` }))
  expect(await read(keys.slice(1))).toHaveLength(100)
  await expect(read(keys)).rejects.toThrow('more than 100 keys')
})

test.each<[string, object]>([
  ['an algorithm that is not asked for', { alg: 'HS256' }],
  ['no algorithm', { alg: undefined }],
  ['another use', { use: 'enc' }],
  ['no name', { kid: undefined }],
  ['a number for a name', { kid: 1 }],
])('one with %s is left out, and the others stay (RFC 7517 §5)', async (_, change) => {
  expect(
    await read([
      { ...key, ...change },
      { ...key, kid: 'two' },
    ]),
  ).toEqual(['two'])
})

test('one that does not say its use is for signatures', async () => {
  expect(await read([{ ...key, use: undefined }])).toEqual(['one'])
})

test.each<[string, unknown, string]>([
  ['no list', {}, 'no list of keys'],
  ['a key that is no object', ['one'], 'no object'],
  ['a key that is null', [null], 'no object'],
  ['a private key', [{ ...key, d: 'AAAA' }], 'publishes a secret'],
  ['a shared secret', [{ kty: 'oct', k: 'AAAA', kid: 'one' }], 'publishes a secret'],
  ['two keys of one name', [key, key], 'two keys'],
  ['a key that is none', [{ ...key, x: 'AAAA' }], 'that is none'],
])('%s is no set', async (_, keys, says) => {
  await expect(read(keys)).rejects.toThrow(says)
})
