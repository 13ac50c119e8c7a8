import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { RequestListener } from 'node:http'
import { createAuthClient, memoryStorage, password } from '@latchkey/client'
import { createVerifier, type Verifier } from '@latchkey/verify'
import { expect, onTestFinished, test } from 'vitest'
import { testPassword } from '#test/support/administration.ts'
import { startIssuer } from '#test/support/issuer.ts'
import { listen } from '#test/support/listen.ts'
import * as express from './express.ts'
import * as fastify from './fastify.ts'
import * as hono from './hono.ts'
import * as node from './node.ts'

type CreateApp = (verifier: Verifier) => RequestListener | Promise<RequestListener>

const apps: [string, CreateApp][] = [
  ['express', express.createApp],
  ['fastify', fastify.createApp],
  ['hono', hono.createApp],
  ['node', node.createApp],
]

test.each(apps)('%s: notes that only their owner reads', async (_, createApp) => {
  const issuer = await startIssuer()
  await issuer.newUser('ada@example.com')
  const { id, accessToken } = await issuer.signIn('ada@example.com')
  const verifier = createVerifier({ issuer: issuer.origin, audience: issuer.audience })
  const { origin, close } = listen(await createApp(verifier))
  onTestFinished(() => {
    close()
    verifier.close()
  })
  const ask = async (method: string, path: string, token?: string, body?: object) => {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    }
    const answer = await fetch(origin + path, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? null : (JSON.parse(text) as unknown) }
  }
  expect((await ask('GET', '/greeting')).body).toEqual({ hello: 'stranger' })
  expect((await ask('GET', '/greeting', accessToken)).body).toEqual({ hello: id })
  expect(await ask('POST', '/notes', undefined, { note: 'milk' })).toMatchObject({ status: 401 })
  expect(await ask('POST', '/notes', accessToken, { note: 'milk' })).toMatchObject({ status: 201 })
  expect((await ask('POST', '/notes', accessToken, { note: 1 })).status).toBe(400)
  expect((await ask('GET', '/notes', accessToken)).body).toEqual({ notes: ['milk'] })
  expect((await ask('GET', '/notes', issuer.root.accessToken)).body).toEqual({ notes: [] })
  expect((await ask('DELETE', '/notes', accessToken)).status).toBe(204)
  expect((await ask('GET', '/notes', accessToken)).body).toEqual({ notes: [] })
})

test('the client refreshes and steps up on what the guard answers, and only then', async () => {
  const issuer = await startIssuer()
  await issuer.newUser('ada@example.com')
  // The service's clock, by which the sign-in gets old and the token expires; right again after each answer.
  let offset = 0
  const verifier = createVerifier({
    issuer: issuer.origin,
    audience: issuer.audience,
    now: () => Date.now() + offset,
  })
  const asked: string[] = []
  const app = express.createApp(verifier)
  const { origin, close } = listen((request, response) => {
    response.once('finish', () => {
      asked.push(`${request.method} ${response.statusCode}`)
      offset = 0
    })
    app(request, response)
  })
  onTestFinished(() => {
    close()
    verifier.close()
  })
  const auth = createAuthClient({
    baseURL: `${issuer.origin}/api/auth`,
    methods: [password()],
    transport: { refreshToken: memoryStorage() },
    origins: [origin],
  })
  onTestFinished(() => auth.dispose())
  const { error } = await auth.password.login({ email: 'ada@example.com', password: testPassword })
  expect(error).toBeNull()

  expect((await auth.fetch(`${origin}/notes`)).status).toBe(200)
  expect(asked.splice(0)).toEqual(['GET 200'])

  // Expired by the service's clock: one refresh and one more try.
  offset = 20 * 60_000
  const before = await auth.getAccessToken()
  expect((await auth.fetch(`${origin}/notes`)).status).toBe(200)
  expect(asked.splice(0)).toEqual(['GET 401', 'GET 200'])
  expect(await auth.getAccessToken()).not.toBe(before)

  // Eleven minutes after the sign-in: asked again, once, with what the guard had in its challenge.
  const challenges: unknown[] = []
  auth.on('step-up', async (challenge) => {
    challenges.push(challenge)
    return (await auth.password.stepUp({ password: testPassword })).error === null
  })
  offset = 11 * 60_000
  expect((await auth.fetch(`${origin}/notes`, { method: 'DELETE' })).status).toBe(204)
  expect(challenges).toEqual([{ mfa: false, maxAge: 600 }])
  expect(asked.splice(0)).toEqual(['DELETE 401', 'DELETE 204'])

  // Nobody can tell: handed back at once, and nobody is signed out.
  const blind = createVerifier({
    issuer: issuer.origin,
    audience: issuer.audience,
    fetch: () => Promise.reject(new TypeError('no route to host')),
  })
  const lost = listen(express.createApp(blind))
  onTestFinished(() => {
    lost.close()
    blind.close()
  })
  const token = await auth.getAccessToken()
  const headers = { authorization: `Bearer ${token}` }
  expect((await auth.fetch(`${lost.origin}/notes`, { headers })).status).toBe(503)
  expect(await auth.getAccessToken()).toBe(token)
})

test.each(apps)('%s starts by its script', async (name) => {
  const env = { ...process.env, PORT: '0' }
  const words = ['--conditions=development', 'start.ts', name]
  const child = spawn(process.execPath, words, {
    cwd: import.meta.dirname,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  for await (const line of createInterface(child.stdout)) {
    expect(line).toMatch(/^Notes at /)
    child.kill()
  }
  expect(await ended).toBe(0)
})
