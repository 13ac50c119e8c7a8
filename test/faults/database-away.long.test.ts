import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { AuthError } from '../../packages/server/src/core/auth-error.ts'
import { createDatabase, startPostgres } from '#test/support/postgres.ts'
import {
  createInstallation,
  send,
  type ServerProcess,
  type SignedUp,
  signUp,
  startServer,
} from '#test/support/server-process.ts'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'

const clients = 8

/** Refreshes as the protocol asks: the same attempt until a newer generation has arrived. */
async function keepRefreshing(
  server: ServerProcess,
  { refreshToken, session }: SignedUp,
  until: () => boolean,
): Promise<Record<number, number>> {
  let attempt = randomBytes(16).toString('base64url')
  const answers: Record<number, number> = {}
  while (!until()) {
    const answer = await send(server.url, '/api/auth/refresh', {
      body: { refreshToken },
      headers: { 'refresh-attempt': attempt },
    })
    answers[answer.status] = (answers[answer.status] ?? 0) + 1
    const next = answer.body as { refreshToken: string; session: { generation: number } }
    if (answer.status === 200 && next.session.generation > session.generation) {
      ;({ refreshToken, session } = next as never)
      attempt = randomBytes(16).toString('base64url')
    }
    await new Promise((resolve) => setTimeout(resolve, answer.status === 200 ? 5 : 50))
  }
  const last = await send(server.url, '/api/auth/refresh', {
    body: { refreshToken },
    headers: { 'refresh-attempt': attempt },
  })
  expect(last.status).toBe(200)
  return answers
}

test(
  'PostgreSQL crashes and comes back under load: 503 meanwhile, and nobody is signed out',
  { timeout: 120_000 },
  async () => {
    const postgres = await startPostgres({ fsync: true })
    try {
      const { url } = await createDatabase(postgres.url)
      const env = await createInstallation('sqlite', {
        DATABASE_URL: url,
        REFRESH_LEEWAY: '0s',
        LIMIT_SCALE: '100',
      })
      const server = await startServer(env)
      let done = false
      const people = await Promise.all(
        Array.from({ length: clients }, (_, index) => signUp(server.url, `user-${index}@example.com`)),
      )
      const working = Promise.all(people.map((person) => keepRefreshing(server, person, () => done)))
      for (const mode of ['immediate', 'fast'] as const) {
        await new Promise((resolve) => setTimeout(resolve, 1500))
        await postgres.stop(mode)
        expect((await send(server.url, '/readyz')).status).toBe(503)
        expect((await send(server.url, '/livez')).status).toBe(200)
        await postgres.start()
      }
      await expect.poll(async () => (await send(server.url, '/readyz')).status, { timeout: 10_000 }).toBe(200)
      await new Promise((resolve) => setTimeout(resolve, 1000))
      done = true
      const all = await working
      const statuses = new Set(all.flatMap((answers) => Object.keys(answers)))
      expect([...statuses].toSorted()).toEqual(['200', '503'])
      expect(await server.stop()).toBe(0)
    } finally {
      await postgres.remove()
    }
  },
)

async function refusalOf(guard: () => Promise<unknown>): Promise<string | null> {
  try {
    await guard()
    return null
  } catch (error) {
    return error instanceof AuthError ? error.code : String(error)
  }
}

test('while nobody can say what is revoked, no token passes', { timeout: 120_000 }, async () => {
  const postgres = await startPostgres()
  try {
    const { url } = await createDatabase(postgres.url)
    const { latchkey, browser } = await createTestLatchkey({ databaseUrl: url, realTime: true })
    const { accessToken } = await browser().register()
    const guard = () => latchkey.authenticate(`Bearer ${accessToken}`)
    await postgres.stop('immediate')
    expect((await guard()).sub).toBeTypeOf('string')
    await expect.poll(() => refusalOf(guard), { timeout: 60_000, interval: 1000 }).toBe('unavailable')
  } finally {
    await postgres.remove()
  }
})

test('a server whose PostgreSQL cannot be reached says so in one sentence', async () => {
  const env = await createInstallation('sqlite', {
    DATABASE_URL: 'postgres://nobody:secret-word@127.0.0.1:1/none',
  })
  const failed = await startServer(env).catch((error: Error) => error)
  expect(failed).toBeInstanceOf(Error)
  const { message } = failed as Error
  expect(message).toMatch(/ended with 4: .*no PostgreSQL server answers/)
  expect(message).not.toMatch(/ {4}at |secret-word/)
})
