import { minutes } from '@latchkey/contract'
import { describe, expect, onTestFinished, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { refused, startAdministration } from '#test/support/administration.ts'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'
import { postgresUrl } from '#test/support/on-demand.ts'
import { createDatabase } from '#test/support/postgres.ts'

describe.each(stores)('on %s', (store) => {
  test('a role is created, read, changed and deleted', async () => {
    const { call, clock, token } = await start()
    const body = {
      name: 'editor',
      description: 'Writes.',
      permissions: ['posts:write', 'posts:read', 'posts:write'],
    }
    const created = await call('POST', '/admin/roles', { token, body })
    expect(created.status).toBe(201)
    const role = { ...body, permissions: ['posts:write', 'posts:read'], builtIn: false }
    expect(created.body).toMatchObject(role)
    await refused(call('POST', '/admin/roles', { token, body }), 409, 'role_taken')
    clock.advance(1000)
    for (const description of ['a\u0000b', 'a\ud800b'])
      await refused(
        call('PATCH', '/admin/roles/editor', { token, body: { description } }),
        400,
        'invalid_input',
      )
    const changed = await call('PATCH', '/admin/roles/editor', { token, body: { description: '' } })
    expect(changed.body).toMatchObject({ ...role, description: '' })
    expect(changed.body.updatedAt).not.toBe(created.body.updatedAt)
    expect((await call('GET', '/admin/roles/editor', { token })).body).toEqual(changed.body)
    expect((await call('GET', '/admin/roles', { token })).body.items.map(({ name }) => name)).toEqual([
      'admin',
      'editor',
    ])
    const permissions = (await call('GET', '/admin/permissions', { token })).body.items
    expect(permissions).toEqual(
      expect.arrayContaining(['*', 'posts:read', 'posts:write', 'users:read', 'mail:write']),
    )
    expect((await call('DELETE', '/admin/roles/editor', { token })).status).toBe(204)
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const input = { token, ...(method === 'PATCH' && { body: {} }) }
      await refused(call(method, '/admin/roles/editor', input), 404, 'role_not_found')
    }
  })

  test('the built-in role is neither changed nor deleted', async () => {
    const { call, token } = await start()
    await refused(
      call('PATCH', '/admin/roles/admin', { token, body: { permissions: [] } }),
      409,
      'role_built_in',
    )
    await refused(call('DELETE', '/admin/roles/admin', { token }), 409, 'role_built_in')
    await refused(
      call('POST', '/admin/roles', { token, body: { name: 'admin', permissions: ['*'] } }),
      409,
      'role_taken',
    )
  })

  test.each([
    { name: 'Editor', permissions: [] },
    { name: 'a"b', permissions: [] },
    { name: 'a%', permissions: [] },
    { name: 'a', permissions: ['posts read'] },
    { name: 'a', permissions: ['**'] },
    { name: 'a', permissions: 'posts:read' },
    { name: 'a', permissions: [], builtIn: true },
    { name: 'a' },
  ])('the role %j is refused', async (body) => {
    const { call, token } = await start()
    await refused(call('POST', '/admin/roles', { token, body }), 400, 'invalid_input')
  })

  test('nobody hands out, changes or deletes what they do not hold', async () => {
    const { call, token, newRole, newUser, signIn } = await start()
    await newRole('keeper', ['roles:read', 'roles:write', 'posts:*'])
    await newRole('writer', ['posts:write'])
    await newRole('owner', ['posts:write', 'users:write'])
    await newUser('keeper@example.com', { roles: ['keeper'] })
    const keeper = (await signIn('keeper@example.com')).accessToken
    for (const permissions of [['*'], ['users:write'], ['posts:read', 'mail:read'], ['roles:*']]) {
      await refused(
        call('POST', '/admin/roles', { token: keeper, body: { name: 'x', permissions } }),
        403,
        'forbidden',
      )
      const body = { permissions }
      await refused(call('PATCH', '/admin/roles/writer', { token: keeper, body }), 403, 'forbidden')
      // Nor into the role that they hold themselves.
      await refused(call('PATCH', '/admin/roles/keeper', { token: keeper, body }), 403, 'forbidden')
    }
    const disarm = { permissions: [] }
    await refused(call('PATCH', '/admin/roles/owner', { token: keeper, body: disarm }), 403, 'forbidden')
    await refused(call('DELETE', '/admin/roles/owner', { token: keeper }), 403, 'forbidden')
    const made = await call('POST', '/admin/roles', {
      token: keeper,
      body: { name: 'x', permissions: ['posts:delete'] },
    })
    expect(made.status).toBe(201)
    expect((await call('DELETE', '/admin/roles/x', { token: keeper })).status).toBe(204)
    expect((await call('GET', '/admin/roles/writer', { token })).body.permissions).toEqual(['posts:write'])
  })

  test('a role that somebody holds is not deleted; a similar name does not count', async () => {
    const { call, token, newRole, newUser } = await start()
    await newRole('a_b', [])
    await newRole('axb', [])
    const { id } = await newUser('ada@example.com', { roles: ['axb'] })
    await refused(call('DELETE', '/admin/roles/axb', { token }), 409, 'role_in_use')
    expect((await call('DELETE', '/admin/roles/a_b', { token })).status).toBe(204)
    await call('PUT', `/admin/users/${id}/roles`, { token, body: { roles: [] } })
    expect((await call('DELETE', '/admin/roles/axb', { token })).status).toBe(204)
  })

  test('what destroys asks for a fresh sign-in', async () => {
    const { call, clock, token, newRole } = await start()
    await newRole('editor', [])
    clock.advance(minutes(11))
    const stale = 'insufficient_user_authentication'
    await refused(call('PATCH', '/admin/roles/editor', { token, body: { permissions: ['*'] } }), 401, stale)
    await refused(call('DELETE', '/admin/roles/editor', { token }), 401, stale)
  })

  test('when a role changes, every token that says otherwise is void and a refresh brings the new permissions', async () => {
    const { call, token, newRole, newUser, signIn } = await start()
    await newRole('support', ['users:read'])
    await newUser('one@example.com', { roles: ['support'] })
    await newUser('two@example.com', { roles: ['support'] })
    await newUser('other@example.com', { roles: [] })
    const [one, two] = [await signIn('one@example.com'), await signIn('two@example.com')]
    const other = await signIn('other@example.com')
    expect((await call('GET', '/admin/users', { token: one.accessToken })).status).toBe(200)

    await call('PATCH', '/admin/roles/support', { token, body: { description: 'Only words.' } })
    expect((await call('GET', '/admin/users', { token: one.accessToken })).status).toBe(200)

    await call('PATCH', '/admin/roles/support', { token, body: { permissions: ['mail:read'] } })
    for (const { accessToken, refreshToken } of [one, two]) {
      await refused(call('GET', '/admin/users', { token: accessToken }), 401, 'token_revoked')
      const refreshed = await call('POST', '/auth/refresh', { body: { refreshToken } })
      const fresh = String(refreshed.body.accessToken)
      await refused(call('GET', '/admin/users', { token: fresh }), 403, 'forbidden')
      expect((await call('GET', '/admin/mail', { token: fresh })).status).toBe(200)
    }
    expect((await call('GET', '/auth/me', { token: other.accessToken })).status).toBe(200)
  })

  test('more holders than one batch all lose their tokens', async () => {
    const { call, token, newRole, newUser, signIn, latchkey } = await start()
    await newRole('crowd', ['users:read'])
    await newUser('first@example.com', { roles: ['crowd'] })
    const { db, ports } = latchkey.services
    const { insertAccount } = await import('../../identity/users/store.ts')
    const { uuidV7 } = await import('../../core/ports/uuid.ts')
    await db.transaction(async (tx) => {
      for (let count = 0; count < 1001; count++) {
        const email = `crowd${count}@example.com`
        const id = uuidV7(ports)
        const rest = { emailVerifiedAt: null, name: null, locale: null, roles: ['crowd'], now: ports.now() }
        await insertAccount(tx, { id, email, lookup: email, ...rest })
      }
    })
    await newUser('last@example.com', { roles: ['crowd'] })
    const holders = [await signIn('first@example.com'), await signIn('last@example.com')]
    await call('PATCH', '/admin/roles/crowd', { token, body: { permissions: [] } })
    for (const { accessToken } of holders) {
      await refused(call('GET', '/auth/me', { token: accessToken }), 401, 'token_revoked')
    }
  })

  test('a role is never granted and deleted at once (×20)', async () => {
    const { call, token, newRole, newUser } = await start()
    const { id } = await newUser('ada@example.com', { roles: [] })
    for (let round = 0; round < 20; round++) {
      const role = `role${round}`
      await newRole(role, [])
      const [granted, deleted] = await Promise.all([
        call('PUT', `/admin/users/${id}/roles`, { token, body: { roles: [role] } }),
        call('DELETE', `/admin/roles/${role}`, { token }),
      ])
      expect([granted.status, deleted.status]).toEqual(granted.status === 200 ? [200, 409] : [404, 204])
    }
  })

  test('dead mails are listed before those that wait, say nothing of what they hold, and can be tried again', async () => {
    const { call, token, latchkey } = await start()
    const { db, outbox, ports } = latchkey.services
    const mail = {
      to: 'a@example.com',
      subject: 's',
      text: 'a secret link',
      html: '',
      links: [],
      codes: [],
      validFor: null,
    }
    const { markOutboxDead, listOutbox } = await import('../../core/outbox/outbox-store.ts')
    await db.transaction((tx) => outbox.mail(tx, mail))
    const [row] = await listOutbox(db, { after: null, limit: 1 })
    await markOutboxDead(db, must(row), ports.now(), 'mailbox full')
    const listed = await call('GET', '/admin/mail', { token })
    expect(listed.body.items).toMatchObject([{ topic: 'mail', lastError: 'mailbox full' }])
    expect(JSON.stringify(listed.body)).not.toContain('secret')
    const path = `/admin/mail/${firstOf(listed.body.items).id}/retry`
    expect((await call('POST', path, { token })).status).toBe(202)
    await refused(call('POST', path, { token }), 404, 'not_found')
    await outbox.drain()
    expect(await must(latchkey.services.inbox).list('a@example.com')).toHaveLength(1)
  })

  async function start() {
    const started = await startAdministration(store)
    return { ...started, token: started.root.accessToken }
  }
})

test('another process on the same PostgreSQL refuses the old tokens and knows the new permissions within a second', async () => {
  const { url: databaseUrl, drop } = await createDatabase(await postgresUrl())
  onTestFinished(drop)
  const one = await startAdministration('postgres', { databaseUrl })
  const { newRole, newUser, root } = one
  const token = root.accessToken
  await newRole('support', ['users:read'])
  await newUser('one@example.com', { roles: ['support'] })
  const { accessToken, refreshToken } = await one.signIn('one@example.com')
  const two = (await createTestLatchkey({ store: 'postgres', databaseUrl })).browser()
  const ask = async (path: string, bearer: string) =>
    (await two.send(`/api${path}`, { token: bearer })).status
  expect(await ask('/admin/users', accessToken)).toBe(200)

  await one.call('PATCH', '/admin/roles/support', { token, body: { permissions: ['mail:read'] } })
  await expect.poll(() => ask('/auth/me', accessToken), { timeout: 1000, interval: 50 }).toBe(401)
  await new Promise((resolve) => setTimeout(resolve, 400))
  const { body } = await two.post<{ accessToken: string }>('/refresh', { refreshToken })
  expect(await ask('/admin/mail', body.accessToken)).toBe(200)
  expect(await ask('/admin/users', body.accessToken)).toBe(403)
})
