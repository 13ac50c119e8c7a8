import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import type { Browser, Reply, Send } from './test-latchkey.ts'

/** The parts of a proof; each can be made wrong. */
export interface ProofParts {
  header?: Record<string, unknown>
  /** Undefined leaves a claim out. */
  payload?: Record<string, unknown>
  /** Signs, in the place of the key that the proof names. */
  signedBy?: KeyObject
}

/** A client with a key of its own in front of a browser's cookie jar (RFC 9449). */
export class DpopClient {
  readonly browser: Browser
  readonly jwk: Record<string, unknown>
  readonly jkt: string
  readonly #privateKey: KeyObject
  readonly #origin: string
  nonce: string | undefined

  constructor(browser: Browser, origin = 'http://localhost:4000') {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })
    this.browser = browser
    this.#origin = origin
    this.jwk = { kty, crv, x, y }
    this.jkt = sha256(JSON.stringify({ crv, kty, x, y }))
    this.#privateKey = privateKey
  }

  /** RFC 9449 §4.2. */
  proof(method: string, path: string, token?: string, parts: ProofParts = {}): string {
    const { header, payload, signedBy = this.#privateKey } = parts
    const input = [
      { typ: 'dpop+jwt', alg: 'ES256', jwk: this.jwk, ...header },
      {
        jti: randomUUID(),
        htm: method,
        htu: this.#origin + path,
        iat: Math.floor(Date.now() / 1000),
        nonce: this.nonce,
        ...(token !== undefined && { ath: sha256(token) }),
        ...payload,
      },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const signature = sign('sha256', Buffer.from(input), { key: signedBy, dsaEncoding: 'ieee-p1363' })
    return `${input}.${signature.toString('base64url')}`
  }

  /** With a proof; with that of the access token where there is one. Learns nonces, and never tries again by itself. */
  async send<Body = Record<string, unknown>>(
    path: string,
    { token, parts, ...options }: Send & { parts?: ProofParts } = {},
  ): Promise<Reply<Body>> {
    const method = options.method ?? (options.body === undefined ? 'GET' : 'POST')
    const headers = {
      dpop: this.proof(method, path, token, parts),
      ...(token !== undefined && { authorization: `DPoP ${token}` }),
      ...options.headers,
    }
    const reply = await this.browser.send<Body>(path, { ...options, method, headers, token: undefined })
    this.nonce = reply.headers.get('dpop-nonce') ?? this.nonce
    return reply
  }

  post<Body = Record<string, unknown>>(
    path: string,
    body?: unknown,
    options: Parameters<DpopClient['send']>[1] = {},
  ): Promise<Reply<Body>> {
    return this.send<Body>(`/api/auth${path}`, { ...options, method: 'POST', body })
  }

  /** Has the server tell its nonce. */
  async greet(): Promise<this> {
    await this.post('/refresh')
    return this
  }
}

const sha256 = (value: string): string => createHash('sha256').update(value).digest('base64url')
