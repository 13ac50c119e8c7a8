import { constants, generateKeyPair, type KeyObject, randomUUID, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { type Algorithm, leastRsaBits } from '../token/algorithms.ts'

/** The algorithms that verifiers accept from others: all with public keys. */
export type TestAlgorithm = Exclude<Algorithm, 'HS256'>

export interface SigningKey {
  kid: string
  algorithm: TestAlgorithm
  key: KeyObject
  publicKey: KeyObject
  publicJwk: Record<string, unknown>
}

type Members = Record<string, unknown>
type Sign = (input: string) => Uint8Array

interface Recipe {
  generate(): Promise<{ privateKey: KeyObject; publicKey: KeyObject }>
  sign(input: Buffer, key: KeyObject): Uint8Array
}

const generate = promisify(generateKeyPair)
const rsa = () => generate('rsa', { modulusLength: leastRsaBits })

/** RFC 7518 §3, RFC 8037 §3.1. */
const recipes: Record<TestAlgorithm, Recipe> = {
  ES256: {
    generate: () => generate('ec', { namedCurve: 'P-256' }),
    sign: (input, key) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' }),
  },
  EdDSA: { generate: () => generate('ed25519'), sign: (input, key) => sign(null, input, key) },
  RS256: { generate: rsa, sign: (input, key) => sign('sha256', input, key) },
  PS256: {
    generate: rsa,
    sign: (input, key) =>
      sign('sha256', input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  },
}

/** New each time: nothing that is signed with it is ever accepted elsewhere. Throws TypeError. */
export async function createSigningKey(algorithm: TestAlgorithm): Promise<SigningKey> {
  const recipe = Object.hasOwn(recipes, algorithm) ? recipes[algorithm] : null
  if (!recipe)
    throw new TypeError(`${algorithm} is none of ${Object.keys(recipes).join(', ')}. See docs/testing.md.`)
  const { privateKey, publicKey } = await recipe.generate()
  const kid = `test-${randomUUID()}`
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' }
  return { kid, algorithm, key: privateKey, publicKey, publicJwk }
}

export const signWith =
  ({ algorithm, key }: SigningKey): Sign =>
  (input) =>
    recipes[algorithm].sign(Buffer.from(input), key)

/** A compact JWS (RFC 7515 §7.1), right or wrong. */
export function compactJws(header: Members, payload: Members, sign: Sign): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${Buffer.from(sign(input)).toString('base64url')}`
}

const encode = (members: Members): string => Buffer.from(JSON.stringify(members)).toString('base64url')
