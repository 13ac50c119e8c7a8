import { expect, test } from 'vitest'
import { importUsers } from '../../packages/server/src/cli/import-users.ts'
import { statement } from '../../packages/server/src/db/statement.ts'
import { createUser } from '../../packages/server/src/features/import/create-user.ts'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { type Administration, startAdministration, testPassword } from '#test/support/administration.ts'
import { type LyingProvider, startLyingProvider } from '#test/support/lying-provider.ts'
import { race } from '#test/support/race.ts'
import { createTestLatchkey, stores, type TestLatchkey } from '#test/support/test-latchkey.ts'

/*
 * Everybody who gives an address to an account, by every door: one that can still be taken back is given to nobody.
 */

const email = 'ada@example.com'
const signInMethods = ['password', 'email-code', 'magic-link']

interface Scene extends Administration {
  provider: LyingProvider
  /** The same installation, where an address is proven before there is an account. */
  strict: TestLatchkey
  /** The id of somebody else. */
  otherId: string
}

/** Resolves to the code of the refusal, or to what shows that nothing came of it. */
type Door = (scene: Scene) => Promise<unknown>

const doors: Record<string, Door> = {
  registration: async ({ browser }) =>
    (await browser().post('/register', { email, password: testPassword })).code,
  'registration, where the address is proven first': async ({ strict, mailbox }) => {
    const before = (await mailbox(email)).length
    const asked = await strict
      .browser()
      .post<{ ticket: string }>('/register', { email, password: testPassword })
    expect(asked.status).toBe(202)
    return (await strict.mailbox(email)).length === before ? 'no mail' : 'mail'
  },
  'a change of address': async ({ browser, mailbox }) => {
    const tab = browser()
    await tab.login('other@example.com', testPassword)
    await tab.post('/change-email', { email })
    const token = linkIn(await mailbox(email), '/change-email/confirm')
    return (await tab.post('/change-email/confirm', { token })).code
  },
  'an administrator who creates': async ({ call, root: { accessToken: token } }) =>
    (await call('POST', '/admin/users', { token, body: { email, password: testPassword } })).body.code,
  'an administrator who changes': async ({ call, root: { accessToken: token }, otherId }) =>
    (await call('PATCH', `/admin/users/${otherId}`, { token, body: { email } })).body.code,
  'an administrator who replaces': async ({ call, root: { accessToken: token }, otherId }) => {
    const body = { email, emailVerified: true, name: null, locale: null, roles: [] }
    return (await call('PUT', `/admin/users/${otherId}`, { token, body })).body.code
  },
  'the application': ({ latchkey }) => codeOf(latchkey.createUser({ email, password: testPassword })),
  'the command line': ({ latchkey }) =>
    codeOf(createUser(latchkey.services, { email, password: testPassword }, 'command line')),
  'an import': ({ latchkey }) => imported(latchkey, false),
  'an import that only looks': ({ latchkey }) => imported(latchkey, true),
  'an account at a provider': async ({ browser, provider }) => {
    const tab = browser()
    const { body } = await tab.post<{ url: string }>('/federation/acme', {})
    const back = provider.approve(body.url, { sub: 'somebody', email, email_verified: true })
    const { searchParams } = new URL(back, 'http://localhost')
    return (await tab.post('/federation/acme/finish', Object.fromEntries(searchParams))).code
  },
  'a code by mail': (scene) => mailed(scene, 'email-code'),
  'a link by mail': (scene) => mailed(scene, 'magic-link'),
  'the set-up link': async ({ latchkey, browser }) => {
    const { db } = latchkey.services
    await db.all(setRoles, { roles: '[]' })
    const token = new URL(must(await latchkey.setUpLink())).searchParams.get('token')
    const { code } = await browser().post('/setup', { token, email, password: testPassword })
    await db.all(setRoles, { roles: '["admin"]' })
    return code
  },
}

const nothing: Record<string, string> = {
  'registration, where the address is proven first': 'no mail',
  'a code by mail': 'no mail',
  'a link by mail': 'no mail',
  'an import': 'email: its last owner may still take it back',
  'an import that only looks': 'email: its last owner may still take it back',
}

test.each(stores)(
  'an address that can be taken back is given to nobody by any door, on %s',
  async (store) => {
    const scene = await prepare(store)
    const { browser, mailbox } = scene
    const owner = browser()
    await owner.register(email, testPassword)
    await owner.post('/change-email', { email: 'thief@example.com' })
    const confirm = linkIn(await mailbox('thief@example.com'), '/change-email/confirm')
    expect((await owner.post('/change-email/confirm', { token: confirm })).status).toBe(204)
    const undo = linkIn(await mailbox(email), '/change-email/undo')
    const expected = Object.keys(doors).map((door) => [door, nothing[door] ?? 'email_taken'])
    const walk = async () => {
      const seen: [string, unknown][] = []
      for (const [door, open] of Object.entries(doors)) seen.push([door, await open(scene)])
      return seen
    }
    expect(await walk()).toEqual(expected)
    // And after the account is gone as well.
    expect((await owner.send('/api/auth/me', { method: 'DELETE' })).status).toBe(204)
    expect(await walk()).toEqual(expected)
    expect((await browser().post('/change-email/undo', { token: undo })).status).toBe(204)
    const reset = linkIn(await mailbox(email), '/reset-password')
    const newPassword = 'a phrase that nobody else knows'
    expect((await browser().post('/reset-password', { token: reset, newPassword })).status).toBe(204)
    expect((await browser().login(email, newPassword)).status).toBe(200)
  },
)

const takers = [
  'registration',
  'a change of address that was asked for before',
  'an administrator who creates',
  'an administrator who changes',
  'the application',
]
test.each(stores.flatMap((store) => takers.map((door) => [store, door] as const)))(
  'an address that is given up at this very moment is not given to anybody: on %s, by %s',
  async (store, door) => {
    const scene = await prepare(store)
    const { browser, mailbox, databaseUrl } = scene
    const open = doors[door] ?? (await askedBefore(scene))
    const owner = browser()
    await owner.register(email, testPassword)
    await owner.post('/change-email', { email: 'thief@example.com' })
    const token = linkIn(await mailbox('thief@example.com'), '/change-email/confirm')
    const [changed] = await race<unknown>(databaseUrl, 'revocation', [
      async () => (await owner.post('/change-email/confirm', { token })).status,
      () => open(scene),
    ])
    expect(changed).toBe(204)
    const { users } = scene.latchkey.services
    const rows = await scene.latchkey.services.db.all(holders, { email })
    expect([rows, (await users.get(userIdOf(scene.otherId))).email]).toEqual([[], 'other@example.com'])
  },
)

async function prepare(store: (typeof stores)[number]): Promise<Scene> {
  const provider = startLyingProvider()
  const started = await startAdministration(store, {
    signInMethods: signInMethods.join(','),
    oidcProviders: [provider.settings],
    outgoingPrivateHosts: ['localhost'],
    passwordlessSignUp: true,
  })
  provider.follow(started.clock.now)
  const strict = await createTestLatchkey({
    databaseUrl: started.databaseUrl,
    emailVerification: 'required',
    limitScale: 10_000,
    outside: { ports: { now: started.clock.now } },
  })
  const { id } = await started.newUser('other@example.com', { emailVerified: true })
  return { ...started, provider, strict, otherId: id }
}

async function imported({ services }: TestLatchkey['latchkey'], dryRun: boolean): Promise<unknown> {
  const lines = async function* () {
    yield `${JSON.stringify({ email: email.toUpperCase() })}\n`
  }
  const { created, faulty } = await importUsers(services, lines(), { dryRun })
  return created === 0 ? faulty[0]?.message : 'created'
}

async function mailed({ browser, mailbox }: Scene, way: 'email-code' | 'magic-link'): Promise<string> {
  const before = (await mailbox(email)).length
  await browser().post(`/${way}/send`, { email })
  return (await mailbox(email)).length === before ? 'no mail' : 'mail'
}

/** While nobody had the address. */
async function askedBefore({ browser, mailbox }: Scene): Promise<Door> {
  const tab = browser()
  await tab.login('other@example.com', testPassword)
  await tab.post('/change-email', { email })
  const token = linkIn(await mailbox(email), '/change-email/confirm')
  return async () => (await tab.post('/change-email/confirm', { token })).code
}

const codeOf = (made: Promise<unknown>): Promise<unknown> =>
  made.then(
    () => 'created',
    (error: { code: string }) => error.code,
  )

const linkIn = (mails: readonly { links: readonly string[] }[], path: string): string =>
  must(
    new URL(
      must(mails.flatMap(({ links }) => links).find((each) => new URL(each).pathname === path)),
    ).searchParams.get('token'),
  )

const setRoles = statement(`UPDATE user_account SET roles = :roles WHERE email_lookup = 'root@example.com'`)
const holders = statement('SELECT email FROM user_account WHERE email_lookup = :email')
