import { days, minutes, type SessionId } from '@latchkey/contract'
import { purposesOf } from '../../packages/server/src/core/challenges/purpose.ts'
import { parseUuid, uuidV7 } from '../../packages/server/src/core/ports/uuid.ts'
import type { AccountEvent } from '../../packages/server/src/identity/events/table.ts'
import {
  insertLinkedAccount,
  listLinkedAccounts,
} from '../../packages/server/src/methods/federation/store.ts'
import { findPassword } from '../../packages/server/src/methods/password/store.ts'
import { readStanding, replaceCodes } from '../../packages/server/src/methods/recovery-codes/store.ts'
import { insertTrustedDevice } from '../../packages/server/src/sessions/trusted-devices/store.ts'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { startAdministration, testPassword } from '#test/support/administration.ts'
import { Authenticator } from '#test/support/authenticator.ts'
import { startLyingProvider } from '#test/support/lying-provider.ts'
import type { Browser, Store } from '#test/support/test-latchkey.ts'

export const email = 'ada@example.com'

/** Ada's account with something in every column of the table of events. */
export type Scene = Awaited<ReturnType<typeof prepare>>

/** A way by which an event comes about. */
export interface Path {
  event: AccountEvent
  by: string
  /** Prepares the scene before anything is counted. */
  before?: (scene: Scene) => Promise<unknown>
  /** The address has never been proven. */
  isUnproven?: true
  run: (scene: Scene) => Promise<unknown>
  /** Columns that this path cannot show. */
  except?: readonly string[]
}

export async function prepare(store: Store, { before, isUnproven }: Pick<Path, 'before' | 'isUnproven'>) {
  const provider = startLyingProvider()
  const started = await startAdministration(store, {
    signInMethods: ['password', 'passkey', 'email-code', 'magic-link'],
    oidcProviders: [provider.settings],
    outgoingPrivateHosts: ['localhost'],
  })
  const { latchkey, clock, browser, mailbox } = started
  const { db, ports, challenges, addressUndo, users } = latchkey.services
  provider.follow(clock.now)
  const [home, other] = [browser(), browser()]
  const { user } = await home.register(email, testPassword)
  const userId = userIdOf(user.id)
  const link = async (path: string, to = email): Promise<string> => {
    const links = (await mailbox(to)).flatMap((mail) => mail.links)
    return must(
      new URL(must(links.find((each) => new URL(each).pathname === path))).searchParams.get('token'),
    )
  }
  if (!isUnproven) await home.post('/verify-email', { token: await link('/verify-email') })
  await other.login(email, testPassword)
  const sidOf = async (tab: Browser) =>
    (await tab.get<{ session: { id: SessionId } }>('/session')).body.session.id
  const scene = { ...started, provider, home, other, userId, link, passkeys: new Authenticator() }
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
  const token = must(home.token)
  const isLive = async (tab: Browser): Promise<boolean> => (await tab.refresh()).status === 200
  const peek = async (purpose: Parameters<typeof challenges.peek>[1], issued: string): Promise<boolean> =>
    (await challenges.peek(db, purpose, issued)) !== null

  return { ...early, found }

  async function found(): Promise<Record<string, boolean>> {
    // A session that another process has ended is known here within a second.
    await latchkey.services.revocations.catchUp()
    const bearer = { authorization: `Bearer ${token}` }
    const lives = await Promise.all(
      codes.map(({ token }, index) => peek(must(purposesOf('code')[index]), token)),
    )
    const linked = await listLinkedAccounts(db, userId)
    return {
      'token of before': (await home.get('/me', { headers: bearer, bare: true })).status === 200,
      home: await isLive(home),
      other: await isLive(other),
      'trusted browser': (await latchkey.services.trustedDevices.list(userId)).length > 0,
      'API key': (await latchkey.services.apiKeys.introspect(key.key)) !== null,
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
