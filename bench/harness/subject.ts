export const databaseKinds = ['sqlite', 'sqlite-full', 'postgres', 'postgres-async'] as const

/**
 * `sqlite` is WAL with synchronous=NORMAL, `sqlite-full` survives a power cut (FULL); `postgres` is as shipped,
 * `postgres-async` sets synchronous_commit=off for every connection.
 */
export type DatabaseKind = (typeof databaseKinds)[number]

/**
 * The credentials that a client holds, as far as its subject hands them out. Plain text, so that they may cross
 * processes.
 */
export type Credential = Readonly<
  Partial<Record<'accessToken' | 'refreshToken' | 'clientId' | 'cookie', string>>
>

export interface Exchange {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

export interface Answer {
  readonly status: number
  /** Everything up to the empty line, as it came. */
  readonly head: string
  readonly body: string
}

export type Send = (exchange: Exchange) => Promise<Answer>

/** One system under test: how to start it, and how its clients speak. */
export interface Subject {
  readonly name: string
  readonly databases: readonly DatabaseKind[]
  /** Arguments to node. The process listens on 127.0.0.1 at `PORT`. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** A path that answers 200 as soon as the subject is up. */
  readonly health: string
  /** The table where it keeps sessions, one row each, keyed by 16 bytes `id`. */
  readonly sessionTable?: string
  readonly client: Client
}

export interface Client {
  /** Creates accounts and signs in until there are `count` sessions. */
  signUp(send: Send, count: number): Promise<Credential[]>
  refresh(credential: Credential): Exchange
  /** Returns the client's credentials after that answer; throws unless the answer is the expected one. */
  renewed(credential: Credential, answer: Answer): Credential
  /** A guarded GET with the present access token. */
  guarded?(credential: Credential): Exchange
  /** A sign-in with the password of an account that `signUp` made. */
  signIn?(turn: number): Exchange
  /** Ends the session, and with it its access tokens. */
  signOut?(credential: Credential): Exchange
}

export function expectStatus(answer: Answer, status: number): void {
  if (answer.status === status) return
  throw new Error(`answered ${answer.status} instead of ${status}: ${answer.body.slice(0, 300)}`)
}

export function postJson(path: string, value: unknown, headers: Record<string, string> = {}): Exchange {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  }
}

/** The value of a cookie that this answer sets. */
export function cookieSet(answer: Answer, name: string): string {
  const found = new RegExp(`^set-cookie: ${name.replaceAll('.', '\\.')}=([^;\\r]+)`, 'im').exec(answer.head)
  if (found?.[1] === undefined) throw new Error(`no cookie ${name} in: ${answer.head}`)
  return found[1]
}

/** All of them, as a browser sends them back. */
export function cookiesSet({ head }: Answer): string {
  return [...head.matchAll(/^set-cookie: ([^;\r]+)/gim)].map(([, pair]) => pair).join('; ')
}
