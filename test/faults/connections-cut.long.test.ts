import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { createDatabase, type Postgres, startPostgres } from '#test/support/postgres.ts'
import { createProxy, type Proxy } from '#test/support/proxy.ts'
import {
  createInstallation,
  send,
  type ServerProcess,
  signUp,
  startServer,
  type WireReply,
} from '#test/support/server-process.ts'

/*
 * A connection to PostgreSQL that dies while work is under way: the process lives, callers get 503 with a time to
 * retry, and acknowledged changes stay.
 */

interface Scene {
  postgres: Postgres
  proxy: Proxy
  server: ServerProcess
  url: string
}

async function setScene(): Promise<Scene> {
  const postgres = await startPostgres()
  onTestFinished(() => postgres.remove())
  const { url } = await createDatabase(postgres.url)
  const proxy = await createProxy(url)
  const env = await createInstallation('sqlite', {
    DATABASE_URL: proxy.url,
    LIMIT_SCALE: '1000',
    DATABASE_TIMEOUT: '2s',
  })
  return { postgres, proxy, url, server: await startServer(env) }
}

const password = 'correct horse battery'

/** Requests under way when the connection dies; each call is one request. */
const work: Record<string, (server: ServerProcess, index: number) => Promise<WireReply>> = {
  'log-outs': async (server, index) => {
    const { accessToken } = await signUp(
      server.url,
      `out-${index}-${randomBytes(4).toString('hex')}@example.com`,
    )
    return await send(server.url, '/api/auth/logout', {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` },
    })
  },
  'sign-ins': async (server, index) => {
    return await send(server.url, '/api/auth/login', {
      body: { email: `user-${index}@example.com`, password, tokenDelivery: 'body' },
    })
  },
  mails: async (server, index) => {
    return await send(server.url, '/api/auth/forgot-password', {
      body: { email: `user-${index}@example.com` },
    })
  },
}

const cuts: Record<string, (scene: Scene) => Promise<void>> = {
  pg_terminate_backend: ({ url }) =>
    query(
      url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    ),
  'a reset of every connection': async ({ proxy }) => proxy.reset(),
  'a fast stop and a start': async ({ postgres }) => {
    await postgres.stop('fast')
    await postgres.start()
  },
  'an immediate stop and a start': async ({ postgres }) => {
    await postgres.stop('immediate')
    await postgres.start()
  },
}

async function query(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

test.each(Object.entries(cuts))(
  '%s under log-outs, sign-ins and mails: the process lives, and each is answered 503 or done',
  { timeout: 120_000 },
  async (_, cut) => {
    const scene = await setScene()
    const { server } = scene
    for (let index = 0; index < 4; index++) await signUp(server.url, `user-${index}@example.com`)
    const answers: WireReply[] = []
    const refused: unknown[] = []
    const load = { isDone: false }
    const workers = Object.values(work).flatMap((one) =>
      Array.from({ length: 4 }, async (_, index) => {
        while (!load.isDone) {
          const answer = await one(server, index).catch((error: unknown) => void refused.push(error))
          if (answer) answers.push(answer)
          if (answer?.status === 503) await pause(20)
        }
      }),
    )
    for (let round = 0; round < 5; round++) {
      await pause(200)
      await cut(scene)
    }
    await expect.poll(async () => (await send(server.url, '/readyz')).status, { timeout: 20_000 }).toBe(200)
    load.isDone = true
    await Promise.all(workers)

    expect(server.child.exitCode).toBeNull()
    // A registration that is refused is no answer to the log-out behind it; nothing else may be refused.
    for (const error of refused) expect(String(error)).toContain('answered with 503')
    for (const { status } of answers) expect([200, 202, 204, 503]).toContain(status)
    expect(answers.filter(({ status }) => status < 300).length).toBeGreaterThan(0)
    for (const { headers } of answers.filter(({ status }) => status === 503))
      expect(headers['retry-after']).toBe('1')
    expect((await signUp(server.url, 'late@example.com')).accessToken).toBeTypeOf('string')
  },
)

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))
