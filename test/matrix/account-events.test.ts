import { days, minutes, type SessionId, type UserId } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { purposesOf } from '../../packages/server/src/core/challenges/purpose.ts'
import { parseUuid, uuidV7 } from '../../packages/server/src/core/ports/uuid.ts'
import { accountEvents, type AccountEvent, rowOf } from '../../packages/server/src/identity/events/table.ts'
import {
  insertLinkedAccount,
  listLinkedAccounts,
} from '../../packages/server/src/methods/federation/store.ts'
import { findPassword } from '../../packages/server/src/methods/password/store.ts'
import { readStanding, replaceCodes } from '../../packages/server/src/methods/recovery-codes/store.ts'
import { findPhone } from '../../packages/server/src/methods/sms-code/store.ts'
import { insertTrustedDevice } from '../../packages/server/src/sessions/trusted-devices/store.ts'
import { startAdministration, testPassword } from '../support/administration.ts'
import { enrolTotp } from '../support/authenticator-app.ts'
import { Authenticator } from '../support/authenticator.ts'
import type { Browser } from '../support/test-latchkey.ts'
import { stores } from '../support/test-latchkey.ts'

/*
 * The table of events, cell by cell, by every path that leads to an event: whatever it says of a column is what is left
 * of ada's things there.
 */

const email = 'ada@example.com'
const address = '/api/auth'
type Scene = Awaited<ReturnType<typeof prepare>>

interface Path {
  event: AccountEvent
  by: string
  /** What has to be there before anything is counted. */
  before?: (scene: Scene) => Promise<unknown>
  /** The address has never been proven. */
  isUnproven?: true
  run: (scene: Scene) => Promise<unknown>
  /** Columns that this path cannot show. */
  except?: readonly string[]
}

const admin = (method: string, path: string, body?: unknown) => (scene: Scene) =>
  scene.call(method, `/admin/users/${scene.userId}${path}`, {
    token: scene.root.accessToken,
    ...(body !== undefined && { body }),
  })

const paths: readonly Path[] = [
  {
    event: 'password_changed',
    by: 'its owner',
    run: ({ home }) =>
      home.post('/change-password', {
        currentPassword: testPassword,
        newPassword: 'a phrase of another kind',
      }),
  },
  { event: 'password_reset', by: 'the link', run: resetElsewhere },
  { event: 'owner_arrived', by: 'a reset', isUnproven: true, run: resetElsewhere, except: ['password'] },
  {
    event: 'owner_arrived',
    by: 'the link of the verifying mail',
    isUnproven: true,
    run: async (scene) => scene.browser().post('/verify-email', { token: await scene.link('/verify-email') }),
    except: ['codes'],
  },
  { event: 'owner_arrived', by: 'a code by mail', isUnproven: true, run: signInByMail },
  {
    event: 'owner_arrived',
    by: 'an administrator',
    isUnproven: true,
    run: admin('PATCH', '', { emailVerified: true }),
    except: ['codes'],
  },
  {
    event: 'address_proven',
    by: 'the link where the account was made',
    isUnproven: true,
    run: async (scene) => scene.home.post('/verify-email', { token: await scene.link('/verify-email') }),
  },
  {
    event: 'first_factor_added',
    by: 'an authenticator app',
    run: (scene) => enrolTotp(scene.home, scene),
    except: ['recovery codes'],
  },
  {
    event: 'first_factor_added',
    by: 'a passkey that is asked for',
    before: addPasskey,
    run: ({ home }) =>
      home.send(`${address}/passkeys/second-factor`, { method: 'PUT', body: { enabled: true } }),
  },
  { event: 'factor_added', by: 'a passkey', run: addPasskey },
  { event: 'factor_added', by: 'a number', run: addPhone },
  { event: 'factor_removed', by: 'a passkey', before: addPasskey, run: removePasskey },
  {
    event: 'last_factor_removed',
    by: 'a passkey that is not asked for any more',
    before: async (scene) => {
      await addPasskey(scene)
      await scene.home.send(`${address}/passkeys/second-factor`, { method: 'PUT', body: { enabled: true } })
      await proveByPasskey(scene)
    },
    run: ({ home }) =>
      home.send(`${address}/passkeys/second-factor`, { method: 'PUT', body: { enabled: false } }),
  },
  {
    event: 'address_change_asked',
    by: 'its owner',
    run: ({ home }) => home.post('/change-email', { email: 'new@example.com' }),
  },
  {
    event: 'address_changed',
    by: 'the session that asked',
    before: ({ home }) => home.post('/change-email', { email: 'new@example.com' }),
    run: async (scene) =>
      scene.home.post('/change-email/confirm', {
        token: await scene.link('/change-email/confirm', 'new@example.com'),
      }),
  },
  {
    event: 'address_change_undone',
    by: 'the link',
    before: async (scene) => {
      await scene.home.post('/change-email', { email: 'new@example.com' })
      await scene.home.post('/change-email/confirm', {
        token: await scene.link('/change-email/confirm', 'new@example.com'),
      })
    },
    run: async (scene) =>
      scene.browser().post('/change-email/undo', { token: await scene.link('/change-email/undo') }),
    except: ['codes', 'undoing link'],
  },
  {
    event: 'provider_unlinked',
    by: 'its owner',
    before: linkProvider,
    run: async ({ home, latchkey, userId }) => {
      const [linked] = await listLinkedAccounts(latchkey.parts.db, userId)
      return home.send(`${address}/linked-accounts/${linked!.id}`, { method: 'DELETE' })
    },
  },
  { event: 'api_key_made', by: 'its owner', run: ({ home }) => home.post('/api-keys', { name: 'another' }) },
  { event: 'logged_out', by: 'its cookie', run: ({ home }) => home.post('/logout') },
  {
    event: 'session_ended',
    by: 'the list',
    run: async ({ other, homeId }) => other.send(`${address}/sessions/${homeId}`, { method: 'DELETE' }),
  },
  {
    event: 'others_logged_out',
    by: 'its cookie',
    run: ({ home }) => home.post('/logout', { scope: 'others' }),
  },
  { event: 'all_logged_out', by: 'its cookie', run: ({ home }) => home.post('/logout', { scope: 'all' }) },
  {
    event: 'session_ended_by_admin',
    by: 'an administrator',
    run: (scene) => admin('DELETE', `/sessions/${scene.homeId}`)(scene),
  },
  { event: 'sessions_ended_by_admin', by: 'an administrator', run: admin('DELETE', '/sessions') },
  {
    event: 'factors_reset',
    by: 'an administrator',
    run: admin('POST', '/reset-second-factors', { reason: 'lost' }),
  },
  {
    event: 'address_changed_by_admin',
    by: 'an administrator',
    run: admin('PATCH', '', { email: 'new@example.com', emailVerified: true }),
  },
  { event: 'roles_changed', by: 'an administrator', run: admin('PATCH', '', { roles: ['admin'] }) },
  { event: 'disabled', by: 'an administrator', run: admin('POST', '/disable') },
  {
    event: 'enabled',
    by: 'an administrator',
    before: admin('POST', '/disable'),
    run: admin('POST', '/enable'),
    // Their things were laid out after they had been disabled: nothing of before comes back.
    except: ['home', 'other', 'token of before', 'API key'],
  },
  { event: 'deleted', by: 'its owner', run: ({ home }) => home.send(`${address}/me`, { method: 'DELETE' }) },
  { event: 'deleted', by: 'an administrator', run: admin('DELETE', '') },
  {
    event: 'reuse_detected',
    by: 'a replaced refresh token',
    run: async (scene) => {
      const thief = new Map(scene.home.cookies)
      for (let round = 0; round < 3; round++) {
        scene.clock.advance(31_000)
        await scene.home.refresh()
      }
      scene.home.cookies.clear()
      for (const [name, value] of thief) scene.home.cookies.set(name, value)
      return scene.home.refresh()
    },
  },
]

/** Their paths are in the tests of their own slices, or they have none of their own. */
const elsewhere: readonly AccountEvent[] = [
  'factor_removed',
  'number_taken',
  'last_number_taken',
  'recovery_codes_made',
  'provider_linked',
  'session_replaced',
  'session_limit_reached',
]

test('every event has a path here, or in its slice', () => {
  const walked = new Set([...paths.map(({ event }) => event), ...elsewhere])
  expect(accountEvents.filter((event) => !walked.has(event))).toEqual([])
})

describe.each(stores)('on %s', (store) => {
  test.each(paths.map((path) => [`${path.event}, by ${path.by}`, path] as const))('%s', async (_, path) => {
    const scene = await prepare(store, path)
    const done = (await path.run(scene)) as { status?: number } | undefined
    if (path.event !== 'reuse_detected') expect(done?.status ?? 200).toBeLessThan(300)
    const row = rowOf(path.event)
    const expected: Record<string, boolean> = {
      home: row.sessions === 'stay' || row.sessions === 'others end',
      other: row.sessions === 'stay' || row.sessions === 'this ends',
      'token of before': row.tokens === 'stay' && row.sessions !== 'this ends',
      'trusted browser': row.trustedBrowsers === 'stay',
      'API key': row.apiKeys === 'stay',
      codes: row.pendingCodes !== 'die',
      'own change': ['stay', 'of other sessions die', 'older requests die'].includes(row.pendingChanges),
      "another's change": ['stay', 'of this session die', 'older requests die'].includes(row.pendingChanges),
      'recovery codes': row.recoveryCodes === 'stay',
      password: !['go', 'added since go'].includes(row.credentials),
      'link of before': row.credentials !== 'go',
      'undoing link': true,
      told: row.tells.length > 0,
    }
    const found: Record<string, boolean> = await scene.found()
    for (const column of path.except ?? []) {
      delete expected[column]
      delete found[column]
    }
    expect(found).toEqual(expected)
  })
})

async function prepare(store: (typeof stores)[number], { before, isUnproven }: Path) {
  const started = await startAdministration(store, { signInMethods: ['password', 'passkey', 'email-code'] })
  const { latchkey, clock, browser, mailbox } = started
  const { db, ports, challenges, addressUndo, users } = latchkey.parts
  const [home, other] = [browser(), browser()]
  const { user } = await home.register(email, testPassword)
  const userId = user.id as UserId
  const link = async (path: string, to = email): Promise<string> => {
    const links = (await mailbox(to)).flatMap((mail) => mail.links)
    return new URL(links.find((each) => new URL(each).pathname === path)!).searchParams.get('token')!
  }
  if (!isUnproven) await home.post('/verify-email', { token: await link('/verify-email') })
  await other.login(email, testPassword)
  const sidOf = async (tab: Browser) =>
    (await tab.get<{ session: { id: SessionId } }>('/session')).body.session.id
  const scene = { ...started, home, other, userId, link, passkeys: new Authenticator() }
  const [homeId, otherId] = [await sidOf(home), await sidOf(other)]
  const early = { ...scene, homeId, otherId, found: async (): Promise<Record<string, boolean>> => ({}) }
  await before?.(early)
  const now = clock.now()
  const key = (await home.post<{ id: string; key: string }>('/api-keys', { name: 'deploy' })).body
  // A change that is undone must find what was there before it.
  const linkedAt = now - days(1)
  const identity = { provider: 'example', issuer: 'https://issuer.example', subject: 'before' }
  const about = { email: null, name: null, tokens: null, now: linkedAt }
  await db.transaction(async (tx) => {
    await insertLinkedAccount(tx, { id: uuidV7(ports), userId, ...identity, ...about })
    await replaceCodes(tx, userId, [new Uint8Array(32)], now)
    const trust = { id: uuidV7(ports), user_id: parseUuid(userId), secret_hash: new Uint8Array(32) }
    const times = { created_at: now, last_used_at: now, expires_at: now + days(1) }
    await insertTrustedDevice(tx, { ...trust, label: 'x', ip: null, ...times })
  })
  const issue = (purpose: (typeof all)[number], sessionId: SessionId | null) =>
    db.transaction((tx) =>
      challenges.issue(tx, {
        purpose,
        subject: `${purpose} of ${sessionId}`,
        userId,
        sessionId,
        payload: {},
        ttl: minutes(50),
      }),
    )
  const all = [...purposesOf('code'), ...purposesOf('change')]
  const codes = await Promise.all(purposesOf('code').map((purpose) => issue(purpose, null)))
  // A ceremony that is begun anew ends its like: the one of an app is not the one of a link.
  const change = 'federation-landing'
  const [own, others] = [await issue(change, homeId), await issue(change, otherId)]
  const account = await users.get(userId)
  const undo = await db.transaction((tx) => addressUndo.offer(tx, account, { since: now, reserves: false }))
  const addresses = [email, 'new@example.com']
  const countMails = async () =>
    (await Promise.all(addresses.map(async (to) => (await mailbox(to)).length))).reduce((a, b) => a + b)
  const mails = await countMails()
  const token = home.token as string
  const isLive = async (tab: Browser): Promise<boolean> => (await tab.refresh()).status === 200
  const peek = async (purpose: Parameters<typeof challenges.peek>[1], issued: string): Promise<boolean> =>
    (await challenges.peek(db, purpose, issued)) !== null

  return { ...early, found }

  async function found(): Promise<Record<string, boolean>> {
    const bearer = { authorization: `Bearer ${token}` }
    const lives = await Promise.all(codes.map(({ token }, index) => peek(purposesOf('code')[index]!, token)))
    const linked = await listLinkedAccounts(db, userId)
    return {
      'token of before': (await home.get('/me', { headers: bearer, bare: true })).status === 200,
      home: await isLive(home),
      other: await isLive(other),
      'trusted browser': (await latchkey.parts.trustedDevices.list(userId)).length > 0,
      'API key': (await latchkey.parts.apiKeys.introspect(key.key)) !== null,
      codes: lives.some(Boolean),
      'own change': await peek(change, own.token),
      "another's change": await peek(change, others.token),
      'recovery codes': (await readStanding(db, userId)).left > 0,
      password: (await findPassword(db, userId)) !== null,
      'link of before': linked.some(({ subject }) => subject === 'before'),
      'undoing link': await peek('undo-email-change', undo.token),
      told: (await countMails()) > mails,
    }
  }
}

async function resetElsewhere(scene: Scene) {
  const tab = scene.browser()
  const account = await scene.latchkey.parts.users.get(scene.userId)
  const token = await scene.latchkey.parts.db.transaction((tx) =>
    scene.latchkey.parts.resetMails.issue(tx, account),
  )
  return await tab.post('/reset-password', { token, newPassword: 'a phrase of another kind' })
}

async function signInByMail(scene: Scene) {
  const tab = scene.browser()
  await tab.post('/email-code/send', { email })
  const [mail] = await scene.mailbox(email)
  return await tab.post('/email-code/verify', { code: mail!.codes[0] })
}

async function addPasskey({ home, passkeys }: Scene) {
  const { ticket, options } = (
    await home.post<{ ticket: string; options: Record<string, unknown> }>('/passkeys/registration/options')
  ).body
  return await home.post('/passkeys/registration/verify', { ticket, response: passkeys.create(options) })
}

async function removePasskey({ home }: Scene) {
  const { items } = (await home.get<{ items: { id: string }[] }>('/passkeys')).body
  return await home.send(`${address}/passkeys/${items[0]!.id}`, { method: 'DELETE' })
}

async function proveByPasskey({ home, passkeys }: Scene) {
  const begun = await home.post<{ ticket: string; options: Record<string, unknown> }>('/step-up/begin', {
    factor: 'passkey',
  })
  const { ticket, options } = begun.body
  const response = passkeys.get(options)
  const raised = await home.post<{ accessToken: string }>('/step-up', { factor: 'passkey', ticket, response })
  home.token = raised.body.accessToken
}

async function addPhone(scene: Scene) {
  const number = '+49151234567890'
  const { ticket } = (await scene.home.post<{ ticket: string }>('/phone/send', { number })).body
  const [sms] = await scene.mailbox(number)
  const done = await scene.home.post('/phone/verify', { ticket, code: sms!.codes[0] })
  expect(await findPhone(scene.latchkey.parts.db, scene.userId)).not.toBeNull()
  return done
}

async function linkProvider({ latchkey, userId }: Scene) {
  const { db, ports } = latchkey.parts
  const identity = { provider: 'example', issuer: 'https://issuer.example', subject: 'to be removed' }
  const about = { email: null, name: null, tokens: null, now: ports.now() }
  await db.transaction((tx) => insertLinkedAccount(tx, { id: uuidV7(ports), userId, ...identity, ...about }))
}
