import { type CreatedApiKey, hours, seconds, type ServiceAccount, type SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { type Database, DatabaseUnavailable, type Queryable } from '../../packages/server/src/db/database.ts'
import { openDatabase } from '../../packages/server/src/db/open-database.ts'
import type { Params, Statement } from '../../packages/server/src/db/statement.ts'
import { hotp, hotpCode } from '../support/hotp.ts'
import { type LyingProvider, startLyingProvider } from '../support/lying-provider.ts'
import { createKey, exchange, introspectWith } from '../support/machines.ts'
import { Browser, createTestLatchkey, type Reply, type TestLatchkey } from '../support/test-latchkey.ts'

/*
 * For each operation: its k-th call of the store fails, for every k, before it is carried out and after (the answer
 * of the database is lost). Then: a 5xx and no half of it, nobody signed out, the operation can be repeated.
 */

interface Saboteur {
  database: Database
  /** The k-th call from now on fails; Infinity: none does. Returns whether it came to that. */
  arm: (k: number, moment: 'before' | 'after') => void
  struck: () => boolean
}

function sabotage(real: Database): Saboteur {
  let left = Infinity
  let moment: 'before' | 'after' = 'before'
  let hit = false

  const strike = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    left--
    const fails = left === 0
    if (fails) hit = true
    if (fails && moment === 'before') throw new DatabaseUnavailable('sabotaged before the call')
    const result = await call()
    if (fails) throw new DatabaseUnavailable('sabotaged after the call')
    return result
  }
  const wrap = (on: Queryable): Queryable => ({
    dialect: on.dialect,
    all: <Row>(statement: Statement, params?: Params) => strike(() => on.all<Row>(statement, params)),
  })
  const database: Database = {
    ...wrap(real),
    relaxed: wrap(real.relaxed),
    // The commit is a call of its own: after it, the work is kept and the answer lost.
    transaction: (work) => strike(() => real.transaction((tx) => work(wrap(tx)))),
    exclusively: (name, work) => real.exclusively(name, work),
    listen: (channel, listener) => real.listen(channel, listener),
    ping: () => real.ping(),
    close: () => real.close(),
  }
  return {
    database,
    arm: (k, when) => {
      left = k
      moment = when
      hit = false
    },
    struck: () => hit,
  }
}

interface Scene {
  instance: TestLatchkey
  /** Signed in as ada with cookies. */
  ada: Browser
  native: SignedIn & { refreshToken: string }
  link: (path: string) => Promise<string>
  /** Signed in as an administrator. */
  admin: Browser
  bob: SignedIn
  provider: LyingProvider
}

interface Operation {
  prepare?: (scene: Scene) => Promise<unknown>
  run: (scene: Scene, prepared: unknown) => Promise<Reply<unknown>>
  done: number
  /** What a repeat may be answered with when the first try was carried out and only its answer lost. */
  repeated?: string[]
  /** The operation ends ada's sessions when it succeeds. */
  ends?: boolean
}

const password = 'correct horse battery'
const operations: Record<string, Operation> = {
  register: {
    run: ({ instance }) => instance.browser().post('/register', { email: 'new@example.com', password }),
    done: 201,
    repeated: ['email_taken'],
  },
  login: { run: ({ instance }) => instance.browser().login(), done: 200 },
  'log in with a second factor': {
    prepare: async ({ instance }) => {
      const carol = instance.browser()
      await carol.register('carol@example.com')
      const { secret } = (await carol.post<{ secret: string }>('/hotp', undefined)).body
      return Buffer.from(secret, 'hex')
    },
    run: async ({ instance }, secret) => {
      const tab = instance.browser()
      const first = await tab.post<{ ticket: string }>('/login', { email: 'carol@example.com', password })
      if (first.status !== 200) return first
      const { ticket } = first.body
      const code = hotpCode(secret as Uint8Array, 0)
      return await tab.post('/login/second-factor', { ticket, factor: 'hotp', code })
    },
    done: 200,
    // The code is used up with the sign-in whose answer was lost; the next press gives another.
    repeated: ['second_factor_invalid'],
  },
  'log in where somebody is signed in': {
    prepare: async ({ instance }) => {
      const carol = instance.browser()
      await carol.register('carol@example.com')
      return carol
    },
    run: (_, carol) => (carol as Browser).login('carol@example.com'),
    done: 200,
  },
  'log in by cookie': { run: ({ instance }) => logInByCookie(instance.browser()), done: 200 },
  'log in by cookie where somebody is': {
    prepare: byCookie,
    run: (_, tab) => logInByCookie(tab as Browser),
    done: 200,
  },
  'use a cookie session': {
    prepare: async (scene) => {
      const tab = await byCookie(scene)
      scene.instance.clock.advance(seconds(61))
      return tab
    },
    run: (_, tab) => (tab as Browser).get('/me'),
    done: 200,
  },
  'step-up by cookie': {
    prepare: byCookie,
    run: (_, tab) => (tab as Browser).post('/step-up', { password }),
    done: 200,
    repeated: ['refresh_token_outdated'],
  },
  'use a cookie session after its step-up': {
    prepare: async (scene) => {
      const tab = await byCookie(scene)
      await tab.post('/step-up', { password })
      return tab
    },
    run: (_, tab) => (tab as Browser).get('/me'),
    done: 200,
  },
  'change password by cookie': {
    prepare: async (scene) => {
      const carol = scene.instance.browser()
      await carol.post('/register', { email: 'carol@example.com', password, sessionKind: 'cookie' })
      return carol
    },
    run: (_, tab) =>
      (tab as Browser).post('/change-password', {
        currentPassword: password,
        newPassword: 'another fine passphrase',
      }),
    done: 204,
    // It is the new one already.
    repeated: ['invalid_credentials'],
  },
  'log out by cookie': {
    prepare: byCookie,
    run: (_, tab) => (tab as Browser).post('/logout'),
    done: 204,
    ends: true,
  },
  'export everything': { run: ({ ada }) => ada.get('/me/export').catch(toUnavailable), done: 200 },
  refresh: {
    run: ({ ada, native }) => ada.post('/refresh', { refreshToken: native.refreshToken }, { bare: true }),
    done: 200,
  },
  'refresh by attempt': {
    run: ({ ada, native }) =>
      ada.post(
        '/refresh',
        { refreshToken: native.refreshToken },
        { bare: true, headers: { 'refresh-attempt': 'AAAAAAAAAAAAAAAAAAAAAA' } },
      ),
    done: 200,
  },
  'step-up': {
    run: ({ ada }) => ada.post('/step-up', { password }),
    done: 200,
    repeated: ['refresh_token_outdated'],
  },
  'change profile': {
    run: ({ ada }) => ada.send('/api/auth/me', { method: 'PATCH', body: { name: 'Ada' } }),
    done: 200,
  },
  'change password': {
    run: ({ ada }) =>
      ada.post('/change-password', { currentPassword: password, newPassword: 'quite another phrase' }),
    done: 204,
    repeated: ['invalid_credentials', 'refresh_token_outdated', 'token_revoked'],
  },
  'forgot password': {
    run: ({ ada }) => ada.post('/forgot-password', { email: 'ada@example.com' }),
    done: 202,
  },
  'reset password': {
    prepare: ({ link }) => link('/reset-password'),
    run: ({ instance }, token) =>
      instance.browser().post('/reset-password', { token, newPassword: 'quite another phrase' }),
    done: 204,
    repeated: ['challenge_invalid'],
    ends: true,
  },
  'verify e-mail': {
    prepare: ({ link }) => link('/verify-email'),
    run: ({ instance }, token) => instance.browser().post('/verify-email', { token }),
    done: 204,
    repeated: ['challenge_invalid'],
  },
  'finish a registration that somebody else began': {
    prepare: async ({ instance }) => {
      const { db, challenges } = instance.latchkey.parts
      const email = 'new@example.com'
      const payload = { email, name: null, hash: 'of a password that never counts' }
      const about = { purpose: 'registration', subject: email, userId: null, payload, ttl: hours(1) } as const
      return (await db.transaction((tx) => challenges.issue(tx, about))).token
    },
    run: ({ instance }, token) => instance.browser().post('/verify-email', { token }),
    done: 200,
    repeated: ['challenge_invalid'],
  },
  'change e-mail': {
    run: ({ ada }) => ada.post('/change-email', { email: 'ada@new.example.com' }),
    done: 202,
  },
  'log out': { run: ({ ada }) => ada.post('/logout'), done: 204, ends: true },
  'end all': { run: ({ ada }) => ada.post('/logout', { scope: 'all' }), done: 204, ends: true },
  'list devices': { run: ({ ada }) => ada.get('/sessions'), done: 200 },
  'confirm a changed e-mail': {
    prepare: async ({ ada, instance }) => {
      await ada.post('/change-email', { email: 'ada@new.example.com' })
      return tokenOf(await instance.mailbox('ada@new.example.com'), '/change-email/confirm')
    },
    run: ({ instance }, token) => instance.browser().post('/change-email/confirm', { token }),
    done: 204,
    repeated: ['challenge_invalid'],
  },
  'undo a changed e-mail': {
    prepare: async ({ ada, instance }) => {
      await ada.post('/change-email', { email: 'ada@new.example.com' })
      const token = tokenOf(await instance.mailbox('ada@new.example.com'), '/change-email/confirm')
      await ada.post('/change-email/confirm', { token })
      return tokenOf(await instance.mailbox('ada@example.com'), '/change-email/undo')
    },
    run: ({ instance }, token) => instance.browser().post('/change-email/undo', { token }),
    done: 204,
    repeated: ['challenge_invalid'],
    ends: true,
  },
  'end a device': {
    run: ({ ada, native }) => ada.send(`/api/auth/sessions/${native.session.id}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['session_not_found'],
  },
  'create a user': {
    run: ({ admin }) => admin.send('/api/admin/users', { body: { email: 'new@example.com', password } }),
    done: 201,
    repeated: ['email_taken'],
  },
  'change a user': {
    run: ({ admin, bob }) =>
      admin.send(`/api/admin/users/${bob.user.id}`, { method: 'PATCH', body: { name: 'Bob' } }),
    done: 200,
  },
  'disable a user': {
    run: ({ admin, bob }) => admin.send(`/api/admin/users/${bob.user.id}/disable`, { method: 'POST' }),
    done: 200,
  },
  'delete a user': {
    run: ({ admin, bob }) => admin.send(`/api/admin/users/${bob.user.id}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['user_not_found'],
  },
  "set a user's roles": {
    run: ({ admin, bob }) =>
      admin.send(`/api/admin/users/${bob.user.id}/roles`, { method: 'PUT', body: { roles: ['admin'] } }),
    done: 200,
  },
  'create a role': {
    run: ({ admin }) =>
      admin.send('/api/admin/roles', { body: { name: 'editor', permissions: ['notes:write'] } }),
    done: 201,
    repeated: ['role_taken'],
  },
  'rotate the signing keys': {
    run: async ({ ada, instance: { latchkey } }) => {
      const rotated = await latchkey.parts.keys.rotate().then(
        () => 200,
        () => 503,
      )
      // The route that follows stands for every token that is out: none is refused.
      const me = await ada.get('/me')
      return me.status === 200
        ? { ...me, status: rotated, code: rotated === 200 ? undefined : 'unavailable' }
        : me
    },
    done: 200,
  },
  'create an API key': {
    run: ({ ada }) => ada.post('/api-keys', { name: 'deploy' }),
    done: 201,
  },
  'rotate an API key': {
    prepare: ({ ada }) => createKey(ada),
    run: async ({ ada, instance }, made) => {
      const { apiKey, key } = made as CreatedApiKey
      const answer = await ada.post<CreatedApiKey>(`/api-keys/${apiKey.id}/rotate`)
      const found = await exchange(instance, key)
      // Whatever became of the rotation, the program that has the old key goes on.
      expect([200, 503]).toContain(found.status)
      return answer
    },
    done: 201,
    repeated: ['api_key_rotated'],
  },
  'revoke an API key': {
    prepare: ({ ada }) => createKey(ada),
    run: ({ ada }, made) =>
      ada.send(`/api/auth/api-keys/${(made as CreatedApiKey).apiKey.id}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['api_key_not_found'],
  },
  'exchange an API key': {
    prepare: ({ ada }) => createKey(ada, { requestsPerMinute: 10 }),
    run: ({ instance }, made) => exchange(instance, (made as CreatedApiKey).key),
    done: 200,
  },
  introspect: {
    prepare: async ({ admin }) => {
      const account = await admin.send<ServiceAccount>('/api/admin/service-accounts', {
        body: { name: 'gateway' },
      })
      const path = `/api/admin/service-accounts/${account.body.id}/api-keys`
      return (await admin.send<CreatedApiKey>(path, { body: { name: 'key', scopes: ['introspect'] } })).body
        .key
    },
    run: async ({ ada, instance }, key) => {
      const answer = await introspectWith(instance, key as string, ada.token as string)
      // OAuth's own word.
      if (answer.status === 503) return toUnavailable()
      expect(answer.body.active).toBe(true)
      return answer
    },
    done: 200,
  },
  'create a service account': {
    run: ({ admin }) => admin.send('/api/admin/service-accounts', { body: { name: 'builder' } }),
    done: 201,
    repeated: ['service_account_taken'],
  },
  'disable a service account': {
    prepare: async ({ admin }) =>
      (await admin.send<ServiceAccount>('/api/admin/service-accounts', { body: { name: 'builder' } })).body
        .id,
    run: ({ admin }, id) =>
      admin.send(`/api/admin/service-accounts/${id as string}/disable`, { method: 'POST' }),
    done: 200,
  },
  'delete a service account': {
    prepare: async ({ admin }) =>
      (await admin.send<ServiceAccount>('/api/admin/service-accounts', { body: { name: 'builder' } })).body
        .id,
    run: ({ admin }, id) => admin.send(`/api/admin/service-accounts/${id as string}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['service_account_not_found'],
  },
  'sign in with another service for the first time': {
    run: ({ instance, provider }) => signInWith(instance.browser(), provider, 'carol'),
    done: 200,
  },
  'sign in with another service': {
    prepare: ({ instance, provider }) => signInWith(instance.browser(), provider, 'carol'),
    run: ({ instance, provider }) => signInWith(instance.browser(), provider, 'carol'),
    done: 200,
  },
  'arrive at an account that somebody else prepared': {
    prepare: ({ instance }) => instance.browser().register('carol@example.com'),
    run: ({ instance, provider }) => signInWith(instance.browser(), provider, 'carol'),
    done: 200,
  },
  'link an account': {
    run: async ({ ada, provider }) => {
      const begun = await ada.post<{ url: string }>('/federation/acme/link', {})
      return begun.status === 200 ? await finishWith(ada, provider, begun.body.url, 'carol') : begun
    },
    done: 200,
  },
  'confirm a link': {
    prepare: async ({ ada, provider, link }) => {
      await ada.post('/verify-email', { token: await link('/verify-email') })
      const { body } = await signInWith(ada, provider, 'ada')
      return (body as { result: { ticket: string } }).result.ticket
    },
    run: ({ ada }, ticket) => ada.post('/linked-accounts', { ticket }),
    done: 201,
    repeated: ['challenge_invalid'],
  },
  'remove a linked account': {
    prepare: async ({ instance, provider }) => {
      const carol = instance.browser()
      await carol.register('carol@example.com')
      const { url } = (await carol.post<{ url: string }>('/federation/acme/link', {})).body
      const answer = await finishWith(carol, provider, url, 'somebody')
      return { carol, id: (answer.body as { result: { id: string } }).result.id }
    },
    run: (_, prepared) => {
      const { carol, id } = prepared as { carol: Browser; id: string }
      return carol.send(`/api/auth/linked-accounts/${id}`, { method: 'DELETE' })
    },
    done: 204,
    repeated: ['linked_account_not_found'],
  },
  'delete account': {
    run: ({ ada }) => ada.send('/api/auth/me', { method: 'DELETE' }),
    done: 204,
    repeated: ['token_revoked'],
    ends: true,
  },
}

/** By a provider that says `<name>@example.com`, as the page of the callback does. */
async function signInWith(tab: Browser, provider: LyingProvider, name: string): Promise<Reply<unknown>> {
  const begun = await tab.post<{ url: string }>('/federation/acme', {})
  return begun.status === 200 ? await finishWith(tab, provider, begun.body.url, name) : begun
}

async function finishWith(
  tab: Browser,
  provider: LyingProvider,
  url: string,
  name: string,
): Promise<Reply<unknown>> {
  const person = { sub: name, email: `${name}@example.com`, email_verified: true }
  const { searchParams } = new URL(provider.approve(url, person), 'http://localhost')
  return await tab.post('/federation/acme/finish', Object.fromEntries(searchParams))
}

const logInByCookie = (tab: Browser): Promise<Reply<unknown>> =>
  tab.post('/login', { email: 'ada@example.com', password, sessionKind: 'cookie' })

/** A browser that is signed in as ada by a session cookie. */
async function byCookie({ instance }: Scene): Promise<Browser> {
  const tab = instance.browser()
  await logInByCookie(tab)
  return tab
}

describe.each(['before', 'after'] as const)('the store fails %s its k-th call', (moment) => {
  test.each(Object.entries(operations))('%s', { timeout: 120_000 }, async (_, operation) => {
    let k = 1
    const provider = startLyingProvider()
    for (; ; k++) {
      const { saboteur, scene } = await setScene(provider)
      const prepared = await operation.prepare?.(scene)
      saboteur.arm(k, moment)
      const answer = await operation.run(scene, prepared)
      const struck = saboteur.struck()
      saboteur.arm(Infinity, moment)
      if (!struck) {
        expect(answer.status).toBe(operation.done)
        await scene.instance.latchkey.close()
        break
      }
      await checkAfter(operation, scene, prepared, answer)
      await scene.instance.latchkey.close()
    }
    expect(k).toBeGreaterThan(1)
  })
})

async function setScene(provider: LyingProvider): Promise<{ saboteur: Saboteur; scene: Scene }> {
  const saboteur = sabotage(openDatabase('sqlite::memory:'))
  const instance = await createTestLatchkey({
    outside: { database: saboteur.database },
    limitScale: 1000,
    methods: [hotp],
    oidcProviders: [provider.settings],
    outgoingPrivateHosts: ['localhost'],
  })
  provider.follow(instance.clock.now)
  const ada = instance.browser()
  await ada.register()
  const login = await instance.browser().post<SignedIn & { refreshToken: string }>('/login', {
    email: 'ada@example.com',
    password,
    tokenDelivery: 'body',
  })
  const link = async (path: string) => {
    if (path === '/reset-password') await ada.post('/forgot-password', { email: 'ada@example.com' })
    return tokenOf(await instance.mailbox('ada@example.com'), path)
  }
  const admin = instance.browser()
  const setUp = new URL((await instance.latchkey.setUpLink()) as string).searchParams.get('token')
  admin.token = (
    await admin.post<SignedIn>('/setup', { token: setUp, email: 'root@example.com', password })
  ).body.accessToken
  const bob = await instance.browser().register('bob@example.com')
  await instance.latchkey.parts.audit.flush()
  await instance.latchkey.parts.outbox.drain()
  return { saboteur, scene: { instance, ada, native: login.body, link, admin, bob, provider } }
}

/** What breaks off on the way has begun with a 200, and no client takes it for whole. */
const toUnavailable = (): Reply => ({ status: 503, headers: new Headers(), body: {}, code: 'unavailable' })

function tokenOf(mails: { links: readonly string[] }[], path: string): string {
  const link = mails.flatMap(({ links }) => links).find((each) => each.includes(path))
  return new URL(link as string).searchParams.get('token') as string
}

async function checkAfter(
  operation: Operation,
  scene: Scene,
  prepared: unknown,
  answer: Reply<unknown>,
): Promise<void> {
  // What failed in the background (audit, mail) is no business of the caller; else it is a clear 503.
  expect([operation.done, 503]).toContain(answer.status)
  if (answer.status === 503) expect(answer.code).toBe('unavailable')
  if (answer.status === 503) {
    const again = await operation.run(scene, prepared)
    const allowed = [operation.done, ...(operation.repeated ?? [])]
    expect(allowed).toContain(again.status === operation.done ? again.status : again.code)
  }
  await scene.instance.latchkey.parts.outbox.drain()
  if (operation.ends) return
  if (prepared instanceof Browser) expect((await prepared.get('/me')).status).toBe(200)
  await goesOn(scene)
}

/** I5: no honest client is locked out by any single fault, now or after the leeway. */
async function goesOn({ ada, instance: { clock } }: Scene): Promise<void> {
  expect((await ada.refresh()).status).toBe(200)
  clock.advance(seconds(60))
  expect((await ada.refresh()).status).toBe(200)
}
