import { createHash, generateKeyPairSync } from 'node:crypto'
import { must, textOf } from './must.ts'

type Jwk = Readonly<Record<string, unknown>>

/** A public key by which anybody could sign, or whose owner could. */
export interface WeakKey {
  algorithm: 'ES256' | 'EdDSA' | 'RS256'
  jwk: Jwk
  /** A signature that a careless verifier takes for any text; made without a private key. */
  forge?: (signingInput: string) => Uint8Array
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const rsa = (modulusLength: number): Jwk =>
  generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' })
const sound = rsa(2048)
const modulus = Buffer.from(textOf(sound['n']), 'base64url')
const withExponent = (...e: number[]): WeakKey => ({
  algorithm: 'RS256',
  jwk: { ...sound, e: base64url(Uint8Array.from(e)) },
})
const point = (hex: string): WeakKey => ({
  algorithm: 'EdDSA',
  jwk: { kty: 'OKP', crv: 'Ed25519', x: base64url(Buffer.from(hex, 'hex')) },
})
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }) as Jwk

/** EMSA-PKCS1-v1_5 (RFC 8017 §9.2): by the exponent 1 it is its own signature. */
function paddedHash(text: string): Uint8Array {
  const info = Buffer.from('3031300d060960864801650304020105000420', 'hex')
  const end = Buffer.concat([Buffer.of(0), info, createHash('sha256').update(text).digest()])
  return Buffer.concat([Buffer.of(0, 1), Buffer.alloc(modulus.length - 2 - end.length, 0xff), end])
}

/** R is the neutral point and S is 0: S·B = R + k·A holds for every k where A is the neutral point. */
const neutral = Buffer.alloc(64)
neutral[0] = 1

export const weakKeys: Readonly<Record<string, WeakKey>> = {
  'RSA of 1024 bits': { algorithm: 'RS256', jwk: rsa(1024) },
  'RSA of 2040 bits': { algorithm: 'RS256', jwk: { ...sound, n: base64url(modulus.subarray(1)) } },
  'RSA of 16384 bits': {
    algorithm: 'RS256',
    jwk: { ...sound, n: base64url(Buffer.alloc(2048, 0xff)) },
  },
  'RSA with the exponent 0': withExponent(0),
  'RSA without an exponent': withExponent(),
  'RSA with the exponent 1': { ...withExponent(1), forge: paddedHash },
  'RSA with the exponent 1 after zeros': { ...withExponent(0, 0, 1), forge: paddedHash },
  'RSA with the exponent 2': withExponent(2),
  'RSA with the exponent 65536': withExponent(1, 0, 0),
  'RSA with an exponent of 72 bits': withExponent(1, 0, 0, 0, 0, 0, 0, 0, 1),
  'RSA with an even modulus': {
    algorithm: 'RS256',
    jwk: {
      ...sound,
      n: base64url(Buffer.concat([modulus.subarray(0, -1), Buffer.of(must(modulus.at(-1)) & 0xfe)])),
    },
  },
  'Ed25519, the neutral point': { ...point('01'.padEnd(64, '0')), forge: () => neutral },
  'Ed25519, the neutral point with a sign': point(`01${'0'.repeat(60)}80`),
  'Ed25519, of order 2': point(`ec${'f'.repeat(60)}7f`),
  'Ed25519, of order 4': point('0'.repeat(64)),
  'Ed25519, of order 4 with a sign': point(`${'0'.repeat(62)}80`),
  'Ed25519, of order 8': point('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
  'Ed25519, of order 8 with a sign': point(
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  ),
  'Ed25519, the other of order 8': point('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
  'Ed25519, the neutral point, not canonical': point(`ee${'f'.repeat(60)}7f`),
  'Ed25519, zero, not canonical': point(`ed${'f'.repeat(60)}7f`),
  'P-256, off its curve': { algorithm: 'ES256', jwk: { ...ec, y: ec['x'] } },
  'P-256, the origin': {
    algorithm: 'ES256',
    jwk: { ...ec, x: base64url(Buffer.alloc(32)), y: base64url(Buffer.alloc(32)) },
  },
}
