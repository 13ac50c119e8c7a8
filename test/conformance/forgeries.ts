import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import type { Algorithm } from '@latchkey/verify'
import { decodeJwt } from 'jose'
import { algorithms } from '../../packages/server/src/core/signing-keys/algorithms.ts'

const typ = 'at+jwt'

export interface Genuine {
  token: string
  kid: string
  algorithm: Algorithm
  /** The key that signed it: some forgeries need an issuer's own key, used for somebody else. */
  key: KeyObject
}

/**
 * Tokens that look like a genuine one and that nobody may accept, by what is wrong with them (RFC 8725 §2, RFC 9068 §4).
 */
export function forgeriesOf(genuine: Genuine): Record<string, string> {
  const { token, kid, algorithm, key } = genuine
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = decodeJwt(token)
  const own = { alg: algorithm, typ, kid }
  const signed = signerOf(genuine)
  const stranger = otherKey(key)
  const now = Math.floor(Date.now() / 1000)
  return {
    'no signature': `${encode({ ...own, alg: 'none' })}.${payload}.`,
    'the algorithm none, with the signature left on': `${encode({ ...own, alg: 'none' })}.${payload}.${signature}`,
    'the signature cut off': `${header}.${payload}.`,
    'a signature of zeroes': `${header}.${payload}.${Buffer.alloc(Buffer.from(signature, 'base64url').length).toString('base64url')}`,
    'a changed signature': `${header}.${payload}.${changed(signature)}`,
    'a changed payload': `${header}.${encode({ ...claims, roles: ['admin'] })}.${signature}`,
    'another key under the same kid': signed(own, {}, stranger),
    ...(key.type === 'private' && {
      'another key, which it brings along': signed(
        { ...own, jwk: createPublicKey(stranger).export({ format: 'jwk' }) },
        {},
        stranger,
      ),
      ...hmacsWith(createPublicKey(key), { typ, kid }, payload),
    }),
    ...(key.asymmetricKeyType === 'rsa' && {
      'the right key with the other padding':
        algorithm === 'RS256'
          ? signed({ ...own, alg: 'PS256' }, {}, key, 'PS256')
          : signed({ ...own, alg: 'RS256' }, {}, key, 'RS256'),
    }),
    'an end that has passed': signed(own, { iat: now - 1000, exp: now - 100 }),
    'another audience': signed(own, { aud: 'https://elsewhere.example' }),
    'another issuer': signed(own, { iss: 'https://elsewhere.example' }),
    'another type': signed({ ...own, typ: 'JWT' }, {}),
    'no type': signed({ alg: algorithm, kid }, {}),
  }
}

/** Not forged: the same claims under the same key, in a token made here. */
export const madeAgain = (genuine: Genuine): string =>
  signerOf(genuine)({ alg: genuine.algorithm, typ, kid: genuine.kid }, {})

function signerOf({ token, key, algorithm }: Genuine) {
  const claims = decodeJwt(token)
  return (header: object, more: object, signer = key, by = algorithm): string => {
    const input = `${encode(header)}.${encode({ ...claims, ...more })}`
    return `${input}.${algorithms[by].sign(Buffer.from(input), signer).toString('base64url')}`
  }
}

/** Forgeries for verifiers that take the algorithm from the token and use the public key as a shared secret. */
function hmacsWith(key: KeyObject, header: object, payload: string): Record<string, string> {
  const secrets = {
    PEM: key.export({ format: 'pem', type: 'spki' }),
    DER: key.export({ format: 'der', type: 'spki' }),
    JWK: JSON.stringify(key.export({ format: 'jwk' })),
  }
  const input = `${encode({ ...header, alg: 'HS256' })}.${payload}`
  return Object.fromEntries(
    Object.entries(secrets).map(([form, secret]) => [
      `an HMAC with the public key as ${form}`,
      `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`,
    ]),
  )
}

function otherKey(key: KeyObject): KeyObject {
  if (key.type === 'secret') return algorithms.HS256.load(Buffer.alloc(32, 7))
  if (key.asymmetricKeyType === 'ed25519') return generateKeyPairSync('ed25519').privateKey
  if (key.asymmetricKeyType === 'ec') return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const pem = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
    publicKeyEncoding: { format: 'pem', type: 'spki' },
  }).privateKey
  return createPrivateKey(pem)
}

/** In the middle: the last character has bits that do not count. */
function changed(signature: string): string {
  const at = signature.length >> 1
  return signature.slice(0, at) + (signature[at] === 'A' ? 'B' : 'A') + signature.slice(at + 1)
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
