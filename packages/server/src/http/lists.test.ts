import * as contract from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { type Administration, startAdministration } from '#test/support/administration.ts'
import { stores } from '#test/support/test-latchkey.ts'

/*
 * No answer grows with what is in the database: a list comes page by page, or there is a limit to what it can hold.
 */

/** Lists without pages, and what keeps each short. */
const bounded: Record<string, string> = {
  exportMe: 'a file of everything there is of one user; activity for a year',
  getMe: 'the roles of one user, of those that there are',
  listStepUpMethods: 'the methods that are built in or brought by the application',
  getRole: 'the permissions that there are',
  getUser: 'the roles of one user',
  getUserRoles: 'the roles of one user',
  getUserSecondFactors: 'the methods that are built in or brought by the application',
  getServiceAccount: 'the roles of one service account',
  listApiKeys: 'api_key_limit_reached, and a hundred that have ended',
  listServiceAccountKeys: 'api_key_limit_reached, and a hundred that have ended',
  listUserApiKeys: 'api_key_limit_reached, and a hundred that have ended',
  listFactors: 'the methods, and fifty trusted devices',
  getProviderToken: 'the scopes of one token',
  listLinkedAccounts: 'linked_account_limit_reached',
  listProviders: 'the settings',
  listCertificateMappings: 'certificate_mapping_limit_reached',
  getAuthorizationServerMetadata: 'the settings',
  jwks: 'keys in service',
  listPasskeys: 'passkey_limit_reached',
  followRevocations: 'a thousand entries, from the cursor on',
}

interface Shaped {
  shape?: Record<string, { def: { type: string } }>
}

const routes = Object.entries(contract)
  .filter(([name]) => name.endsWith('Routes'))
  .flatMap(([, group]) => Object.values(group as Record<string, contract.RouteContract>))
  .filter((route) => typeof route === 'object' && 'path' in route)

const namesOf = (schema: unknown): string[] => Object.keys((schema as Shaped | undefined)?.shape ?? {})

const hasList = ({ answers }: contract.RouteContract): boolean =>
  Object.values((answers[200]?.body as Shaped | undefined)?.shape ?? {}).some(
    ({ def }) => def.type === 'array',
  )

const lists = routes.filter((route) => route.method === 'GET' && hasList(route))
const isPaged = ({ query }: contract.RouteContract): boolean =>
  ['cursor', 'limit'].every((name) => namesOf(query).includes(name))

test('every list of the contract has a cursor and a limit, or says what keeps it short', () => {
  expect(lists.length).toBeGreaterThan(20)
  const unpaged = lists.filter((route) => !isPaged(route)).map(({ id }) => id)
  expect(unpaged.toSorted()).toEqual(Object.keys(bounded).toSorted())
})

/** Creates more than two entries for each paged list and returns the list's address. */
const filled: Record<string, (site: Administration) => Promise<string>> = {
  async listSessions({ signIn }) {
    for (let count = 0; count < 4; count++) await signIn('root@example.com')
    return '/auth/sessions'
  },
  async listActivity({ signIn, latchkey }) {
    for (let count = 0; count < 4; count++) await signIn('root@example.com')
    await latchkey.services.audit.flush()
    return '/auth/activity'
  },
  async listUsers({ newUser }) {
    for (let count = 0; count < 4; count++) await newUser(`user-${count}@example.com`)
    return '/admin/users'
  },
  async listUserSessions({ newUser, signIn }) {
    const { id } = await newUser('ada@example.com', { emailVerified: true })
    for (let count = 0; count < 5; count++) await signIn('ada@example.com')
    return `/admin/users/${id}/sessions`
  },
  async listRoles({ newRole }) {
    for (let count = 0; count < 4; count++) await newRole(`role-${count}`, [])
    return '/admin/roles'
  },
  listPermissions: () => Promise.resolve('/admin/permissions'),
  async listMail({ newUser, call, latchkey }) {
    await newUser('ada@example.com', { emailVerified: true })
    for (let count = 0; count < 3; count++)
      await call('POST', '/auth/forgot-password', { body: { email: 'ada@example.com' } })
    // An entry retried meanwhile could change its position.
    await latchkey.services.outbox.stop(10_000)
    return '/admin/mail'
  },
  async listServiceAccounts({ call, root }) {
    for (let count = 0; count < 5; count++) {
      const body = { name: `service-${count}`, description: '', roles: [] }
      expect((await call('POST', '/admin/service-accounts', { token: root.accessToken, body })).status).toBe(
        201,
      )
    }
    return '/admin/service-accounts'
  },
  /** Its entries are not made here: see the tests of spraying. */
  listPasswordSprays: () => Promise.resolve('/admin/password-sprays'),
}

describe.each(stores)('on %s', (store) => {
  test.each(lists.filter(isPaged).map(({ id }) => id))(
    '%s comes page by page, each entry once',
    async (id) => {
      const mailTransport = { send: () => Promise.reject(new Error('away')), close() {} }
      const site = await startAdministration(store, { outside: { mailTransport } })
      const path = await must(filled[id])(site)
      const token = site.root.accessToken
      const ask = (query: object) =>
        site.call('GET', `${path}?${new URLSearchParams({ ...query }).toString()}`, { token })
      const keyOf = (item: unknown): unknown => {
        const { id, name } = item as { id?: string; name?: string }
        return id ?? name ?? item
      }

      const whole = (await ask({ limit: 200 })).body
      const all = whole.items.map(keyOf)
      expect(whole.nextCursor).toBeNull()
      if (id !== 'listPasswordSprays') expect(all.length).toBeGreaterThan(2)
      const read: unknown[] = []
      for (let cursor: string | null = ''; cursor !== null;) {
        const { status, body } = await ask({ limit: 2, ...(cursor !== '' && { cursor }) })
        expect(status).toBe(200)
        expect(body.items.length).toBeLessThanOrEqual(2)
        read.push(...body.items.map(keyOf))
        cursor = body.nextCursor
      }
      expect(read).toEqual(all)
      expect(new Set(read).size).toBe(read.length)
      for (const bad of [{ limit: 0 }, { limit: 201 }, { limit: 'x' }, { cursor: '' }, { cursor: '!' }])
        expect([bad, (await ask(bad)).body.code]).toEqual([bad, 'invalid_input'])
    },
  )
})
