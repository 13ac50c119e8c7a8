import { hash } from 'node:crypto'
import type { CreatedApiKey, OwnScope, ServiceAccount } from '@latchkey/contract'
import { ownScopes } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { refused, type SignedInUser } from '#test/support/administration.ts'
import { exchange, startMachinery } from '#test/support/machines.ts'
import { stores } from '#test/support/test-latchkey.ts'

const scopes = Object.keys(ownScopes) as OwnScope[]
const certificate = { name: 'edge', kind: 'thumbprint', value: hash('sha256', 'edge', 'hex') }

describe.each(stores)('nobody gives what they may not do or read, on %s', (store) => {
  /** Every place where a credential gets scopes: a key, its successor, a certificate; of a machine, and of oneself. */
  async function start() {
    const instance = await startMachinery(store)
    const { call, newRole, newUser, signIn, newServiceAccount, newServiceKey } = instance
    await newRole('keeper', ['service-accounts:write', 'service-accounts:read'])
    await newUser('keeper@example.com', { roles: ['keeper'] })
    const keeper = await signIn('keeper@example.com')
    const robot = await newServiceAccount('robot')
    const path = `/admin/service-accounts/${robot.id}`
    const create = (by: SignedInUser | { accessToken: string }, given: OwnScope[]) =>
      call('POST', `${path}/api-keys`, { token: by.accessToken, body: { name: 'key', scopes: given } })
    const rotate = async (by: SignedInUser, given: OwnScope[]) => {
      const { apiKey } = await newServiceKey(robot, { scopes: given })
      return await call('POST', `${path}/api-keys/${apiKey.id}/rotate`, { token: by.accessToken, body: {} })
    }
    const map = (by: SignedInUser, given: OwnScope[]) =>
      call('POST', `${path}/certificates`, {
        token: by.accessToken,
        body: { ...certificate, value: hash('sha256', given.join(' '), 'hex'), scopes: given },
      })
    const ownKey = (by: SignedInUser, given: OwnScope[]) =>
      call('POST', '/auth/api-keys', { token: by.accessToken, body: { name: 'key', scopes: given } })
    return { ...instance, keeper, robot, create, rotate, map, ownKey }
  }

  test('whoever looks after service accounts gives the scopes of that, and none that reads or does more', async () => {
    const { keeper, root, create, rotate, map } = await start()
    for (const scope of scopes) {
      const permission = ownScopes[scope]
      const isTheirs = permission === null || permission.startsWith('service-accounts:')
      for (const give of [create, rotate, map]) {
        const { status, body } = await give(keeper, [scope])
        expect([scope, give.name, status, body.code]).toEqual(
          isTheirs ? [scope, give.name, 201, undefined] : [scope, give.name, 403, 'forbidden'],
        )
      }
    }
    expect((await create(root, scopes)).status).toBe(201)
  })

  test('people give their own keys what they may do, and what reads of others to no key of theirs', async () => {
    const { keeper, root, ownKey } = await start()
    for (const scope of scopes) {
      const permission = ownScopes[scope]
      const isForMachines = scope === 'introspect' || scope === 'provider-tokens'
      for (const by of [keeper, root]) {
        const mayGive = by === root || permission === null || permission.startsWith('service-accounts:')
        const expected = isForMachines ? 400 : mayGive ? 201 : 403
        expect([scope, by.email, (await ownKey(by, [scope])).status]).toEqual([scope, by.email, expected])
      }
    }
    await refused(ownKey(root, ['latchkey:nothing' as OwnScope]), 400, 'invalid_input')
  })

  test('nobody enables a service account whose keys and certificates open more than they could give', async () => {
    const { call, root, newRole, newUser, signIn, newServiceAccount, newServiceKey } = await start()
    await newRole('enabler', ['service-accounts:write'])
    await newUser('enabler@example.com', { roles: ['enabler'] })
    const by = await signIn('enabler@example.com')
    const send = (account: { id: string }, verb: string, { accessToken: token } = by) =>
      call('POST', `/admin/service-accounts/${account.id}/${verb}`, { token })
    const reading: OwnScope[] = ['provider-tokens']
    const opens = {
      'little by a key': [200, (robot) => newServiceKey(robot, { scopes: [] })],
      'much by a key': [403, (robot) => newServiceKey(robot, { scopes: reading })],
      'much by a certificate': [
        403,
        (robot) =>
          call('POST', `/admin/service-accounts/${robot.id}/certificates`, {
            token: root.accessToken,
            body: { ...certificate, scopes: reading },
          }),
      ],
      'much by a key that was revoked': [
        200,
        async (robot) => {
          const { apiKey } = await newServiceKey(robot, { scopes: reading })
          await call('DELETE', `/admin/service-accounts/${robot.id}/api-keys/${apiKey.id}`, {
            token: root.accessToken,
          })
        },
      ],
    } satisfies Record<string, [number, (robot: ServiceAccount) => Promise<unknown>]>
    for (const [index, [name, [status, give]]] of Object.entries(opens).entries()) {
      const robot = await newServiceAccount(`robot-${index}`)
      await give(robot)
      expect([name, (await send(robot, 'disable')).status]).toEqual([name, 200])
      expect([name, (await send(robot, 'enable')).status]).toEqual([name, status])
      expect([name, (await send(robot, 'enable', root)).status]).toEqual([name, 200])
    }
  })

  test('a key that looks after keys gives no more than it holds, by creating and by rotating', async () => {
    const instance = await start()
    const { call, root } = instance
    const made = async (body: object) =>
      (
        await call<CreatedApiKey>('POST', '/auth/api-keys', {
          token: root.accessToken,
          body: { name: 'key', ...body },
        })
      ).body
    const keeper = await made({ scopes: ['api-keys', 'notes:read'] })
    const mighty = await made({ scopes: ['api-keys', 'notes:write'], inheritRoles: true })
    const token = (await exchange(instance, keeper.key)).body.accessToken
    const create = (body: object) =>
      call('POST', '/auth/api-keys', { token, body: { name: 'next', ...body } })
    expect((await create({ scopes: ['notes:read'] })).status).toBe(201)
    await refused(create({ scopes: ['notes:write'] }), 403, 'forbidden')
    await refused(create({ scopes: ['latchkey:deleteUser'] }), 403, 'forbidden')
    await refused(create({ inheritRoles: true }), 403, 'forbidden')
    const rotate = (id: string) => call('POST', `/auth/api-keys/${id}/rotate`, { token, body: {} })
    await refused(rotate(mighty.apiKey.id), 403, 'forbidden')
    expect((await rotate(keeper.apiKey.id)).status).toBe(201)
  })

  test('a key that ends, or is limited, makes and renews none that outlives or outruns it', async () => {
    const instance = await start()
    const { call, root } = instance
    const made = async (body: object) =>
      (
        await call<CreatedApiKey>('POST', '/auth/api-keys', {
          token: root.accessToken,
          body: { name: 'key', ...body },
        })
      ).body
    const limited = { scopes: ['api-keys'], expiresIn: 3600, requestsPerMinute: 60 }
    const keeper = await made(limited)
    const lasting = await made({ scopes: ['api-keys'], expiresIn: 7200, requestsPerMinute: 60 })
    const fast = await made({ scopes: ['api-keys'], expiresIn: 3600, requestsPerMinute: null })
    const token = (await exchange(instance, keeper.key)).body.accessToken
    const create = (body: object) =>
      call('POST', '/auth/api-keys', { token, body: { name: 'next', ...limited, ...body } })
    const rotate = (id: string) => call('POST', `/auth/api-keys/${id}/rotate`, { token, body: {} })
    expect((await create({})).status).toBe(201)
    for (const beyond of [{ expiresIn: null }, { expiresIn: 3601 }, { expiresIn: undefined }])
      await refused(create(beyond), 403, 'forbidden')
    for (const beyond of [{ requestsPerMinute: null }, { requestsPerMinute: 61 }])
      await refused(create(beyond), 403, 'forbidden')
    await refused(rotate(lasting.apiKey.id), 403, 'forbidden')
    await refused(rotate(fast.apiKey.id), 403, 'forbidden')
    expect((await rotate(keeper.apiKey.id)).status).toBe(201)
  })

  test('a service account gives no more than the key that it comes with', async () => {
    const instance = await start()
    const { newServiceAccount, newServiceKey, create } = instance
    const admin = await newServiceAccount('admin', { roles: ['admin'] })
    const held: OwnScope[] = ['latchkey:createServiceAccountKey']
    const { key } = await newServiceKey(admin, { inheritRoles: true, scopes: held })
    const by = { accessToken: (await exchange(instance, key)).body.accessToken }
    expect((await create(by, held)).status).toBe(201)
    await refused(create(by, ['introspect']), 403, 'forbidden')
    await refused(create(by, ['provider-tokens']), 403, 'forbidden')
  })

  test('a machine changes roles by the scope that names it, whichever route it comes by', async () => {
    const instance = await start()
    const { call, newUser, newServiceAccount, newServiceKey } = instance
    const admin = await newServiceAccount('admin', { roles: ['admin'] })
    const tokenWith = async (given: OwnScope[]) => {
      const { key } = await newServiceKey(admin, { inheritRoles: true, scopes: given })
      return (await exchange(instance, key)).body.accessToken
    }
    const { id } = await newUser('grace@example.com')
    const path = `/admin/users/${id}`
    const grace = { email: 'grace@example.com', emailVerified: true, name: null, locale: null }
    const routes: [OwnScope, method: string, path: string, given: object, plain: object][] = [
      ['latchkey:updateUser', 'PATCH', path, { roles: ['admin'] }, { name: 'Grace', roles: [] }],
      ['latchkey:replaceUser', 'PUT', path, { ...grace, roles: ['admin'] }, { ...grace, roles: [] }],
      [
        'latchkey:createUser',
        'POST',
        '/admin/users',
        { email: 'new@example.com', roles: ['admin'] },
        { email: 'new@example.com' },
      ],
    ]
    for (const [scope, method, to, given, plain] of routes) {
      const token = await tokenWith([scope])
      await refused(call(method, to, { token, body: given }), 403, 'insufficient_scope')
      expect([scope, (await call(method, to, { token, body: plain })).status]).toEqual([
        scope,
        method === 'POST' ? 201 : 200,
      ])
    }
    const both = await tokenWith(['latchkey:updateUser', 'latchkey:setUserRoles'])
    const granted = await call('PATCH', path, { token: both, body: { roles: ['admin'] } })
    expect(granted.body).toMatchObject({ roles: ['admin'] })
    const update = await tokenWith(['latchkey:updateUser'])
    await refused(call('PATCH', path, { token: update, body: { roles: [] } }), 403, 'insufficient_scope')
  })
})
