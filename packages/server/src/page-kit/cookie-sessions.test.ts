import { expect, test } from 'vitest'
import { textsOf } from '#test/support/texts-of.ts'
import { firstOf, must } from '#test/support/must.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import { openTestServer, type TestServer } from '#test/support/test-server.ts'
import { type Seen, Visitor } from '#test/support/visitor.ts'
import type { Method } from '../methods/method.ts'

/* Pages that start cookie sessions: the whole way without JavaScript. */

const account = { email: 'ada@example.com', password: 'seven quiet otters swim' }
const cookie = 'latchkey-session'

const open = (methods: readonly Method[] = []): Promise<TestServer> =>
  openTestServer({ pagesSession: 'cookie', afterSignIn: '/', limitScale: 100 }, {}, methods)

async function register(server: TestServer): Promise<void> {
  const answer = await server.send('POST', '/api/auth/register', { json: account })
  expect(answer.status).toBe(201)
}

async function signIn(visitor: Visitor, path = '/sign-in', more: Record<string, string> = {}): Promise<Seen> {
  return await visitor.submit(await visitor.open(path), { ...account, remember: 'true', ...more })
}

/** By no other means than the cookie. */
async function whoIs(server: TestServer, { cookies }: Visitor): Promise<Record<string, unknown>> {
  const headers = { cookie: `${cookie}=${cookies.get(cookie)}` }
  return (await (await server.send('GET', '/api/auth/session', { headers })).json()) as Record<
    string,
    unknown
  >
}

test('signing in sets the session cookie and no token, and signing out ends it', async () => {
  await using server = await open()
  await register(server)
  const visitor = new Visitor(server)
  const answer = await signIn(visitor, '/sign-in?return_to=/notes')
  expect([answer.status, answer.location]).toEqual([303, '/notes'])
  expect([...visitor.cookies.keys()].toSorted()).toEqual([
    'latchkey-device',
    'latchkey-hint',
    'latchkey-last-method',
    cookie,
  ])
  expect(await whoIs(server, visitor)).toMatchObject({ kind: 'session', user: { email: account.email } })
  expect((await visitor.open('/sign-in')).text).toContain(account.email)

  const gone = must(visitor.cookies.get(cookie))
  const out = await visitor.submit(await visitor.open('/sign-out'), {})
  expect([out.status, out.location]).toEqual([303, '/sign-out/done'])
  expect([...visitor.cookies.keys()]).toEqual(['latchkey-device', 'latchkey-last-method'])
  visitor.cookies.set(cookie, gone)
  expect(await whoIs(server, visitor)).toMatchObject({ code: 'session_revoked' })
  expect((await visitor.open('/sign-in')).text).not.toContain(account.email)
})

test('so do signing up, the first administrator, and a second factor', async () => {
  await using server = await open([hotp])
  const visitor = new Visitor(server)
  const signedUp = await visitor.submit(await visitor.open('/sign-up'), { ...account, name: 'Ada' })
  expect([signedUp.status, signedUp.location]).toEqual([303, '/'])
  expect(await whoIs(server, visitor)).toMatchObject({ kind: 'session', user: { name: 'Ada' } })

  const root = new Visitor(server)
  const setUp = new URL(must(await server.latchkey.setUpLink()))
  const made = await root.submit(await root.open(setUp.pathname + setUp.search), {
    ...account,
    email: 'root@example.com',
    name: '',
  })
  expect(made.status).toBe(303)
  expect(await whoIs(server, root)).toMatchObject({ kind: 'session', roles: ['admin'] })

  const headers = { cookie: `${cookie}=${visitor.cookies.get(cookie)}` }
  const enrolled = await server.send('POST', '/api/auth/hotp', { headers })
  const { secret } = await textsOf(enrolled, 'secret')
  const second = new Visitor(server)
  const asked = await signIn(second)
  expect(asked.location).toMatch(/^\/second-factor\?token=/)
  expect([...second.cookies.keys()]).toEqual(['latchkey-sign-in'])
  const page = await second.open(must(asked.location))
  await second.submit(page, { code: hotpCode(Buffer.from(secret, 'hex'), 0) })
  expect(await whoIs(server, second)).toMatchObject({ kind: 'session', aal: 2 })
})

test('a box that is not ticked gives a cookie that ends with the browser', async () => {
  await using server = await open()
  await register(server)
  for (const [remember, lasts] of [
    ['', false],
    ['true', true],
  ] as const) {
    const answer = await signIn(new Visitor(server), '/sign-in', { remember })
    const [set] = answer.headers.getSetCookie().filter((line) => line.startsWith(cookie))
    expect(/max-age/i.test(set ?? '')).toBe(lasts)
  }
})

test('the configuration says what is started, not the form', async () => {
  await using server = await open()
  await register(server)
  const visitor = new Visitor(server)
  await signIn(visitor, '/sign-in', { sessionKind: 'token' })
  expect(visitor.cookies.has(cookie)).toBe(true)
  await using plain = await openTestServer()
  await register(plain)
  const other = new Visitor(plain)
  await signIn(other, '/sign-in', { sessionKind: 'cookie' })
  expect(other.cookies.has(cookie)).toBe(false)
  expect(other.cookies.has('latchkey-refresh-0')).toBe(true)
})

test('the account application is told by what this browser is signed in, or is going to be', async () => {
  await using server = await openTestServer({ pagesSession: 'cookie' })
  await using plain = await openTestServer()
  const kindIn = async (visitor: Visitor) =>
    /name="latchkey-session" content="(\w+)"/.exec((await visitor.open('/account')).text)?.[1]
  for (const [site, kind, other] of [
    [server, 'cookie', 'token'],
    [plain, 'token', 'cookie'],
  ] as const) {
    await register(site)
    const visitor = new Visitor(site)
    expect(await kindIn(visitor)).toBe(kind)
    await signIn(visitor, '/sign-in')
    expect(await kindIn(visitor)).toBe(kind)
    const app = new Visitor(site)
    await app.open('/sign-in')
    const answer = await site.send('POST', '/api/auth/login', { json: { ...account, sessionKind: other } })
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = firstOf(line.split(';')).split('=')
      if (!/max-age=0/i.test(line)) app.cookies.set(name, value)
    }
    expect(await kindIn(app)).toBe(other)
  }
})
