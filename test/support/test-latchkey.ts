import type { SignedIn } from '@latchkey/contract'
import { onTestFinished } from 'vitest'
import { loadConfig } from '../../packages/server/src/config/load-config.ts'
import type { ConfigOptions } from '../../packages/server/src/config/settings.ts'
import type { InboxMail } from '../../packages/server/src/core/outbox/inbox.ts'
import type { Method } from '../../packages/server/src/methods/method.ts'
import type { Argon2Cost } from '../../packages/server/src/methods/password/hashes/argon2-hash.ts'
import { type Latchkey, type Outside, startLatchkey } from '../../packages/server/src/latchkey.ts'
import { newDatabase, newFolder, type Store } from './new-database.ts'

export { type Store, stores } from './new-database.ts'

/** A clock that moves when it is told to. */
export interface Clock {
  now: () => number
  advance: (milliseconds: number) => void
}

function createClock(start = Date.now()): Clock {
  let time = start
  return { now: () => time, advance: (milliseconds) => void (time += milliseconds) }
}

export interface TestLatchkey {
  latchkey: Latchkey
  clock: Clock
  databaseUrl: string
  /** Everything that was sent to an address, newest first. */
  mailbox: (to: string) => Promise<InboxMail[]>
  /** A browser with a cookie jar of its own. */
  browser: (headers?: Record<string, string>) => Browser
}

export interface TestOptions extends ConfigOptions {
  store?: Store
  /** The wall clock instead of one that stands still. */
  realTime?: boolean
  outside?: Outside
  /** Methods of the application's own. */
  methods?: readonly Method[]
}

/** A whole instance on a real database of its own; closed at the end of the test. */
export async function createTestLatchkey({
  store = 'sqlite',
  realTime = false,
  outside = {},
  methods = [],
  ...options
}: TestOptions = {}): Promise<TestLatchkey> {
  const folder = newFolder()
  const databaseUrl = options.databaseUrl ?? (await newDatabase(store, folder))
  const clock = realTime ? { now: Date.now, advance: () => {} } : createClock()
  const latchkey = await startLatchkey(
    loadConfig({
      env: {},
      file: null,
      options: {
        nodeEnv: 'test',
        dataFolder: folder,
        databaseUrl,
        // This machine does other things besides.
        databaseTimeout: '20s',
        logLevel: 'error',
        secret: testSecret,
        ...options,
      },
    }),
    { hashCost: cheap, ...outside, ports: { ...(!realTime && { now: clock.now }), ...outside.ports } },
    methods,
  )
  onTestFinished(() => latchkey.close())
  return { latchkey, clock, databaseUrl, mailbox, browser: (headers) => new Browser(latchkey, headers) }

  async function mailbox(to: string): Promise<InboxMail[]> {
    await latchkey.services.outbox.drain()
    return (await latchkey.services.inbox?.list(to)) ?? []
  }
}

/** A hundredth of what a password's hash costs otherwise; tests of hashes pay the price. */
export const cheap: Argon2Cost = { memoryCost: 64, timeCost: 1, parallelism: 1 }

export const testSecret = 'a-secret-for-tests-7Qv2mX9LpR4sT8wZ'

export interface Reply<Body = Record<string, unknown>> {
  status: number
  headers: Headers
  body: Body
  code: string | undefined
}

export interface Send {
  method?: string
  body?: unknown
  token?: string | undefined
  headers?: Record<string, string>
  /** Send no cookies and keep none. */
  bare?: boolean
  ip?: string
}

/** Sends requests as a browser on one device would: keeps cookies, repeats them. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #latchkey: Pick<Latchkey, 'handler'>
  readonly #headers: Record<string, string>
  token: string | undefined

  constructor(latchkey: Pick<Latchkey, 'handler'>, headers: Record<string, string> = {}) {
    this.#latchkey = latchkey
    this.#headers = headers
  }

  async send<Body = Record<string, unknown>>(path: string, options: Send = {}): Promise<Reply<Body>> {
    const { body, bare = false, token = this.token } = options
    const method = options.method ?? (body === undefined ? 'GET' : 'POST')
    const headers = new Headers({ ...this.#headers, ...options.headers })
    if (body !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json')
    if (token !== undefined && !bare) headers.set('authorization', `Bearer ${token}`)
    if (this.cookies.size > 0 && !bare && !headers.has('cookie')) headers.set('cookie', this.cookieHeader())
    const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
    const request = new Request(`http://localhost:4000${path}`, { method, headers, body: text })
    const response = await this.#latchkey.handler(request, { remoteAddress: options.ip ?? '192.0.2.1' })
    if (!bare) this.#keep(response.headers.getSetCookie())
    const answer = await reply<Body>(response)
    // As every client does: what an event of the account made a token of before is renewed, and the request repeated.
    const isOwn = !bare && options.token === undefined && headers.get('authorization') === `Bearer ${token}`
    if (answer.code !== 'token_revoked' || !isOwn || (await this.refresh()).status !== 200) return answer
    return await this.send<Body>(path, { ...options, token: this.token })
  }

  post<Body = Record<string, unknown>>(
    path: string,
    body: unknown = {},
    options: Send = {},
  ): Promise<Reply<Body>> {
    return this.send<Body>(`/api/auth${path}`, { ...options, method: 'POST', body })
  }

  get<Body = Record<string, unknown>>(path: string, options: Send = {}): Promise<Reply<Body>> {
    return this.send<Body>(`/api/auth${path}`, options)
  }

  /** Creates an account and stays signed in. */
  async register(email = 'ada@example.com', password = 'correct horse battery'): Promise<SignedIn> {
    const { body } = await this.post<SignedIn>('/register', { email, password }, { token: undefined })
    this.token = body.accessToken
    return body
  }

  async login(email = 'ada@example.com', password = 'correct horse battery'): Promise<Reply<SignedIn>> {
    const answer = await this.post<SignedIn>('/login', { email, password })
    if (answer.status === 200) this.token = answer.body.accessToken
    return answer
  }

  async refresh(options: { attempt?: string } = {}): Promise<Reply<SignedIn>> {
    const headers = options.attempt === undefined ? {} : { 'refresh-attempt': options.attempt }
    const answer = await this.send<SignedIn>('/api/auth/refresh', { method: 'POST', headers })
    if (answer.status === 200) this.token = answer.body.accessToken
    return answer
  }

  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #keep(lines: string[]): void {
    for (const line of lines) {
      const [pair = ''] = line.split(';')
      const [name = '', value = ''] = pair.split('=')
      if (/max-age=0/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }
}

async function reply<Body>(response: Response): Promise<Reply<Body>> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  const body = (isJson ? JSON.parse(text) : text) as Body
  const code = isJson ? (body as { code?: string }).code : undefined
  return { status: response.status, headers: response.headers, body, code }
}
