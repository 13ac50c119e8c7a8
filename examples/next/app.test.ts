import { type ChildProcess, spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { toNodeHandler } from 'latchkey'
import { expect, onTestFinished, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { startIssuer } from '#test/support/issuer.ts'
import { listen } from '#test/support/listen.ts'

const next = '../../node_modules/.bin/next'

test('Next, built and started: pages, routes, actions and the proxy', { timeout: 240_000 }, async () => {
  const origin = freeOrigin()
  const issuer = await startIssuer({ publicUrl: origin, allowedOrigins: [origin] })
  // Answers for sessions in cookies, of which it knows one; the real server answers the rest.
  const serve = toNodeHandler(issuer.latchkey)
  const introspect = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isKnown = new URLSearchParams(await text(request)).get('token') === 'lks_good'
    const session = { active: true, token_type: 'session', iss: origin, sub: 'somebody', roles: ['admin'] }
    response.end(JSON.stringify(isKnown ? session : { active: false }))
  }
  const latchkey = listen((request, response) => {
    if (request.url === '/oauth/introspect') void introspect(request, response)
    else serve(request, response)
  })
  onTestFinished(latchkey.close)
  const env = {
    ...process.env,
    LATCHKEY_CREDENTIAL: 'lkk_of-this-application',
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    PUBLIC_URL: origin,
    LATCHKEY_ORIGIN: latchkey.origin,
  } as const
  expect(await ended(run(['build'], env))).toBe(0)
  const server = run(['start', '--port', new URL(origin).port], env)
  onTestFinished(async () => {
    server.kill()
    await ended(server)
  })
  await lineWith(server, 'Ready')

  await issuer.newUser('ada@example.com')
  const { id, accessToken: token } = await issuer.signIn('ada@example.com')
  const root = issuer.root.accessToken
  const ask = async (path: string, init: RequestInit & { token?: string } = {}) => {
    const headers = new Headers(init.headers)
    if (init.token !== undefined) headers.set('authorization', `Bearer ${init.token}`)
    const answer = await fetch(origin + path, { redirect: 'manual', ...init, headers })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.includes('json')
    const body = (isJson && text !== '' ? JSON.parse(text) : {}) as Record<string, unknown>
    return { status: answer.status, headers: answer.headers, text, ...body }
  }

  // Latchkey's own routes and pages, behind Next.
  expect((await ask('/api/auth/me', { token })).status).toBe(200)
  expect((await ask('/sign-in')).text).toContain('<form')

  // Route handlers.
  const json = { 'content-type': 'application/json' }
  const note = { method: 'POST', headers: json, body: JSON.stringify({ note: 'milk' }) }
  expect((await ask('/api/notes', { ...note, token })).status).toBe(201)
  expect(await ask('/api/notes', { token })).toMatchObject({ status: 200, notes: ['milk'] })
  expect(await ask('/api/notes', { token: root })).toMatchObject({ notes: [] })
  expect((await ask('/api/notes', { token, method: 'HEAD' })).status).toBe(200)
  const nobody = await ask('/api/notes')
  expect(nobody).toMatchObject({ status: 401, code: 'unauthenticated' })
  expect(nobody.headers.get('www-authenticate')).toBe('Bearer')
  expect(nobody.headers.get('content-type')).toBe('application/problem+json')
  expect(nobody.headers.get('vary')).toContain('Authorization')
  expect(await ask('/api/notes', { token: 'nonsense' })).toMatchObject({ code: 'invalid_token' })

  // Server components.
  expect((await ask('/', { token })).text).toContain(`data-known="${id}"`)
  expect((await ask('/')).text).toContain('Log in')
  expect((await ask('/', { headers: { cookie: 'latchkey-hint=1' } })).text).toContain('One moment')
  expect((await ask('/', { token: 'nonsense' })).text).not.toContain('data-known')
  const report = await ask('/report', { token: root })
  expect([report.status, report.text]).toEqual([200, expect.stringContaining('data-report')])
  const unauthorized = await ask('/report')
  expect([unauthorized.status, unauthorized.text]).toEqual([401, expect.stringContaining('to see this')])
  const forbidden = await ask('/report', { token })
  expect([forbidden.status, forbidden.text]).toEqual([403, expect.stringContaining('not for you')])
  for (const { text } of [unauthorized, forbidden]) expect(text).not.toContain('data-report')

  // The proxy, and a server action, which guards itself.
  const led = await ask('/members')
  expect([led.status, led.headers.get('location')]).toEqual([307, '/sign-in?return_to=/members'])
  const { text: page } = await ask('/members', { headers: { cookie: 'latchkey-hint=1' } })
  const action = must(must(/name="\$ACTION_ID_(\w+)"/.exec(page))[1])
  const act = async (token?: string) =>
    (
      await ask('/members', {
        method: 'POST',
        // As the browser calls it: with its arguments, of which there are none.
        body: '[]',
        headers: { origin, cookie: 'latchkey-hint=1', 'next-action': action },
        ...(token !== undefined && { token }),
      })
    ).status
  expect(await act()).toBe(401)
  const greeted = lineWith(server, `greeted ${id}`)
  expect(await act(token)).toBe(200)
  await greeted

  // A session in a cookie is known to pages, and changes nothing for pages of others.
  const cookie = 'latchkey-session=lks_good'
  expect((await ask('/', { headers: { cookie } })).text).toContain('data-known="somebody"')
  expect((await ask('/', { headers: { cookie: 'latchkey-session=lks_bad' } })).text).toContain('Log in')
  expect((await ask('/report', { headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status).toBe(200)
  const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const write = (headers: object) => ask('/api/notes', { ...note, headers: { ...json, cookie, ...headers } })
  expect(await write(evil)).toMatchObject({ status: 403, code: 'cross_site_request' })
  expect((await write({ origin, 'sec-fetch-site': 'same-origin' })).status).toBe(201)
  expect((await ask('/report', { headers: { cookie, ...evil } })).status).toBe(403)

  // After a log-out everything refuses, within a second.
  await issuer.call('POST', '/auth/logout', { token })
  await expect
    .poll(async () => await ask('/api/notes', { token }), { timeout: 1000 })
    .toMatchObject({ status: 401, code: 'token_revoked' })
  await expect
    .poll(async () => (await ask('/', { token })).text, { timeout: 1000 })
    .not.toContain('data-known')
})

function run(words: string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(next, words, { cwd: import.meta.dirname, env, stdio: ['ignore', 'pipe', 'inherit'] })
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(child.exitCode)))

async function lineWith(child: ChildProcess, wanted: string): Promise<void> {
  for await (const line of createInterface(must(child.stdout))) if (line.includes(wanted)) return
  throw new Error(`it ended without saying ${wanted}`)
}

/** Next takes the port that it is given, and must know its address when it is built. */
function freeOrigin(): string {
  const { origin, close } = listen((_, response) => void response.end())
  close()
  return origin
}
