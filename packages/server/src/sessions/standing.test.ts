import { days, hours, minutes, seconds, type SignedIn, type UserId } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { Authenticator } from '#test/support/authenticator.ts'
import { DbscBrowser } from '#test/support/dbsc-browser.ts'
import { DpopClient } from '#test/support/dpop-browser.ts'
import { type LyingProvider, startLyingProvider } from '#test/support/lying-provider.ts'
import {
  type Browser,
  createTestLatchkey,
  stores,
  type TestLatchkey,
  type TestOptions,
} from '#test/support/test-latchkey.ts'
import { parseUuid } from '../core/ports/uuid.ts'
import { statement } from '../db/statement.ts'
import type { SessionKind } from './session.ts'
import { isLive } from './standing.ts'
import { bindSession, findSession } from './store.ts'

/*
 * Every reader of a session's credential, times every standing that it may have. Rows and columns are data: a new
 * reader is one more row, and the rule about replaced credentials applies to it without being named.
 */

const password = 'correct horse battery'
const cookieName = 'latchkey-session'

type StandingName = 'current' | 'predecessor' | 'replaced' | 'ended' | 'expired' | 'unproven' | 'disabled'
const standings: readonly StandingName[] = [
  'current',
  'predecessor',
  'replaced',
  'ended',
  'expired',
  'unproven',
  'disabled',
]

interface Scene extends TestLatchkey {
  provider: LyingProvider
}

/** A copy of somebody's cookies, and its owner. */
interface Case {
  email: string
  owner: Browser
  copy: Browser
  sessionId: Uint8Array
  userId: string
}

async function open(options: TestOptions): Promise<Scene> {
  const provider = startLyingProvider()
  const instance = await createTestLatchkey({
    limitScale: 10_000,
    oidcProviders: [provider.settings],
    outgoingPrivateHosts: ['localhost'],
    ...options,
  })
  provider.follow(instance.clock.now)
  return { ...instance, provider }
}

/** Somebody who signed in, and whose jar was copied at that moment. */
async function signedIn(scene: Scene, kind: SessionKind, email: string): Promise<Case> {
  const owner = scene.browser()
  const { body } = await owner.post<SignedIn>('/register', { email, password, sessionKind: kind })
  owner.token = body.accessToken
  await scene.latchkey.services.db.all(verify, { id: parseUuid(body.user.id), now: scene.clock.now() })
  const common = { email, owner, sessionId: parseUuid(body.session.id), userId: body.user.id }
  return { ...common, copy: copyOf(scene, owner) }
}

function copyOf({ browser }: Scene, from: Browser): Browser {
  const copy = browser()
  for (const [name, value] of from.cookies) copy.cookies.set(name, value)
  return copy
}

const verify = statement('UPDATE user_account SET email_verified_at = :now WHERE id = :id')
const countLive = statement('SELECT count(*) AS n FROM session WHERE user_id = :id AND revoked_at IS NULL')
const disable = statement('UPDATE user_account SET disabled_at = :now WHERE id = :id')

async function stepUp({ owner }: Case): Promise<void> {
  const answer = await owner.post<Partial<SignedIn>>('/step-up', { password })
  expect(answer.status).toBe(200)
  if (answer.body.accessToken !== undefined) owner.token = answer.body.accessToken
}

/** Brings a credential to a standing; the owner is the one who goes on. */
const bringTo: Record<StandingName, (scene: Scene, kind: SessionKind, email: string) => Promise<Case>> = {
  current: signedIn,

  async predecessor(scene, kind, email) {
    const owned = await signedIn(scene, kind, email)
    scene.clock.advance(minutes(20))
    if (kind === 'token') await owned.owner.refresh()
    const copy = copyOf(scene, owned.owner)
    await stepUp(owned)
    return { ...owned, copy }
  },

  async replaced(scene, kind, email) {
    const owned = await signedIn(scene, kind, email)
    for (let round = 0; round < 3; round++) {
      scene.clock.advance(minutes(20))
      if (kind === 'token') expect((await owned.owner.refresh()).status).toBe(200)
    }
    await stepUp(owned)
    // The new cookie is seen, and the leeway is over.
    expect((await owned.owner.get('/me')).status).toBe(200)
    scene.clock.advance(seconds(31))
    return owned
  },

  async ended(scene, kind, email) {
    const owned = await signedIn(scene, kind, email)
    expect((await owned.owner.post('/logout')).status).toBe(204)
    return owned
  },

  async expired(scene, kind, email) {
    const owned = await signedIn(scene, kind, email)
    scene.clock.advance(days(400))
    return owned
  },

  async unproven(scene, kind, email) {
    const owned = await signedIn(scene, kind, email)
    await bindSession(scene.latchkey.services.db, owned.sessionId, `dbsc:${'A'.repeat(43)}`)
    // Long enough for a use to move the idle time.
    scene.clock.advance(minutes(2))
    return owned
  },

  async disabled(scene, kind, email) {
    const owned = await signedIn(scene, kind, email)
    await scene.latchkey.services.db.all(disable, { id: parseUuid(owned.userId), now: scene.clock.now() })
    return owned
  },
}

interface Reader {
  kinds: readonly SessionKind[]
  /** True if a bearer of the copy gets what the owner would get. */
  read: (scene: Scene, owned: Case) => Promise<boolean>
  /** The standings that are served; others get nothing. */
  serves?: readonly StandingName[]
  /** The standings in which it ends the session, besides `replaced`. */
  ends?: readonly StandingName[]
  /** A replaced one is reuse. @default true */
  notices?: boolean
}

const both: readonly SessionKind[] = ['token', 'cookie']
const live: readonly StandingName[] = ['current', 'predecessor']
const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }

const tokenOf = ({ copy }: Case): string => copy.cookies.get(cookieName) ?? ''

const readers: Record<string, Reader> = {
  'the API by cookie': {
    kinds: ['cookie'],
    read: async (_, { copy }) => (await copy.get('/me')).status === 200,
  },
  'requireSession of an application': {
    kinds: ['cookie'],
    read: ({ latchkey }, owned) =>
      latchkey.authenticateSession({ cookies: new Map([[cookieName, [tokenOf(owned)]]]) }).then(
        () => true,
        () => false,
      ),
  },
  introspection: {
    kinds: ['cookie'],
    read: async ({ latchkey }, owned) =>
      (await latchkey.services.introspectors
        .find(({ prefix }) => prefix === 'lks_')
        ?.introspect(tokenOf(owned))) !== null,
  },
  refresh: {
    kinds: ['token'],
    read: async (_, { copy }) => (await copy.refresh()).status === 200,
  },
  'a step-up beside the owner’s access token': {
    kinds: ['token'],
    // A fence above a generation that is on its way to its client would make that one look like a replay.
    serves: ['current'],
    read: async (_, { copy, owner }) =>
      (await copy.post('/step-up', { password }, { token: owner.token })).status === 200,
  },
  'a step-up by cookie': {
    kinds: ['cookie'],
    serves: ['current'],
    read: async (_, { copy }) => (await copy.post('/step-up', { password })).status === 200,
  },
  'the page /sign-in': {
    kinds: both,
    read: async (_, { copy, email }) => (await copy.send<string>('/sign-in')).body.includes(email),
  },
  'the page /sign-out': {
    kinds: both,
    read: async (_, { copy, email }) => (await copy.send<string>('/sign-out')).body.includes(email),
  },
  'the page /passkeys/add': {
    kinds: both,
    serves: ['current'],
    read: async (_, { copy }) => (await copy.send<string>('/passkeys/add')).body.includes('data-options='),
  },
  'the form of /passkeys/add': {
    kinds: both,
    serves: ['current'],
    read: async (_, { copy }) =>
      (await copy.send('/passkeys/add', { method: 'POST', body: 'response=x', headers: form })).status !==
      303,
  },
  'the page /link-account': {
    kinds: both,
    serves: ['current'],
    async read({ provider }, { copy, email }) {
      const begun = (await copy.post<{ url: string }>('/federation/acme', {})).body.url
      const back = provider.approve(begun, { sub: `sub of ${email}`, email, email_verified: true })
      const answer = Object.fromEntries(new URL(back, 'http://localhost').searchParams)
      const { result } = (
        await copy.post<{ result?: { ticket?: string } }>('/federation/acme/finish', answer)
      ).body
      const body = new URLSearchParams({ token: result?.ticket ?? 'x' }).toString()
      return (await copy.send('/link-account', { method: 'POST', body, headers: form })).status === 303
    },
  },
  'a sign-in to another account in the same browser': {
    kinds: both,
    serves: standings,
    ends: ['current'],
    async read({ browser }, { copy, email }) {
      const other = `other-${email}`
      await browser().register(other)
      return (await copy.post('/login', { email: other, password })).status === 200
    },
  },
  'logging out': {
    kinds: both,
    serves: standings,
    // A bearer of the token may end its session without the key: pages prove none, and people must be able to leave.
    ends: ['current', 'predecessor', 'unproven'],
    read: async (_, { copy }) => (await copy.post('/logout')).status === 204,
  },
  'latchkey token verify': {
    kinds: ['token'],
    // Administrators are not the client: looking at a session ends nothing.
    ends: [],
    notices: false,
    read: async ({ latchkey }, { copy }) => {
      const read = await latchkey.services.sessions.inspectStanding([...copy.cookies.values()])
      return read !== null && isLive(read.standing)
    },
  },
  'logging out the others': {
    kinds: both,
    serves: ['current', 'predecessor', 'replaced', 'ended', 'expired', 'disabled'],
    read: async (_, { copy }) => (await copy.post('/logout', { scope: 'others' })).status === 204,
  },
}

/** Brings an access token to a standing. Tokens from before a mere step-up stay true, and lack what it added. */
const tokenStandings: Record<
  Exclude<StandingName, 'predecessor'>,
  (scene: Scene, email: string) => Promise<string>
> = {
  current: async ({ browser }, email) => (await browser().register(email)).accessToken,

  async replaced({ browser }, email) {
    const tab = browser()
    const { accessToken } = await tab.register(email)
    const change = { currentPassword: password, newPassword: 'seven quiet otters swim' }
    expect((await tab.post('/change-password', change)).status).toBe(204)
    return accessToken
  },

  async ended({ browser }, email) {
    const tab = browser()
    const { accessToken } = await tab.register(email)
    await tab.post('/logout')
    return accessToken
  },

  async expired({ browser, clock }, email) {
    const { accessToken } = await browser().register(email)
    clock.advance(minutes(15))
    return accessToken
  },

  /** Bound to a key, and sent as `Bearer`. A resource server asks about it when it has seen the proof. */
  async unproven({ browser }, email) {
    const client = await new DpopClient(browser()).greet()
    return (await client.post<SignedIn>('/register', { email, password })).body.accessToken
  },

  async disabled({ browser, latchkey, clock }, email) {
    const { accessToken, user } = await browser().register(email)
    await latchkey.services.users.change(userIdOf(user.id), { disabledAt: clock.now() })
    return accessToken
  },
}

const tokenReaders: Record<string, (scene: Scene, token: string) => Promise<boolean>> = {
  'the API': async ({ browser }, token) => (await browser().get('/me', { token })).status === 200,
  'who am I': async ({ browser }, token) => (await browser().get('/session', { token })).status === 200,
  'requireAuth of an application': ({ latchkey }, token) =>
    latchkey.authenticate(`Bearer ${token}`).then(
      () => true,
      () => false,
    ),
  introspection: async ({ latchkey }, token) =>
    (await latchkey.services.introspectors.find(({ prefix }) => prefix === '')?.introspect(token)) !== null,
  'confirming an address by code': async ({ browser }, token) =>
    (await browser().post('/verify-email', { code: '000000' }, { token })).code === 'challenge_invalid',
  'logging out everywhere': async ({ browser, latchkey }, token) => {
    const [, payload = ''] = token.split('.')
    const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: UserId }
    const live = async () =>
      (await latchkey.services.db.all<{ n: number }>(countLive, { id: parseUuid(sub) }))[0]?.n ?? 0
    const before = await live()
    await browser().post('/logout', { scope: 'all' }, { token })
    return (await live()) < before
  },
}

/** Brings the session of a device to a standing, beside the copies of which the device knows nothing. */
const deviceStandings: Record<
  'current' | 'replaced' | 'ended' | 'expired' | 'disabled',
  (scene: TestLatchkey, owner: Browser, session: { id: Uint8Array; userId: Uint8Array }) => Promise<unknown>
> = {
  current: () => Promise.resolve(),
  // A step-up of another tab: the key proves the device all the same.
  replaced: (_, owner) => owner.post('/step-up', { password }),
  ended: (_, owner) => owner.post('/logout'),
  // A challenge lives for minutes: time stands still for it.
  expired: ({ latchkey, clock }, _, { id }) => latchkey.services.db.all(expire, { id, now: clock.now() }),
  disabled: ({ latchkey, clock }, _, { userId: id }) =>
    latchkey.services.db.all(disable, { id, now: clock.now() }),
}

const expire = statement('UPDATE session SET expires_at = :now WHERE id = :id')

/** Asks for the short cookie of a bound session by nothing but its key; true if it comes. */
const deviceReaders: Record<string, (device: DbscBrowser, offered: string) => Promise<boolean>> = {
  async 'the registration of a key'(device, offered) {
    const [, path = ''] = /;path="([^"]*)"/.exec(offered) ?? []
    const [, challenge = ''] = /;challenge="([^"]*)"/.exec(offered) ?? []
    const headers = { 'secure-session-response': `"${device.proof(challenge, { registers: true })}"` }
    return (await device.jar.send(path, { method: 'POST', headers, bare: true })).status === 200
  },
  async 'the refresh of a key'(device) {
    const { refresh_url: path, session_identifier: id } = must(device.session).instructions
    const ask = (more: Record<string, string>) =>
      device.jar.send(path, {
        method: 'POST',
        headers: { 'sec-secure-session-id': `"${id}"`, ...more },
        bare: true,
      })
    // Every caller gets a challenge, even for an unknown session.
    const [, challenge = ''] =
      /^"([^"]+)"/.exec((await ask({})).headers.get('secure-session-challenge') ?? '') ?? []
    expect(challenge).not.toBe('')
    return (await ask({ 'secure-session-response': `"${device.proof(challenge)}"` })).status === 200
  },
}

describe.each(stores)('on %s', (store) => {
  for (const [name, read] of Object.entries(deviceReaders))
    test(`${name}: a session of a device in every standing`, async () => {
      const scene = await createTestLatchkey({ store, publicUrl: 'https://app.example.com', limitScale: 100 })
      const seen: Record<string, boolean> = {}
      for (const [standing, bring] of Object.entries(deviceStandings)) {
        const device = new DbscBrowser(scene.browser(), scene.clock)
        const account = { email: `${standing}@example.com`, password }
        const isRegistered = name === 'the refresh of a key'
        const signedUp = await (isRegistered ? device : device.jar).send<SignedIn>('/api/auth/register', {
          body: account,
        })
        const { session, user, accessToken } = signedUp.body
        device.jar.token = accessToken
        await bring(scene, device.jar, { id: parseUuid(session.id), userId: parseUuid(user.id) })
        seen[standing] = await read(device, signedUp.headers.get('secure-session-registration') ?? '')
      }
      expect(seen).toEqual({ current: true, replaced: true, ended: false, expired: false, disabled: false })
    })

  for (const [name, { kinds, read, serves = live, ends = [], notices = true }] of Object.entries(readers))
    for (const kind of kinds)
      test(`${name}: a ${kind} session in every standing`, async () => {
        const scene = await open({ store, signInMethods: ['password', 'passkey'] })
        const seen: Record<string, unknown> = {}
        const wanted: Record<string, unknown> = {}
        for (const standing of standings) {
          const owned = await bringTo[standing](scene, kind, `${standing}@example.com`)
          const before = await rowOf(scene, owned)
          const served = await read(scene, owned)
          const after = await rowOf(scene, owned)
          seen[standing] = {
            served,
            ended: before?.revoked_at === null && after?.revoked_at !== null,
            told: await wasTold(scene, owned),
            keptAlive: after?.rotated_at !== before?.rotated_at && !live.includes(standing),
          }
          const isReplaced = standing === 'replaced' && notices
          wanted[standing] = {
            served: serves.includes(standing),
            ended: isReplaced || ends.includes(standing),
            told: isReplaced,
            keptAlive: false,
          }
        }
        expect(seen).toEqual(wanted)
      })

  for (const [name, read] of Object.entries(tokenReaders))
    test(`${name}: an access token in every standing`, async () => {
      const scene = await open({ store })
      const seen: Record<string, unknown> = {}
      for (const [standing, bring] of Object.entries(tokenStandings)) {
        const token = await bring(scene, `${standing}@example.com`)
        seen[standing] = await read(scene, token)
      }
      expect(seen).toEqual({
        current: true,
        replaced: false,
        ended: false,
        expired: false,
        unproven: name === 'introspection',
        disabled: false,
      })
    })

  test('a copy of an hour ago inherits nothing of a fresh proof, adds no passkey, and ends the session', async () => {
    const scene = await open({ store, signInMethods: ['password', 'passkey'] })
    const ada = await signedIn(scene, 'token', 'ada@example.com')
    for (let round = 0; round < 3; round++) {
      scene.clock.advance(minutes(20))
      await ada.owner.refresh()
    }
    await stepUp(ada)
    const offered = await ada.owner.send<string>('/passkeys/add')
    expect(offered.body).toContain('name="ticket"')
    const asked = await ada.copy.send<string>('/passkeys/add')
    expect([asked.status, asked.body.includes('ticket')]).toEqual([303, false])
    // With the owner's own question, too.
    const [, ticket = ''] = /name="ticket" value="([^"]+)"/.exec(offered.body) ?? []
    const [, json = ''] = /data-options="([^"]+)"/.exec(offered.body) ?? []
    const options = JSON.parse(json.replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as object
    const response = JSON.stringify(new Authenticator().create(options as Record<string, unknown>))
    const body = new URLSearchParams({ ticket, response }).toString()
    const added = await ada.copy.send('/passkeys/add', { method: 'POST', body, headers: form })
    expect(added.headers.get('location')).toBe('/sign-in')
    expect(await scene.latchkey.services.db.all(statement('SELECT * FROM passkey'))).toEqual([])
    expect((await ada.owner.refresh()).code).toBe('session_revoked')
    expect(await wasTold(scene, ada)).toBe(true)
  })

  test('a link of a provider that the owner began is not finished by a copy that was replaced', async () => {
    const scene = await open({ store })
    const ada = await bringTo.replaced(scene, 'token', 'ada@example.com')
    const begun = await ada.owner.post<{ url: string }>('/federation/acme/link', {})
    const back = scene.provider.approve(begun.body.url, { sub: 'a stranger', email: 'eve@example.com' })
    ada.copy.cookies.set('latchkey-federation', ada.owner.cookies.get('latchkey-federation') ?? '')
    const answer = Object.fromEntries(new URL(back, 'http://localhost').searchParams)
    expect((await ada.copy.post('/federation/acme/finish', answer)).code).toBe('challenge_invalid')
    expect(await wasTold(scene, ada)).toBe(true)
  })

  test('a client that lost the answer to its refresh is signed out by no page, and goes on', async () => {
    const scene = await open({ store })
    const ada = await signedIn(scene, 'token', 'ada@example.com')
    const attempt = Buffer.alloc(16, 1).toString('base64url')
    scene.clock.advance(minutes(20))
    const lost = copyOf(scene, ada.owner)
    expect((await lost.refresh({ attempt })).status).toBe(200)
    scene.clock.advance(hours(5))
    for (const path of ['/sign-in', '/passkeys/add', '/sign-out'])
      expect((await ada.owner.send<string>(path)).body).not.toContain(ada.email)
    expect((await ada.owner.refresh({ attempt })).status).toBe(200)
    expect(await wasTold(scene, ada)).toBe(false)
  })
})

const rowOf = async ({ latchkey }: Scene, { sessionId }: Case) =>
  (await findSession(latchkey.services.db, sessionId))?.session

async function wasTold({ mailbox, latchkey }: Scene, { email, userId }: Case): Promise<boolean> {
  await latchkey.services.audit.flush()
  const events = await latchkey.services.audit.ofUser(userIdOf(userId), { before: null, limit: 50 })
  const mails = await mailbox(email)
  const isMailed = mails.some(({ subject }) => subject.includes('signed out one of your devices'))
  expect(isMailed).toBe(events.some(({ kind }) => kind === 'session.reuse_detected'))
  return isMailed
}
