import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SignedIn } from '@latchkey/contract'
import { inject, onTestFinished } from 'vitest'
import { loadConfig } from '../../packages/server/src/config/load-config.ts'
import type { ConfigOptions } from '../../packages/server/src/config/settings.ts'
import { type Latchkey, type Outside, startLatchkey } from '../../packages/server/src/latchkey.ts'
import { createDatabase } from './postgres.ts'

export type Engine = 'sqlite' | 'postgres'
export const engines: readonly Engine[] = ['sqlite', 'postgres']

/** An answer as a test looks at it. */
export interface Answered {
  status: number
  body: Body
  headers: Headers
}

/** The fields that tests look into by name; each test knows what it asked for. */
export interface Body {
  [field: string]: unknown
  id: string
  email: string
  code: string
  roles: string[]
  permissions: string[]
  items: Body[]
  nextCursor: string | null
}

export interface SignedInUser {
  id: string
  email: string
  accessToken: string
  refreshToken: string
}

export interface TestLatchkey {
  latchkey: Latchkey
  clock: { now: number }
  /** One request, from below `/api`. */
  call(method: string, path: string, input?: { token?: string; body?: unknown }): Promise<Answered>
  signIn(email: string, password?: string): Promise<SignedInUser>
  /** Uses the set-up link. */
  signInAdministrator(): Promise<SignedInUser>
}

export const testPassword = 'nine purple otters sing'

/** A real instance on a database of its own; the clock stands where the test puts it. */
export async function startTestLatchkey(
  engine: Engine,
  { options = {}, outside = {} }: { options?: ConfigOptions; outside?: Outside } = {},
): Promise<TestLatchkey> {
  const clock = { now: Date.now() }
  const dataFolder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  const databaseUrl = options.databaseUrl ?? (await newDatabase(engine))
  const config = loadConfig({
    env: {},
    file: null,
    options: { nodeEnv: 'test', dataFolder, limitScale: 10_000, logLevel: 'silent', ...options, databaseUrl },
  })
  const latchkey = await startLatchkey(config, { ports: { now: () => clock.now }, ...outside })
  onTestFinished(() => latchkey.close())
  return { latchkey, clock, call, signIn, signInAdministrator }

  async function call(
    method: string,
    path: string,
    { token, body }: { token?: string; body?: unknown } = {},
  ): Promise<Answered> {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const response = await latchkey.handler(new Request(`${config.publicUrl}/api${path}`, init))
    const text = await response.text()
    return { status: response.status, body: JSON.parse(text || '{}') as Body, headers: response.headers }
  }

  async function signIn(email: string, password = testPassword): Promise<SignedInUser> {
    const answer = await call('POST', '/auth/login', { body: { email, password, tokenDelivery: 'body' } })
    return signedIn(answer)
  }

  async function signInAdministrator(): Promise<SignedInUser> {
    const token = new URL((await latchkey.setUpLink())!).searchParams.get('token')
    const body = { token, email: 'root@example.com', password: testPassword, tokenDelivery: 'body' }
    return signedIn(await call('POST', '/auth/setup', { body }))
  }
}

async function newDatabase(engine: Engine): Promise<string> {
  if (engine === 'sqlite') return 'sqlite::memory:'
  const { url, drop } = await createDatabase(inject('postgresUrl'))
  onTestFinished(drop)
  return url
}

function signedIn({ status, body }: Answered): SignedInUser {
  if (status >= 300) throw new Error(`signing in was answered ${status}: ${JSON.stringify(body)}`)
  const { user, accessToken, refreshToken } = body as unknown as SignedIn & { refreshToken: string }
  return { id: user.id, email: user.email, accessToken, refreshToken }
}
