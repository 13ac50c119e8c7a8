import express, { type Application } from 'express'
import { toNodeHandler } from 'latchkey'
import { expect, test } from 'vitest'
import { textsOf } from '#test/support/texts-of.ts'
import { must } from '#test/support/must.ts'
import { portOf } from '#test/support/listen.ts'
import { openTestServer } from '#test/support/test-server.ts'
import { createApp } from './app.ts'

const person = { email: 'ada@example.com', password: 'seven quiet otters swim' }

test('people register, log in, and reach their notes and nobody else’s', async () => {
  await using server = await openTestServer()
  await using app = await serve(createApp(server.latchkey))
  expect((await app.call('GET', '/notes')).status).toBe(401)
  const { accessToken } = await app.register(person)
  expect((await app.call('POST', '/notes', { token: accessToken, json: { note: 'milk' } })).status).toBe(201)
  const other = await app.register({ ...person, email: 'bea@example.com' })
  expect(await (await app.call('GET', '/notes', { token: accessToken })).json()).toEqual({ notes: ['milk'] })
  expect(await (await app.call('GET', '/notes', { token: other.accessToken })).json()).toEqual({ notes: [] })
  expect((await app.call('DELETE', '/notes', { token: accessToken })).status).toBe(204)
})

test('a refusal of the guard is problem+json with a challenge', async () => {
  await using server = await openTestServer()
  await using app = await serve(createApp(server.latchkey))
  const refused = await app.call('GET', '/notes', { token: 'nonsense' })
  expect(refused.headers.get('content-type')).toBe('application/problem+json')
  expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"')
  const ids = await Promise.all(
    [refused, await app.call('GET', '/notes')].map(async (answer) => {
      const { code, requestId } = await textsOf(answer, 'code', 'requestId')
      expect(requestId, code).toMatch(/^req_/)
      return requestId
    }),
  )
  expect(new Set(ids).size).toBe(2)
})

test('after log-out the guard refuses the access token at once', async () => {
  await using server = await openTestServer()
  await using app = await serve(createApp(server.latchkey))
  const { accessToken } = await app.register(person)
  await app.call('POST', '/api/auth/logout', { token: accessToken })
  expect(await (await app.call('GET', '/notes', { token: accessToken })).json()).toMatchObject({
    code: 'token_revoked',
  })
})

test('addresses that are not Latchkey’s stay the app’s, the root among them', async () => {
  await using server = await openTestServer()
  const base = express()
  base.use(toNodeHandler(server.latchkey))
  base.get('/', (_, response) => void response.json({ home: true }))
  await using app = await serve(base)
  expect(await (await app.call('GET', '/')).json()).toEqual({ home: true })
  expect((await app.call('GET', '/livez')).status).toBe(200)
  expect((await app.call('GET', '/nowhere')).status).toBe(404)
})

test('body parsers may stand before Latchkey, for JSON and for its forms', async () => {
  await using server = await openTestServer()
  const base = express()
  base.use(express.json(), express.urlencoded({ extended: true }), toNodeHandler(server.latchkey))
  await using app = await serve(base)
  const token = must(new URL(must(await server.latchkey.setUpLink())).searchParams.get('token'))
  const form = await app.call('POST', '/setup', {
    form: { token, email: 'root@example.com', password: person.password },
  })
  expect(form.status).toBe(303)
  expect((await app.register({ ...person, name: 'Ada “Ω” Lovelace' })).user.name).toBe('Ada “Ω” Lovelace')
  expect((await app.call('POST', '/api/auth/login', { json: { ...person, password: 'wrong' } })).status).toBe(
    401,
  )
})

interface Sent {
  token?: string
  json?: unknown
  form?: Record<string, string>
}

async function serve(app: Application) {
  const server = app.listen(0)
  await new Promise((resolve) => server.once('listening', resolve))
  const base = `http://localhost:${portOf(server)}`
  return { call, register, [Symbol.asyncDispose]: close }

  function call(method: string, path: string, { token, json, form }: Sent = {}): Promise<Response> {
    return fetch(base + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(form && { body: new URLSearchParams(form) }),
    })
  }

  async function register(account: object): Promise<{ accessToken: string; user: { name: string | null } }> {
    const answer = await call('POST', '/api/auth/register', { json: account })
    return (await answer.json()) as Awaited<ReturnType<typeof register>>
  }

  async function close(): Promise<void> {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}
