import {
  createHash,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import type { PasskeyAssertion, PasskeyAttestation } from '@latchkey/contract'
import { must, textOf } from './must.ts'

/*
 * An authenticator in software, with the browser before it. It is honest unless told otherwise: each field of what it
 * says can be given, and whatever is signed is signed as it was given.
 */

type Options = Record<string, unknown>

/** False values to put into an answer. */
export interface Lies {
  type?: string
  challenge?: string
  origin?: string
  crossOrigin?: unknown
  topOrigin?: string
  /** Whose hash is signed. */
  rpId?: string
  flags?: Partial<Flags>
  signCount?: number
  userHandle?: string | null
  id?: string
  rawId?: string
  /** The credential id in the authenticator data. */
  credentialId?: Uint8Array
  /** After it was signed. */
  authenticatorData?: (bytes: Buffer) => Buffer
  clientDataJSON?: (text: string) => string | Buffer
  signature?: (bytes: Buffer) => Buffer
  /** The COSE key. */
  key?: Map<number, number | Uint8Array>
}

interface Flags {
  up: boolean
  uv: boolean
  be: boolean
  bs: boolean
}

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256' | 'ES384'

interface Stored {
  id: Buffer
  userHandle: string
  privateKey: KeyObject
  algorithm: Algorithm
  signCount: number
}

export interface AuthenticatorOptions {
  origin?: string
  algorithm?: Algorithm
  aaguid?: string
  /** True if it counts its signatures. */
  counts?: boolean
  flags?: Partial<Flags>
}

export class Authenticator {
  readonly credentials: Stored[] = []
  readonly #options: Required<AuthenticatorOptions>

  constructor(options: AuthenticatorOptions = {}) {
    this.#options = {
      origin: 'http://localhost:4000',
      algorithm: 'ES256',
      aaguid: '00000000000000000000000000000000',
      counts: false,
      flags: {},
      ...options,
    }
  }

  /** Another authenticator that holds the same keys: what a thief, or a bad backup, makes. */
  clone(): Authenticator {
    const copy = new Authenticator(this.#options)
    copy.credentials.push(...this.credentials.map((stored) => ({ ...stored })))
    return copy
  }

  create(options: Options, lies: Lies = {}): PasskeyAttestation {
    const { algorithm, aaguid } = this.#options
    const user = options['user'] as { id: string }
    const { publicKey, privateKey } = generate(algorithm)
    const stored = {
      id: randomBytes(16),
      userHandle: user.id,
      privateKey,
      algorithm,
      signCount: this.#options.counts ? 1 : 0,
    }
    this.credentials.push(stored)
    const rpId = (options['rp'] as { id: string }).id
    const credentialId = Buffer.from(lies.credentialId ?? stored.id)
    const attested = Buffer.concat([
      Buffer.from(aaguid, 'hex'),
      uint16(credentialId.length),
      credentialId,
      encodeCbor(lies.key ?? coseKey(publicKey, algorithm)),
    ])
    const authData = this.#authData(rpId, stored.signCount, lies, attested)
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', changed(authData, lies.authenticatorData)],
    ])
    const id = lies.id ?? stored.id.toString('base64url')
    return {
      id,
      rawId: lies.rawId ?? id,
      type: 'public-key',
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options, lies).toString('base64url'),
        attestationObject: encodeCbor(attestation).toString('base64url'),
        transports: ['internal', 'hybrid'],
      },
    }
  }

  get(options: Options, lies: Lies = {}, stored = this.credentials.at(-1)): PasskeyAssertion {
    if (!stored) throw new Error('no passkey')
    if (this.#options.counts) stored.signCount++
    const authData = this.#authData(textOf(options['rpId']), stored.signCount, lies)
    const clientData = this.#clientData('webauthn.get', options, lies)
    const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()])
    const signature = sign(stored.algorithm === 'EdDSA' ? null : 'sha256', signed, stored.privateKey)
    const userHandle = lies.userHandle === undefined ? stored.userHandle : lies.userHandle
    const id = lies.id ?? stored.id.toString('base64url')
    return {
      id,
      rawId: lies.rawId ?? id,
      type: 'public-key',
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: changed(authData, lies.authenticatorData).toString('base64url'),
        signature: changed(signature, lies.signature).toString('base64url'),
        userHandle,
      },
    }
  }

  #clientData(type: string, { challenge }: Options, lies: Lies): Buffer {
    const said = {
      type: lies.type ?? type,
      challenge: lies.challenge ?? challenge,
      origin: lies.origin ?? this.#options.origin,
      crossOrigin: lies.crossOrigin ?? false,
      ...(lies.topOrigin !== undefined && { topOrigin: lies.topOrigin }),
    }
    const text = JSON.stringify(said)
    return Buffer.from(lies.clientDataJSON?.(text) ?? text)
  }

  #authData(rpId: string, signCount: number, lies: Lies, attested?: Buffer): Buffer {
    const { up = true, uv = true, be = true, bs = true } = { ...this.#options.flags, ...lies.flags }
    const flags = (up ? 1 : 0) | (uv ? 4 : 0) | (be ? 8 : 0) | (bs ? 16 : 0) | (attested ? 64 : 0)
    const hash = createHash('sha256')
      .update(lies.rpId ?? rpId)
      .digest()
    const count = Buffer.alloc(4)
    count.writeUInt32BE(lies.signCount ?? signCount)
    return Buffer.concat([hash, Buffer.from([flags]), count, attested ?? Buffer.alloc(0)])
  }
}

const changed = (bytes: Buffer, change?: (bytes: Buffer) => Buffer): Buffer => change?.(bytes) ?? bytes

function generate(algorithm: Algorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  if (algorithm === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 })
  return generateKeyPairSync('ec', { namedCurve: algorithm === 'ES256' ? 'P-256' : 'P-384' })
}

/** RFC 9052 §7. */
function coseKey(publicKey: KeyObject, algorithm: Algorithm): Map<number, number | Uint8Array> {
  const { x, y, n, e }: JsonWebKey = publicKey.export({ format: 'jwk' })
  const bytes = (text: string | undefined) => Buffer.from(must(text), 'base64url')
  if (algorithm === 'RS256')
    return new Map<number, number | Uint8Array>([
      [1, 3],
      [3, -257],
      [-1, bytes(n)],
      [-2, bytes(e)],
    ])
  if (algorithm === 'EdDSA')
    return new Map<number, number | Uint8Array>([
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, bytes(x)],
    ])
  const [alg, curve] = algorithm === 'ES256' ? [-7, 1] : [-35, 2]
  return new Map<number, number | Uint8Array>([
    [1, 2],
    [3, alg],
    [-1, curve],
    [-2, bytes(x)],
    [-3, bytes(y)],
  ])
}

/** As much of RFC 8949 as authenticators write. */
function encodeCbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encodeCbor)])
  if (value instanceof Map) {
    const entries = [...value].flatMap(([key, item]) => [encodeCbor(key), encodeCbor(item)])
    return Buffer.concat([head(5, value.size), ...entries])
  }
  throw new TypeError('not in CBOR')
}

function head(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(major << 5) | argument])
  if (argument < 256) return Buffer.from([(major << 5) | 24, argument])
  return Buffer.concat([Buffer.from([(major << 5) | 25]), uint16(argument)])
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}
