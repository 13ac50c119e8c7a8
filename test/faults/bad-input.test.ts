import { z } from 'zod'
import { expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { createFiles, createTestCa, type TestCa } from '#test/support/certificates.ts'
import { contentsOf } from '#test/support/contents.ts'
import {
  type Browser,
  createTestLatchkey,
  type Send,
  type TestLatchkey,
} from '#test/support/test-latchkey.ts'

/* Whatever comes to a route that changes something: a 4xx that names the fault, and nothing has changed. */

const deep = `${'['.repeat(40)}${']'.repeat(40)}`
const bodies: [string, string, number, Send['headers']?][] = [
  ['broken JSON', '{"email":', 400],
  ['nothing but a word', 'null', 400],
  ['a list', '[]', 400],
  ['a string', '"text"', 400],
  ['an unknown field', '{"surprise":1}', 400],
  ['a prototype', '{"__proto__":{"roles":["admin"]}}', 400],
  ['a member twice', '{"a":1,"a":2}', 400],
  ['deep nesting', deep, 400],
  ['too much', JSON.stringify({ text: 'x'.repeat(70_000) }), 413],
  ['a form', 'email=a', 415, { 'content-type': 'application/x-www-form-urlencoded' }],
  ['plain text', '{}', 415, { 'content-type': 'text/plain' }],
]
const wrongValues = [12345, { a: 1 }, [[1]], 'a\u0000b', 'a\u001bb', '\ud800']

async function signedInAdministrator(instance: TestLatchkey): Promise<Browser> {
  const admin = instance.browser()
  const link = new URL(must(await instance.latchkey.setUpLink()))
  const token = link.searchParams.get('token')
  const { body } = await admin.post<{ accessToken: string }>('/setup', {
    token,
    email: 'root@example.com',
    password: 'correct horse battery',
  })
  admin.token = body.accessToken
  return admin
}

/** A certificate of a service account's, used once, as a proxy hands it on. */
async function mapped(admin: Browser, ca: TestCa): Promise<string> {
  const account = await admin.send<{ id: string }>('/api/admin/service-accounts', { body: { name: 'x' } })
  const certificates = `/api/admin/service-accounts/${account.body.id}/certificates`
  await admin.send(certificates, { body: { name: 'x', kind: 'subject', value: 'CN=x' } })
  const header = `:${Buffer.from(ca.issue('CN=x').der).toString('base64')}:`
  const first = await admin.post('/certificates/token', undefined, { headers: { 'client-cert': header } })
  expect(first.status).toBe(200)
  return header
}

test('every route that changes something refuses bad bodies and changes nothing', async () => {
  const ca = createTestCa()
  const instance = await createTestLatchkey({
    limitScale: 1000,
    mtlsCa: createFiles({ ca: ca.cert }).paths.ca,
    mtlsProxyHeader: 'client-cert',
    // The browser's network.
    trustedProxies: ['192.0.2.1'],
  })
  const admin = await signedInAdministrator(instance)
  const certificate = await mapped(admin, ca)
  const id = (await admin.get<{ id: string }>('/me')).body.id
  const { key } = (await admin.post<{ key: string }>('/api-keys', { name: 'key' })).body
  // Its first use.
  await admin.post('/api-keys/token', undefined, { token: key })
  await instance.latchkey.services.outbox.drain()
  const before = await contentsOf(instance.latchkey)
  // OAuth routes refuse in their own format (introspection.test.ts).
  const changing = instance.latchkey.http.routes.filter(
    ({ route }) => route.contract.method !== 'GET' && route.contract.protocol !== 'oauth',
  )
  expect(changing.length).toBeGreaterThan(25)

  for (const { path, route } of changing) {
    const { method, body: schema } = route.contract
    const address = path
      .replace('{name}', 'admin')
      .replace('{provider}', 'google')
      .replaceAll(/\{(id|sessionId|keyId|mappingId)\}/g, id)
    const token = route.contract.access === 'machine' ? key : admin.token
    for (const [name, text, status, headers = {}] of bodies) {
      const sent = { ...headers, 'client-cert': certificate }
      const answer = await admin.send(address, { method, body: text, headers: sent, token })
      expect([answer.status, method, path, name]).toEqual([status, method, path, name])
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
    }
    for (const field of fieldsOf(schema)) {
      for (const value of wrongValues.filter((each) => !isNumber(schema, field, each))) {
        const answer = await admin.send(address, { method, body: { [field]: value } })
        expect([answer.status, path, field, value]).toEqual([400, path, field, value])
      }
    }
  }
  await instance.latchkey.services.outbox.drain()
  expect(await contentsOf(instance.latchkey)).toBe(before)
})

/** Only compared by its hash, decoded, or looked at and forgotten: never stored as it came. */
const opaque = ['ticket', 'token', 'refreshToken', 'cursor', 'token_type_hint']

test('no text of any route takes what PostgreSQL cannot store, or what UTF-8 lacks', async () => {
  const { latchkey } = await createTestLatchkey()
  const texts = latchkey.http.routes.flatMap(({ path, route }) => {
    const { params, query, body } = route.contract
    const found = [params, query, body].flatMap((schema) => textsOf(schema, ''))
    return found.map(([name, text]) => ({ path, name, text }))
  })
  expect(texts.length).toBeGreaterThan(100)
  const lax = texts.filter(({ text }) => ['a\u0000b', '\ud800'].some((each) => text.safeParse(each).success))
  expect(lax.filter(({ name }) => !opaque.includes(name)).map(({ path, name }) => [path, name])).toEqual([])
})

test('every parameter and query of a route is checked', async () => {
  const instance = await createTestLatchkey()
  const admin = await signedInAdministrator(instance)
  for (const path of [
    '/api/admin/users?limit=0',
    '/api/admin/users?limit=x',
    '/api/admin/users?limit=1&limit=2',
    '/api/admin/users?surprise=1',
    '/api/admin/users?cursor=%00',
    '/api/admin/users/not-a-uuid',
    '/api/admin/users/%ff',
    '/api/admin/roles/UPPER',
    '/api/auth/activity?limit=1000',
    '/api/auth/revocations?since=-1',
  ]) {
    const answer = await admin.send<{ errors: { path: string }[] }>(path)
    expect([answer.status, path]).toEqual([400, path])
    expect(answer.body.errors[0]?.path).toMatch(/^(query|path)\./)
  }
})

test('a route names each field at fault', async () => {
  const { browser } = await createTestLatchkey()
  const { body } = await browser().post<{ errors: unknown }>('/login', {
    email: ['x'],
    password: null,
    surprise: 1,
  })
  expect(body.errors).toEqual([
    { path: 'body.email', message: expect.any(String) as string },
    { path: 'body.password', message: expect.any(String) as string },
    { path: 'body.surprise', message: 'is not a field of this request' },
  ])
})

const isNumber = (schema: z.ZodType | undefined, field: string, value: unknown): boolean =>
  typeof value === 'number' && (schema as z.ZodObject).shape[field]?.safeParse(value).success === true

/** Fields that refuse anything but their own type; what is no refresh token is a 401 of its own. */
function fieldsOf(schema: z.ZodType | undefined): string[] {
  const shape = (schema as z.ZodObject | undefined)?.shape
  return shape ? Object.keys(shape).filter((field) => field !== 'refreshToken') : []
}

/** The names of all texts in a schema, however deep they stand. */
function textsOf(schema: z.core.$ZodType | undefined, name: string): [name: string, text: z.ZodString][] {
  if (schema instanceof z.ZodObject)
    return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([field, each]) => textsOf(each, field))
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((each) => textsOf(each, name))
  if (schema instanceof z.ZodArray) return textsOf(schema.element, name)
  if (schema instanceof z.ZodPipe) return textsOf(schema.in, name)
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return textsOf(schema.unwrap(), name)
  return schema instanceof z.ZodString ? [[name, schema]] : []
}
