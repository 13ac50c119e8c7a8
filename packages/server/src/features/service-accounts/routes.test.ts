import { type CreatedApiKey, minutes, type ServiceAccount } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { userIdOf } from '#test/support/user-id.ts'
import { refused } from '#test/support/administration.ts'
import { exchange, startMachinery, withKey } from '#test/support/machines.ts'
import { stores } from '#test/support/test-latchkey.ts'
import { statement } from '../../db/statement.ts'

const racers = 50
const path = (account: ServiceAccount, rest = '') => `/admin/service-accounts/${account.id}${rest}`

describe.each(stores)('on %s', (store) => {
  test('a service account is made, found, changed and deleted, and its keys go with it', async () => {
    const instance = await startMachinery(store)
    const { call, root, newServiceAccount, newServiceKey } = instance
    const token = root.accessToken
    const builder = await newServiceAccount('builder', { description: 'Builds.' })
    const { key } = await newServiceKey(builder)
    const { body: list } = await call('GET', '/admin/service-accounts', { token })
    expect(list.items.map(({ name }) => name)).toEqual(['builder', 'gateway'])
    const changed = await call('PATCH', path(builder), { token, body: { name: 'maker' } })
    expect(changed.body).toMatchObject({ name: 'maker', description: 'Builds.', roles: [] })
    const { accessToken } = (await exchange(instance, key)).body
    expect((await instance.latchkey.authenticate(`Bearer ${accessToken}`)).sub).toBe(builder.id)
    expect((await call('DELETE', path(builder), { token })).status).toBe(204)
    await expect(instance.latchkey.authenticate(`Bearer ${accessToken}`)).rejects.toThrow('revoked')
    expect((await exchange(instance, key)).code).toBe('api_key_invalid')
    await refused(call('GET', path(builder), { token }), 404, 'service_account_not_found')
  })

  test('disabled, its keys and tokens are refused at once; enabled, its keys work at once, and no old token does', async () => {
    const instance = await startMachinery(store)
    const { call, newServiceAccount, newServiceKey, latchkey } = instance
    const builder = await newServiceAccount('builder')
    const { key } = await newServiceKey(builder)
    const old: string[] = []
    // Again and again: each disabling ends what came before it, and nothing of what comes after.
    for (let round = 0; round < 3; round++) {
      const { status, body } = await exchange(instance, key)
      expect(status).toBe(200)
      old.push(body.accessToken)
      expect((await latchkey.authenticate(`Bearer ${body.accessToken}`)).sub).toBe(builder.id)
      const disabled = await call('POST', path(builder, '/disable'), { token: instance.root.accessToken })
      expect(Object.keys(disabled.body)).not.toContain('epoch')
      for (const token of old)
        await expect(latchkey.authenticate(`Bearer ${token}`)).rejects.toThrow('revoked')
      expect((await exchange(instance, key)).code).toBe('service_account_disabled')
      await call('POST', path(builder, '/enable'), { token: instance.root.accessToken })
      for (const token of old)
        await expect(latchkey.authenticate(`Bearer ${token}`)).rejects.toThrow('revoked')
    }
    const { accessToken } = (await exchange(instance, key)).body
    expect((await latchkey.authenticate(`Bearer ${accessToken}`)).sub).toBe(builder.id)
  })

  test('disabled by fifty at once it is in the next epoch, and what was given before is refused', async () => {
    const instance = await startMachinery(store)
    const { call, newServiceAccount, newServiceKey, latchkey } = instance
    const builder = await newServiceAccount('builder')
    const { key } = await newServiceKey(builder)
    const { accessToken } = (await exchange(instance, key)).body
    await Promise.all(
      Array.from({ length: racers }, () =>
        call('POST', path(builder, '/disable'), { token: instance.root.accessToken }),
      ),
    )
    const [row] = await latchkey.services.db.all(
      statement(`SELECT epoch FROM service_account WHERE name = 'builder'`),
    )
    expect(row).toEqual({ epoch: 1 })
    await expect(latchkey.authenticate(`Bearer ${accessToken}`)).rejects.toThrow('revoked')
  })

  test('a token that names no epoch ends with every disabling, however many there were', async () => {
    const instance = await startMachinery(store)
    const { call, newServiceAccount, latchkey, root } = instance
    const builder = await newServiceAccount('builder')
    const { accessTokens } = latchkey.services
    const claims = { sub: userIdOf(builder.id), client_id: 'elsewhere', roles: [], permissions: [] }
    for (const verb of ['disable', 'enable'])
      await call('POST', path(builder, `/${verb}`), { token: root.accessToken })
    instance.clock.advance(minutes(17))
    await latchkey.services.revocations.catchUp()
    const { accessToken } = await instance.signIn('root@example.com')
    const token = await accessTokens.issue(claims)
    await latchkey.authenticate(`Bearer ${token}`)
    const { status } = await call('POST', path(builder, '/disable'), { token: accessToken })
    expect(status).toBe(200)
    await expect(latchkey.authenticate(`Bearer ${token}`)).rejects.toThrow('revoked')
  })

  test('a name is given once among fifty', async () => {
    const { call, root } = await startMachinery(store)
    const answers = await Promise.all(
      Array.from({ length: racers }, () =>
        call('POST', '/admin/service-accounts', { token: root.accessToken, body: { name: 'one' } }),
      ),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(new Set(answers.map(({ body }) => body.code))).toEqual(
      new Set([undefined, 'service_account_taken']),
    )
  })

  test('a key is rotated once among fifty', async () => {
    const instance = await startMachinery(store)
    const builder = await instance.newServiceAccount('builder')
    const { apiKey } = await instance.newServiceKey(builder)
    const answers = await Promise.all(
      Array.from({ length: racers }, () =>
        instance.call('POST', path(builder, `/api-keys/${apiKey.id}/rotate`), {
          token: instance.root.accessToken,
          body: {},
        }),
      ),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set([undefined, 'api_key_rotated']))
  })

  test('a role that a service account holds cannot be deleted', async () => {
    const { call, root, newRole, newServiceAccount } = await startMachinery(store)
    await newRole('reader', ['users:read'])
    const builder = await newServiceAccount('builder', { roles: ['reader'] })
    const remove = () => call('DELETE', '/admin/roles/reader', { token: root.accessToken })
    await refused(remove(), 409, 'role_in_use')
    await call('PATCH', path(builder), { token: root.accessToken, body: { roles: [] } })
    expect((await remove()).status).toBe(204)
  })
})

test('nobody grants a service account more than they hold, nor reads a key of one that may do more (ASVS V8.2.1)', async () => {
  const instance = await startMachinery('sqlite')
  const { call, root, newRole, newUser, signIn, newServiceAccount, newServiceKey } = instance
  await newRole('machinist', ['service-accounts:read', 'service-accounts:write'])
  await newUser('meg@example.com', { roles: ['machinist'] })
  const { accessToken: token } = await signIn('meg@example.com')
  const mighty = await newServiceAccount('mighty', { roles: ['admin'] })
  const { apiKey, key } = await newServiceKey(mighty, { inheritRoles: true })

  await refused(
    call('POST', '/admin/service-accounts', { token, body: { name: 'mine', roles: ['admin'] } }),
    403,
    'forbidden',
  )
  const own = (
    await call<ServiceAccount>('POST', '/admin/service-accounts', { token, body: { name: 'mine' } })
  ).body
  await refused(call('PATCH', path(own), { token, body: { roles: ['admin'] } }), 403, 'forbidden')
  const reaches: [string, string, unknown][] = [
    ['POST', '/api-keys', { name: 'stolen' }],
    ['POST', `/api-keys/${apiKey.id}/rotate`, {}],
    ['PATCH', `/api-keys/${apiKey.id}`, { name: 'renamed' }],
    ['DELETE', `/api-keys/${apiKey.id}`, undefined],
    ['PATCH', '', { name: 'renamed' }],
    ['PATCH', '', { roles: [] }],
    ['POST', '/disable', undefined],
    ['POST', '/enable', undefined],
    ['DELETE', '', undefined],
  ]
  for (const [method, rest, body] of reaches)
    await refused(call(method, path(mighty, rest), { token, body }), 403, 'forbidden')
  // A key of one account does not exist under the other.
  await refused(
    call('POST', path(own, `/api-keys/${apiKey.id}/rotate`), { token, body: {} }),
    404,
    'api_key_not_found',
  )
  const renamed = await call('PATCH', path(mighty, `/api-keys/${apiKey.id}`), {
    token: root.accessToken,
    body: { name: 'renamed' },
  })
  expect([renamed.status, renamed.body.name]).toEqual([200, 'renamed'])
  expect((await exchange(instance, key)).status).toBe(200)
  expect((await call('GET', path(mighty), { token: root.accessToken })).body.roles).toEqual(['admin'])
})

test('nor revokes the key of a user who may do more', async () => {
  const { call, root, newRole, newUser, signIn } = await startMachinery('sqlite')
  await newRole('support', ['users:read', 'users:write'])
  await newUser('sue@example.com', { roles: ['support'] })
  const { accessToken: token } = await signIn('sue@example.com')
  const bob = await newUser('bob@example.com')
  const keyOf = async (who: string) => {
    const made = await call<CreatedApiKey>('POST', '/auth/api-keys', { token: who, body: { name: 'mine' } })
    return made.body.apiKey.id
  }
  const bobs = await keyOf((await signIn('bob@example.com')).accessToken)
  const roots = await keyOf(root.accessToken)
  expect((await call('GET', `/admin/users/${root.id}/api-keys`, { token })).body.items).toHaveLength(1)
  await refused(call('DELETE', `/admin/users/${root.id}/api-keys/${roots}`, { token }), 403, 'forbidden')
  await refused(
    call('DELETE', `/admin/users/${bob.id}/api-keys/${roots}`, { token }),
    404,
    'api_key_not_found',
  )
  expect((await call('DELETE', `/admin/users/${bob.id}/api-keys/${bobs}`, { token })).status).toBe(204)
})

test('a service account administers by its roles, as they are in the database, and what destroys or grants by a scope alone', async () => {
  const instance = await startMachinery('sqlite')
  const { call, root, newRole, newServiceAccount, newServiceKey } = instance
  await newRole('clerk', ['users:read', 'users:write', 'service-accounts:write'])
  const clerk = await newServiceAccount('clerk', { roles: ['clerk'] })
  const { key } = await newServiceKey(clerk, { inheritRoles: true, scopes: ['latchkey:createUser'] })
  const { accessToken: token } = (await exchange(instance, key)).body
  const made = await call('POST', '/admin/users', { token, body: { email: 'new@example.com' } })
  expect(made.status).toBe(201)
  // Granting roles, deleting and making keys are for people, and for keys with a scope for that act.
  for (const [method, target, body] of [
    ['PUT', `/admin/users/${made.body.id}/roles`, { roles: [] }],
    ['DELETE', `/admin/users/${made.body.id}`, undefined],
    ['POST', '/admin/service-accounts', { name: 'child', roles: ['clerk'] }],
    ['POST', path(clerk, '/api-keys'), { name: 'more' }],
  ] as const)
    await refused(call(method, target, { token, body }), 403, 'insufficient_scope')
  await refused(call('GET', '/admin/roles', { token }), 403, 'forbidden')
  // The token still says clerk; the database does not.
  await call('PATCH', path(clerk), { token: root.accessToken, body: { roles: [] } })
  await refused(
    call('POST', '/admin/users', { token, body: { email: 'late@example.com' } }),
    403,
    'forbidden',
  )
  expect((await withKey(instance, '/api/auth/session', key)).body).toMatchObject({
    kind: 'api_key',
    user: null,
    serviceAccount: { id: clerk.id, name: 'clerk' },
    roles: [],
  })
})
