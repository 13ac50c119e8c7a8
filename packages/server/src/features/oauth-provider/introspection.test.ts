import { minutes, type SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { createKey, exchange, introspectWith, startMachinery } from '#test/support/machines.ts'
import { stores } from '#test/support/test-latchkey.ts'
import { DatabaseUnavailable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

const password = 'correct horse battery'
const inactive = { active: false }

async function scene(store: (typeof stores)[number] = 'sqlite') {
  const instance = await startMachinery(store)
  const ada = instance.browser()
  await ada.register()
  const ask = async (token: string) => (await introspectWith(instance, instance.checker, token)).body
  return { ...instance, ada, ask }
}

const form = (text: string, headers: Record<string, string>) => ({
  method: 'POST',
  bare: true,
  body: text,
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
})

describe.each(stores)('on %s', (store) => {
  test('an access token, an API key and what was given for it say who, in one shape (RFC 7662 §2.2)', async () => {
    const { ada, ask, latchkey, ...instance } = await scene(store)
    const session = await latchkey.authenticate(`Bearer ${ada.token}`)
    expect(await ask(must(ada.token))).toEqual({ active: true, token_type: 'access_token', ...session })
    const { apiKey, key } = await createKey(ada, { scopes: ['notes:read'] })
    const { accessToken } = (await exchange(instance, key)).body
    const machine = await latchkey.authenticate(`Bearer ${accessToken}`)
    expect(await ask(accessToken)).toEqual({ active: true, token_type: 'access_token', ...machine })
    const { iss, aud, sub } = session
    expect(await ask(key)).toEqual({
      active: true,
      token_type: 'api_key',
      iss,
      aud,
      sub,
      client_id: apiKey.id,
      scope: 'notes:read',
      iat: Math.floor(Date.parse(apiKey.createdAt) / 1000),
      exp: Math.floor(Date.parse(must(apiKey.expiresAt)) / 1000),
    })
  })

  test('what has ended is inactive, and nothing more is said of it', async () => {
    const { ada, ask, clock, call, root, ...instance } = await scene(store)
    const { apiKey, key } = await createKey(ada, { expiresIn: 3600 })
    const short = (await exchange(instance, key)).body.accessToken
    const native = (
      await instance.browser().post<SignedIn & { refreshToken: string }>('/login', {
        email: 'ada@example.com',
        password,
        tokenDelivery: 'body',
      })
    ).body
    expect(await ask(native.accessToken)).toMatchObject({ active: true })
    expect(await ask(native.refreshToken)).toEqual(inactive)
    await ada.send(`/api/auth/sessions/${native.session.id}`, { method: 'DELETE' })
    expect(await ask(native.accessToken)).toEqual(inactive)
    await ada.send(`/api/auth/api-keys/${apiKey.id}`, { method: 'DELETE' })
    expect(await ask(key)).toEqual(inactive)
    expect(await ask(short)).toEqual(inactive)
    const { key: second } = await createKey(ada, { expiresIn: 60 })
    clock.advance(minutes(1))
    expect(await ask(second)).toEqual(inactive)
    await call('POST', `/admin/users/${native.user.id}/disable`, { token: root.accessToken })
    expect(await ask(must(ada.token))).toEqual(inactive)
  })

  test('a disabled service account, and its keys and tokens, are inactive', async () => {
    const { ask, call, root, newServiceAccount, newServiceKey, ...instance } = await scene(store)
    const builder = await newServiceAccount('builder')
    const { key } = await newServiceKey(builder)
    const { accessToken } = (await exchange(instance, key)).body
    expect(await ask(accessToken)).toMatchObject({ active: true, sub: builder.id })
    await call('POST', `/admin/service-accounts/${builder.id}/disable`, { token: root.accessToken })
    expect(await ask(accessToken)).toEqual(inactive)
    expect(await ask(key)).toEqual(inactive)
  })
})

test.each([
  ['an end of the session', 'UPDATE session SET revoked_at = 1 WHERE id = :id'],
  ['a newer epoch', 'UPDATE session SET epoch = epoch + 1 WHERE id = :id'],
])('the word of the database counts, also where nobody has heard of %s', async (_, text) => {
  const { ada, ask, latchkey } = await scene()
  const { sid } = await latchkey.authenticate(`Bearer ${ada.token}`)
  const id = Buffer.from(must(sid).replaceAll('-', ''), 'hex')
  await latchkey.services.db.all(statement(text), { id })
  await latchkey.authenticate(`Bearer ${ada.token}`)
  expect(await ask(must(ada.token))).toEqual(inactive)
})

test('garbage and foreign tokens are inactive', async () => {
  const { ada, ask, checker } = await scene()
  const other = await scene()
  const { key } = await createKey(other.ada)
  const token = must(ada.token)
  const [header, payload] = token.split('.')
  for (const text of [
    'x',
    'lkk_',
    'lks_AAAA',
    key,
    must(other.ada.token),
    `${token}x`,
    `${header}.${payload}.`,
    `${checker.slice(0, -1)}!`,
    ' ',
    'ä\u0000',
  ])
    expect(await ask(text), text).toEqual(inactive)
})

test('only a service account with the scope may ask (RFC 7662 §2.1)', async () => {
  const instance = await scene()
  const { ada, newServiceAccount, newServiceKey, checker } = instance
  const send = (headers: Record<string, string>) =>
    instance.browser().send('/oauth/introspect', form(`token=${ada.token}`, headers))
  const none = await send({})
  expect([none.status, none.headers.get('www-authenticate'), none.body]).toEqual([
    401,
    'Bearer, Basic realm="latchkey"',
    { error: 'invalid_client', error_description: 'An API key is needed.' },
  ])
  const bad = await send({ authorization: `Bearer ${checker.slice(0, -2)}zz` })
  expect([bad.status, bad.headers.get('www-authenticate'), bad.body['error']]).toEqual([
    401,
    'Bearer error="invalid_token"',
    'invalid_token',
  ])
  expect((await send({ authorization: `Bearer ${ada.token}` })).status).toBe(401)
  const plain = await newServiceKey(await newServiceAccount('plain'), { scopes: ['introspection'] })
  const users = await createKey(ada)
  // However it got the scope.
  const { db } = instance.latchkey.services
  await db.all(statement(`UPDATE api_key SET scopes = 'introspect' WHERE user_id IS NOT NULL`))
  for (const key of [plain.key, users.key]) {
    const { status, body, headers } = await send({ authorization: `Bearer ${key}` })
    expect([status, body['error']]).toEqual([403, 'insufficient_scope'])
    expect(headers.get('www-authenticate')).toContain('scope="introspect"')
  }
  const gateway = await newServiceAccount('second gateway')
  const { key } = await newServiceKey(gateway, { scopes: ['introspect'] })
  const basic = (user: string) => ({
    authorization: `Basic ${Buffer.from(`${user}:${key}`).toString('base64')}`,
  })
  expect((await send(basic(gateway.id))).body).toMatchObject({ active: true })
  const mismatch = await send(basic('019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b'))
  expect([mismatch.status, mismatch.headers.get('www-authenticate'), mismatch.body['error']]).toEqual([
    401,
    'Basic realm="latchkey"',
    'invalid_client',
  ])
  expect((await send({ 'x-api-key': key })).body).toMatchObject({ active: true })
})

test('a bad request is refused as OAuth refuses (RFC 6749 §5.2)', async () => {
  const instance = await scene()
  const authorization = `Bearer ${instance.checker}`
  const send = (text: string, headers: Record<string, string> = {}) =>
    instance.browser().send('/oauth/introspect', form(text, { authorization, ...headers }))
  for (const [text, said] of [
    ['', 'token'],
    ['token=', 'token'],
    ['token=a&token=b', 'token is given twice'],
    ['token=a&token_type_hint=b&token_type_hint=c', 'token_type_hint is given twice'],
    ['token=%ff', 'UTF-8'],
    [`token=${'a'.repeat(8193)}`, 'token'],
  ]) {
    const { status, body, headers } = await send(must(text))
    expect([status, body['error']]).toEqual([400, 'invalid_request'])
    expect(body['error_description']).toContain(said)
    expect(Object.keys(body)).toEqual(['error', 'error_description'])
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-request-id')).toMatch(/^req_/)
  }
  expect((await send('{"token":"a"}', { 'content-type': 'application/json' })).status).toBe(400)
  expect((await send(`token=${'a'.repeat(70_000)}`)).status).toBe(413)
  // RFC 6749 §3.2: unknown parameters are ignored, whatever their name.
  expect((await send('token=x&__proto__=y&client_secret=z')).body).toEqual(inactive)
  const cached = await send('token=x')
  expect(cached.headers.get('cache-control')).toBe('no-store')
})

test('who cannot know says so: a database that is away is no inactive token', async () => {
  const instance = await scene()
  const { db } = instance.latchkey.services
  const all = db.all.bind(db)
  const away = await introspectWith(instance, instance.checker, must(instance.ada.token))
  expect(away.status).toBe(200)
  db.all = () => Promise.reject(new DatabaseUnavailable('away'))
  const answer = await introspectWith(instance, instance.checker, must(instance.ada.token))
  db.all = all
  expect([answer.status, answer.body]).toEqual([
    503,
    expect.objectContaining({ error: 'temporarily_unavailable' }),
  ])
  expect(answer.headers.get('retry-after')).toBe('1')
})

test('nor is a revocation log that has been out of reach for too long', async () => {
  const { ada, checker, ...instance } = await scene()
  const { revocations } = instance.latchkey.services
  revocations.isStale = () => true
  const answer = await introspectWith(instance, checker, must(ada.token))
  expect([answer.status, answer.body]).toEqual([
    503,
    expect.objectContaining({ error: 'temporarily_unavailable' }),
  ])
})
