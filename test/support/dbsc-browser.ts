import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { DeviceBoundSession } from '@latchkey/contract'
import type { Browser, Clock, Reply, Send } from './test-latchkey.ts'
import { must } from './must.ts'

/** A session as a browser keeps it (Device Bound Session Credentials, "device bound session"). */
interface BoundSession {
  instructions: DeviceBoundSession
  privateKey: KeyObject
  challenge: string | null
}

export interface DeviceKeyPair {
  publicKey: KeyObject
  privateKey: KeyObject
}

export const ecKeys = (): DeviceKeyPair => generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const rsaKeys = (): DeviceKeyPair => generateKeyPairSync('rsa', { modulusLength: 2048 })

/** The part of a browser that knows DBSC, by the W3C draft, in front of a cookie jar. */
export class DbscBrowser {
  readonly jar: Browser
  readonly #clock: Clock
  readonly #keys: DeviceKeyPair
  /** When each cookie with a `Max-Age` ends. */
  readonly #ends = new Map<string, number>()
  session: BoundSession | null = null
  /** Requests that the browser made by itself. */
  readonly own: { path: string; status: number }[] = []
  /** The fate of those requests. */
  weather: 'fair' | 'server_error' | 'answer lost' = 'fair'

  constructor(jar: Browser, clock: Clock, keys = ecKeys()) {
    this.jar = jar
    this.#clock = clock
    this.#keys = keys
  }

  /** A request of the page, held back while the session has no bound cookie. */
  async send<Body = Record<string, unknown>>(path: string, options: Send = {}): Promise<Reply<Body>> {
    const skipped = await this.#ready()
    const reply = await this.jar.send<Body>(path, {
      ...options,
      headers: { ...options.headers, ...(skipped !== null && { 'secure-session-skipped': skipped }) },
    })
    this.#keep(reply)
    const registration = reply.headers.get('secure-session-registration')
    if (registration !== null) await this.#register(registration)
    return reply
  }

  post<Body = Record<string, unknown>>(
    path: string,
    body?: unknown,
    options: Send = {},
  ): Promise<Reply<Body>> {
    return this.send<Body>(`/api/auth${path}`, { ...options, method: 'POST', body })
  }

  refresh(): Promise<Reply> {
    return this.send('/api/auth/refresh', { method: 'POST' })
  }

  /** "Process registration": a list of algorithms with the parameters path and challenge. */
  async #register(header: string): Promise<void> {
    const algorithms = /^\(([^)]*)\)/.exec(header)?.[1]?.split(' ') ?? []
    const path = /;path="([^"]*)"/.exec(header)?.[1]
    const challenge = /;challenge="([^"]*)"/.exec(header)?.[1]
    if (!algorithms.includes(this.algorithm) || path === undefined || challenge === undefined) return
    const reply = await this.#ask<DeviceBoundSession>(path, {
      'secure-session-response': `"${this.proof(challenge, { registers: true })}"`,
    })
    if (reply?.status !== 200) return
    this.session = { instructions: reply.body, privateKey: this.#keys.privateKey, challenge: null }
  }

  get algorithm(): 'ES256' | 'RS256' {
    return this.#keys.privateKey.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256'
  }

  /** "DBSC proof": the key comes along with the registration alone. */
  proof(
    jti: string,
    { registers = false, header = {}, payload = {}, key = this.#keys.privateKey } = {},
  ): string {
    const jwk = this.#keys.publicKey.export({ format: 'jwk' })
    const input = [
      { alg: this.algorithm, typ: 'dbsc+jwt', ...(registers && { jwk }), ...header },
      { jti, ...payload },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
    return `${input}.${signature.toString('base64url')}`
  }

  /** "Refresh session", where its cookie is missing. Null, or why the request goes out without. */
  async #ready(): Promise<string | null> {
    if (!this.session || this.#hasCookie()) return null
    const { session_identifier: id } = this.session.instructions
    for (let tries = 0; tries < 3 && this.session; tries++) {
      const { challenge } = this.session
      const reply = await this.#ask(this.session.instructions.refresh_url, {
        'sec-secure-session-id': `"${id}"`,
        ...(challenge !== null && { 'secure-session-response': `"${this.proof(challenge)}"` }),
      })
      if (reply === null || reply.status >= 500) return `server_error;session_identifier="${id}"`
      if (reply.status === 200) return null
      const next = /^"([^"]+)";id="([^"]+)"$/.exec(reply.headers.get('secure-session-challenge') ?? '')
      if (reply.status !== 403 || next?.[2] !== id) this.session = null
      else this.session.challenge = must(next[1])
    }
    return null
  }

  #hasCookie(): boolean {
    return must(this.session).instructions.credentials.every(
      ({ name }) => this.jar.cookies.has(name) && (this.#ends.get(name) ?? 0) > this.#clock.now(),
    )
  }

  async #ask<Body>(path: string, headers: Record<string, string>): Promise<Reply<Body> | null> {
    if (this.weather === 'server_error') return null
    const before = new Map(this.jar.cookies)
    const reply = await this.jar.send<Body>(path, { method: 'POST', headers, token: undefined })
    this.own.push({ path, status: reply.status })
    if (this.weather === 'fair') {
      this.#keep(reply)
      return reply
    }
    this.jar.cookies.clear()
    for (const [name, value] of before) this.jar.cookies.set(name, value)
    return null
  }

  #keep({ headers }: Reply<unknown>): void {
    for (const line of headers.getSetCookie()) {
      const [name = ''] = line.split('=')
      const age = /max-age=(\d+)/i.exec(line)?.[1]
      if (age !== undefined) this.#ends.set(name, this.#clock.now() + Number(age) * 1000)
    }
    for (const [name, end] of this.#ends) if (end <= this.#clock.now()) this.jar.cookies.delete(name)
  }
}
