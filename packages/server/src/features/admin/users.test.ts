import { minutes } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { refused, startAdministration, testPassword } from '#test/support/administration.ts'
import { stores } from '#test/support/test-latchkey.ts'

describe.each(stores)('on %s', (store) => {
  test('a user is created, read, replaced, changed, disabled, enabled and deleted', async () => {
    const { call, clock, latchkey, root } = await start()
    const token = root.accessToken
    const created = await call('POST', '/admin/users', {
      token,
      body: {
        email: 'Ada@example.com',
        password: testPassword,
        name: 'Ada',
        locale: 'en',
        emailVerified: true,
      },
    })
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({
      email: 'Ada@example.com',
      emailVerified: true,
      name: 'Ada',
      locale: 'en',
      roles: [],
      disabledAt: null,
      hasPassword: true,
    })
    const path = `/admin/users/${created.body.id}`
    expect((await call('GET', path, { token })).body).toEqual(created.body)

    clock.advance(1000)
    const fields = { email: 'Ada@example.com', emailVerified: false, name: null, locale: null, roles: [] }
    const replaced = await call('PUT', path, { token, body: fields })
    expect(replaced.status).toBe(200)
    expect(replaced.body).toMatchObject({ ...fields, createdAt: created.body.createdAt, hasPassword: true })
    expect(Date.parse(String(replaced.body.updatedAt))).toBe(clock.now())
    const missing = await call('PUT', path, { token, body: { email: 'ada@example.com' } })
    expect(missing.status).toBe(400)

    expect((await call('PATCH', path, { token, body: { name: 'Countess' } })).body).toMatchObject({
      ...fields,
      name: 'Countess',
    })
    const disabled = await call('POST', `${path}/disable`, { token })
    expect(disabled.body.disabledAt).not.toBeNull()
    clock.advance(1000)
    expect((await call('POST', `${path}/disable`, { token })).body.disabledAt).toBe(disabled.body.disabledAt)
    const login = { email: 'ada@example.com', password: testPassword }
    await refused(call('POST', '/auth/login', { body: login }), 401, 'invalid_credentials')
    expect((await call('POST', `${path}/enable`, { token })).body.disabledAt).toBeNull()

    expect((await call('DELETE', path, { token })).status).toBe(204)
    await refused(call('GET', path, { token }), 404, 'user_not_found')
    await refused(call('DELETE', path, { token }), 404, 'user_not_found')

    const events = await latchkey.services.audit.ofUser(userIdOf(created.body.id), {
      before: null,
      limit: 50,
    })
    // Sorted: within a millisecond the order of ids is random.
    expect(events.map(({ kind }) => kind).sort()).toEqual([
      'login.failed',
      'user.created',
      'user.deleted',
      'user.disabled',
      'user.enabled',
      'user.updated',
      'user.updated',
      'user.updated',
    ])
    const byAdmins = events.filter(({ kind }) => kind !== 'login.failed')
    expect(byAdmins.every(({ actorId }) => actorId === root.id)).toBe(true)
  })

  test('every unknown user is user_not_found, and ids that are none are refused', async () => {
    const { call, root } = await start()
    const token = root.accessToken
    const nobody = '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b'
    const requests: [string, string, unknown?][] = [
      ['GET', ''],
      ['PATCH', '', { name: 'x' }],
      ['DELETE', ''],
      ['POST', '/disable'],
      ['POST', '/enable'],
      ['POST', '/reset-password'],
      ['GET', '/sessions'],
      ['DELETE', '/sessions'],
      ['DELETE', `/sessions/${nobody}`],
      ['GET', '/roles'],
      ['PUT', '/roles', { roles: [] }],
    ]
    for (const [method, path, body] of requests) {
      await refused(call(method, `/admin/users/${nobody}${path}`, { token, body }), 404, 'user_not_found')
      await refused(call(method, `/admin/users/1' OR 1=1${path}`, { token, body }), 400, 'invalid_input')
    }
  })

  test('wrong types and unknown fields are refused before anything happens', async () => {
    const { call, root } = await start()
    const token = root.accessToken
    const good = { email: 'x@example.com' }
    const bad = [
      { ...good, roles: 'admin' },
      { ...good, roles: [['admin']] },
      { ...good, roles: ['Admin'] },
      { ...good, emailVerified: 'true' },
      { ...good, id: root.id },
      { ...good, disabledAt: null },
      { ...good, hasPassword: true },
      { email: ['x@example.com', 'y@example.com'] },
      { email: 'x@example.com, y@example.com' },
      { email: null },
      { ...good, password: 12345678 },
      { ...good, password: 'short' },
    ]
    for (const body of bad) await refused(call('POST', '/admin/users', { token, body }), 400, 'invalid_input')
    expect((await call('GET', '/admin/users', { token })).body.items).toHaveLength(1)
  })

  test('nobody calls these routes without the permission', async () => {
    const { call, signIn, latchkey } = await start()
    await call('POST', '/auth/register', { body: { email: 'eve@example.com', password: testPassword } })
    const eve = await signIn('eve@example.com')
    for (const { path, route } of latchkey.http.routes) {
      if (route.contract.access !== 'admin') continue
      const address = path
        .replace('/api', '')
        .replaceAll(/\{(id|sessionId)\}/g, eve.id)
        .replace('{name}', 'admin')
      await refused(call(route.contract.method, address), 401, 'unauthenticated')
      await refused(call(route.contract.method, address, { token: eve.accessToken }), 403, 'forbidden')
    }
  })

  test('a user without a password sets one by the link of a mail', async () => {
    const { call, latchkey, root, signIn } = await start()
    const body = { email: 'new@example.com' }
    const { body: user } = await call('POST', '/admin/users', { token: root.accessToken, body })
    expect(user).toMatchObject({ hasPassword: false, emailVerified: false })
    await latchkey.services.outbox.drain()
    const [mail] = await must(latchkey.services.inbox).list('new@example.com')
    const token = new URL(firstOf(must(mail).links)).searchParams.get('token')
    expect(
      (await call('POST', '/auth/reset-password', { body: { token, newPassword: testPassword } })).status,
    ).toBe(204)
    expect((await signIn('new@example.com')).id).toBe(user.id)
    const after = await call('GET', `/admin/users/${user.id}`, { token: root.accessToken })
    expect(after.body).toMatchObject({ hasPassword: true, emailVerified: true })
  })

  test('a taken address is refused in any spelling, on creation and on change', async () => {
    const { call, root, newUser } = await start()
    const token = root.accessToken
    const ada = await newUser('ada@example.com')
    await refused(
      call('POST', '/admin/users', { token, body: { email: 'ADA@example.com' } }),
      409,
      'email_taken',
    )
    const change = { email: 'Root@Example.com' }
    await refused(call('PATCH', `/admin/users/${ada.id}`, { token, body: change }), 409, 'email_taken')
  })

  test('two who create the same address at once make one user', async () => {
    const { call, root } = await start()
    const body = { email: 'twin@example.com', password: testPassword }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call('POST', '/admin/users', { token: root.accessToken, body })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.code === 'email_taken')).toHaveLength(9)
  })

  test('another address is unverified unless it is said to be verified', async () => {
    const { call, root, newUser } = await start()
    const token = root.accessToken
    const ada = await newUser('ada@example.com', { emailVerified: true })
    const patch = async (body: unknown) =>
      (await call('PATCH', `/admin/users/${ada.id}`, { token, body })).body
    expect(await patch({ name: 'Ada' })).toMatchObject({ emailVerified: true })
    expect(await patch({ email: 'ada@example.com' })).toMatchObject({ emailVerified: true })
    expect(await patch({ email: 'ada@example.org' })).toMatchObject({ emailVerified: false })
    expect(await patch({ emailVerified: true })).toMatchObject({ emailVerified: true })
    const both = { email: 'ada@example.net', emailVerified: true }
    expect(await patch(both)).toMatchObject(both)
  })

  test('links of before open nothing once an administrator has changed the address; the old one can undo it', async () => {
    const { call, latchkey, root, newUser, signIn } = await start()
    const ada = await newUser('old@example.com', { emailVerified: true })
    const { accessToken: token } = await signIn('old@example.com')
    const linkTo = async (address: string): Promise<string | null> => {
      await latchkey.services.outbox.drain()
      const [mail] = await must(latchkey.services.inbox).list(address)
      return new URL(firstOf(must(mail).links)).searchParams.get('token')
    }
    await call('POST', '/auth/change-email', { token, body: { email: 'thief@example.com' } })
    const confirm = await linkTo('thief@example.com')
    await call('POST', '/auth/forgot-password', { body: { email: 'old@example.com' } })
    const reset = await linkTo('old@example.com')
    await call('PATCH', `/admin/users/${ada.id}`, {
      token: root.accessToken,
      body: { email: 'safe@example.com' },
    })

    await refused(call('GET', '/auth/me', { token }), 401, 'token_revoked')
    const again = (await signIn('safe@example.com')).accessToken
    await refused(
      call('POST', '/auth/change-email/confirm', { token: again, body: { token: confirm } }),
      400,
      'challenge_invalid',
    )
    const body = { token: reset, newPassword: testPassword }
    await refused(call('POST', '/auth/reset-password', { body }), 400, 'challenge_invalid')
    const undo = await linkTo('old@example.com')
    expect((await call('POST', '/auth/change-email/undo', { body: { token: undo } })).status).toBe(204)
    const after = await call('GET', `/admin/users/${ada.id}`, { token: root.accessToken })
    expect(after.body.email).toBe('old@example.com')
  })

  describe('the list', () => {
    test('searches address and name in any case, and takes wildcards as they are', async () => {
      const { call, root, newUser } = await start()
      await newUser('ada@example.com', { name: 'Ärger 100%' })
      await newUser('bob_b@example.com', { name: 'Bob' })
      await newUser('bobxb@example.com', { name: 'ÉMILE \\ Zola' })
      const search = async (text: string) => {
        const path = `/admin/users?search=${encodeURIComponent(text)}`
        return (await call('GET', path, { token: root.accessToken })).body.items.map(({ email }) => email)
      }
      expect(await search('EXAMPLE')).toHaveLength(4)
      expect(await search('ärger')).toEqual(['ada@example.com'])
      expect(await search('émile')).toEqual(['bobxb@example.com'])
      expect(await search('bob_b')).toEqual(['bob_b@example.com'])
      expect(await search('%')).toEqual(['ada@example.com'])
      expect(await search('\\')).toEqual(['bobxb@example.com'])
      expect(await search(`' OR 1=1 --`)).toEqual([])
    })

    test('filters by role, status and verification', async () => {
      const { call, root, newUser, newRole } = await start()
      await newRole('a_b', [])
      await newRole('axb', [])
      const one = await newUser('one@example.com', { roles: ['a_b'], emailVerified: true })
      await newUser('two@example.com', { roles: ['axb'] })
      await call('POST', `/admin/users/${one.id}/disable`, { token: root.accessToken })
      const list = async (query: string) =>
        (await call('GET', `/admin/users?${query}`, { token: root.accessToken })).body.items.map(
          ({ email }) => email,
        )
      expect(await list('role=a_b')).toEqual(['one@example.com'])
      expect(await list('role=axb')).toEqual(['two@example.com'])
      expect(await list('role=nobody')).toEqual([])
      expect(await list('status=disabled')).toEqual(['one@example.com'])
      expect(await list('status=active')).toEqual(['two@example.com', 'root@example.com'])
      expect(await list('emailVerified=false')).toEqual(['two@example.com'])
      expect(await list('status=disabled&emailVerified=true&role=a_b&search=ONE')).toEqual([
        'one@example.com',
      ])
    })

    test('pages through everybody once, newest first', async () => {
      const { call, root, newUser } = await start()
      const emails = ['root@example.com']
      for (let count = 0; count < 6; count++) {
        emails.unshift((await newUser(`user${count}@example.com`)).email)
      }
      const seen: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const path: string = `/admin/users?limit=3${cursor && `&cursor=${cursor}`}`
        const { body } = await call('GET', path, { token: root.accessToken })
        seen.push(...body.items.map(({ email }) => email))
        cursor = body.nextCursor
      }
      expect(seen).toEqual(emails)
    })

    test.each(['x', 'AAAA', 'AAAAAAAAAAAAAAAAAAAAAB', '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b', '%00'])(
      'the cursor %s is refused by name',
      async (cursor) => {
        const { call, root } = await start()
        const answer = await call('GET', `/admin/users?cursor=${cursor}`, { token: root.accessToken })
        expect(answer.status).toBe(400)
        expect(answer.body).toMatchObject({ code: 'invalid_input', errors: [{ path: 'query.cursor' }] })
      },
    )

    test('no answer holds a hash', async () => {
      const { call, root } = await start()
      expect(
        JSON.stringify((await call('GET', '/admin/users', { token: root.accessToken })).body),
      ).not.toMatch(/\$argon2|hash/i)
    })
  })

  describe('support, who may change users', () => {
    test('cannot touch an administrator in any way', async () => {
      const { call, root, support } = await startWithSupport()
      const token = support.accessToken
      const path = `/admin/users/${root.id}`
      const everyField = {
        email: 'mine@example.com',
        emailVerified: true,
        name: null,
        locale: null,
        roles: ['admin'],
      }
      const attacks: [string, string, unknown?][] = [
        ['PATCH', path, { email: 'mine@example.com', emailVerified: true }],
        ['PATCH', path, { name: 'x' }],
        ['PATCH', path, {}],
        ['PUT', path, everyField],
        ['DELETE', path],
        ['POST', `${path}/disable`],
        ['POST', `${path}/enable`],
        ['POST', `${path}/reset-password`],
        ['DELETE', `${path}/sessions`],
        ['PUT', `${path}/roles`, { roles: [] }],
      ]
      for (const [method, address, body] of attacks) {
        const answer = await call(method, address, { token, body })
        expect([answer.status, answer.body.code, method, address]).toEqual([
          403,
          'forbidden',
          method,
          address,
        ])
        expect(answer.body.detail).toBeTruthy()
      }
      const sessions = await call('GET', `${path}/sessions`, { token })
      const session = `${path}/sessions/${firstOf(sessions.body.items).id}`
      await refused(call('DELETE', session, { token }), 403, 'forbidden')
      expect((await call('GET', path, { token: root.accessToken })).body).toMatchObject({
        email: 'root@example.com',
      })
      expect((await call('GET', '/auth/me', { token: root.accessToken })).status).toBe(200)
    })

    test('cannot make themselves or a friend an administrator', async () => {
      const { call, support, newUser, signIn, root } = await startWithSupport()
      const token = support.accessToken
      const friend = await newUser('friend@example.com')
      for (const roles of [['admin'], ['support', 'admin'], ['auditor']]) {
        for (const id of [friend.id, support.id]) {
          await refused(call('PUT', `/admin/users/${id}/roles`, { token, body: { roles } }), 403, 'forbidden')
          await refused(call('PATCH', `/admin/users/${id}`, { token, body: { roles } }), 403, 'forbidden')
        }
        const body = { email: 'tool@example.com', password: testPassword, roles }
        await refused(call('POST', '/admin/users', { token, body }), 403, 'forbidden')
      }
      // Roles that they hold themselves can be granted, and taken back.
      const granted = await call('PUT', `/admin/users/${friend.id}/roles`, {
        token,
        body: { roles: ['support'] },
      })
      expect(granted.body.roles).toEqual(['support'])
      expect((await signIn('friend@example.com')).id).toBe(friend.id)
      const taken = await call('PUT', `/admin/users/${friend.id}/roles`, { token, body: { roles: [] } })
      expect(taken.body.roles).toEqual([])
      expect((await call('GET', `/admin/users/${root.id}/roles`, { token })).body).toEqual({
        roles: ['admin'],
        permissions: ['*'],
      })
    })

    test('cannot reach an ended session of somebody by the id of another user', async () => {
      const { call, support, newUser, signIn, root } = await startWithSupport()
      const token = support.accessToken
      const ada = await newUser('ada@example.com')
      const bob = await newUser('bob@example.com')
      await signIn('ada@example.com')
      const [session] = (await call('GET', `/admin/users/${ada.id}/sessions`, { token })).body.items
      const viaBob = `/admin/users/${bob.id}/sessions/${must(session).id}`
      await refused(call('DELETE', viaBob, { token }), 404, 'session_not_found')
      const rootSession = firstOf(
        (await call('GET', '/auth/sessions', { token: root.accessToken })).body.items,
      ).id
      const rootViaBob = `/admin/users/${bob.id}/sessions/${rootSession}`
      await refused(call('DELETE', rootViaBob, { token }), 404, 'session_not_found')
      expect((await call('GET', `/admin/users/${ada.id}/sessions`, { token })).body.items).toHaveLength(1)
    })

    test('who was demoted a moment ago acts no more, even with a token of before', async () => {
      const { call, support, newUser, latchkey } = await startWithSupport()
      const ada = await newUser('ada@example.com')
      // As another process would do it: this process has not heard of it yet.
      await latchkey.services.db.transaction(async (tx) => {
        const { lockUser } = await import('../../identity/users/locks.ts')
        const { saveRoles } = await import('../../identity/users/store.ts')
        await lockUser(tx, userIdOf(support.id))
        await saveRoles(tx, userIdOf(support.id), { roles: [], now: Date.now() })
      })
      const attempt = call('PATCH', `/admin/users/${ada.id}`, {
        token: support.accessToken,
        body: { name: 'x' },
      })
      await refused(attempt, 403, 'forbidden')
    })
  })

  test('an unknown role is role_not_found', async () => {
    const { call, root } = await start()
    const token = root.accessToken
    const path = `/admin/users/${root.id}`
    await refused(
      call('PUT', `${path}/roles`, { token, body: { roles: ['admin', 'ghost'] } }),
      404,
      'role_not_found',
    )
    await refused(call('PATCH', path, { token, body: { roles: ['admin', 'ghost'] } }), 404, 'role_not_found')
    const body = { email: 'x@example.com', roles: ['ghost'] }
    await refused(call('POST', '/admin/users', { token, body }), 404, 'role_not_found')
  })

  test('granting roles asks for a fresh sign-in on every route that can do it', async () => {
    const { call, clock, root, newUser } = await start()
    const ada = await newUser('ada@example.com')
    clock.advance(minutes(11))
    const token = root.accessToken
    const stale = 'insufficient_user_authentication'
    const roles = ['admin']
    await refused(call('PUT', `/admin/users/${ada.id}/roles`, { token, body: { roles } }), 401, stale)
    await refused(call('PATCH', `/admin/users/${ada.id}`, { token, body: { roles } }), 401, stale)
    const fields = { email: 'ada@example.com', emailVerified: true, name: null, locale: null }
    await refused(call('PUT', `/admin/users/${ada.id}`, { token, body: { ...fields, roles } }), 401, stale)
    await refused(
      call('POST', '/admin/users', { token, body: { email: 'b@example.com', roles } }),
      401,
      stale,
    )
    await refused(call('DELETE', `/admin/users/${ada.id}`, { token }), 401, stale)
    const same = { ...fields, roles: [] }
    await refused(call('PUT', `/admin/users/${ada.id}`, { token, body: same }), 401, stale)
  })

  test('a change of roles makes access tokens of before void, and a refresh brings the new ones', async () => {
    const { call, root, newUser, signIn } = await start()
    const ada = await newUser('ada@example.com')
    const signedIn = await signIn('ada@example.com')
    const body = { roles: ['admin'] }
    await call('PUT', `/admin/users/${ada.id}/roles`, { token: root.accessToken, body })
    await refused(call('GET', '/auth/me', { token: signedIn.accessToken }), 401, 'token_revoked')
    const refreshed = await call('POST', '/auth/refresh', { body: { refreshToken: signedIn.refreshToken } })
    const token = String(refreshed.body.accessToken)
    expect((await call('GET', '/admin/users', { token })).status).toBe(200)
  })

  test('the last administrator stays: not deleted, disabled, demoted', async () => {
    const { call, root } = await start()
    const token = root.accessToken
    const path = `/admin/users/${root.id}`
    const fields = { email: 'root@example.com', emailVerified: true, name: null, locale: null, roles: [] }
    await refused(call('DELETE', path, { token }), 409, 'last_administrator')
    await refused(call('POST', `${path}/disable`, { token }), 409, 'last_administrator')
    await refused(call('PUT', `${path}/roles`, { token, body: { roles: [] } }), 409, 'last_administrator')
    await refused(call('PATCH', path, { token, body: { roles: [] } }), 409, 'last_administrator')
    await refused(call('PUT', path, { token, body: fields }), 409, 'last_administrator')
    expect((await call('GET', path, { token })).body).toMatchObject({ roles: ['admin'], disabledAt: null })
  })

  test('two administrators who demote, disable or delete each other at once leave one (×20)', async () => {
    const { call, root, newUser, signIn } = await start()
    let one = root
    for (let round = 0; round < 20; round++) {
      const email = `second${round}@example.com`
      await newUser(email, { roles: ['admin'] }, one.accessToken)
      const two = await signIn(email)
      const against = (id: string, token: string) => {
        if (round % 3 === 0) return call('PUT', `/admin/users/${id}/roles`, { token, body: { roles: [] } })
        if (round % 3 === 1) return call('POST', `/admin/users/${id}/disable`, { token })
        return call('DELETE', `/admin/users/${id}`, { token })
      }
      const answers = await Promise.all([against(two.id, one.accessToken), against(one.id, two.accessToken)])
      const won = answers.filter(({ status }) => status < 300)
      expect(won).toHaveLength(1)
      one = answers[0].status < 300 ? one : two
      const left = await call('GET', '/admin/users?role=admin&status=active', { token: one.accessToken })
      expect(left.body.items.map(({ id }) => id)).toEqual([one.id])
    }
  })

  test('ending sessions is felt at once, and only by those whose they were', async () => {
    const { call, root, newUser, signIn } = await start()
    const token = root.accessToken
    const ada = await newUser('ada@example.com')
    const [phone, laptop] = [await signIn('ada@example.com'), await signIn('ada@example.com')]
    const listed = await call('GET', `/admin/users/${ada.id}/sessions`, { token })
    expect(listed.body.items).toHaveLength(2)
    const mine = await call('GET', '/auth/sessions', { token: phone.accessToken })
    const current = mine.body.items.find((device) => device.current)
    const one = `/admin/users/${ada.id}/sessions/${must(current).id}`
    expect((await call('DELETE', one, { token })).status).toBe(204)
    await refused(call('GET', '/auth/me', { token: phone.accessToken }), 401, 'token_revoked')
    expect((await call('GET', '/auth/me', { token: laptop.accessToken })).status).toBe(200)
    await refused(call('DELETE', one, { token }), 404, 'session_not_found')

    expect((await call('DELETE', `/admin/users/${ada.id}/sessions`, { token })).status).toBe(204)
    await refused(call('GET', '/auth/me', { token: laptop.accessToken }), 401, 'token_revoked')
    const body = { refreshToken: laptop.refreshToken }
    await refused(call('POST', '/auth/refresh', { body }), 401, 'session_revoked')
    expect((await call('GET', '/auth/me', { token })).status).toBe(200)
  })

  test('a reset mail goes to the stored address, ten times an hour, never for a disabled user', async () => {
    const { call, latchkey, root, newUser } = await start({ limitScale: 1 })
    const token = root.accessToken
    const ada = await newUser('ada@example.com')
    const send = () => call('POST', `/admin/users/${ada.id}/reset-password`, { token })
    for (let count = 0; count < 10; count++) expect((await send()).status).toBe(202)
    await refused(send(), 429, 'rate_limited')
    await latchkey.services.outbox.drain()
    expect(await must(latchkey.services.inbox).list('ada@example.com')).toHaveLength(10)
    await call('POST', `/admin/users/${ada.id}/disable`, { token })
    await refused(send(), 403, 'forbidden')
  })

  test('users see that an administrator acted, not from where', async () => {
    const { call, root, newUser, signIn } = await start()
    const ada = await newUser('ada@example.com')
    await call('PATCH', `/admin/users/${ada.id}`, { token: root.accessToken, body: { name: 'Ada' } })
    const { accessToken } = await signIn('ada@example.com')
    const { body } = await call('GET', '/auth/activity', { token: accessToken })
    const updated = body.items.find(({ kind }) => kind === 'user.updated')
    expect(updated).toMatchObject({ actorId: root.id, ip: null, userAgent: null })
  })

  const start = (options: { limitScale?: number } = {}) => startAdministration(store, options)

  /** Support may change users, and read sessions; an auditor may read mails, which support may not. */
  async function startWithSupport() {
    const started = await start()
    const { newRole, newUser, signIn } = started
    await newRole('support', ['users:read', 'users:write', 'sessions:read', 'sessions:write'])
    await newRole('auditor', ['mail:read'])
    await newUser('support@example.com', { roles: ['support'] })
    return { ...started, support: await signIn('support@example.com') }
  }
})
