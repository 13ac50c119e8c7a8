import { randomBytes, randomUUID } from 'node:crypto'
import { type Clock, createClock } from './clock.ts'
import { listen } from './listen.ts'
import { refuseProduction } from './refuse-production.ts'
import { importServer, type ServerInstance, type ServerModule, type TestMail } from './server-module.ts'
import { readSignedIn, type SignedIn } from './signed-in.ts'

export interface TestLatchkeyOptions {
  /**
   * Settings of the server beside those of the kit, as `createLatchkey` takes them (`LatchkeyOptions`):
   * `{ accessTokenTtl: '1m' }`. Neither the environment nor a configuration file is read.
   */
  settings?: Readonly<Record<string, unknown>>
}

/** Properties of a new user; missing ones are made up. */
export interface NewTestUser {
  email?: string
  password?: string
  name?: string | null
  roles?: string[]
  /** Default true. */
  emailVerified?: boolean
}

export interface TestUser {
  id: string
  email: string
  password: string
  roles: string[]
}

/** A server in this process, on a port of its own, with nothing but what the test puts into it. */
export interface TestLatchkey extends AsyncDisposable {
  /** Its address, which is the `iss` of its tokens. */
  url: string
  audience: string
  clock: Clock
  /** Options with which `createVerifier` trusts this server: `createVerifier({ ...latchkey.trust })`. */
  trust: { issuer: string; audience: string; now: () => number }
  /** Everything that was sent to an address, newest first; nothing ever leaves this process. */
  mailbox(to: string): Promise<TestMail[]>
  users: {
    /** Rejects with the server's AuthError: `email_taken`, `password_too_common`, `role_not_found`, `invalid_input`. */
    create(user?: NewTestUser): Promise<TestUser>
  }
  /** Through the API, as a browser would. Rejects with Error where the server does not let them in. */
  signIn(who: { email: string; password: string }): Promise<SignedIn>
  /** Ends connections, writes what is due and lets go of everything. */
  close(): Promise<void>
}

/**
 * Starts a real Latchkey: database in memory, secrets made for this start, mails kept. Rejects with Error in production
 * and where the package `latchkey` is missing, and with the server's ConfigError for wrong settings.
 */
export async function startTestLatchkey({ settings = {} }: TestLatchkeyOptions = {}): Promise<TestLatchkey> {
  refuseProduction('startTestLatchkey')
  const server = await importServer()
  const clock = createClock()
  const listening = await listen()
  const { url } = listening
  let instance: ServerInstance
  try {
    instance = await start(server, { ...defaults(), ...settings, ...fixed(url) }, clock)
  } catch (error) {
    await listening.close()
    throw error
  }
  // Safe: the instance comes from the module that asks for it.
  listening.answerWith(server.toNodeHandler(instance as never))
  const { audience, basePath } = instance.config
  let closing: Promise<void> | undefined
  const close = () => (closing ??= shutDown())

  return {
    url,
    audience,
    clock,
    trust: { issuer: url, audience, now: clock.now },
    async mailbox(to) {
      await instance.services.outbox.drain()
      return (await instance.services.inbox?.list(to)) ?? []
    },
    users: { create },
    signIn,
    close,
    [Symbol.asyncDispose]: close,
  }

  async function create(user: NewTestUser = {}): Promise<TestUser> {
    const password = user.password ?? randomBytes(16).toString('base64url')
    const { id, email, roles } = await instance.createUser({
      email: `${randomUUID()}@example.com`,
      name: null,
      roles: [],
      emailVerified: true,
      ...user,
      password,
    })
    return { id, email, password, roles }
  }

  async function signIn({ email, password }: { email: string; password: string }): Promise<SignedIn> {
    const request = new Request(`${url}${basePath}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    })
    return await readSignedIn(await instance.handler(request, { remoteAddress: '127.0.0.1' }), url)
  }

  async function shutDown(): Promise<void> {
    instance.drain()
    await listening.close()
    await instance.close()
  }
}

const start = (server: ServerModule, options: object, { now }: Clock): Promise<ServerInstance> =>
  // Safe: the configuration comes from the module that asks for it.
  server.startLatchkey(server.loadConfig({ env: {}, file: null, options }) as never, { ports: { now } })

/** Settings that a test may override. */
const defaults = () => ({
  databaseUrl: 'sqlite::memory:',
  logLevel: 'error',
  // A suite signs in more often than people do.
  limitScale: 10_000,
  shutdownGrace: 0,
})

/** Settings of every test server: the secret opens nothing else, and no mail leaves. */
const fixed = (publicUrl: string) => ({
  publicUrl,
  nodeEnv: 'test',
  secret: [randomBytes(32).toString('base64url')],
  smtpUrl: undefined,
})
