import { hours } from '@latchkey/contract'
import { describe, expect, onTestFinished, test } from 'vitest'
import { canMoveTime, createMovedTime } from '#test/support/fake-time.ts'
import { createDatabase, startPostgres } from '#test/support/postgres.ts'
import { createInstallation, send, signUp, startServer } from '#test/support/server-process.ts'

/* The same as clock.test.ts tells, of whole processes on machines whose clock is moved. */

const email = 'ada@example.com'
const password = 'correct horse battery'
const jumps = { ahead: hours(10), behind: 0 - hours(10) }

/** The six codes on which a client signs its user out. */
const signedOut =
  /^(no_session|refresh_token_invalid|session_expired|session_revoked|refresh_token_reused|user_disabled)$/

interface Scene {
  env: Record<string, string>
  move: (by: number) => void
}

const scenes: Record<string, () => Promise<Scene>> = {
  'the machine under SQLite': async () => {
    const { environment, move } = createMovedTime()
    return { env: await createInstallation('sqlite', environment), move }
  },
  'the machine before PostgreSQL': async () => {
    const { environment, move } = createMovedTime()
    return { env: await createInstallation('postgres', environment), move }
  },
  'the machine of PostgreSQL': async () => {
    const { environment, move } = createMovedTime()
    const postgres = await startPostgres({ environment })
    onTestFinished(() => postgres.remove())
    const { url } = await createDatabase(postgres.url)
    return { env: await createInstallation('sqlite', { DATABASE_URL: url }), move }
  },
}

describe.skipIf(!canMoveTime()).each(Object.entries(scenes))('%s has a clock', (_, setScene) => {
  test.each(Object.entries(jumps))(
    'that jumps %s: not ready, said once, nobody is signed out, and all is well when it is right',
    { timeout: 120_000 },
    async (_, by) => {
      const { env, move } = await setScene()
      const server = await startServer({ ...env, REFRESH_IDLE_TTL: '2h', LOG_LEVEL: 'warn' })
      let { accessToken, refreshToken } = await signUp(server.url, email, password)
      const readiness = async () => {
        const { status, body } = await send(server.url, '/readyz')
        return [status, Object.keys(body['reasons'] ?? {})]
      }
      const refresh = async () => {
        const { status, body } = await send(server.url, '/api/auth/refresh', { body: { refreshToken } })
        if (status === 200) ({ accessToken, refreshToken } = body as never)
        return { status, code: body['code'] as string | undefined }
      }
      const me = () =>
        send(server.url, '/api/auth/me', { headers: { authorization: `Bearer ${accessToken}` } })
      expect((await readiness())[0]).toBe(200)

      move(by)
      await expect.poll(readiness, { timeout: 40_000, interval: 500 }).toEqual([503, ['clock']])
      for (let times = 0; times < 3; times++) {
        const { status, code } = await refresh()
        expect([200, 503]).toContain(status)
        expect(code ?? '').not.toMatch(signedOut)
        expect((await me()).body['code']).not.toEqual(expect.stringMatching(signedOut))
      }
      await expect
        .poll(() => server.output().match(/the clock of this machine is wrong/g)?.length, { timeout: 20_000 })
        .toBe(1)

      move(0)
      await expect.poll(readiness, { timeout: 40_000, interval: 500 }).toEqual([200, []])
      expect((await refresh()).status).toBe(200)
      expect((await me()).status).toBe(200)
      expect((await send(server.url, '/api/auth/login', { body: { email, password } })).status).toBe(200)
      expect(server.output().match(/the clock of this machine is right again/g)).toHaveLength(1)
    },
  )
})
