import { minutes } from '@latchkey/contract'
import { describe, expect, test, vi } from 'vitest'
import { parseCookies } from '../../packages/server/src/core/request/cookie.ts'
import { firstOf, must } from '#test/support/must.ts'
import { enrolTotp } from '#test/support/authenticator-app.ts'
import { parsed, runLatchkey } from '#test/support/run-latchkey.ts'
import {
  createInstallation,
  send,
  type ServerProcess,
  signUp,
  startServer,
} from '#test/support/server-process.ts'
import {
  type Browser,
  createTestLatchkey,
  type Reply,
  stores,
  testSecret,
  type TestLatchkey,
} from '#test/support/test-latchkey.ts'
import { statement } from '../../packages/server/src/db/statement.ts'
import { noteChange } from '../../packages/server/src/core/revocations/store.ts'

const old = testSecret
const unavailable: unknown = expect.objectContaining({ code: 'unavailable' })
const fresh = 'another-secret-for-tests-kP4wN8xTz2qLmB6v'
const password = 'correct horse battery'

const ringOf = (...secrets: string[]) => ({ LATCHKEY_SECRET: secrets.join(',') })
const readyz = async (server: ServerProcess) =>
  (await send(server.url, '/readyz')).body as { status: string; checks: Record<string, string> }

describe('a secret that changes while two processes run on one PostgreSQL', () => {
  test('in three steps, under load, nobody is signed out', async () => {
    const env = await createInstallation('postgres')
    const servers = [
      await startServer({ ...env, ...ringOf(old) }),
      await startServer({ ...env, ...ringOf(old) }),
    ]
    const people = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        signUp(must(servers[index % 2]).url, `user-${index}@example.com`),
      ),
    )
    const answers = new Map<string, number>()
    const rolled = new AbortController()
    const clients = people.map(async ({ refreshToken }, index) => {
      for (let turn = index; !rolled.signal.aborted; turn++) {
        const { url } = must(servers[turn % 2])
        const attempt = Buffer.alloc(16, turn).toString('base64url')
        const answer = await send(url, '/api/auth/refresh', {
          body: { refreshToken },
          headers: { 'refresh-attempt': attempt },
        }).catch(() => null)
        const code =
          answer === null ? 'no answer' : answer.status === 200 ? '200' : String(answer.body['code'])
        answers.set(code, (answers.get(code) ?? 0) + 1)
        if (answer?.status === 200) refreshToken = String(answer.body.refreshToken)
        else await new Promise((resolve) => setTimeout(resolve, 20))
      }
      return refreshToken
    })
    for (const ring of [ringOf(old, fresh), ringOf(fresh, old)]) {
      for (const index of [0, 1]) {
        await must(servers[index]).stop()
        servers[index] = await startServer({ ...env, ...ring })
      }
      expect((await runLatchkey(['secret', 'roll'], { env: { ...env, ...ring } })).code).toBe(0)
    }
    rolled.abort()
    const tokens = await Promise.all(clients)
    expect([...answers.keys()].filter((code) => !['200', 'no answer', 'unavailable'].includes(code))).toEqual(
      [],
    )
    for (const [index, refreshToken] of tokens.entries())
      expect(
        (await send(must(servers[index % 2]).url, '/api/auth/refresh', { body: { refreshToken } })).status,
      ).toBe(200)
  })

  test('in the wrong order: what a process cannot read it answers with 503, and it heals', async () => {
    const env = await createInstallation('postgres')
    const behind = await startServer({ ...env, ...ringOf(old) })
    const before = await signUp(behind.url, 'bea@example.com')
    const forbidden = await runLatchkey(['secret', 'roll'], { env: { ...env, ...ringOf(fresh, old) } })
    expect(forbidden).toMatchObject({ code: 1 })
    expect(forbidden.stdout).toContain('Do not start a server with this LATCHKEY_SECRET yet')
    const blind = await runLatchkey(['serve'], { env: { ...env, ...ringOf(fresh) } })
    expect(blind.code).toBe(3)
    expect(blind.stderr).toContain('has a secret that is not in LATCHKEY_SECRET')
    const ahead = await startServer({ ...env, ...ringOf(fresh, old) })
    const { refreshToken } = await signUp(ahead.url, 'ada@example.com')
    const refused = await send(behind.url, '/api/auth/refresh', { body: { refreshToken } })
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
      503,
      'unavailable',
      '1',
    ])
    const cookie = { email: 'ada@example.com', password, sessionKind: 'cookie' }
    const signedIn = await send(ahead.url, '/api/auth/login', { body: cookie })
    const headers = { cookie: firstOf(String(signedIn.headers['set-cookie']).split(';')) }
    expect((await send(behind.url, '/api/auth/me', { headers })).body.code).toBe('unavailable')
    // Tokens that both can read stay valid, and forged ones stay refused.
    const garbage = `lkr_${'A'.repeat(72)}`
    expect((await send(behind.url, '/api/auth/refresh', { body: { refreshToken: garbage } })).status).toBe(
      401,
    )
    for (const { url } of [behind, ahead])
      expect(
        (await send(url, '/api/auth/refresh', { body: { refreshToken: before.refreshToken } })).status,
      ).toBe(200)
    expect(await readyz(behind)).toMatchObject({ status: 'not_ready', checks: { secrets: 'failed' } })
    expect(await readyz(ahead)).toMatchObject({ status: 'ready' })
    const roll = await runLatchkey(['secret', 'roll'], { env: { ...env, ...ringOf(fresh, old) } })
    expect(roll).toMatchObject({ code: 1 })
    expect(roll.stdout).toContain('1 server lacks the secret')

    await behind.stop()
    const healed = await startServer({ ...env, ...ringOf(old, fresh) })
    expect((await send(healed.url, '/api/auth/refresh', { body: { refreshToken } })).status).toBe(200)
    expect((await send(healed.url, '/api/auth/me', { headers })).status).toBe(200)
    expect(await readyz(healed)).toMatchObject({ status: 'ready' })
  })
})

describe.each(stores)('rings of two processes on one %s', (store) => {
  const start = async (databaseUrl: string | undefined, secret: string) => {
    const instance = await createTestLatchkey({
      ...(databaseUrl === undefined ? { store } : { databaseUrl }),
      secret,
      logLevel: 'silent',
      signInMethods: ['password', 'email-code', 'magic-link'],
    })
    return instance
  }

  const signInWith = async (
    tab: Browser,
    factor: string,
    code: string | undefined,
    email = 'a@example.com',
  ) => {
    const { body } = await tab.post('/login', { email, password })
    return await tab.post('/login/second-factor', { ticket: body['ticket'], factor, code })
  }

  const setClock = ({ clock }: TestLatchkey, other: TestLatchkey) =>
    clock.advance(other.clock.now() - clock.now())

  /** Everything that one process makes and another one reads. */
  const made = {
    'a refresh token': async (ahead) => {
      const { body } = await ahead
        .browser()
        .post('/register', { email: 'a@example.com', password, tokenDelivery: 'body' })
      return (behind) => behind.browser().post('/refresh', { refreshToken: body['refreshToken'] })
    },
    'a refresh cookie': async (ahead) => {
      const tab = ahead.browser()
      await tab.register('a@example.com')
      return (behind) =>
        behind
          .browser()
          .send('/api/auth/refresh', { method: 'POST', headers: { cookie: tab.cookieHeader() } })
    },
    'a session cookie': async (ahead) => {
      const tab = ahead.browser()
      await tab.post('/register', { email: 'a@example.com', password, sessionKind: 'cookie' })
      return (behind) => behind.browser().get('/me', { headers: { cookie: tab.cookieHeader() } })
    },
    'a code by mail': async (ahead) => {
      await ahead.latchkey.createUser({ email: 'a@example.com', password, emailVerified: true })
      const { body } = await ahead.browser().post('/email-code/send', { email: 'a@example.com' })
      const [mail] = await ahead.mailbox('a@example.com')
      return (behind) =>
        behind.browser().post('/email-code/verify', { ticket: body['ticket'], code: must(mail).codes[0] })
    },
    'a code that proves an address': async (ahead) => {
      const tab = ahead.browser()
      await tab.register('a@example.com')
      const [mail] = await ahead.mailbox('a@example.com')
      const { token } = tab
      return (behind) => behind.browser().post('/verify-email', { code: must(mail).codes[0] }, { token })
    },
    'a link by mail': async (ahead) => {
      await ahead.latchkey.createUser({ email: 'a@example.com', password, emailVerified: true })
      await ahead.browser().post('/forgot-password', { email: 'a@example.com' })
      const [mail] = await ahead.mailbox('a@example.com')
      const token = new URL(firstOf(must(mail).links)).searchParams.get('token')
      return (behind) =>
        behind.browser().post('/reset-password', { token, newPassword: 'another horse battery' })
    },
    'a recovery code': async (ahead) => {
      const tab = ahead.browser()
      await tab.register('a@example.com')
      const { codes } = await enrolTotp(tab, ahead)
      return async (behind) => await signInWith(behind.browser(), 'recovery-code', codes[0])
    },
    'a code of an authenticator app': async (ahead) => {
      const tab = ahead.browser()
      await tab.register('a@example.com')
      const { app } = await enrolTotp(tab, ahead)
      return async (behind) => {
        setClock(behind, ahead)
        return await signInWith(behind.browser(), 'totp', app.code())
      }
    },
  } satisfies Record<
    string,
    (ahead: TestLatchkey) => Promise<(behind: TestLatchkey) => Promise<Reply<unknown>>>
  >

  test.each(Object.entries(made))(
    '%s of a secret that this process lacks is unavailable, not refused',
    async (_, make) => {
      const behind = await start(undefined, old)
      const ahead = await start(behind.databaseUrl, `${fresh},${old}`)
      const present = await make(ahead)
      await behind.latchkey.services.nodes.load()
      const { status, code } = await present(behind)
      expect([status, code]).toEqual([503, 'unavailable'])
      // Nothing was used up.
      expect((await present(ahead)).status).toBeLessThan(300)
    },
  )

  test.each(Object.entries(made))(
    '%s is read by each of two processes that know both secrets',
    async (_, make) => {
      const first = await start(undefined, `${old},${fresh}`)
      const second = await start(first.databaseUrl, `${fresh},${old}`)
      expect((await (await make(second))(first)).status).toBeLessThan(300)
    },
  )

  test('keys are sealed anew under the newest secret, so that the one before can leave the ring', async () => {
    const first = await start(undefined, old)
    const kidsOf = ({ latchkey }: TestLatchkey) => latchkey.services.keys.list().map(({ kid }) => kid)
    const before = kidsOf(first)
    await first.latchkey.close()
    const second = await start(first.databaseUrl, `${fresh},${old}`)
    await second.latchkey.close()
    const third = await start(first.databaseUrl, fresh)
    expect(kidsOf(third)).toEqual(before)
  })

  test('seeds of apps are sealed anew when they are used; what opens under no secret any more is counted', async () => {
    const first = await start(undefined, old)
    const [used, unused] = [first.browser(), first.browser()]
    await used.register('a@example.com')
    const { app, codes } = await enrolTotp(used, first)
    await unused.register('b@example.com')
    const other = await enrolTotp(unused, first)
    await first.latchkey.close()
    const second = await start(first.databaseUrl, `${fresh},${old}`)
    setClock(second, first)
    expect((await signInWith(second.browser(), 'totp', app.code())).status).toBe(200)
    await second.latchkey.close()

    const run = (command: string[], ...ring: string[]) =>
      runLatchkey(command, { env: { DATABASE_URL: first.databaseUrl, ...ringOf(...ring) } })
    const left = { name: 'authenticator apps', count: 1 }
    const rolled = await run(['secret', 'roll', '--json'], fresh)
    expect(rolled.code).toBe(1)
    expect(parsed<{ sealed: unknown }>(rolled).sealed).toContainEqual({ ...left, secret: null })
    expect(rolled.stdout).toContain('opens 1 authenticator apps, 20 recovery codes')
    expect((await run(['secret', 'roll'], fresh, old)).code).toBe(0)
    expect((await run(['doctor'], fresh, old)).stdout).toContain(
      'open 2 authenticator apps, 20 recovery codes',
    )
    expect((await run(['doctor'], fresh)).stdout).toContain('opens 1 authenticator apps, 20 recovery codes')

    const third = await start(first.databaseUrl, fresh)
    first.clock.advance(minutes(1))
    setClock(third, first)
    expect((await signInWith(third.browser(), 'totp', app.code())).status).toBe(200)
    const useRecoveryCode = () => signInWith(third.browser(), 'recovery-code', codes[0])
    // The one before stopped a moment ago: it may have been replaced, and its tokens are still in use.
    expect((await useRecoveryCode()).status).toBe(503)
    await third.latchkey.services.db.all(statement('UPDATE node SET seen_at = seen_at - 120000'))
    await vi.waitFor(() => third.latchkey.services.ring.requireKnown('recovery-codes'), 5000)
    expect((await useRecoveryCode()).status).toBe(401)
    expect((await signInWith(third.browser(), 'totp', other.app.code(), 'b@example.com')).status).toBe(503)
  })

  test('and not while another process lacks it, which could not read them any more', async () => {
    const behind = await start(undefined, old)
    await start(behind.databaseUrl, `${fresh},${old}`)
    await expect(behind.latchkey.services.keys.load()).resolves.toBeUndefined()
  })

  test('a form of a page whose secret this process lacks is unavailable, not forged', async () => {
    const behind = await start(undefined, old)
    const tab = behind.browser()
    await tab.post('/register', { email: 'a@example.com', password, sessionKind: 'cookie' })
    const ahead = await start(behind.databaseUrl, `${fresh},${old}`)
    await behind.latchkey.services.nodes.load()
    const request = {
      method: 'POST',
      header: () => null,
      cookies: parseCookies(tab.cookieHeader()),
      token: '',
    }
    const token = ahead.latchkey.forms.token(request)
    expect(() => behind.latchkey.forms.check({ ...request, token })).toThrow(unavailable)
    expect(() => ahead.latchkey.forms.check({ ...request, token })).not.toThrow()
  })

  test('a load that fails is tried again, and shows in readiness meanwhile', async () => {
    const { latchkey, browser } = await start(undefined, old)
    const { db } = latchkey.services
    const ready = async () => (await browser().send('/readyz')).body as { checks: Record<string, string> }
    await db.transaction((tx) => tx.all(statement('ALTER TABLE role RENAME TO role_away')))
    await db.transaction((tx) => noteChange(tx))
    await vi.waitFor(async () => expect((await ready()).checks).toMatchObject({ loaded: 'failed' }), 5000)
    await db.transaction((tx) => tx.all(statement('ALTER TABLE role_away RENAME TO role')))
    await vi.waitFor(async () => expect((await ready()).checks).toMatchObject({ loaded: 'ok' }), 5000)
  })
})
