import { expect, onTestFinished, test, describe } from 'vitest'
import { must, textOf } from '#test/support/must.ts'
import { hasPgBouncer, startPgBouncer } from '#test/support/pgbouncer.ts'
import { createDatabase, startPostgres } from '#test/support/postgres.ts'
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
 * A database that is there and does not answer, or answers somebody else: each request ends in time, and none holds
 * another.
 */

interface Scene {
  proxy: Proxy
  env: Record<string, string>
}

async function setScene(extra: Record<string, string> = {}): Promise<Scene> {
  const postgres = await startPostgres()
  onTestFinished(() => postgres.remove())
  const { url } = await createDatabase(postgres.url)
  const proxy = await createProxy(url)
  const env = { DATABASE_URL: url, LIMIT_SCALE: '1000', LOG_LEVEL: 'info', DATABASE_TIMEOUT: '2s', ...extra }
  return { proxy, env: await createInstallation('sqlite', env) }
}

const logOut = ({ url }: ServerProcess, accessToken: string): Promise<WireReply> =>
  send(url, '/api/auth/logout', { method: 'POST', headers: { authorization: `Bearer ${accessToken}` } })

/** The lines of the log with this message. */
const linesOf = (server: ServerProcess, message: string): string[] =>
  server
    .output()
    .split('\n')
    .filter((line) => line.includes(`"message":"${message}"`))

const readiness = async ({ url }: ServerProcess): Promise<{ status: number; reasons: unknown }> => {
  const { status, body } = await send(url, '/readyz')
  return { status, reasons: body['reasons'] }
}

test(
  'a server that is frozen between its write and its commit holds nobody: another logs out, and both go on',
  { timeout: 120_000 },
  async () => {
    const { proxy, env } = await setScene()
    const frozen = await startServer({ ...env, DATABASE_URL: proxy.url })
    const other = await startServer(env)
    const [ada, bob] = [
      await signUp(other.url, 'ada@example.com'),
      await signUp(other.url, 'bob@example.com'),
    ]
    const held = proxy.holdAt('COMMIT')
    const lost = logOut(frozen, ada.accessToken)
    await held
    frozen.child.kill('SIGSTOP')
    const answers: number[] = []
    await expect
      .poll(
        async () => {
          answers.push((await logOut(other, bob.accessToken)).status)
          return answers.at(-1)
        },
        { timeout: 30_000 },
      )
      .toBe(204)
    for (const status of answers) expect([204, 503]).toContain(status)
    expect((await readiness(other)).status).toBe(200)
    frozen.child.kill('SIGCONT')
    expect((await lost).status).toBe(503)
    await expect
      .poll(async () => (await logOut(frozen, ada.accessToken)).status, { timeout: 20_000 })
      .toBe(204)
    await expect.poll(async () => (await readiness(frozen)).status, { timeout: 20_000 }).toBe(200)
  },
)

test(
  'a database that swallows every packet: each request is refused, the log says so once, and all goes on after it',
  { timeout: 120_000 },
  async () => {
    const { proxy, env } = await setScene()
    const server = await startServer({ ...env, DATABASE_URL: proxy.url })
    const ada = await signUp(server.url, 'ada@example.com')
    const login = { email: 'ada@example.com', password: 'correct horse battery' }
    const work: Record<string, () => Promise<WireReply>> = {
      'sign in': () => send(server.url, '/api/auth/login', { body: login }),
      refresh: () => send(server.url, '/api/auth/refresh', { body: { refreshToken: ada.refreshToken } }),
      'log out': () => logOut(server, ada.accessToken),
      devices: () =>
        send(server.url, '/api/auth/sessions', { headers: { authorization: `Bearer ${ada.accessToken}` } }),
      'forgotten password': () =>
        send(server.url, '/api/auth/forgot-password', { body: { email: 'ada@example.com' } }),
    }
    for (let round = 1; round <= 2; round++) {
      proxy.swallow()
      // Twice: first nobody knows that it is away, then everybody does.
      for (let pass = 0; pass < 2; pass++) {
        for (const [name, one] of Object.entries(work)) {
          const { status, headers } = await one()
          expect([name, status, headers['retry-after']]).toEqual([name, 503, '1'])
        }
      }
      expect(await readiness(server)).toEqual({
        status: 503,
        reasons: { database: 'the PostgreSQL server did not answer in time' },
      })
      expect((await send(server.url, '/livez')).status).toBe(200)
      proxy.restore()
      await expect.poll(async () => (await readiness(server)).status, { timeout: 20_000 }).toBe(200)
      expect(linesOf(server, 'the database is away')).toHaveLength(round)
      expect(linesOf(server, 'the database is back')).toHaveLength(round)
    }
    expect((await must(work['refresh'])()).status).toBe(200)
    expect((await must(work['log out'])()).status).toBe(204)
  },
)

describe.skipIf(!hasPgBouncer()).each(['session', 'transaction'] as const)(
  'behind PgBouncer in %s mode',
  (mode) => {
    test(
      'people sign in, and /readyz says 200 when they can and 503 when they cannot',
      { timeout: 120_000 },
      async () => {
        const postgres = await startPostgres()
        onTestFinished(() => postgres.remove())
        const { url } = await createDatabase(postgres.url)
        const env = await createInstallation('sqlite', {
          DATABASE_URL: await startPgBouncer(url, mode),
          DATABASE_TIMEOUT: '2s',
          LOG_LEVEL: 'info',
        })
        const server = await startServer(env)
        const signIn = async (): Promise<number> =>
          (
            await send(server.url, '/api/auth/login', {
              body: { email: 'ada@example.com', password: 'correct horse battery' },
            })
          ).status
        let { refreshToken } = await signUp(server.url, 'ada@example.com')
        for (let refresh = 0; refresh < 5; refresh++) {
          const answer = await send(server.url, '/api/auth/refresh', { body: { refreshToken } })
          expect(answer.status).toBe(200)
          refreshToken = textOf(answer.body['refreshToken'])
        }
        expect(await signIn()).toBe(200)
        expect((await readiness(server)).status).toBe(200)
        const other = await startServer(env)
        const { accessToken } = await signUp(other.url, 'bob@example.com')
        expect((await logOut(server, accessToken)).status).toBe(204)
        // Without notifications: by looking.
        await expect
          .poll(
            async () =>
              (await send(other.url, '/api/auth/me', { headers: { authorization: `Bearer ${accessToken}` } }))
                .status,
          )
          .toBe(401)
        expect(server.output()).toContain('a pooler is before PostgreSQL')

        await postgres.stop('immediate')
        expect(await signIn()).toBe(503)
        await expect.poll(async () => (await readiness(server)).status, { timeout: 20_000 }).toBe(503)
        await postgres.start()
        await expect.poll(signIn, { timeout: 30_000 }).toBe(200)
        await expect.poll(async () => (await readiness(server)).status, { timeout: 20_000 }).toBe(200)
      },
    )
  },
)
