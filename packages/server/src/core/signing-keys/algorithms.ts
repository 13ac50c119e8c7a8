import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  constants,
  generateKeyPair as generateKeyPairCallback,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { Algorithm } from '@latchkey/verify/core'
import { derToJose } from './ecdsa-signature.ts'

const generateKeyPair = promisify(generateKeyPairCallback)

/** How each JWS algorithm (RFC 7518 §3.1, RFC 8037) makes keys and signs; `@latchkey/verify` verifies. */
interface AlgorithmRow {
  /** The private half as it is sealed: PKCS#8 DER, or the raw bytes of a shared secret. */
  generate: () => Promise<Buffer>
  load: (privateBytes: Buffer) => KeyObject
  /** The key that verifies: the public half, or the shared secret itself. */
  verifier: (key: KeyObject) => KeyObject
  sign: (input: Buffer, key: KeyObject) => Buffer
}

const loadPrivate = (bytes: Buffer): KeyObject =>
  createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })
const exportPrivate = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'pkcs8' })
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
const rsa = {
  generate: async () => exportPrivate((await generateKeyPair('rsa', { modulusLength: 2048 })).privateKey),
  load: loadPrivate,
  verifier: createPublicKey,
}

export const algorithms: Record<Algorithm, AlgorithmRow> = {
  ES256: {
    generate: async () => exportPrivate((await generateKeyPair('ec', { namedCurve: 'P-256' })).privateKey),
    load: loadPrivate,
    verifier: createPublicKey,
    // Converts DER with our own code: OpenSSL through Node's ieee-p1363 takes twice as long.
    sign: (input, key) => derToJose(sign('sha256', input, key)),
  },
  EdDSA: {
    generate: async () => exportPrivate((await generateKeyPair('ed25519')).privateKey),
    load: loadPrivate,
    verifier: createPublicKey,
    sign: (input, key) => sign(null, input, key),
  },
  RS256: {
    ...rsa,
    sign: (input, key) => sign('sha256', input, key),
  },
  PS256: {
    ...rsa,
    sign: (input, key) => sign('sha256', input, { key, ...pss }),
  },
  HS256: {
    generate: async () => randomBytes(32),
    load: createSecretKey,
    verifier: (key) => key,
    sign: (input, key) => createHmac('sha256', key).update(input).digest(),
  },
}
