import { expect } from 'vitest'
import { listPasskeys } from '../../packages/server/src/methods/passkey/store.ts'
import { mostPasskeys } from '../../packages/server/src/methods/passkey/options.ts'
import { mostLinkedAccounts } from '../../packages/server/src/methods/federation/options.ts'
import { listLinkedAccounts } from '../../packages/server/src/methods/federation/store.ts'
import { mostKeys, mostKeysInOverlap } from '../../packages/server/src/features/api-keys/options.ts'
import { mostMappings } from '../../packages/server/src/features/mutual-tls/options.ts'
import { insertTrustedDevice } from '../../packages/server/src/sessions/trusted-devices/store.ts'
import { mostDevices } from '../../packages/server/src/sessions/trusted-devices/trusted-devices.ts'
import { parseUuid, uuidV7 } from '../../packages/server/src/core/ports/uuid.ts'
import { must } from '#test/support/must.ts'
import { enrolTotp } from '#test/support/authenticator-app.ts'
import { Authenticator } from '#test/support/authenticator.ts'
import type { Browser } from '#test/support/test-latchkey.ts'
import { type Arena, done, email, link, ofAda, type Race, repeated, said, winners } from './arena.ts'

/* Whatever there may be so many of: one below it, and several at once. */

const racers = 4
const operator = { actorId: null, ip: null, userAgent: null, via: 'command line' } as const
const aKey = { name: 'x', scopes: [], inheritRoles: false, requestsPerMinute: null }

async function addTo(tab: Browser): Promise<unknown> {
  const { ticket, options } = (
    await tab.post<{ ticket: string; options: Record<string, unknown> }>('/passkeys/registration/options')
  ).body
  const response = new Authenticator().create(options)
  return await said(tab.post('/passkeys/registration/verify', { ticket, response }))
}

async function approved({ provider }: Arena, tab: Browser, sub: string): Promise<Record<string, string>> {
  const { body } = await tab.post<{ url: string }>('/federation/acme/link', {})
  return Object.fromEntries(new URL(provider.approve(body.url, { sub }), 'http://localhost').searchParams)
}

export const countRaces: readonly Race[] = [
  {
    name: 'a user has so many passkeys at most',
    table: 'passkey',
    covers: ['methods/passkey/register.ts'],
    async lay(arena) {
      for (let made = 0; made < mostPasskeys - 1; made++) expect(await addTo(arena.home)).toBe(201)
      const ready = await Promise.all(
        (await arena.tabs(racers)).map(async (tab) => {
          const { body } = await tab.post<{ ticket: string; options: Record<string, unknown> }>(
            '/passkeys/registration/options',
          )
          return { tab, answer: { ticket: body.ticket, response: new Authenticator().create(body.options) } }
        }),
      )
      return ready.map(
        ({ tab, answer }) =>
          () =>
            said(tab.post('/passkeys/registration/verify', answer)),
      )
    },
    check: async ({ latchkey, id }) =>
      expect(await listPasskeys(latchkey.services.db, id)).toHaveLength(mostPasskeys),
  },
  {
    name: 'a user has so many accounts at providers at most',
    table: 'linked_account',
    covers: ['methods/federation/links.ts'],
    async lay(arena) {
      for (let made = 0; made < mostLinkedAccounts - 1; made++) await link(arena, `ada-${made}`)
      const ready = await Promise.all(
        (await arena.tabs(racers)).map(async (tab, index) => ({
          tab,
          answer: await approved(arena, tab, `racer-${index}`),
        })),
      )
      return ready.map(
        ({ tab, answer }) =>
          () =>
            said(tab.post('/federation/acme/finish', answer)),
      )
    },
    async check(arena, outcomes) {
      // A link ends those that were begun beside it; the next one is a link too many.
      expect(winners(outcomes)).toHaveLength(1)
      const answer = await approved(arena, arena.home, 'late')
      expect(await said(arena.home.post('/federation/acme/finish', answer))).toBe(
        'linked_account_limit_reached',
      )
      expect(await listLinkedAccounts(arena.latchkey.services.db, arena.id)).toHaveLength(mostLinkedAccounts)
    },
  },
  ...(['user', 'service_account'] as const).map((kind): Race => ({
    name: `a ${kind} has so many API keys at most`,
    table: 'api_key',
    covers: ['features/api-keys/owner.ts'],
    async lay({ latchkey, id, newServiceAccount }) {
      const owner = { kind, id: kind === 'user' ? id : (await newServiceAccount('robot')).id }
      const make = () => done(latchkey.services.apiKeys.create(owner, aKey, operator))
      for (let made = 0; made < mostKeys - 1; made++) expect(await make()).toBe('done')
      return repeated(racers, make)
    },
    check(_, outcomes) {
      expect(winners(outcomes)).toHaveLength(1)
      expect(outcomes).toContain('api_key_limit_reached')
    },
  })),
  {
    name: 'keys that are renewed are so many at most, those before them counted',
    table: 'api_key',
    covers: ['features/api-keys/owner.ts'],
    async lay({ latchkey, id }) {
      const { apiKeys } = latchkey.services
      const owner = { kind: 'user', id } as const
      const make = async () => (await apiKeys.create(owner, aKey, operator)).apiKey.id
      const ids: string[] = []
      for (let made = 0; made < mostKeys; made++) ids.push(await make())
      for (let renewed = 0; renewed < mostKeys - 1; renewed++)
        await apiKeys.rotate(owner, must(ids[renewed]), 3600, operator)
      // One is left that has no successor, and the successors themselves.
      const page = await apiKeys.list(owner)
      const fresh = page.filter(({ id: each }) => !ids.includes(each)).slice(0, racers - 1)
      const last = [must(ids.at(-1)), ...fresh.map(({ id: each }) => each)]
      return last.map((each) => () => done(apiKeys.rotate(owner, each, 3600, operator)))
    },
    async check(arena, outcomes) {
      expect(winners(outcomes)).toHaveLength(1)
      const live = 'SELECT id FROM api_key WHERE user_id = :id AND revoked_at IS NULL'
      expect(await arena.sql(live, ofAda(arena))).toHaveLength(mostKeysInOverlap)
    },
  },
  {
    name: 'a user has so many sessions at most',
    table: 'revocation',
    covers: ['sessions/start-session.ts'],
    options: { sessionsPerUser: 5 },
    async lay({ tabs, browser }) {
      await tabs(4)
      return repeated(racers, async () => (await browser().login(email, 'correct horse battery')).status)
    },
    async check({ latchkey, id }, outcomes) {
      expect(outcomes).toEqual(Array(racers).fill(200))
      const page = await latchkey.services.sessions.devices(id, null, { cursor: undefined, limit: 50 })
      expect(page.items).toHaveLength(5)
    },
  },
  {
    name: 'a code is guessed five times at most',
    table: 'challenge',
    covers: [],
    async lay({ home }) {
      const { ticket } = (await home.post<{ ticket: string }>('/phone/send', { number: '+4915123456789' }))
        .body
      return repeated(9, () => said(home.post('/phone/verify', { ticket, code: '000000' })))
    },
    check: async ({ sql }) =>
      expect(await sql(`SELECT tries_left FROM challenge WHERE purpose = 'phone'`)).toEqual([
        { tries_left: 0 },
      ]),
  },
  {
    name: 'a service account has so many certificate mappings at most',
    table: 'certificate_mapping',
    covers: ['features/mutual-tls/mappings.ts'],
    async lay({ latchkey, newServiceAccount }) {
      const { id } = await newServiceAccount('robot')
      const make = (index: number) => {
        const value = index.toString(16).padStart(64, '0')
        const kind = 'thumbprint' as const
        const mapping = { name: 'x', kind, value, scopes: [], inheritRoles: false }
        return done(latchkey.services.mutualTls.create(id, mapping, operator))
      }
      for (let made = 0; made < mostMappings - 1; made++) expect(await make(made)).toBe('done')
      return repeated(racers, (index) => make(1000 + index))
    },
    check(_, outcomes) {
      expect(winners(outcomes)).toHaveLength(1)
      expect(outcomes).toContain('certificate_mapping_limit_reached')
    },
  },
  {
    name: 'a user trusts so many browsers at most',
    table: 'trusted_device',
    covers: ['sessions/start-session.ts'],
    async lay(arena) {
      const { home, id, browser, latchkey } = arena
      const { codes } = await enrolTotp(home, arena)
      const { db, ports } = latchkey.services
      const now = ports.now()
      const times = { created_at: now - 1, last_used_at: now - 1, expires_at: now + 1_000_000 }
      for (let index = 0; index < mostDevices; index++) {
        const secret_hash = Buffer.alloc(32, index)
        const row = { id: uuidV7(ports), user_id: parseUuid(id), secret_hash, label: 'x', ip: null, ...times }
        await db.transaction((tx) => insertTrustedDevice(tx, row))
      }
      const waiting = await Promise.all(
        codes.slice(0, racers).map(async (code) => {
          const tab = browser()
          const { body } = await tab.post<{ ticket: string }>('/login', {
            email,
            password: 'correct horse battery',
          })
          return { tab, proof: { ticket: body.ticket, factor: 'recovery-code', code, trustDevice: true } }
        }),
      )
      return waiting.map(
        ({ tab, proof }) =>
          () =>
            said(tab.post('/login/second-factor', proof)),
      )
    },
    async check(arena, outcomes) {
      expect(outcomes).toEqual(Array(racers).fill(200))
      const query = 'SELECT id FROM trusted_device WHERE user_id = :id'
      expect(await arena.sql(query, ofAda(arena))).toHaveLength(mostDevices)
    },
  },
]
