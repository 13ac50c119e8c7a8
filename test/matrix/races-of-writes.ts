import { type CodeRequested, minutes, type SignedIn } from '@latchkey/contract'
import { expect } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { type Browser, createTestLatchkey, testSecret } from '#test/support/test-latchkey.ts'
import { authenticatorOf, enrolTotp, raise, type Seed } from '#test/support/authenticator-app.ts'
import { createKey } from '#test/support/machines.ts'
import { runLatchkey } from '#test/support/run-latchkey.ts'
import { byPassword } from './sign-in-methods.ts'
import { type Arena, done, email, ofAda, type Race, repeated, said, winners } from './arena.ts'

/* Writes that one of many gets, and writes that another act makes void. */

const racers = 4
const password = 'correct horse battery'
const newPassword = 'a phrase that nobody else knows'
const one = (_: unknown, outcomes: unknown[]) => expect(winners(outcomes)).toHaveLength(1)

const linkTo = async ({ mailbox }: Arena, path: string, to: string): Promise<string> => {
  const links = (await mailbox(to)).flatMap((mail) => mail.links)
  return must(new URL(must(links.find((each) => new URL(each).pathname === path))).searchParams.get('token'))
}

/** A sign-in with the password of before, and what ends every session of before. */
const signInBeside = (
  name: string,
  covers: readonly string[],
  end: (arena: Arena) => Promise<unknown>,
): Race => ({
  name: `no session lives that was begun beside ${name}`,
  table: 'session',
  covers: ['sessions/start-session.ts', 'sessions/end-sessions.ts', ...covers],
  lay: async (arena) => [
    async () => (await arena.browser().login(email, password)).status,
    () => end(arena),
    async () => (await arena.browser().login(email, password)).status,
  ],
  async check(arena, [, ended]) {
    expect(ended).toBeLessThan(300)
    const live = 'SELECT id FROM session WHERE user_id = :id AND revoked_at IS NULL AND id <> :own'
    const own = Buffer.from((await sidOf(arena)).replaceAll('-', ''), 'hex')
    expect(await arena.sql(live, { ...ofAda(arena), own })).toEqual([])
  },
})

/** Returns the id of the session at home, which goes on if its owner changes the password. */
async function sidOf({ home }: Arena): Promise<string> {
  const claims = (home.token ?? '').split('.')[1] ?? ''
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sid: string }).sid
}

const byRoot =
  (method: string, path: string) =>
  async ({ call, root, id }: Arena) =>
    (await call(method, `/admin/users/${id}${path}`, { token: root.accessToken })).status

const resets: Record<string, (arena: Arena) => Promise<unknown>> = {
  'an administrator': async ({ call, root: { accessToken: token }, id }) =>
    (await call('POST', `/admin/users/${id}/reset-second-factors`, { token, body: { reason: 'lost' } }))
      .status,
  'the command line': async ({ databaseUrl, id }) => {
    const env = { DATABASE_URL: databaseUrl, LATCHKEY_SECRET: testSecret, NODE_ENV: 'test' }
    return (await runLatchkey(['users', 'reset-factors', id, '--reason', 'lost'], { env })).code
  },
}

export const writeRaces: readonly Race[] = [
  {
    name: 'an address is registered once',
    table: 'user_account',
    covers: ['features/import/insert-user.ts'],
    lay: async ({ browser, latchkey }) => [
      ...repeated(2, () =>
        said(browser().post('/register', { email: 'new@example.com', password: newPassword })),
      ),
      ...repeated(2, () => done(latchkey.createUser({ email: 'new@example.com', password: newPassword }))),
    ],
    check(_, outcomes) {
      expect(winners(outcomes)).toHaveLength(1)
      expect(outcomes).toContain('email_taken')
    },
  },
  {
    name: 'two accounts that confirm a change to one address: one has it',
    table: 'user_account',
    covers: ['accounts/change-email.ts', 'accounts/undo-email-change.ts', 'accounts/verify-email.ts'],
    async lay(arena) {
      const { home, browser } = arena
      const other = browser()
      await other.register('other@example.com', newPassword)
      const works = []
      for (const tab of [home, other]) {
        await tab.post('/change-email', { email: 'new@example.com' })
        const token = await linkTo(arena, '/change-email/confirm', 'new@example.com')
        works.push(() => said(tab.post('/change-email/confirm', { token })))
      }
      return works
    },
    check: one,
  },
  {
    name: 'a link that proves an address, and one that takes a change back, work once',
    table: 'revocation',
    covers: ['accounts/change-email.ts', 'accounts/undo-email-change.ts', 'accounts/verify-email.ts'],
    async lay(arena) {
      const { home, browser } = arena
      await home.post('/change-email', { email: 'new@example.com' })
      const confirm = await linkTo(arena, '/change-email/confirm', 'new@example.com')
      expect((await home.post('/change-email/confirm', { token: confirm })).status).toBe(204)
      const token = await linkTo(arena, '/change-email/undo', email)
      return repeated(racers, () => said(browser().post('/change-email/undo', { token })))
    },
    check: one,
  },
  {
    name: 'of two links that are sent at the same moment one works, and the other not after it either',
    table: 'limit_counter',
    covers: [],
    async lay({ latchkey, databaseUrl, id }) {
      const { db, challenges } = latchkey.services
      // On SQLite a transaction that writes is alone.
      const together = databaseUrl.startsWith('postgres') ? 2 : 1
      let inside = 0
      const { promise, resolve } = Promise.withResolvers<void>()
      const purpose = 'reset-password' as const
      const asked = { purpose, subject: id, userId: id, payload: {}, ttl: minutes(10) }
      return repeated(2, () =>
        db.transaction(async (tx) => {
          const { token } = await challenges.issue(tx, asked)
          if (++inside >= together) resolve()
          await promise
          return token
        }),
      )
    },
    async check({ latchkey }, tokens) {
      const { db, challenges } = latchkey.services
      const works = async (token: unknown) =>
        (await db.transaction((tx) => challenges.consume(tx, 'reset-password', String(token)))) !== null
      const seen = []
      for (const token of [...tokens, ...tokens]) seen.push(await works(token))
      expect(seen.filter(Boolean)).toHaveLength(1)
    },
  },
  {
    name: 'a link that sets a password works once',
    table: 'password_credential',
    covers: ['methods/password/reset.ts'],
    async lay(arena) {
      await arena.home.post('/forgot-password', { email })
      const token = await linkTo(arena, '/reset-password', email)
      return repeated(racers, () => said(arena.browser().post('/reset-password', { token, newPassword })))
    },
    check: one,
  },
  {
    name: 'the first administrator is one',
    table: 'user_account',
    covers: ['methods/password/set-up.ts', 'accounts/set-up-link.ts'],
    async lay({ latchkey, browser, sql }) {
      await sql('DELETE FROM user_account')
      // Two links at one moment, and each of them twice.
      const links = await Promise.all([latchkey.setUpLink(), latchkey.setUpLink()])
      return [...links, ...links].map((link, index) => () => {
        const token = new URL(must(link)).searchParams.get('token')
        return said(
          browser().post('/setup', { token, email: `root-${index}@example.com`, password: newPassword }),
        )
      })
    },
    check: one,
  },
  {
    name: 'two sessions that enrol an app at once enrol one, and only one has codes',
    table: 'totp',
    covers: ['sign-in/enrol.ts', 'accounts/lock-holder.ts'],
    async lay({ tabs, clock }) {
      const ready = []
      for (const tab of await tabs(3)) {
        const { body } = await tab.post<Seed & { ticket: string }>('/totp/options', undefined)
        ready.push({ tab, answer: { ticket: body.ticket, code: authenticatorOf(body, clock).code() } })
      }
      return ready.map(
        ({ tab, answer }) =>
          () =>
            said(tab.post('/totp/verify', answer)),
      )
    },
    check: one,
  },
  {
    name: 'recovery codes that are made twice at once are one set',
    table: 'recovery_code',
    covers: ['sign-in/second-factors.ts'],
    async lay(arena) {
      const { home } = arena
      const { app } = await enrolTotp(home, arena)
      await home.refresh()
      expect((await raise(home, app.code())).status).toBe(200)
      return repeated(3, () => said(home.post('/recovery-codes')))
    },
    check: async (arena) =>
      expect(
        await arena.sql('SELECT user_id FROM recovery_code WHERE user_id = :id', ofAda(arena)),
      ).toHaveLength(10),
  },
  {
    name: 'a key has one successor',
    table: 'api_key',
    covers: ['features/api-keys/owner.ts'],
    async lay({ home }) {
      const { apiKey } = await createKey(home)
      return repeated(racers, () => said(home.post(`/api-keys/${apiKey.id}/rotate`, { overlap: 60 })))
    },
    check: one,
  },
  {
    name: 'a name is that of one service account',
    table: 'service_account',
    covers: ['features/service-accounts/service.ts'],
    lay: async ({ call, root }) =>
      repeated(racers, async () => {
        const body = { name: 'robot' }
        return (await call('POST', '/admin/service-accounts', { token: root.accessToken, body })).status
      }),
    check: one,
  },
  {
    name: 'a role is not granted that is deleted at this moment',
    table: 'role',
    covers: ['accounts/authority/authority.ts', 'features/import/insert-user.ts'],
    async lay({ call, newRole, root: { accessToken: token }, id, latchkey }) {
      await newRole('clerk', ['posts:read'])
      const user = { email: 'new@example.com', password: newPassword, roles: ['clerk'] }
      return [
        async () => (await call('DELETE', '/admin/roles/clerk', { token })).status,
        async () => (await call('PATCH', `/admin/users/${id}`, { token, body: { roles: ['clerk'] } })).status,
        () => done(latchkey.createUser(user)),
      ]
    },
    async check({ sql }) {
      const holders = await sql(`SELECT id FROM user_account WHERE roles LIKE '%clerk%'`)
      const roles = await sql(`SELECT name FROM role WHERE name = 'clerk'`)
      expect(roles.length === 0 ? holders : []).toEqual([])
    },
  },
  {
    name: 'two processes that rotate at once leave one key that signs, and one after it',
    table: 'signing_key',
    covers: ['core/signing-keys/new-keys.ts', 'core/signing-keys/rotation.ts'],
    async lay({ latchkey, databaseUrl }) {
      const second = await createTestLatchkey({ databaseUrl })
      return [latchkey, second.latchkey].map(
        ({ services }) =>
          () =>
            done(services.keys.rotate()),
      )
    },
    async check({ sql }) {
      const rows = await sql<{ state: string }>(`SELECT state FROM signing_key ORDER BY state`)
      const states = rows.map(({ state }) => state)
      expect(states.filter((state) => state !== 'previous')).toEqual(['current', 'next'])
    },
  },
  {
    name: 'somebody who signs in by mail for the first time at several places at once clears the account once',
    table: 'revocation',
    covers: ['sign-in/enter-by-mail.ts'],
    options: { signInMethods: ['password', 'email-code', 'sms-code'] },
    async lay({ browser, mailbox }) {
      const to = 'bob@example.com'
      await browser().register(to, newPassword)
      const works = []
      for (let index = 0; index < 3; index++) {
        const tab = browser()
        await tab.post('/email-code/send', { email: to })
        const code = firstOf(await mailbox(to)).codes[0]
        works.push(() => said(tab.post('/email-code/verify', { code })))
      }
      return works
    },
    async check({ mailbox }, outcomes) {
      expect(winners(outcomes).length).toBeGreaterThan(0)
      const told = (await mailbox('bob@example.com')).filter(({ subject }) => subject.includes('cleared'))
      expect(told).toHaveLength(1)
    },
  },
  {
    name: 'support does nothing to somebody who becomes an administrator at that moment',
    table: 'user_account',
    covers: ['features/admin/lock-managed.ts'],
    async lay(arena) {
      const { call, root, id } = arena
      await arena.newRole('support', ['users:write', 'sessions:write'])
      await arena.newUser('support@example.com', { roles: ['support'] })
      const support = await arena.signIn('support@example.com')
      const body = { roles: ['admin'] }
      return [
        async () => (await call('PATCH', `/admin/users/${id}`, { token: root.accessToken, body })).status,
        async () =>
          (await call('DELETE', `/admin/users/${id}/sessions`, { token: support.accessToken })).status,
      ]
    },
    check({ databaseUrl }, [promoted, ended]) {
      expect(promoted).toBe(200)
      // SQLite lets either be first.
      expect(databaseUrl.startsWith('postgres') ? [403] : [403, 204]).toContain(ended)
    },
  },
  {
    name: 'two who prove each other’s number at once have swapped them',
    table: 'phone',
    covers: ['methods/sms-code/add-phone.ts'],
    async lay(arena) {
      const bob = await byPassword.register(arena, 'bob@example.com')
      const people = [
        { home: arena.home, own: '+4915100000001', other: '+4915100000002' },
        { home: bob.home, own: '+4915100000002', other: '+4915100000001' },
      ]
      for (const { home, own } of people) expect(await (await prove(arena, home, own))()).toBe(200)
      return await Promise.all(people.map(({ home, other }) => prove(arena, home, other)))
    },
    async check(arena, outcomes) {
      expect(outcomes).toEqual([200, 200])
      const adas = await arena.sql('SELECT number FROM phone WHERE user_id = :id', ofAda(arena))
      expect(adas).toEqual([{ number: '+4915100000002' }])
      expect(await arena.sql('SELECT number FROM phone')).toHaveLength(2)
    },
  },
  {
    name: 'an identity at a provider that arrives at two places at once is linked to one account',
    table: 'linked_account',
    covers: ['methods/federation/enter-account.ts', 'methods/federation/links.ts'],
    lay: async (arena) => repeated(3, () => comeBack(arena, arena.browser())),
    check: async ({ sql }) =>
      expect(await sql(`SELECT id FROM linked_account WHERE subject = 'somebody'`)).toHaveLength(1),
  },
  {
    name: 'no ticket of a second step is left that was given beside a disabling',
    table: 'challenge',
    covers: ['sign-in/tickets.ts', 'accounts/service.ts'],
    async lay(arena) {
      await enrolTotp(arena.home, arena)
      const login = () => said(arena.browser().post('/login', { email, password }))
      return [() => byRoot('POST', '/disable')(arena), login, login]
    },
    check: async ({ sql }) =>
      expect(await sql(`SELECT id FROM challenge WHERE purpose = 'second-factor'`)).toEqual([]),
  },
  ...Object.entries(resets).map(([by, reset]): Race => ({
    name: `no factor is left that was added beside a reset of them by ${by}`,
    table: 'totp',
    covers: ['features/admin/second-factors-service.ts', 'cli/commands/users-reset-factors.ts'],
    async lay(arena) {
      const { home, clock } = arena
      const { body } = await home.post<Seed & { ticket: string }>('/totp/options', undefined)
      const answer = { ticket: body.ticket, code: authenticatorOf(body, clock).code() }
      return [() => reset(arena), () => said(home.post('/totp/verify', answer))]
    },
    async check({ sql }, [reset]) {
      expect(reset).toBe(by === 'an administrator' ? 204 : 0)
      expect(await sql('SELECT user_id FROM totp')).toEqual([])
    },
  })),
  {
    name: 'a second step by mail is turned on once, and told once',
    table: 'email_factor',
    covers: ['methods/email-code/service.ts'],
    options: { signInMethods: ['password', 'email-code', 'sms-code'] },
    lay: async ({ home }) =>
      repeated(3, () =>
        said(home.send('/api/auth/email-code', { method: 'PATCH', body: { secondFactor: true } })),
      ),
    async check({ mailbox }, outcomes) {
      expect(outcomes).toEqual([200, 200, 200])
      const told = (await mailbox(email)).filter(({ subject }) => subject.includes('were turned on'))
      expect(told).toHaveLength(1)
    },
  },
  signInBeside('a disabling', ['accounts/service.ts'], byRoot('POST', '/disable')),
  signInBeside('a deletion', ['accounts/service.ts'], byRoot('DELETE', '')),
  signInBeside('a new password', ['methods/password/change.ts'], async ({ home }) => {
    return (await home.post('/change-password', { currentPassword: password, newPassword })).status
  }),
]

/** The answer to a code that has come to a number. */
async function prove({ mailbox }: Arena, home: Browser, number: string): Promise<() => Promise<unknown>> {
  const { ticket } = (await home.post<CodeRequested>('/phone/send', { number })).body
  const code = firstOf(await mailbox(number)).codes[0]
  return () => said(home.post('/phone/verify', { ticket, code }))
}

async function comeBack(arena: Arena, tab: ReturnType<Arena['browser']>): Promise<unknown> {
  const { body } = await tab.post<{ url: string }>('/federation/acme', {})
  const person = { sub: 'somebody', email: 'somebody@example.com', email_verified: true }
  const { searchParams } = new URL(arena.provider.approve(body.url, person), 'http://localhost')
  return await said(tab.post<SignedIn>('/federation/acme/finish', Object.fromEntries(searchParams)))
}
