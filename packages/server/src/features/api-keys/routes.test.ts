import {
  type ApiKey,
  type CreatedApiKey,
  days,
  hours,
  minutes,
  seconds,
  type UserId,
} from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { claimsOf } from '#test/support/claims-of.ts'
import { firstOf, must, textOf } from '#test/support/must.ts'
import { contentsOf } from '#test/support/contents.ts'
import { createKey, exchange, keysOf, withKey } from '#test/support/machines.ts'
import { createTestLatchkey, stores, type TestLatchkey } from '#test/support/test-latchkey.ts'
import { statement } from '../../db/statement.ts'
import type { Latchkey } from '../../latchkey.ts'
import { mostKeysInOverlap, mostListedEnded } from './options.ts'

const racers = 50
const currentPassword = 'correct horse battery'
const newPassword = 'quite another phrase'

async function signedIn(options: Parameters<typeof createTestLatchkey>[0] = {}) {
  const instance = await createTestLatchkey({ limitScale: 1000, ...options })
  const ada = instance.browser()
  await ada.register()
  return { ...instance, ada }
}

/** Disables the user of a token. */
async function disable({ services, authenticate }: Latchkey, token: string | undefined): Promise<UserId> {
  const { sub } = await authenticate(`Bearer ${token}`)
  await services.users.change(sub, { disabledAt: services.ports.now() })
  return sub
}

const eventsOf = async ({ latchkey }: TestLatchkey): Promise<string[]> => {
  await latchkey.services.audit.flush()
  const rows = await latchkey.services.db.all<{ kind: string }>(
    statement('SELECT kind FROM audit_event ORDER BY id'),
  )
  return rows.map(({ kind }) => kind).filter((kind) => kind.startsWith('api_key.'))
}

describe.each(stores)('on %s', (store) => {
  test('a key is created, listed without its secret, exchanged for a short token, and revoked', async () => {
    const instance = await signedIn({ store })
    const { ada, clock, latchkey } = instance
    const { apiKey, key } = await createKey(ada, { scopes: ['notes:read', 'notes:write'] })
    const answer = await exchange(instance, key)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const { accessToken, ...rest } = answer.body
    expect(rest).toEqual({ tokenType: 'Bearer', expiresIn: 300, scope: 'notes:read notes:write' })
    const claims = claimsOf(accessToken)
    expect(claims).toMatchObject({ client_id: apiKey.id, scope: 'notes:read notes:write' })
    expect((await latchkey.authenticate(`Bearer ${accessToken}`)).sub).toBe(claims['sub'])
    for (const name of ['sid', 'epoch', 'auth_time', 'amr', 'acr', 'roles', 'permissions'])
      expect(claims).not.toHaveProperty(name)

    const [listed] = await keysOf(ada)
    expect(listed).toEqual({ ...apiKey, lastUsedAt: new Date(clock.now()).toISOString() })
    expect(listed?.lastFour).toBe(key.slice(-4))
    expect(JSON.stringify(listed)).not.toContain(key.slice(0, -4))

    expect((await ada.send(`/api/auth/api-keys/${apiKey.id}`, { method: 'DELETE' })).status).toBe(204)
    await expect(latchkey.authenticate(`Bearer ${accessToken}`)).rejects.toThrow('revoked')
    expect((await exchange(instance, key)).code).toBe('api_key_revoked')
    expect((await ada.send(`/api/auth/api-keys/${apiKey.id}`, { method: 'DELETE' })).code).toBe(
      'api_key_not_found',
    )
  })

  test('a key is renamed, and nothing else of it changes', async () => {
    const instance = await signedIn({ store })
    const { ada, browser, clock, latchkey } = instance
    const { apiKey, key } = await createKey(ada, { scopes: ['notes:read'] })
    const rename = (body: unknown, by = ada, id = apiKey.id) =>
      by.send<ApiKey>(`/api/auth/api-keys/${id}`, { method: 'PATCH', body: JSON.stringify(body) })
    const renamed = await rename({ name: ' nightly ' })
    expect([renamed.status, renamed.body]).toEqual([200, { ...apiKey, name: 'nightly' }])
    expect(await keysOf(ada)).toEqual([{ ...apiKey, name: 'nightly' }])
    expect((await withKey(instance, '/api/auth/session', key)).body).toMatchObject({
      apiKey: { name: 'nightly' },
    })
    // The same once more says nothing new.
    expect((await rename({ name: 'nightly' })).status).toBe(200)
    const events = await eventsOf(instance)
    expect(events.filter((kind) => kind === 'api_key.renamed')).toHaveLength(1)
    const [event] = await latchkey.services.db.all<{ detail: string }>(
      statement(`SELECT detail FROM audit_event WHERE kind = 'api_key.renamed'`),
    )
    expect(JSON.parse(must(event).detail)).toEqual({ apiKeyId: apiKey.id, name: 'nightly', before: 'deploy' })

    for (const body of [{}, { name: '' }, { name: 'x'.repeat(101) }, { name: 'x', scopes: ['notes:write'] }])
      expect((await rename(body)).code).toBe('invalid_input')
    const eve = browser()
    await eve.register('eve@example.com')
    expect((await rename({ name: 'mine' }, eve)).code).toBe('api_key_not_found')
    const { apiKey: short } = await createKey(ada, { expiresIn: 60 })
    clock.advance(seconds(60))
    expect((await rename({ name: 'late' }, ada, short.id)).code).toBe('api_key_not_found')
    await ada.send(`/api/auth/api-keys/${apiKey.id}`, { method: 'DELETE' })
    expect((await rename({ name: 'late' })).code).toBe('api_key_not_found')
    expect((await keysOf(ada)).map(({ name }) => name)).toEqual(['deploy', 'nightly'])
  })

  test('a dump of the database holds nothing that opens anything (ASVS V11.4.2)', async () => {
    const instance = await signedIn({ store })
    const { key } = await createKey(instance.ada)
    const { accessToken } = (await exchange(instance, key)).body
    const contents = await contentsOf(instance.latchkey)
    expect(contents).toContain('deploy')
    for (const secret of [key, key.slice(4, 30), accessToken]) {
      expect(contents).not.toContain(secret)
      expect(contents).not.toContain(Buffer.from(secret).toString('hex'))
    }
  })

  test('rotated by fifty at once a key has exactly one successor (ASVS V15.4.2)', async () => {
    const instance = await signedIn({ store })
    const { ada } = instance
    const { apiKey, key } = await createKey(ada, { scopes: ['a'], requestsPerMinute: 7 })
    const answers = await Promise.all(
      Array.from({ length: racers }, () => ada.post<CreatedApiKey>(`/api-keys/${apiKey.id}/rotate`)),
    )
    const made = answers.filter(({ status }) => status === 201)
    expect(made).toHaveLength(1)
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([undefined, 'api_key_rotated']))
    const [successor, old, ...others] = await keysOf(ada)
    expect(others).toEqual([])
    expect(old?.successorId).toBe(successor?.id)
    expect(successor).toMatchObject({ scopes: ['a'], requestsPerMinute: 7, name: 'deploy' })
    // Both, for as long as they overlap.
    expect((await exchange(instance, key)).status).toBe(200)
    expect((await exchange(instance, firstOf(made).body.key)).status).toBe(200)
    instance.clock.advance(hours(1))
    expect((await exchange(instance, key)).code).toBe('api_key_expired')
    expect((await exchange(instance, firstOf(made).body.key)).status).toBe(200)
  })

  test('rotated without overlap the old key and its tokens end at once, and the new key works at once', async () => {
    const instance = await signedIn({ store })
    const { apiKey, key } = await createKey(instance.ada)
    const { accessToken } = (await exchange(instance, key)).body
    const rotated = await instance.ada.post<CreatedApiKey>(`/api-keys/${apiKey.id}/rotate`, { overlap: 0 })
    await expect(instance.latchkey.authenticate(`Bearer ${accessToken}`)).rejects.toThrow('revoked')
    expect((await exchange(instance, key)).code).toBe('api_key_revoked')
    const { accessToken: next } = (await exchange(instance, rotated.body.key)).body
    expect((await instance.latchkey.authenticate(`Bearer ${next}`)).client_id).toBe(rotated.body.apiKey.id)
  })

  test('the limit of a key holds among fifty at once, whatever the scale of the others (ASVS V2.4.1)', async () => {
    const instance = await signedIn({ store })
    const { key } = await createKey(instance.ada, { requestsPerMinute: 5 })
    const answers = await Promise.all(Array.from({ length: racers }, () => exchange(instance, key)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
    const refused = answers.filter(({ code }) => code === 'rate_limited')
    expect(refused).toHaveLength(45)
    expect(Number(firstOf(refused).headers.get('retry-after'))).toBeGreaterThan(0)
    instance.clock.advance(minutes(2))
    expect((await exchange(instance, key)).status).toBe(200)
  })

  test('what was exchanged while the key was being revoked opens nothing afterwards', async () => {
    const instance = await signedIn({ store })
    const { apiKey, key } = await createKey(instance.ada)
    const uses = Array.from({ length: racers }, () => exchange(instance, key))
    const revoked = instance.ada.send(`/api/auth/api-keys/${apiKey.id}`, { method: 'DELETE' })
    const answers = await Promise.all(uses)
    expect((await revoked).status).toBe(204)
    for (const { status, body } of answers) {
      if (status !== 200) continue
      await expect(instance.latchkey.authenticate(`Bearer ${body.accessToken}`)).rejects.toThrow('revoked')
    }
    expect((await exchange(instance, key)).code).toBe('api_key_revoked')
  })

  test('the first use is noted once among fifty, and the last one at most once a minute', async () => {
    const instance = await signedIn({ store })
    const { key } = await createKey(instance.ada)
    await Promise.all(Array.from({ length: racers }, () => exchange(instance, key)))
    const first = (await keysOf(instance.ada))[0]?.lastUsedAt
    instance.clock.advance(seconds(59))
    await exchange(instance, key)
    expect((await keysOf(instance.ada))[0]?.lastUsedAt).toBe(first)
    instance.clock.advance(seconds(1))
    await exchange(instance, key)
    expect((await keysOf(instance.ada))[0]?.lastUsedAt).toBe(new Date(instance.clock.now()).toISOString())
    expect(await eventsOf(instance)).toEqual(['api_key.created', 'api_key.first_used'])
  })

  test('what becomes of a key is noted and mailed; its use after the end at most once an hour', async () => {
    const instance = await signedIn({ store })
    const { ada, clock } = instance
    const { apiKey, key } = await createKey(ada, { name: 'backup of the notes' })
    await ada.post(`/api-keys/${apiKey.id}/rotate`)
    await ada.send(`/api/auth/api-keys/${apiKey.id}`, { method: 'DELETE' })
    await Promise.all(Array.from({ length: racers }, () => exchange(instance, key)))
    clock.advance(hours(1))
    await exchange(instance, key)
    const ended = ['api_key.revoked', 'api_key.refused', 'api_key.refused']
    expect(await eventsOf(instance)).toEqual(['api_key.created', 'api_key.rotated', ...ended])
    const mails = await instance.mailbox('ada@example.com')
    const told = mails.filter(({ text }) => text.includes('backup of the notes'))
    for (const change of ['created', 'rotated', 'revoked'])
      expect(told.filter(({ subject }) => subject.includes(change))).toHaveLength(1)
    expect(told.map(({ text }) => text).join()).not.toContain(key)
  })

  test.each<[string, (scene: Awaited<ReturnType<typeof signedIn>>) => Promise<unknown>]>([
    ['a changed password', ({ ada }) => ada.post('/change-password', { currentPassword, newPassword })],
    [
      'a reset password',
      async ({ ada, mailbox }) => {
        await ada.post('/forgot-password', { email: 'ada@example.com' })
        const links = (await mailbox('ada@example.com')).flatMap((mail) => mail.links)
        const link = must(links.find((each) => each.includes('/reset-password')))
        await ada.post('/reset-password', { token: new URL(link).searchParams.get('token'), newPassword })
      },
    ],
    ['a disabled user', ({ latchkey, ada }) => disable(latchkey, ada.token)],
    ['a deleted user', ({ ada }) => ada.send('/api/auth/me', { method: 'DELETE' })],
  ])('%s ends keys and the tokens that were given for them (ASVS V7.4.2)', async (_, end) => {
    const instance = await signedIn({ store })
    const { key } = await createKey(instance.ada)
    const { accessToken } = (await exchange(instance, key)).body
    await instance.latchkey.authenticate(`Bearer ${accessToken}`)
    await end(instance)
    await expect(instance.latchkey.authenticate(`Bearer ${accessToken}`)).rejects.toThrow('revoked')
    expect((await exchange(instance, key)).code).toMatch(/^api_key_(revoked|invalid)$/)
  })

  test('a user who is enabled again does not get the keys back', async () => {
    const instance = await signedIn({ store })
    const { key } = await createKey(instance.ada)
    const id = await disable(instance.latchkey, instance.ada.token)
    await instance.latchkey.services.users.change(id, { disabledAt: null })
    expect((await exchange(instance, key)).code).toBe('api_key_revoked')
  })

  test('logging out of all devices leaves keys as they are', async () => {
    const instance = await signedIn({ store })
    const { key } = await createKey(instance.ada)
    await instance.ada.post('/logout', { scope: 'all' })
    expect((await exchange(instance, key)).status).toBe(200)
  })

  test('a chain of successors, each within the overlap of the one before, has an end (ASVS V15.4.2)', async () => {
    const { ada } = await signedIn({ store })
    let { id } = (await createKey(ada)).apiKey
    const rotate = (overlap: number) => ada.post<CreatedApiKey>(`/api-keys/${id}/rotate`, { overlap })
    for (let made = 1; made < mostKeysInOverlap; made++) {
      const { status, body } = await rotate(days(7) / 1000)
      expect(status).toBe(201)
      id = body.apiKey.id
    }
    expect((await rotate(1)).code).toBe('api_key_limit_reached')
    expect((await rotate(0)).status).toBe(201)
  })

  test('the list holds every live key, and the last hundred of those that have ended', async () => {
    const { ada, clock } = await signedIn({ store })
    const kept = (await createKey(ada)).apiKey.id
    clock.advance(1)
    let { id } = (await createKey(ada)).apiKey
    const ended: string[] = []
    for (let turn = 0; turn < mostListedEnded + 5; turn++) {
      clock.advance(1)
      ended.push(id)
      id = (await ada.post<CreatedApiKey>(`/api-keys/${id}/rotate`, { overlap: 0 })).body.apiKey.id
    }
    const listed = (await keysOf(ada)).map((each) => each.id)
    expect(listed).toEqual([id, ...ended.toReversed().slice(0, mostListedEnded), kept])
  })

  test('the account holds a hundred live keys at most, also when fifty are made at once (ASVS V15.4.2)', async () => {
    const instance = await signedIn({ store })
    const { ada } = instance
    for (let made = 0; made < 95; made++) await createKey(ada)
    const answers = await Promise.all(
      Array.from({ length: racers }, () => ada.post('/api-keys', { name: 'one more' })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5)
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([undefined, 'api_key_limit_reached']))
    await ada.send(`/api/auth/api-keys/${firstOf(await keysOf(ada)).id}`, { method: 'DELETE' })
    await createKey(ada)
  })

  test('long after their end keys go, with the clean-up', async () => {
    const instance = await signedIn({ store })
    const { ada, clock, latchkey } = instance
    await createKey(ada, { name: 'short', expiresIn: 60 })
    const { apiKey } = await createKey(ada, { name: 'revoked' })
    await createKey(ada, { name: 'endless', expiresIn: null })
    await ada.send(`/api/auth/api-keys/${apiKey.id}`, { method: 'DELETE' })
    clock.advance(days(30))
    expect((await latchkey.services.cleanUp.run())['api_key']).toBe(0)
    clock.advance(minutes(2))
    expect((await latchkey.services.cleanUp.run())['api_key']).toBe(2)
    const rows = await latchkey.services.db.all<{ name: string }>(statement('SELECT name FROM api_key'))
    expect(rows.map(({ name }) => name)).toEqual(['endless'])
  })
})

test('a key and its tokens end by the clock, together', async () => {
  const instance = await signedIn()
  const { key } = await createKey(instance.ada, { expiresIn: 120 })
  instance.clock.advance(seconds(100))
  const { accessToken, expiresIn } = (await exchange(instance, key)).body
  expect(expiresIn).toBe(20)
  instance.clock.advance(seconds(20))
  expect((await exchange(instance, key)).code).toBe('api_key_expired')
  await expect(instance.latchkey.authenticate(`Bearer ${accessToken}`)).rejects.toThrow('expired')
})

test('no token for a key lives longer than access tokens do', async () => {
  const instance = await signedIn({ accessTokenTtl: '1m' })
  const { key } = await createKey(instance.ada)
  expect((await exchange(instance, key)).body.expiresIn).toBe(60)
})

test('a key that says nothing lives for ninety days, and none longer than the operator allows', async () => {
  const { ada, clock } = await signedIn()
  const ends = async (fields: object) => (await createKey(ada, { ...fields })).apiKey.expiresAt
  expect(await ends({})).toBe(new Date(clock.now() + days(90)).toISOString())
  expect(await ends({ expiresIn: null })).toBeNull()
  const strict = await signedIn({ apiKeyMaxTtl: '30d' })
  const { apiKey } = await createKey(strict.ada)
  expect(apiKey.expiresAt).toBe(new Date(strict.clock.now() + days(30)).toISOString())
  for (const expiresIn of [null, 2_592_001]) {
    const answer = await strict.ada.post<{ errors: unknown }>('/api-keys', { name: 'long', expiresIn })
    expect([answer.status, answer.body.errors]).toEqual([
      400,
      [{ path: 'body.expiresIn', message: 'must be at most 2592000 seconds' }],
    ])
  }
})

test('a successor lives as long as its predecessor was meant to, within what is allowed by then', async () => {
  const { ada, clock } = await signedIn()
  const { apiKey } = await createKey(ada, { expiresIn: 86_400 })
  clock.advance(minutes(5))
  const { body } = await ada.post<CreatedApiKey>(`/api-keys/${apiKey.id}/rotate`)
  expect(body.apiKey.expiresAt).toBe(new Date(clock.now() + days(1)).toISOString())
})

test('creating, rotating and revoking ask for a fresh sign-in; listing does not (ASVS V7.5.1)', async () => {
  const { ada, clock } = await signedIn()
  const { apiKey } = await createKey(ada)
  clock.advance(minutes(11))
  const stale = 'insufficient_user_authentication'
  expect((await ada.post('/api-keys', { name: 'x' })).code).toBe(stale)
  expect((await ada.post(`/api-keys/${apiKey.id}/rotate`)).code).toBe(stale)
  expect((await ada.send(`/api/auth/api-keys/${apiKey.id}`, { method: 'DELETE' })).code).toBe(stale)
  expect(await keysOf(ada)).toHaveLength(1)
})

test("somebody else's key is like none (ASVS V8.2.2)", async () => {
  const instance = await signedIn()
  const { apiKey, key } = await createKey(instance.ada)
  const bob = instance.browser()
  await bob.register('bob@example.com')
  expect(await keysOf(bob)).toEqual([])
  expect((await bob.post(`/api-keys/${apiKey.id}/rotate`)).code).toBe('api_key_not_found')
  expect((await bob.send(`/api/auth/api-keys/${apiKey.id}`, { method: 'DELETE' })).code).toBe(
    'api_key_not_found',
  )
  expect((await exchange(instance, key)).status).toBe(200)
})

test('roles and permissions come along only where the key was made so', async () => {
  const instance = await signedIn()
  const admin = instance.browser()
  const token = new URL(must(await instance.latchkey.setUpLink())).searchParams.get('token')
  await admin.post('/setup', { token, email: 'root@example.com', password: currentPassword })
  await admin.login('root@example.com', currentPassword)
  const plain = await exchange(instance, (await createKey(admin)).key)
  expect(claimsOf(plain.body.accessToken)).not.toHaveProperty('permissions')
  const listUsers = (bearer: string) => withKey(instance, '/api/admin/users', bearer)
  expect((await listUsers(plain.body.accessToken)).code).toBe('forbidden')
  const mighty = await exchange(instance, (await createKey(admin, { inheritRoles: true })).key)
  expect(claimsOf(mighty.body.accessToken)).toMatchObject({ roles: ['admin'], permissions: ['*'] })
  expect((await listUsers(mighty.body.accessToken)).status).toBe(200)
  // Destructive operations need a scope of their own, whatever else the key may do.
  const id = textOf(claimsOf(mighty.body.accessToken)['sub'])
  const remove = await withKey(instance, `/api/admin/users/${id}`, mighty.body.accessToken, 'DELETE')
  expect([remove.status, remove.code]).toEqual([403, 'insufficient_scope'])
})

test('a token for a key opens nothing that is for its user in person (ASVS V8.2.1)', async () => {
  const instance = await signedIn()
  const { key } = await createKey(instance.ada, { inheritRoles: true })
  const { accessToken } = (await exchange(instance, key)).body
  const own = instance.latchkey.http.routes.filter(({ route }) => route.contract.access === 'bearer')
  expect(own.length).toBeGreaterThan(15)
  for (const { path, route } of own) {
    const address = path.replaceAll(/\{\w+\}/g, '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b')
    const answer = await withKey(instance, address, accessToken, route.contract.method)
    const isForKeys = route.contract.asks?.callers.apiKeyToken !== undefined
    const code = isForKeys ? 'insufficient_scope' : 'session_required'
    expect([path, answer.status, answer.code]).toEqual([path, 403, code])
  }
  // Nor does it end any session.
  await withKey(instance, '/api/auth/logout', accessToken, 'POST')
  expect((await instance.ada.get('/me')).status).toBe(200)
})

test('no kind of credential stands in for another (ASVS V9.2.2)', async () => {
  const instance = await signedIn()
  const { ada } = instance
  const native = await instance.browser().post<{ refreshToken: string }>('/login', {
    email: 'ada@example.com',
    password: currentPassword,
    tokenDelivery: 'body',
  })
  const { key } = await createKey(ada)
  const { accessToken } = (await exchange(instance, key)).body
  const credentials = {
    session: must(ada.token),
    machine: accessToken,
    key,
    refresh: native.body.refreshToken,
  }
  const places: [string, string, (keyof typeof credentials)[]][] = [
    ['GET', '/api/auth/me', ['session']],
    ['GET', '/api/auth/session', ['session', 'key']],
    ['POST', '/api/auth/api-keys/token', ['key']],
  ]
  for (const [method, path, taken] of places) {
    for (const [kind, credential] of Object.entries(credentials)) {
      const { status } = await withKey(instance, path, credential, method)
      expect([path, kind, status < 300]).toEqual([
        path,
        kind,
        taken.includes(kind as keyof typeof credentials),
      ])
    }
  }
  const refreshed = await instance.browser().post('/refresh', { refreshToken: key })
  expect(refreshed.code).toBe('refresh_token_invalid')
  await expect(instance.latchkey.authenticate(`Bearer ${key}`)).rejects.toThrow('not valid')
})

test('a key comes as bearer, in X-API-Key or as a password, and never twice', async () => {
  const instance = await signedIn()
  const { apiKey, key } = await createKey(instance.ada)
  const other = await createKey(instance.ada)
  const send = (headers: Record<string, string>) =>
    instance.browser().send('/api/auth/api-keys/token', { method: 'POST', headers, bare: true })
  const basic = (user: string) => `Basic ${Buffer.from(`${user}:${key}`).toString('base64')}`
  for (const headers of [
    { authorization: `Bearer ${key}` },
    { authorization: `bearer  ${key}` },
    { 'x-api-key': key },
    { authorization: basic(apiKey.id) },
  ])
    expect((await send(headers)).status).toBe(200)
  expect((await send({ authorization: basic(other.apiKey.id) })).code).toBe('api_key_invalid')
  expect((await send({ authorization: `Bearer ${key}`, 'x-api-key': key })).code).toBe('invalid_input')
  expect((await send({ 'x-api-key': `${key}, ${other.key}` })).code).toBe('api_key_invalid')
  expect((await send({ 'x-api-key': '' })).code).toBe('api_key_invalid')
  expect((await send({ authorization: 'Bearer' })).code).toBe('api_key_invalid')
  const none = await send({})
  expect([none.status, none.code, none.headers.get('www-authenticate')]).toEqual([
    401,
    'api_key_needed',
    'Bearer',
  ])
})

test('who am I, by API key', async () => {
  const instance = await signedIn()
  const { apiKey, key } = await createKey(instance.ada, { scopes: ['notes:read'] })
  const { body } = await withKey(instance, '/api/auth/session', key)
  expect(body).toEqual({
    kind: 'api_key',
    apiKey: { id: apiKey.id, name: 'deploy', expiresAt: apiKey.expiresAt },
    user: (await instance.ada.get('/me')).body,
    serviceAccount: null,
    roles: [],
    permissions: [],
    scopes: ['notes:read'],
  })
})

test('scopes have the form of RFC 6749 §3.3, and the one that opens introspection is not for people', async () => {
  const { ada } = await signedIn()
  for (const scopes of [['a b'], ['"'], ['\\'], [''], ['ä'], ['a', 'a'], 'a', ['introspect']])
    expect((await ada.post('/api-keys', { name: 'x', scopes })).code).toBe('invalid_input')
  await createKey(ada, { scopes: ['!', '#[', ']~', 'https://api.example.com/notes.read'] })
})

test('the export lists keys, without their secrets', async () => {
  const { ada } = await signedIn()
  const { apiKey, key } = await createKey(ada)
  const { body } = await ada.get<{ apiKeys: ApiKey[] }>('/me/export')
  expect(body.apiKeys).toEqual([apiKey])
  expect(JSON.stringify(body)).not.toContain(key)
})
