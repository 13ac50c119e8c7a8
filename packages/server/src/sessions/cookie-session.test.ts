import {
  hours,
  days,
  minutes,
  seconds,
  type SessionId,
  type SignedIn,
  type SignedInByCookie,
} from '@latchkey/contract'
import { firstOf, must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { aroundDatabase } from '#test/support/around-database.ts'
import { describe, expect, test } from 'vitest'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import {
  type Browser,
  createTestLatchkey,
  type Reply,
  type Send,
  stores,
  type TestLatchkey,
  type TestOptions,
  testSecret,
} from '#test/support/test-latchkey.ts'
import type { Database } from '../db/database.ts'
import { openDatabase } from '../db/open-database.ts'
import { statement } from '../db/statement.ts'
import { createKeyring } from '../core/secrets/keyring.ts'
import { mintRefreshToken } from './tokens/refresh-token.ts'
import { mintSessionToken, verifySessionToken } from './tokens/session-token.ts'
import { slideSession } from './store.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'
const cookie = 'latchkey-session'

const signIn = (browser: Browser, more: Record<string, unknown> = {}): Promise<Reply<SignedInByCookie>> =>
  browser.post<SignedInByCookie>('/login', { email, password, sessionKind: 'cookie', ...more })

/** An instance where ada has an account, and browsers that are signed in as her by cookie. */
async function start(options: TestOptions = {}) {
  const instance = await createTestLatchkey({ limitScale: 1000, ...options })
  await instance.browser().register(email)
  return { ...instance, signedIn }

  async function signedIn(more: Record<string, unknown> = {}): Promise<Browser> {
    const tab = instance.browser()
    expect((await signIn(tab, more)).status).toBe(200)
    return tab
  }
}

/** Copies a browser as it is; later use of one leaves the other's cookies alone. */
function copyOf(browser: Browser, { browser: open }: Pick<TestLatchkey, 'browser'>): Browser {
  const copy = open()
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
  return copy
}

const statusOf = async (browser: Browser) => (await browser.get('/me')).status
const codeOf = async (browser: Browser) => (await browser.get('/me')).code
const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

describe.each(stores)('a cookie session on %s', (store) => {
  test('is one cookie and no token, in any answer (ASVS V3.3.4, V7.2.3)', async () => {
    const { browser } = await start({ store })
    const tab = browser()
    const { status, body, headers } = await signIn(tab)
    expect(status).toBe(200)
    expect(Object.keys(body).toSorted()).toEqual(['session', 'sessionKind', 'user'])
    expect(body.sessionKind).toBe('cookie')
    const [set] = headers.getSetCookie().filter((line) => line.startsWith(`${cookie}=`))
    expect(set).toMatch(/^latchkey-session=lks_[\w-]{67}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
    expect([...tab.cookies.keys()].toSorted()).toEqual([
      'latchkey-device',
      'latchkey-hint',
      'latchkey-last-method',
      cookie,
    ])
    expect(headers.get('cache-control')).toBe('no-store')
    // Readable, and says no more than that.
    expect(tab.cookies.get('latchkey-hint')).toBe('cookie')
    const { body: who } = await tab.get('/session')
    expect(who).toMatchObject({ kind: 'session', user: { email }, amr: ['pwd'], aal: 1 })
    expect(JSON.stringify([body, who, (await tab.get('/sessions')).body])).not.toContain('lks_')
  })

  test('registration and a second factor start one, too', async () => {
    const { browser } = await start({ store, methods: [hotp] })
    const tab = browser()
    const registered = { email: 'bob@example.com', password, sessionKind: 'cookie' }
    expect((await tab.post('/register', registered)).body).toMatchObject({ sessionKind: 'cookie' })
    expect((await tab.get('/session')).body).toMatchObject({ kind: 'session', aal: 1 })
    const before = tab.cookies.get(cookie)
    const { secret } = (await tab.post<{ secret: string }>('/hotp', undefined)).body
    const { ticket } = (await tab.post<{ ticket: string }>('/login', registered)).body
    expect(tab.cookies.get(cookie)).toBe(before)
    const code = hotpCode(Buffer.from(secret, 'hex'), 0)
    const done = await tab.post('/login/second-factor', { ticket, factor: 'hotp', code })
    expect(done.body).toMatchObject({ sessionKind: 'cookie', session: { aal: 2 } })
    expect(tab.cookies.get(cookie)).not.toBe(before)
    expect((await tab.get('/session')).body).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], aal: 2 })
  })

  test('says how long it lasts if nobody uses it, and never longer than it may (ASVS V7.3.1, V7.3.2)', async () => {
    const { browser, clock } = await start({
      store,
      cookieSessionIdleTtl: '2h',
      cookieSessionAbsoluteTtl: '3h',
    })
    const tab = browser()
    await signIn(tab)
    const left = async () => (await tab.get<{ expiresIn: number }>('/session')).body.expiresIn
    expect(await left()).toBe(2 * 3600)
    clock.advance(hours(1.5))
    expect(await left()).toBe(1.5 * 3600)
    clock.advance(hours(1))
    expect(await left()).toBe(0.5 * 3600)
  })

  test('that is not to be remembered ends with the browser', async () => {
    const { browser } = await start({ store })
    const { headers } = await signIn(browser(), { remember: false })
    const [set] = headers.getSetCookie().filter((line) => line.startsWith(cookie))
    expect(set).toMatch(/^latchkey-session=lks_[\w-]{67}; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  test('stands in the same list of devices, and is ended from there at once (ASVS V7.5.2)', async () => {
    const { browser, signedIn } = await start({ store })
    const [here, there] = [await signedIn(), await signedIn()]
    const app = browser()
    await app.login()
    expect(await statusOf(there)).toBe(200)
    const { body } = await here.get<{ items: { id: string; current: boolean }[] }>('/sessions')
    expect(body.items).toHaveLength(4)
    const thereId = (await there.get<{ session: { id: string } }>('/session')).body.session.id
    expect((await app.send(`/api/auth/sessions/${thereId}`, { method: 'DELETE' })).status).toBe(204)
    expect(await codeOf(there)).toBe('session_revoked')
    expect(await statusOf(here)).toBe(200)
    const hereId = must(body.items.find(({ current }) => current)).id
    expect((await here.send(`/api/auth/sessions/${hereId}`, { method: 'DELETE' })).status).toBe(204)
    expect(await codeOf(here)).toBe('session_revoked')
  })

  test('proves an address by its code, without an access token', async () => {
    const { mailbox, signedIn } = await start({ store })
    const tab = await signedIn()
    const code = (await mailbox(email)).flatMap(({ codes }) => codes)[0]
    expect((await tab.post('/verify-email', { code })).status).toBe(204)
    expect((await tab.get('/me')).body).toMatchObject({ emailVerified: true })
  })
})

describe.each(stores)('the limits of a cookie session on %s', (store) => {
  const rotatedAt = async ({ latchkey }: TestLatchkey) => {
    const rows = await latchkey.services.db.all<{ rotated_at: number }>(
      statement(`SELECT rotated_at FROM session WHERE kind = 'cookie'`),
    )
    return firstOf(rows).rotated_at
  }

  test('its use is written once a minute, however many requests come at once', async () => {
    const instance = await start({ store })
    const tab = await instance.signedIn()
    const startedAt = instance.clock.now()
    instance.clock.advance(seconds(59))
    expect(await statusOf(tab)).toBe(200)
    expect(await rotatedAt(instance)).toBe(startedAt)
    instance.clock.advance(seconds(1))
    expect(new Set(await times(50, () => statusOf(tab)))).toEqual(new Set([200]))
    expect(await rotatedAt(instance)).toBe(startedAt + 60_000)
    instance.clock.advance(seconds(59))
    await statusOf(tab)
    expect(await rotatedAt(instance)).toBe(startedAt + 60_000)
  })

  test('of 50 who write it at once, one does', async () => {
    const { clock, latchkey, signedIn } = await start({ store })
    const tab = await signedIn()
    clock.advance(minutes(1))
    const { sessionId: id } = must(
      verifySessionToken(createKeyring([testSecret]), must(tab.cookies.get(cookie))),
    )
    const slid = { id, before: clock.now() - minutes(1), now: clock.now() }
    expect((await times(50, () => slideSession(latchkey.services.db, slid))).flat()).toHaveLength(1)
  })

  test('idle: to the millisecond from the last use that was written (ASVS V7.3.1)', async () => {
    const { clock, signedIn } = await start({ store, cookieSessionIdleTtl: '1h' })
    const tab = await signedIn()
    for (let round = 0; round < 3; round++) {
      clock.advance(minutes(60) - 1)
      expect(await statusOf(tab)).toBe(200)
    }
    clock.advance(minutes(60))
    expect(await codeOf(tab)).toBe('session_expired')
  })

  test('absolute: to the millisecond from the sign-in, however busy (ASVS V7.3.2)', async () => {
    const { clock, signedIn } = await start({
      store,
      cookieSessionIdleTtl: '2d',
      cookieSessionAbsoluteTtl: '3d',
    })
    const tab = await signedIn()
    clock.advance(days(1))
    expect(await statusOf(tab)).toBe(200)
    clock.advance(days(1))
    expect((await tab.post('/step-up', { password })).status).toBe(200)
    clock.advance(days(1) - 1)
    expect(await statusOf(tab)).toBe(200)
    clock.advance(1)
    expect(await codeOf(tab)).toBe('session_expired')
  })

  test('the limits of tokens are others', async () => {
    const { browser, clock, signedIn } = await start({ store, cookieSessionIdleTtl: '1h' })
    const app = browser()
    await app.login()
    const tab = await signedIn()
    clock.advance(minutes(60))
    expect(await codeOf(tab)).toBe('session_expired')
    expect((await app.refresh()).status).toBe(200)
  })
})

describe.each(stores)('the end of a cookie session on %s', (store) => {
  test('logging out ends this one, the others or all, and clears the cookie (ASVS V7.4.1)', async () => {
    const instance = await start({ store })
    const [here, there] = [await instance.signedIn(), await instance.signedIn()]
    const app = instance.browser()
    await app.login()
    await times(3, async (index) => statusOf(must([here, there, app][index])))
    const before = copyOf(here, instance)
    expect((await here.post('/logout', { scope: 'others' })).status).toBe(204)
    expect(await codeOf(there)).toBe('session_revoked')
    expect((await app.refresh()).code).toBe('session_revoked')
    expect(await statusOf(here)).toBe(200)
    const third = await instance.signedIn()
    expect((await here.post('/logout', { scope: 'this' })).status).toBe(204)
    expect([...here.cookies.keys()]).toEqual(['latchkey-device', 'latchkey-last-method'])
    expect(await codeOf(before)).toBe('session_revoked')
    expect(await statusOf(third)).toBe(200)
    const fourth = await instance.signedIn()
    await fourth.post('/logout', { scope: 'all' })
    expect(await codeOf(third)).toBe('session_revoked')
  })

  test('disabling, role changes and deletion count for the next request (ASVS V7.4.2)', async () => {
    const instance = await start({ store })
    const { latchkey, signedIn } = instance
    const tab = await signedIn()
    const { id } = (await tab.get<{ id: never }>('/me')).body
    const { users } = latchkey.services
    const listUsers = async () => (await tab.send('/api/admin/users')).status
    expect(await listUsers()).toBe(403)
    await users.change(id, { roles: ['admin'] })
    expect(await listUsers()).toBe(200)
    const root = await instance.browser().register('root@example.com')
    await users.change(userIdOf(root.user.id), { roles: ['admin'] })
    await users.change(id, { roles: [] })
    expect(await listUsers()).toBe(403)
    await users.change(id, { disabledAt: instance.clock.now() })
    expect(await codeOf(tab)).toBe('session_revoked')
    await users.change(id, { disabledAt: null })
    expect(await codeOf(tab)).toBe('session_revoked')
    const again = await signedIn()
    expect(await statusOf(again)).toBe(200)
    await users.remove(id)
    expect(await codeOf(again)).toBe('session_expired')
  })

  test('permissions of a role change for sessions that hold it', async () => {
    const instance = await start({ store })
    const root = instance.browser()
    const token = new URL(must(await instance.latchkey.setUpLink())).searchParams.get('token')
    await root.post('/setup', { token, email: 'root@example.com', password, sessionKind: 'cookie' })
    const role = { name: 'clerk', permissions: ['users:read'] }
    expect((await root.send('/api/admin/roles', { body: role })).status).toBe(201)
    const tab = await instance.signedIn()
    const { id } = (await tab.get<{ id: string }>('/me')).body
    await root.send(`/api/admin/users/${id}/roles`, { method: 'PUT', body: { roles: ['clerk'] } })
    expect((await tab.send('/api/admin/users')).status).toBe(200)
    const narrowed = { method: 'PATCH', body: { permissions: ['roles:read'] } }
    expect((await root.send('/api/admin/roles/clerk', narrowed)).status).toBe(200)
    expect((await tab.send('/api/admin/users')).status).toBe(403)
  })

  test('a new password ends every other one, and gives this one a new cookie (ASVS V7.4.3)', async () => {
    const instance = await start({ store })
    const [here, there] = [await instance.signedIn(), await instance.signedIn()]
    const before = here.cookies.get(cookie)
    const change = { currentPassword: password, newPassword: 'another fine passphrase' }
    expect((await here.post('/change-password', change)).status).toBe(204)
    expect(here.cookies.get(cookie)).not.toBe(before)
    expect(await statusOf(here)).toBe(200)
    expect(await codeOf(there)).toBe('session_revoked')
  })

  test('revoke-before after a restore ends it as well', async () => {
    const { clock, latchkey, signedIn } = await start({ store })
    const tab = await signedIn()
    expect(await statusOf(tab)).toBe(200)
    clock.advance(1)
    expect(await latchkey.services.sessions.revokeBefore(clock.now())).toBe(2)
    expect(await codeOf(tab)).toBe('session_revoked')
  })

  test('50 log-outs at once are all answered, and the session has ended once', async () => {
    const instance = await start({ store })
    const tab = await instance.signedIn()
    const answers = await times(50, () => copyOf(tab, instance).post('/logout'))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]))
    expect(await codeOf(tab)).toBe('session_revoked')
    const rows = await instance.latchkey.services.db.all(
      statement(`SELECT 1 FROM session WHERE revoked_at IS NOT NULL`),
    )
    expect(rows).toHaveLength(1)
  })
})

describe.each(stores)('fixation on %s', (store) => {
  const idsOf = async (tab: Browser) =>
    (await tab.get<{ items: { id: string }[] }>('/sessions?limit=200')).body.items.map(({ id }) => id)

  test('each sign-in starts a session of its own and ends the one whose cookie it overwrites (ASVS V7.2.4)', async () => {
    const instance = await start({ store })
    const tab = await instance.signedIn()
    const before = copyOf(tab, instance)
    const ids = await idsOf(tab)
    const { body } = await signIn(tab)
    expect(ids).not.toContain(body.session.id)
    expect(tab.cookies.get(cookie)).not.toBe(before.cookies.get(cookie))
    expect(await codeOf(before)).toBe('session_revoked')
    expect(await idsOf(tab)).toHaveLength(2)
  })

  test('a cookie that an attacker planted opens nothing of whoever signs in over it', async () => {
    const instance = await start({ store })
    const mallory = instance.browser()
    await mallory.post('/register', { email: 'mallory@example.com', password, sessionKind: 'cookie' })
    const victim = copyOf(mallory, instance)
    await signIn(victim)
    expect((await victim.get('/me')).body).toMatchObject({ email })
    expect(await codeOf(mallory)).toBe('session_revoked')
  })

  test('signing in by the other kind replaces it, cookie and all', async () => {
    const { browser } = await start({ store })
    const tab = browser()
    await tab.login()
    const refreshing = [...tab.cookies].find(([name]) => name.includes('refresh')) as [string, string]
    await signIn(tab)
    expect([...tab.cookies.keys()].toSorted()).toEqual([
      'latchkey-device',
      'latchkey-hint',
      'latchkey-last-method',
      cookie,
    ])
    const late = browser()
    late.cookies.set(...refreshing)
    expect((await late.refresh()).code).toBe('session_revoked')
    const sessionCookie = must(tab.cookies.get(cookie))
    tab.token = undefined
    await tab.login()
    expect(tab.cookies.has(cookie)).toBe(false)
    late.cookies.clear()
    late.cookies.set(cookie, sessionCookie)
    expect(await codeOf(late)).toBe('session_revoked')
  })

  test('50 sign-ins at once over one cookie leave 50 sessions, and the older is ended once', async () => {
    const instance = await start({ store })
    const tab = await instance.signedIn()
    const jars = await times(50, async () => {
      const jar = copyOf(tab, instance)
      expect((await signIn(jar)).status).toBe(200)
      return jar
    })
    expect(await codeOf(tab)).toBe('session_revoked')
    expect(new Set(jars.map((jar) => jar.cookies.get(cookie))).size).toBe(50)
    // That of the registration is the 51st.
    expect(await idsOf(firstOf(jars))).toHaveLength(51)
  })
})

describe.each(stores)('proving oneself again within a cookie session, on %s', (store) => {
  test('gives it a new secret; the old one opens what it did, and none of what was added (ASVS V7.2.4)', async () => {
    const instance = await start({ store })
    const { clock } = instance
    const tab = await instance.signedIn()
    clock.advance(minutes(20))
    const before = copyOf(tab, instance)
    const raised = await tab.post('/step-up', { password })
    expect(raised.body).toMatchObject({ sessionKind: 'cookie' })
    expect(tab.cookies.get(cookie)).not.toBe(before.cookies.get(cookie))
    // Not from memory.
    clock.advance(seconds(5))
    // A request that needs recent authentication.
    expect((await before.get('/me/export')).code).toBe('insufficient_user_authentication')
    expect((await tab.get('/me/export')).status).toBe(200)
    expect((await before.get('/me/export')).code).toBe('insufficient_user_authentication')
    clock.advance(seconds(30) - 1)
    expect(await statusOf(before)).toBe(200)
    clock.advance(1)
    // The new one has been seen, so an honest client no longer sends the old one: two parties hold the session, and it
    // ends.
    expect(await statusOf(tab)).toBe(200)
    expect(await codeOf(before)).toBe('session_revoked')
    expect(await codeOf(tab)).toBe('session_revoked')
    const [mail] = await instance.mailbox(email)
    expect(must(mail).subject).toContain('We signed out one of your devices')
  })

  test('a second factor raises it to aal2, and the old cookie stays where it was', async () => {
    const instance = await start({ store, methods: [hotp] })
    const tab = await instance.signedIn()
    const { secret } = (await tab.post<{ secret: string }>('/hotp', undefined)).body
    const before = copyOf(tab, instance)
    const code = hotpCode(Buffer.from(secret, 'hex'), 0)
    expect((await tab.post('/step-up', { factor: 'hotp', code })).status).toBe(200)
    instance.clock.advance(seconds(5))
    const raised = { amr: ['pwd', 'otp', 'mfa'], aal: 2 }
    expect((await tab.get('/session')).body).toMatchObject({ ...raised, session: raised })
    const plain = { amr: ['pwd'], aal: 1 }
    expect((await before.get('/session')).body).toMatchObject({ ...plain, session: plain })
  })

  test('whose answer was lost signs nobody out, and can be done again', async () => {
    const instance = await start({ store })
    const { clock } = instance
    const tab = await instance.signedIn()
    const lost = copyOf(tab, instance)
    expect((await lost.post('/step-up', { password })).status).toBe(200)
    // Two answers on their way could arrive in either order.
    expect((await tab.post('/step-up', { password })).code).toBe('refresh_token_outdated')
    for (let day = 0; day < 5; day++) {
      clock.advance(days(1))
      expect(await statusOf(tab)).toBe(200)
    }
    expect((await tab.get('/me/export')).code).toBe('insufficient_user_authentication')
    expect((await tab.post('/step-up', { password })).status).toBe(200)
    expect((await tab.get('/me/export')).status).toBe(200)
    expect(await codeOf(lost)).toBe('unauthenticated')
  })

  test('whose answer was lost stays without a doubt when the account’s rights change later', async () => {
    const instance = await start({ store })
    const { clock } = instance
    const root = instance.browser()
    const token = new URL(must(await instance.latchkey.setUpLink())).searchParams.get('token')
    await root.post('/setup', { token, email: 'root@example.com', password, sessionKind: 'cookie' })
    const tab = await instance.signedIn()
    const { id } = (await tab.get<{ id: string }>('/me')).body
    expect((await copyOf(tab, instance).post('/step-up', { password })).status).toBe(200)
    clock.advance(minutes(1))
    const change = { method: 'PUT', body: { roles: ['admin'] } }
    expect((await root.send(`/api/admin/users/${id}/roles`, change)).status).toBe(200)
    for (let hour = 0; hour < 5; hour++) {
      clock.advance(hours(1))
      expect(await statusOf(tab)).toBe(200)
    }
    expect((await instance.mailbox(email)).map(({ subject }) => subject)).not.toContainEqual(
      expect.stringContaining('signed out'),
    )
  })

  test('50 times at once raises it once', async () => {
    const instance = await start({ store })
    const tab = await instance.signedIn()
    const { db, sessions } = instance.latchkey.services
    const { id } = (await tab.get<{ session: { id: SessionId } }>('/session')).body.session
    // As many connections as there may be, so that they do meet.
    await times(50, () => db.all(statement({ sqlite: 'SELECT 1', postgres: 'SELECT pg_sleep(0.2)' })))
    const raised = await times(50, () =>
      sessions
        .stepUp({
          tokens: [must(tab.cookies.get(cookie))],
          sessionId: id,
          attempt: null,
          authentication: { amr: ['pwd'], aal: 1, authenticatedAt: instance.clock.now() },
        })
        .then(
          (open) => (open.kind === 'cookie' ? open.sessionToken : 'another kind'),
          ({ code }: { code: string }) => code,
        ),
    )
    const fresh = raised.filter((outcome) => outcome !== 'refresh_token_outdated')
    expect(fresh).toEqual([expect.stringMatching(/^lks_/)])
    const after = instance.browser()
    after.cookies.set(cookie, firstOf(fresh))
    expect(await statusOf(after)).toBe(200)
  })

  test('needs the cookie of this very session', async () => {
    const instance = await start({ store })
    const tab = await instance.signedIn()
    const app = instance.browser()
    await app.login()
    const mixed = copyOf(tab, instance)
    expect((await mixed.post('/step-up', { password }, { token: app.token })).code).toBe('no_session')
    const inBody = { password, refreshToken: tab.cookies.get(cookie) }
    expect((await tab.post('/step-up', inBody)).code).toBe('no_session')
  })
})

describe('what a session cookie is not', () => {
  /** Counts what the database is asked. */
  async function startCounting() {
    const database = counting(openDatabase('sqlite::memory:'))
    const instance = await start({ outside: { database } })
    return { ...instance, database }
  }

  test('garbage, another server’s and another secret’s are refused before the database is asked', async () => {
    const { browser, database, signedIn } = await startCounting()
    const genuine = must((await signedIn()).cookies.get(cookie))
    const claims = must(verifySessionToken(createKeyring([testSecret]), genuine))
    const elsewhere = mintSessionToken(createKeyring(['another-secret-for-tests-Zx81kQp0vN']), claims)
    const asked = database.calls()
    const stranger = browser()
    for (const garbage of [
      '',
      'x',
      'lks_',
      genuine.slice(0, -1),
      `${genuine}A`,
      genuine.toUpperCase(),
      `lkr_${genuine.slice(4)}`,
      `lkk_${genuine.slice(4)}`,
      `${genuine.slice(0, -1)}%3D`,
      elsewhere,
      'x'.repeat(5000),
    ]) {
      stranger.cookies.set(cookie, garbage)
      expect(await codeOf(stranger)).toBe('unauthenticated')
    }
    expect(database.calls()).toBe(asked)
  })

  test('no byte of it may differ', async () => {
    const { browser, database, signedIn } = await startCounting()
    const genuine = must((await signedIn()).cookies.get(cookie))
    const bytes = Buffer.from(genuine.slice(4), 'base64url')
    const asked = database.calls()
    const stranger = browser()
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes)
      changed[index]! ^= 1
      stranger.cookies.set(cookie, `lks_${changed.toString('base64url')}`)
      expect(await codeOf(stranger)).toBe('unauthenticated')
    }
    // The four bits of the last character that carry nothing.
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
      const changed = genuine.slice(0, -1) + last
      if (changed === genuine) continue
      stranger.cookies.set(cookie, changed)
      expect(await codeOf(stranger)).toBe('unauthenticated')
    }
    expect(database.calls()).toBe(asked)
  })

  test('a genuine MAC around another secret opens nothing and ends nothing', async () => {
    const { browser, signedIn } = await start()
    const tab = await signedIn()
    const ring = createKeyring([testSecret])
    const { sessionId } = must(verifySessionToken(ring, must(tab.cookies.get(cookie))))
    const forged = browser()
    forged.cookies.set(cookie, mintSessionToken(ring, { sessionId, secret: new Uint8Array(16) }))
    expect(await codeOf(forged)).toBe('unauthenticated')
    expect((await forged.post('/logout')).status).toBe(204)
    expect(await statusOf(tab)).toBe(200)
  })

  test('a duplicate of the name hides nobody', async () => {
    const instance = await start()
    const [ended, tab] = [await instance.signedIn(), await instance.signedIn()]
    const dead = ended.cookies.get(cookie)
    await ended.post('/logout')
    const live = `${cookie}=${tab.cookies.get(cookie)}`
    for (const header of [`${cookie}=x; ${live}`, `${live}; ${cookie}=x`, `${cookie}=${dead}; ${live}`]) {
      expect((await instance.browser().get('/me', { headers: { cookie: header } })).status).toBe(200)
    }
  })

  test('a look at the database does for five seconds, and what is revoked makes it void', async () => {
    const { clock, database, latchkey, signedIn } = await startCounting()
    const [tab, other] = [await signedIn(), await signedIn()]
    const looks = async () => {
      const before = database.calls()
      await latchkey.authenticateSession({ cookies: new Map([[cookie, [must(tab.cookies.get(cookie))]]]) })
      return database.calls() - before
    }
    expect([await looks(), await looks()]).toEqual([1, 0])
    clock.advance(seconds(5))
    expect([await looks(), await looks()]).toEqual([1, 0])
    await other.post('/logout')
    expect([await looks(), await looks()]).toEqual([1, 0])
  })

  /* Rows: the credential that is presented; columns: where. */
  test('one kind of credential is never accepted as another', async () => {
    const { browser, latchkey, signedIn } = await start()
    const ring = createKeyring([testSecret])
    const tab = await signedIn()
    const session = must(tab.cookies.get(cookie))
    const { sessionId, secret } = must(verifySessionToken(ring, session))
    const app = browser()
    const native = (
      await app.post<SignedIn & { refreshToken: string }>('/login', {
        email,
        password,
        tokenDelivery: 'body',
      })
    ).body
    const presented: Record<string, { token: string; as: 'session' | 'refresh' | 'access' | null }> = {
      'session cookie': { token: session, as: 'session' },
      'refresh token': { token: native.refreshToken, as: 'refresh' },
      'access token': { token: native.accessToken, as: 'access' },
      'session as a refresh token': { token: `lkr_${session.slice(4)}`, as: null },
      'refresh token as a session': { token: `lks_${native.refreshToken.slice(4)}`, as: null },
      'session as an API key': { token: `lkk_${session.slice(4)}`, as: null },
      'refresh token minted for a cookie session': {
        token: mintRefreshToken(ring, { sessionId, generation: 0, secret }),
        as: null,
      },
      'session minted for a token session': {
        token: mintSessionToken(ring, {
          sessionId: Buffer.from(native.session.id.replaceAll('-', ''), 'hex'),
          secret: Buffer.from(native.refreshToken.slice(4), 'base64url').subarray(22, 38),
        }),
        as: null,
      },
    }
    for (const [name, { token, as }] of Object.entries(presented)) {
      const inCookie = browser()
      inCookie.cookies.set(cookie, token)
      expect([name, await statusOf(inCookie)]).toEqual([name, as === 'session' ? 200 : 401])
      const inHeader = await browser().get('/me', { token })
      expect([name, inHeader.status]).toEqual([name, as === 'access' ? 200 : 401])
      const inRefreshCookie = browser()
      inRefreshCookie.cookies.set('latchkey-refresh-0', token)
      expect([name, (await inRefreshCookie.refresh()).status]).toEqual([name, as === 'refresh' ? 200 : 401])
      const inBody = await browser().post('/refresh', { refreshToken: token })
      expect([name, inBody.status]).toEqual([name, as === 'refresh' ? 200 : 401])
      const { cookieSessions } = latchkey.services
      expect([name, (await cookieSessions.find(token)) !== null]).toEqual([name, as === 'session'])
    }
    expect(await statusOf(tab)).toBe(200)
    // Sent as a refresh token it does not even end its own session.
    expect((await browser().post('/logout', { refreshToken: session })).status).toBe(204)
    expect(await statusOf(tab)).toBe(200)
    const minted = mintRefreshToken(ring, { sessionId, generation: 0, secret })
    for (const generation of [minted, mintRefreshToken(ring, { sessionId, generation: 1, secret })])
      expect((await browser().post('/refresh', { refreshToken: generation })).code).toBe(
        'refresh_token_invalid',
      )
    expect((await browser().post('/logout', { refreshToken: minted })).status).toBe(204)
    expect((await tab.post('/step-up', { password, refreshToken: minted })).code).toBe('session_revoked')
    expect(await statusOf(tab)).toBe(200)
  })

  test('what it stands for can be asked without using it', async () => {
    const { clock, latchkey, signedIn } = await start({ cookieSessionIdleTtl: '1h' })
    const tab = await signedIn()
    const token = must(tab.cookies.get(cookie))
    const { cookieSessions } = latchkey.services
    clock.advance(minutes(59))
    const claims = must(await cookieSessions.find(token))
    expect(claims).toMatchObject({ client_id: 'first-party', amr: ['pwd'], acr: 'aal1', aud: claims.iss })
    expect(claims.exp).toBe(Math.floor((clock.now() + minutes(1)) / 1000))
    clock.advance(minutes(1))
    expect(await cookieSessions.find(token)).toBeNull()
    expect(await cookieSessions.find('lks_nonsense')).toBeNull()
  })

  test('an access token counts before it, and another scheme of Authorization for nothing', async () => {
    const { browser, signedIn } = await start()
    const tab = await signedIn()
    const app = browser()
    await app.register('bob@example.com')
    const who = async (options: Send) => (await tab.get<{ email?: string }>('/me', options)).body.email
    expect(await who({})).toBe(email)
    expect(await who({ token: app.token })).toBe('bob@example.com')
    expect(await who({ token: 'nonsense' })).toBeUndefined()
    expect(await who({ headers: { authorization: 'Basic YTpi' } })).toBe(email)
  })

  test('it goes out as a cookie or not at all', async () => {
    const { browser } = await start()
    const refused = await signIn(browser(), { tokenDelivery: 'body' })
    expect(refused.code).toBe('invalid_input')
    expect((refused.body as unknown as { errors: object[] }).errors).toMatchObject([
      { path: 'body.tokenDelivery' },
    ])
    for (const sessionKind of ['both', '', null, ['cookie']])
      expect((await signIn(browser(), { sessionKind })).status).toBe(400)
  })

  test('on https it can be planted by no sibling domain (ASVS V3.3.1, V3.3.3)', async () => {
    const { browser } = await start({ publicUrl: 'https://auth.example.com', cookieSameSite: 'strict' })
    const tab = browser()
    const { headers } = await signIn(tab)
    expect(headers.getSetCookie()[0]).toMatch(
      /^__Host-latchkey-session=lks_[\w-]{67}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    expect(await statusOf(tab)).toBe(200)
    const planted = browser()
    planted.cookies.set(cookie, must(tab.cookies.get(`__Host-${cookie}`)))
    expect(await codeOf(planted)).toBe('unauthenticated')
  })
})

/** A database that counts what it is asked about sessions; the rest is asked by the clock, not by requests. */
function counting(real: Database): Database & { calls: () => number } {
  let calls = 0
  const database = aroundDatabase(real, (call, asked) => {
    if (asked && /\b(FROM|UPDATE|INTO) session\b/.test(asked.statement.sqlite.text)) calls++
    return call()
  })
  return { ...database, calls: () => calls }
}
