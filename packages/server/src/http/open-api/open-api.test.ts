import { type CreatedApiKey, errorCatalogue, type RouteContract, type SignedIn } from '@latchkey/contract'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { must } from '#test/support/must.ts'
import { openTestServer, type SendOptions, type TestServer } from '#test/support/test-server.ts'
import { toPostmanCollection } from '../postman.ts'
import type { OpenApi, Operation } from './document.ts'

const metricsToken = 'm3tricsTokenOfThisTest-0123456789abcdef'
const password = 'seven quiet otters swim'

test('every mounted route is described, and nothing else is', async () => {
  await using server = await openTestServer()
  const described = operationsOf(await documentOf(server)).map(({ method, path }) => `${method} ${path}`)
  const mounted = server.latchkey.http.routes.map(({ path, route }) => `${route.contract.method} ${path}`)
  expect(described.toSorted()).toEqual(mounted.toSorted())
})

test('every described operation is answered by the server', async () => {
  await using server = await openTestServer({ metricsToken })
  for (const { method, path, operation } of operationsOf(await documentOf(server))) {
    const address = path.replaceAll(/\{\w+\}/g, '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b')
    const accessToken = operation.operationId === 'metrics' ? metricsToken : undefined
    const answer = await server.send(method, address, { ...(accessToken !== undefined && { accessToken }) })
    expect([404, 405, 500], `${method} ${address}`).not.toContain(answer.status)
    expect(Object.keys(operation.responses), `${method} ${address}`).toContain(String(answer.status))
  }
})

test('operation ids are unique, references resolve, path parameters are described', async () => {
  await using server = await openTestServer()
  const document = await documentOf(server)
  const operations = operationsOf(document)
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const reference of referencesIn(document))
    expect(resolve(document, reference), reference).toBeDefined()
  for (const { path, operation } of operations) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const described = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
    expect(described.map(({ name }) => name)).toEqual(inPath)
    expect(described.every(({ required }) => required)).toBe(true)
    for (const way of operation.security) {
      for (const scheme of Object.keys(way))
        expect(document.components.securitySchemes).toHaveProperty(scheme)
    }
  }
})

test('each operation names the errors of its kind of access', async () => {
  await using server = await openTestServer()
  const operations = operationsOf(await documentOf(server))
  const codesOf = (id: string) => {
    const { operation } = must(operations.find(({ operation }) => operation.operationId === id))
    return Object.values(operation.responses).flatMap((response) =>
      Object.keys(response.content?.['application/problem+json']?.examples ?? {}),
    )
  }
  expect(codesOf('getMe')).toEqual(
    expect.arrayContaining([
      'unauthenticated',
      'invalid_token',
      'token_expired',
      'token_revoked',
      'internal_error',
    ]),
  )
  expect(codesOf('login')).toEqual(
    expect.arrayContaining(['invalid_credentials', 'cross_site_request', 'malformed_json', 'rate_limited']),
  )
  expect(codesOf('deleteMe')).toContain('insufficient_user_authentication')
  expect(codesOf('livez')).not.toContain('unauthenticated')
  expect(operations.flatMap(({ operation }) => codesOf(operation.operationId))).toSatisfy((codes: string[]) =>
    codes.every((code) => code in errorCatalogue),
  )
})

test('the examples of bodies are taken by the schemas that they stand for', async () => {
  await using server = await openTestServer()
  const document = await documentOf(server)
  for (const { path, route } of server.latchkey.http.routes) {
    const { contract } = route
    if (!contract.body) continue
    const operation = document.paths[path]?.[contract.method.toLowerCase()]
    const [media] = Object.values(operation?.requestBody?.content ?? {})
    const example = media?.example
    expect(contract.body.safeParse(example).error, contract.id).toBeUndefined()
  }
})

test('a walk through the API: every answer is as documented, without a field too many', async () => {
  await using server = await openTestServer()
  const walk = createWalk(server)
  const email = 'ada@example.com'

  await walk('register', { json: { email: 'no address', password } }, 400)
  await walk('register', { json: { email, password, name: 'Ada' } }, 201)
  await walk('register', { json: { email, password } }, 409)
  await walk('login', { json: { email, password: 'wrong' } }, 401)
  const { refreshToken, accessToken } = (await walk(
    'login',
    { json: { email, password, tokenDelivery: 'body' } },
    200,
  )) as SignedIn
  const next = (await walk('refresh', { json: { refreshToken } }, 200)) as SignedIn
  await walk('stepUp', { accessToken, json: { password, refreshToken } }, 409)
  await walk('refresh', {}, 401)
  await walk('getMe', { accessToken }, 200)
  await walk('getMe', {}, 401)
  await walk('updateMe', { accessToken, json: { name: 'Ada L.' } }, 200)
  await walk('getSession', { accessToken }, 200)
  const { items } = (await walk('listSessions', { accessToken }, 200)) as {
    items: { id: string; current: boolean }[]
  }
  await walk(
    'endSession',
    { accessToken, params: { id: must(items.find(({ current }) => !current)).id } },
    204,
  )
  await walk('listActivity', { accessToken }, 200)
  await walk('exportMe', { accessToken }, 200)
  await walk('exportMe', {}, 401)
  await walk('beginSecondFactor', { json: { ticket: 'none', factor: 'totp' } }, 400)
  await walk('finishSecondFactor', { json: { ticket: 'none', factor: 'totp', code: '123456' } }, 400)
  await walk('beginStepUp', { accessToken, json: { factor: 'totp' } }, 401)
  await walk('stepUp', { accessToken, json: { factor: 'totp', code: '123456' } }, 401)
  await walk('sendVerification', { accessToken }, 202)
  await walk('stepUp', { accessToken, json: { password, refreshToken: next.refreshToken } }, 200)
  await walk('forgotPassword', { json: { email } }, 202)
  await walk('resetPassword', { json: { token: 'none', newPassword: password } }, 400)
  await walk('verifyEmail', { json: { token: 'none' } }, 400)
  const { accessToken: fresh } = (await walk('login', { json: { email, password } }, 200)) as SignedIn
  const { apiKey, key } = (await walk(
    'createApiKey',
    { accessToken: fresh, json: { name: 'deploy', scopes: ['notes:read'] } },
    201,
  )) as CreatedApiKey
  await walk('createApiKey', { accessToken: fresh, json: { name: '' } }, 400)
  await walk('listApiKeys', { accessToken: fresh }, 200)
  const exchanged = (await walk('exchangeApiKey', { accessToken: key }, 200)) as { accessToken: string }
  await walk('exchangeApiKey', { accessToken: fresh }, 401)
  await walk('exchangeApiKey', { headers: { 'x-api-key': key, authorization: `Bearer ${key}` } }, 400)
  await walk('getSession', { accessToken: key }, 200)
  await walk('getMe', { accessToken: exchanged.accessToken }, 403)
  const params = { id: apiKey.id }
  await walk('rotateApiKey', { accessToken: fresh, params, json: {} }, 201)
  await walk('rotateApiKey', { accessToken: fresh, params, json: {} }, 409)
  await walk('exportMe', { accessToken: fresh }, 200)
  await walk('revokeApiKey', { accessToken: fresh, params }, 204)
  await walk('revokeApiKey', { accessToken: fresh, params }, 404)
  await walk('exchangeApiKey', { accessToken: key }, 401)
  await walk('listServiceAccounts', { accessToken: fresh }, 403)
  await walk('getAuthorizationServerMetadata', {}, 200)
  await walk('followRevocations', {}, 200)
  await walk('livez', {}, 200)
  await walk('readyz', {}, 200)
  await walk('jwks', {}, 200)
  await walk('metrics', {}, 404)
  await walk('logout', { accessToken, json: { scope: 'all' } }, 204)
  await walk('getMe', { accessToken }, 401)
})

test('the document is kept by whoever has read it', async () => {
  await using server = await openTestServer()
  const first = await server.send('GET', '/openapi.json')
  const etag = must(first.headers.get('etag'))
  expect(first.headers.get('cache-control')).toBe('no-cache')
  const second = await server.send('GET', '/openapi.json', { headers: { 'if-none-match': etag } })
  expect([second.status, await second.text()]).toEqual([304, ''])
})

test('the Postman collection holds every operation, and a sign-in keeps its access token', async () => {
  await using server = await openTestServer()
  const document = await documentOf(server)
  const collection = toPostmanCollection(document)
  const items = collection.item.flatMap(({ item }) => item)
  expect(items).toHaveLength(operationsOf(document).length)
  const login = must(items.find(({ request }) => request.url.raw.endsWith('/auth/login')))
  expect(login.event?.[0]?.script.exec.join()).toContain('accessToken')
  expect(login.request.auth).toEqual({ type: 'noauth' })
  const { body } = login.request
  expect(body?.mode === 'raw' && JSON.parse(body.raw)).toHaveProperty('password')
  const introspect = must(items.find(({ request }) => request.url.raw.endsWith('/oauth/introspect')))
  expect(introspect.request.body).toMatchObject({ mode: 'urlencoded', urlencoded: [{ key: 'token' }, {}] })
})

const documentOf = async (server: TestServer): Promise<OpenApi> =>
  (await (await server.send('GET', '/openapi.json')).json()) as OpenApi

const operationsOf = ({ paths }: OpenApi): { method: string; path: string; operation: Operation }[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )

function* referencesIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref') yield must(inner)
    else yield* referencesIn(inner)
  }
}

const resolve = (document: OpenApi, reference: string): unknown =>
  reference
    .slice(2)
    .split('/')
    .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], document)

/** Sends, and holds the answer against what its route documents. */
function createWalk(server: TestServer) {
  const routes = new Map(server.latchkey.http.routes.map((mounted) => [mounted.route.contract.id, mounted]))

  return async (
    id: string,
    { params = {}, ...options }: SendOptions & { params?: Record<string, string> },
    status: number,
  ): Promise<unknown> => {
    const { path, route } = must(routes.get(id))
    const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => must(params[name]))
    const answer = await server.send(route.contract.method, address, options)
    const text = await answer.text()
    expect(answer.status, `${id}: ${text}`).toBe(status)
    const { responses } = must(
      (server.latchkey.http.describe().paths[path] ?? {})[route.contract.method.toLowerCase()],
    )
    const mediaType = answer.headers.get('content-type')
    if (mediaType === null) return undefined
    expect(responses[status]?.content, id).toHaveProperty([mediaType])
    if (!mediaType.endsWith('json')) return text
    const body = JSON.parse(text) as { code: string }
    if (mediaType === 'application/problem+json') {
      const { schema } = must(must(must(responses[status]).content)[mediaType])
      expect(schema.properties?.code?.enum, id).toContain(body.code)
    } else {
      // The schema drops fields that it does not name: equality means that none is undocumented.
      expect(schemaOf(route.contract, status).parse(body), id).toEqual(body)
    }
    return body
  }
}

const schemaOf = ({ answers }: RouteContract, status: number): z.ZodType => must(must(answers[status]).body)
