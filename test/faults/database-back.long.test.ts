import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createDatabase, startPostgres } from '#test/support/postgres.ts'
import { createProxy } from '#test/support/proxy.ts'
import { createInstallation, send, signUp, startServer } from '#test/support/server-process.ts'

/*
 * How soon a database that has come back serves again, and what the log says of it: a line when it went, a line when it
 * came, however many were at it.
 */

interface Scene {
  url: string
  leave: () => Promise<void>
  comeBack: () => Promise<void>
}

async function startDatabase() {
  const postgres = await startPostgres()
  onTestFinished(() => postgres.remove())
  return { postgres, url: (await createDatabase(postgres.url)).url }
}

const outages: Record<string, () => Promise<Scene>> = {
  'swallows every packet': async () => {
    const proxy = await createProxy((await startDatabase()).url)
    return {
      url: proxy.url,
      leave: () => Promise.resolve(proxy.swallow()),
      comeBack: () => Promise.resolve(proxy.restore()),
    }
  },
  'was stopped': async () => {
    const { postgres, url } = await startDatabase()
    return { url, leave: () => postgres.stop('fast'), comeBack: () => postgres.start() }
  },
}

const rounds = 3
/** The breaker asks three times a second; the rest is this machine's, which does other things besides. */
const soon = 3000

test.each(Object.entries(outages))(
  'a database that %s serves soon after its return, and each outage is two lines',
  { timeout: 180_000 },
  async (name, setScene) => {
    const { url, leave, comeBack } = await setScene()
    const env = { DATABASE_URL: url, DATABASE_TIMEOUT: '2s', LOG_LEVEL: 'info', LIMIT_SCALE: '1000' }
    const server = await startServer(await createInstallation('sqlite', env))
    const { accessToken } = await signUp(server.url, 'ada@example.com')
    const headers = { authorization: `Bearer ${accessToken}` }
    const ask = async () => (await send(server.url, '/api/auth/sessions', { headers })).status
    const crowd = () => Promise.all(Array.from({ length: 20 }, ask))
    const lines = (message: string) => server.output().split(`"message":"${message}"`).length - 1
    const took: number[] = []
    for (let round = 1; round <= rounds; round++) {
      expect(await ask()).toBe(200)
      await leave()
      // Until it is known to be away, and for a while longer.
      await expect.poll(() => lines('the database is away'), { timeout: 20_000 }).toBe((await crowd(), round))
      for (let times = 0; times < 5; times++) for (const status of await crowd()) expect(status).toBe(503)
      await comeBack()
      const backAt = performance.now()
      while ((await ask()) !== 200) await sleep(20)
      took.push(Math.round(performance.now() - backAt))
      await expect.poll(() => lines('the database is back'), { timeout: 20_000 }).toBe(round)
      expect(lines('the database is away')).toBe(round)
    }
    process.stdout.write(`a database that ${name} served ${took.join(', ')} ms after its return\n`)
    for (const each of took) expect(each).toBeLessThan(soon)
  },
)
