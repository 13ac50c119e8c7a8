import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { createInstallation, send, signUp, startServer } from '#test/support/server-process.ts'

test(
  'another program holds the write lock of SQLite for ten seconds: reads and health go on, writes are 503, nothing is lost',
  { timeout: 120_000 },
  async () => {
    const env = await createInstallation('sqlite', { DATABASE_TIMEOUT: '1s', LIMIT_SCALE: '1000' })
    const server = await startServer(env)
    const ada = await signUp(server.url, 'ada@example.com')
    const login = { email: 'ada@example.com', password: 'correct horse battery' }
    const headers = { authorization: `Bearer ${ada.accessToken}` }
    const read = (path: string) => send(server.url, path, { headers })
    const refresh = () => send(server.url, '/api/auth/refresh', { body: { refreshToken: ada.refreshToken } })
    const signIn = () => send(server.url, '/api/auth/login', { body: login })

    const beRefused = async (write: typeof signIn): Promise<void> => {
      const askedAt = performance.now()
      const { status, body, headers: answered } = await write()
      expect([status, body['code'], answered['retry-after']]).toEqual([503, 'unavailable', '1'])
      expect(performance.now() - askedAt).toBeLessThan(8000)
    }

    const other = new DatabaseSync(must(env['DATABASE_URL']).replace('sqlite:', ''), { timeout: 5000 })
    onTestFinished(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    const end = performance.now() + 10_000
    const writes: Promise<void>[] = []
    const slowest = { '/livez': 0, '/api/auth/me': 0, '/api/auth/sessions': 0 }
    for (let turn = 0; performance.now() < end; turn++) {
      if (turn % 4 === 0) for (const write of [refresh, signIn]) writes.push(beRefused(write))
      for (const path of Object.keys(slowest) as (keyof typeof slowest)[]) {
        const askedAt = performance.now()
        expect([path, (await read(path)).status]).toEqual([path, 200])
        slowest[path] = Math.max(slowest[path], Math.round(performance.now() - askedAt))
      }
      await sleep(250)
    }
    expect((await send(server.url, '/readyz')).body).toMatchObject({
      reasons: { writing: 'the database file is locked by another process' },
    })
    await Promise.all(writes)
    expect(writes.length).toBeGreaterThan(8)
    // Nobody stands still for as long as the lock is held, or for one time-out of it.
    for (const each of Object.values(slowest)) expect(each).toBeLessThan(3000)

    other.exec('COMMIT')
    await expect.poll(async () => (await send(server.url, '/readyz')).status, { timeout: 20_000 }).toBe(200)
    expect((await refresh()).status).toBe(200)
    expect((await signIn()).status).toBe(200)
    expect((await read('/api/auth/me')).status).toBe(200)
  },
)
