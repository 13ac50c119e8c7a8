import { expect } from 'vitest'
import { saveDemand } from '../../packages/server/src/sign-in/demand-store.ts'
import { must } from '#test/support/must.ts'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'
import { type Arena, link, ofAda, type Race, said, winners } from './arena.ts'
import { passkey, smsCode, factors } from './factors.ts'
import { carry, type SecondFactor } from './person.ts'
import { addPasskey, addPhone } from './proofs.ts'

/* Things of which the last must stay, by every pair that could be taken away at once. */

const totp = must(factors.find(({ name }) => name === 'totp'))
const remove =
  (path: string) =>
  async ({ home }: Arena) =>
    await said(home.send(`/api/auth${path}`, { method: 'DELETE' }))

/** Methods that sign ada in, and their removal. */
const ways: Record<string, (arena: Arena) => Promise<() => Promise<unknown>>> = {
  'a passkey': async (arena) => {
    await addPasskey(arena.ada)
    const { items } = (await arena.home.get<{ items: { id: string }[] }>('/passkeys')).body
    return () => remove(`/passkeys/${must(items.at(-1)).id}`)(arena)
  },
  'a phone': async (arena) => {
    await addPhone(arena.ada)
    return () => remove('/phone')(arena)
  },
  'an account at a provider': async (arena) => {
    const id = await link(arena)
    return () => remove(`/linked-accounts/${id}`)(arena)
  },
}

const waysOut = [
  ['a passkey', 'a passkey'],
  ['a passkey', 'a phone'],
  ['a passkey', 'an account at a provider'],
  ['an account at a provider', 'a phone'],
] as const

const lastWays = waysOut.map(([one, other]): Race => ({
  name: `of ${one} and ${other} one stays where nothing else signs in`,
  table: 'revocation',
  covers: [
    'methods/passkey/manage.ts',
    'methods/sms-code/manage-phone.ts',
    'methods/federation/links.ts',
    'accounts/lock-holder.ts',
  ],
  async lay(arena) {
    const works = [await must(ways[one])(arena), await must(ways[other])(arena)]
    await arena.sql('DELETE FROM password_credential WHERE user_id = :id', ofAda(arena))
    return works
  },
  check: (_, outcomes) => expect(new Set(outcomes)).toEqual(new Set([204, 'last_credential'])),
}))

/** Second factors, and how each is turned off. */
const off: Record<string, { factor: SecondFactor; lose: (arena: Arena) => Promise<unknown> }> = {
  'an app': { factor: totp, lose: remove('/totp') },
  'codes by SMS': {
    factor: smsCode,
    lose: ({ home }) =>
      said(home.send('/api/auth/phone', { method: 'PATCH', body: { secondFactor: false } })),
  },
  'a passkey': {
    factor: passkey,
    lose: ({ home }) =>
      said(home.send('/api/auth/passkeys/second-factor', { method: 'PUT', body: { enabled: false } })),
  },
}

const lastFactors = (
  [
    ['an app', 'codes by SMS'],
    ['codes by SMS', 'a passkey'],
    ['a passkey', 'an app'],
  ] as const
).map(([one, other]): Race => ({
  name: `of ${one} and ${other} one stays where there must be a second factor`,
  table: 'revocation',
  covers: ['sign-in/second-factors.ts', 'methods/passkey/manage.ts', 'methods/sms-code/manage-phone.ts'],
  async lay(arena) {
    const { ada, home, latchkey, id, clock } = arena
    for (const each of [one, other]) {
      const { factor } = must(off[each])
      await factor.enrol(ada)
      clock.advance(31_000)
      await home.refresh()
      carry(home, await factor.stepUp(ada, home))
    }
    const { db, ports } = latchkey.services
    await db.transaction((tx) => saveDemand(tx, id, true, ports.now()))
    return [() => must(off[one]).lose(arena), () => must(off[other]).lose(arena)]
  },
  check(_, outcomes) {
    expect(winners(outcomes)).toHaveLength(1)
    expect(outcomes).toContain('second_factor_required')
  },
}))

type Fall = (arena: Arena, about: { victim: string; token: string }) => Promise<unknown>

/** How somebody stops being an administrator. */
const falls: Record<string, Fall> = {
  demote: ({ call }, { victim, token }) =>
    call('PATCH', `/admin/users/${victim}`, { token, body: { roles: [] } }),
  disable: ({ call }, { victim, token }) => call('POST', `/admin/users/${victim}/disable`, { token }),
  delete: ({ call }, { victim, token }) => call('DELETE', `/admin/users/${victim}`, { token }),
}

const lastAdministrators = Object.entries(falls).flatMap(([verb, fall]) =>
  [false, true].map((isOwn): Race => ({
    name: `of two administrators who ${verb} ${isOwn ? 'themselves' : 'each other'} at once one stays`,
    table: 'user_account',
    covers: ['accounts/service.ts', 'accounts/authority/authority.ts'],
    async lay(arena) {
      await arena.newUser('other-root@example.com', { roles: ['admin'] })
      const [one, other] = [arena.root, await arena.signIn('other-root@example.com')]
      const by = (actor: typeof one, victim: typeof one) => () =>
        fall(arena, { victim: victim.id, token: actor.accessToken })
      return isOwn ? [by(one, one), by(other, other)] : [by(one, other), by(other, one)]
    },
    async check({ sql }) {
      const query = `SELECT id FROM user_account WHERE roles LIKE '%"admin"%' AND disabled_at IS NULL`
      expect(await sql(query)).toHaveLength(1)
    },
  })),
)

const lastKey: Race = {
  name: 'a key that signs, and one after it, are there when two processes retire both at once',
  table: 'signing_key',
  covers: ['core/signing-keys/new-keys.ts', 'core/signing-keys/rotation.ts'],
  async lay(arena) {
    const second = await createTestLatchkey({
      databaseUrl: arena.databaseUrl,
      outside: { ports: { now: arena.clock.now } },
    })
    const [one, other] = [arena.latchkey.services.keys, second.latchkey.services.keys]
    // The second process has not heard yet that what it knows as the next one signs by now.
    const [next] = await arena.sql<{ kid: string }>(`SELECT kid FROM signing_key WHERE state = 'next'`)
    await one.rotate()
    return [() => one.retire(one.signer().kid), () => other.retire(must(next).kid)]
  },
  async check({ sql }) {
    const rows = await sql<{ state: string }>(`SELECT state FROM signing_key ORDER BY state`)
    const states = rows.map(({ state }) => state)
    expect(states.filter((state) => state === 'current' || state === 'next')).toEqual(['current', 'next'])
  },
}

export const lastRaces: readonly Race[] = [...lastWays, ...lastFactors, ...lastAdministrators, lastKey]
