import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { minutes, seconds, type SignedIn } from '@latchkey/contract'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '#test/support/listen.ts'
import { must } from '#test/support/must.ts'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'
import { toNodeHandler } from '../http/adapters/node.ts'
import { requireSession } from '../http/adapters/session-guard.ts'
import type { Latchkey } from '../latchkey.ts'
import type { SessionKind } from './session.ts'

const [email, password] = ['ada@example.com', 'correct horse battery']

/** Requests that give out a new refresh token for the one presented. */
const renewing: [path: string, body: object][] = [
  ['/refresh', {}],
  ['/step-up', { password }],
  ['/change-password', { currentPassword: password, newPassword: 'another horse battery' }],
]

/** Signed in, with a request made of the first tokens that comes when the client is two refreshes ahead. */
async function begin(store: (typeof stores)[number]) {
  const { latchkey, browser, clock } = await createTestLatchkey({ store, refreshLeeway: '0s' })
  const client = browser()
  await client.register()
  const post = (path: string, body: object) => client.post<SignedIn>(path, body, { bare: true })
  const first = await post('/login', { email, password, tokenDelivery: 'body' })
  const refresh = (refreshToken: string) => post('/refresh', { refreshToken })
  return { latchkey, clock, first: first.body, refresh, late }

  async function late(path: string, body: object, signal: AbortSignal | null): Promise<number> {
    const { accessToken, refreshToken } = first.body
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` }
    const text = JSON.stringify({ ...body, refreshToken })
    const request = new Request(`http://localhost:4000/api/auth${path}`, {
      method: 'POST',
      headers,
      body: text,
      signal,
    })
    return (await latchkey.handler(request)).status
  }
}

describe.each(stores)('on %s, carried out when its client is two refreshes ahead,', (store) => {
  test.each(renewing)('%s of a client that has gone away does nothing', async (path, body) => {
    const { clock, first, refresh, late } = await begin(store)
    const second = await refresh(first.refreshToken as string)
    clock.advance(seconds(1))
    const third = await refresh(second.body.refreshToken as string)
    clock.advance(seconds(1))
    expect(await late(path, body, AbortSignal.abort())).toBe(499)
    const fourth = await refresh(third.body.refreshToken as string)
    expect([third.status, fourth.status]).toEqual([200, 200])
  })

  test.each(renewing)('%s of one that waits for the answer is reuse', async (path, body) => {
    const { clock, first, refresh, late } = await begin(store)
    const second = await refresh(first.refreshToken as string)
    clock.advance(seconds(1))
    const third = await refresh(second.body.refreshToken as string)
    clock.advance(seconds(1))
    expect(await late(path, body, null)).toBe(401)
    expect((await refresh(third.body.refreshToken as string)).code).toBe('session_revoked')
  })
})

test.each(renewing)('%s of a client that has gone away leaves what it holds current', async (path, body) => {
  const { first, refresh, late } = await begin('sqlite')
  expect(await late(path, body, AbortSignal.abort())).toBe(499)
  const { session } = (await refresh(first.refreshToken as string)).body
  expect(session.generation).toBe(1)
})

/** Requests with a credential that was replaced. `by` names the credential. */
const cutOff: [name: string, by: SessionKind, request: (credential: string) => string[]][] = [
  ['a refresh', 'token', (token) => post('/refresh', { refreshToken: token })],
  ['a log-out', 'token', (token) => post('/logout', { refreshToken: token })],
  ['a question of the API', 'cookie', (cookie) => get('/api/auth/me', cookie)],
  ['a page of Latchkey', 'cookie', (cookie) => get('/passkeys/add', cookie)],
  ['a page of the application', 'cookie', (cookie) => get('/notes', cookie)],
]

const host = 'Host: localhost:4000'
const get = (path: string, cookie: string): string[] => [
  `GET ${path} HTTP/1.1`,
  host,
  `Cookie: latchkey-session=${cookie}`,
  '',
  '',
]
function post(path: string, body: object, own: string[] = []): string[] {
  const text = JSON.stringify(body)
  const about = ['Content-Type: application/json', `Content-Length: ${text.length}`, ...own]
  return [`POST /api/auth${path} HTTP/1.1`, host, ...about, '', text]
}

describe.each(stores)('on %s, a replaced credential', (store) => {
  test.each(cutOff)(
    'in %s that was cut off before the server read it ends nothing',
    async (_, by, request) => {
      const { latchkey, browser, clock } = await createTestLatchkey({ store })
      const owner = browser()
      const tokenDelivery = by === 'token' ? 'body' : undefined
      const { body } = await owner.post<SignedIn>('/register', {
        email,
        password,
        sessionKind: by,
        tokenDelivery,
      })
      const earlier =
        by === 'token' ? (body.refreshToken as string) : must(owner.cookies.get('latchkey-session'))
      const stillHolds = await replace()
      const { origin, close } = listen(serveBoth(latchkey))
      onTestFinished(close)

      await sendAndLeave(origin, request(earlier))
      expect(await stillHolds()).toBe(200)
      // One who waits for the answer is the other party.
      await fetchRaw(origin, request(earlier))
      expect(await stillHolds()).toBe(401)

      /** Two steps ahead, and the leeway is over. */
      async function replace(): Promise<() => Promise<number>> {
        clock.advance(minutes(1))
        if (by === 'cookie') {
          expect((await owner.post('/step-up', { password })).status).toBe(200)
          const look = async () => (await owner.get('/me')).status
          expect(await look()).toBe(200)
          clock.advance(minutes(1))
          return look
        }
        let refreshToken = earlier
        const refresh = async () => {
          const answer = await owner.post<SignedIn>('/refresh', { refreshToken }, { bare: true })
          refreshToken = answer.body.refreshToken ?? refreshToken
          clock.advance(minutes(1))
          return answer.status
        }
        expect([await refresh(), await refresh()]).toEqual([200, 200])
        return refresh
      }
    },
  )
})

test.each(stores)(
  'on %s, a sign-in that was cut off before the server read it neither ends a session nor uses its code up',
  async (store) => {
    const { latchkey, browser, clock, mailbox } = await createTestLatchkey({ store })
    await latchkey.createUser({ email, password, emailVerified: true })
    const owner = browser()
    await owner.post('/login', { email, password, sessionKind: 'cookie' })
    await owner.post('/email-code/send', { email })
    const code = must((await mailbox(email)).find(({ codes }) => codes.length > 0)).codes[0]
    const cookies = [...owner.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    clock.advance(minutes(1))
    await owner.post('/step-up', { password })
    expect((await owner.get('/me')).status).toBe(200)
    clock.advance(minutes(1))
    const { origin, close } = listen(toNodeHandler(latchkey))
    onTestFinished(close)

    const own = [`Cookie: ${cookies}`, 'Origin: http://localhost:4000']
    await sendAndLeave(origin, post('/email-code/verify', { code, sessionKind: 'cookie' }, own))
    expect((await owner.get('/me')).status).toBe(200)
    expect((await owner.post('/email-code/verify', { code })).status).toBe(200)
  },
)

/** Latchkey, and a page of an application that it guards. */
function serveBoth(latchkey: Latchkey): RequestListener {
  const [own, guard] = [toNodeHandler(latchkey), requireSession(latchkey)]
  return (request, response) =>
    request.url === '/notes' ? guard(request, response, () => response.end('notes')) : own(request, response)
}

/** Sends a request and closes the connection in the same moment: both are there before the server reads. */
async function sendAndLeave(origin: string, lines: string[]): Promise<void> {
  const socket = connect(Number(new URL(origin).port), 'localhost')
  await once(socket, 'connect')
  socket.write(lines.join('\r\n'))
  socket.destroy()
  await sleep(100)
}

async function fetchRaw(origin: string, lines: string[]): Promise<void> {
  const socket = connect(Number(new URL(origin).port), 'localhost')
  socket.write(lines.join('\r\n'))
  await once(socket, 'data')
  socket.destroy()
}
