import { expect, test } from 'vitest'
import { textsOf } from '#test/support/texts-of.ts'
import { firstOf, must } from '#test/support/must.ts'
import { authenticatorOf } from '#test/support/authenticator-app.ts'
import { openTestServer, type TestServer } from '#test/support/test-server.ts'
import { type Seen, Visitor } from '#test/support/visitor.ts'
import { contentsOf } from '#test/support/contents.ts'

const email = 'ada@example.com'
const password = 'seven quiet otters swim'

/** Stands still, so that no code grows old while a test looks at it. */
const start = Date.now()
const now = () => start

const openServer = () => openTestServer({ secondFactor: 'required', limitScale: 100 }, { ports: { now } })

/** Signs up, and is led to the enrolment. */
async function signUp(visitor: Visitor, path = '/sign-up'): Promise<Seen> {
  const answer = await visitor.submit(await visitor.open(path), { email, password })
  expect(answer.status).toBe(303)
  expect(answer.location).toMatch(/^\/second-factor\/set-up\?token=/)
  return await visitor.open(must(answer.location))
}

async function begin(visitor: Visitor, page: Seen): Promise<{ page: Seen; location: string }> {
  const begun = await visitor.submit(page, {})
  expect(begun.status).toBe(303)
  return { page: await visitor.open(must(begun.location)), location: must(begun.location) }
}

const appOf = (page: Seen) => {
  const secret = /<code class="secret">([^<]+)</.exec(page.text)?.[1] ?? ''
  return authenticatorOf({ secret }, { now })
}

const codesIn = (page: Seen) =>
  [...page.text.matchAll(/<li><code>([^<]+)<\/code><\/li>/g)].map(([, code]) => code)

const sessionIn = ({ cookies }: Visitor) => [...cookies.keys()].filter((name) => /refresh|session/.test(name))

const rowsOf = (server: TestServer) => contentsOf(server.latchkey)

test('who must have a second factor sets it up without JavaScript, and is signed in then and not before', async () => {
  await using server = await openServer()
  const visitor = new Visitor(server)
  const first = await signUp(visitor, '/sign-up?return_to=/account/devices')
  expect(first.text).toContain('Set up a second step')
  expect(first.text).not.toContain('data:image')
  expect(sessionIn(visitor)).toEqual([])
  const { page, location } = await begin(visitor, first)
  expect(page.text).toContain('data:image/svg+xml;base64,')
  expect(page.text).toContain('href="otpauth://totp/Latchkey:')
  expect(sessionIn(visitor)).toEqual([])
  const app = appOf(page)
  const wrong = await visitor.submit(page, { code: app.wrong() })
  expect([wrong.status, wrong.text.includes('The code is wrong or was used already.')]).toEqual([401, true])
  // The same seed, however often it is looked at.
  expect(appOf(wrong).code()).toBe(app.code())
  expect(appOf(await visitor.open(location)).code()).toBe(app.code())
  const done = await visitor.submit(wrong, { code: app.code().replace(/(...)/, '$1 ') })
  expect(done.status).toBe(200)
  expect(codesIn(done)).toHaveLength(10)
  expect(done.text).toContain('href="/account/devices"')
  expect(done.headers.get('cache-control')).toBe('no-store')
  expect(sessionIn(visitor)).toEqual(['latchkey-refresh-0'])
  const again = await visitor.submit(wrong, { code: app.code() })
  expect([again.status, again.text.includes('Sign in again')]).toEqual([400, true])
})

test('opening the page makes and uses nothing', async () => {
  await using server = await openServer()
  const visitor = new Visitor(server)
  const answer = await visitor.submit(await visitor.open('/sign-up'), { email, password })
  await server.latchkey.services.outbox.drain()
  const before = await rowsOf(server)
  for (let times = 0; times < 7; times++) await visitor.open(must(answer.location))
  await visitor.open(`${must(answer.location)}&asked=true&factor=totp`)
  expect(await rowsOf(server)).toBe(before)
})

test('in another browser the address shows nothing, and spends no try', async () => {
  await using server = await openServer()
  const visitor = new Visitor(server)
  const { page, location } = await begin(visitor, await signUp(visitor))
  const app = appOf(page)
  const thief = new Visitor(server)
  const seen = await thief.open(location)
  expect([seen.status, seen.text.includes('Sign in again'), seen.text.includes('data:image')]).toEqual([
    400,
    true,
    false,
  ])
  for (let tries = 0; tries < 6; tries++)
    expect((await thief.submit(page, { code: app.code() })).status).toBe(400)
  expect(sessionIn(thief)).toEqual([])
  expect((await visitor.submit(page, { code: app.code() })).status).toBe(200)
})

test('the first administrator sets one up as well', async () => {
  await using server = await openServer()
  const link = new URL(must(await server.latchkey.setUpLink()))
  const visitor = new Visitor(server)
  const form = await visitor.open(link.pathname + link.search)
  const answer = await visitor.submit(form, { email, name: '', password })
  expect(answer.location).toMatch(/^\/second-factor\/set-up\?token=/)
  const { page } = await begin(visitor, await visitor.open(must(answer.location)))
  expect(codesIn(await visitor.submit(page, { code: appOf(page).code() }))).toHaveLength(10)
})

test('hostile values are text, and a form from another site is refused', async () => {
  await using server = await openServer()
  const visitor = new Visitor(server)
  const { page } = await begin(visitor, await signUp(visitor))
  const strange = await visitor.submit(page, { code: '"><script>alert(1)</script>', factor: '"><script>' })
  expect(strange.text).not.toContain('<script>')
  const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
  expect((await visitor.submit(page, { code: appOf(page).code() }, crossSite)).status).toBe(403)
})

test('at sign-in a browser is remembered by a box that is not ticked, and a recovery code does as well', async () => {
  await using server = await openTestServer({ limitScale: 100 }, { ports: { now } })
  const registered = await server.send('POST', '/api/auth/register', { json: { email, password } })
  const { accessToken } = await textsOf(registered, 'accessToken')
  const begun = await server.send('POST', '/api/auth/totp/options', { accessToken })
  const seed = await textsOf(begun, 'secret', 'ticket')
  const app = authenticatorOf(seed, { now })
  const verified = await server.send('POST', '/api/auth/totp/verify', {
    accessToken,
    // The step before: the present one is left for the sign-in.
    json: { ticket: seed.ticket, code: app.code(-1) },
  })
  const { recoveryCodes } = (await verified.json()) as { recoveryCodes: string[] }
  const signIn = async (visitor: Visitor) =>
    await visitor.submit(await visitor.open('/sign-in'), { email, password })

  const visitor = new Visitor(server)
  const page = await visitor.open(must((await signIn(visitor)).location))
  expect(page.text).toContain('the code of your authenticator app')
  expect(page.text).toMatch(/name="trustDevice"[^>]*type="checkbox"(?![^>]*checked)/)
  const other = /href="([^"]+factor=recovery-code[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&')
  const byCode = await visitor.open(must(other))
  expect(byCode.text).toContain('a recovery code')
  const typed = firstOf(recoveryCodes).toUpperCase().replace('-', ' ')
  const done = await visitor.submit(byCode, { code: typed, trustDevice: 'true' })
  expect([done.status, done.location]).toEqual([303, '/account'])
  visitor.cookies.delete('latchkey-refresh-0')
  visitor.cookies.delete('latchkey-refresh-1')
  expect((await signIn(visitor)).location).toBe('/account')
})
