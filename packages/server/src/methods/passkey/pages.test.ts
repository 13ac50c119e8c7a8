import { describe, expect, test } from 'vitest'
import { textsOf } from '#test/support/texts-of.ts'
import { must } from '#test/support/must.ts'
import { Authenticator } from '#test/support/authenticator.ts'
import { openTestServer, type TestServer } from '#test/support/test-server.ts'
import { type Seen, Visitor } from '#test/support/visitor.ts'

const email = 'ada@example.com'
const password = 'seven quiet otters swim'

interface Ceremony {
  ticket: string
  options: Record<string, unknown>
}

/** Does without JavaScript what the page's script does: asks, signs, and sends the form. */
async function answered(
  visitor: Visitor,
  server: TestServer,
  phone: Authenticator,
  more = {},
): Promise<Seen> {
  const { ticket, options } = await ask(server)
  return await visitor.post('/sign-in/passkey', {
    ticket,
    response: JSON.stringify(phone.get(options)),
    ...more,
  })
}

const ask = async (server: TestServer): Promise<Ceremony> =>
  (await (await server.send('POST', '/api/auth/passkeys/login/options', { json: {} })).json()) as Ceremony

async function signInByPassword(visitor: Visitor, more = {}): Promise<Seen> {
  const page = await visitor.open('/sign-in?return_to=/account/devices')
  return await visitor.submit(page, { email, password, remember: 'true', ...more })
}

/** Ada adds a passkey where it is offered after her password. */
async function addByPage(server: TestServer): Promise<Authenticator> {
  await server.send('POST', '/api/auth/register', { json: { email, password } })
  const visitor = new Visitor(server)
  const led = await signInByPassword(visitor, { passkeys: 'possible' })
  expect(led.location).toBe('/passkeys/add?return_to=%2Faccount%2Fdevices')
  const page = await visitor.open(must(led.location))
  const phone = new Authenticator()
  const response = JSON.stringify(phone.create(optionsIn(page)))
  const done = await visitor.submit(page, { response })
  expect([done.status, done.location]).toEqual([303, '/account/devices'])
  return phone
}

const optionsIn = ({ text }: Seen): Record<string, unknown> => {
  const [, json = ''] = /data-options="([^"]+)"/.exec(text) ?? []
  return JSON.parse(json.replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as Record<string, unknown>
}

test('a passkey that is added after the password signs in by the form, to where one wanted to go', async () => {
  await using server = await openTestServer()
  const phone = await addByPage(server)
  const visitor = new Visitor(server)
  const seen = await answered(visitor, server, phone, { return_to: '/account/devices', remember: 'false' })
  expect([seen.status, seen.location]).toEqual([303, '/account/devices'])
  const session = seen.headers.getSetCookie().find((line) => line.startsWith('latchkey-refresh'))
  expect(session).not.toMatch(/max-age=[1-9]/i)
  expect((await visitor.open('/sign-in')).text).toContain(email)
})

test('with cookie sessions it starts one', async () => {
  await using server = await openTestServer({
    pagesSession: 'cookie',
    afterSignIn: 'https://app.example.com/',
  })
  const phone = await addByPage(server)
  const visitor = new Visitor(server)
  const seen = await answered(visitor, server, phone)
  expect([seen.location, [...visitor.cookies.keys()]]).toEqual([
    'https://app.example.com/',
    expect.arrayContaining(['latchkey-session']),
  ])
})

test.each([
  ['no JSON', 'passkey', 'x', 400],
  ['nothing', 'passkey', '', 400],
  ['another’s shape', 'passkey', '{"id":1}', 400],
])('%s is refused by the page, which can be tried again', async (_, __, response, status) => {
  await using server = await openTestServer()
  const { ticket } = await ask(server)
  const seen = await new Visitor(server).post('/sign-in/passkey', { ticket, response })
  expect(seen.status).toBe(status)
  expect(seen.text).toContain('data-passkey="sign-in"')
})

test('what a passkey is refused for, the page says; one that nobody knows is named to the script', async () => {
  await using server = await openTestServer()
  const phone = await addByPage(server)
  const { ticket, options } = await ask(server)
  const response = JSON.stringify(phone.get(options, { origin: 'https://example.com' }))
  const wrong = await new Visitor(server).post('/sign-in/passkey', { ticket, response })
  expect(wrong.status).toBe(401)
  expect(wrong.text).toContain('This passkey was not accepted. Try again.')
  expect(wrong.text).toContain('data-refused="passkey_invalid"')
  const stranger = new Authenticator()
  stranger.create({ user: { id: 'AAAA' }, rp: { id: 'localhost' }, challenge: '' })
  const unknown = await answered(new Visitor(server), server, stranger)
  expect(unknown.text).toContain('data-refused="passkey_unknown"')
})

describe('the offer after a password', () => {
  test('is not made where the device did not say that it could', async () => {
    await using server = await openTestServer()
    await server.send('POST', '/api/auth/register', { json: { email, password } })
    expect((await signInByPassword(new Visitor(server))).location).toBe('/account/devices')
  })

  test('can be declined, which is remembered', async () => {
    await using server = await openTestServer()
    await server.send('POST', '/api/auth/register', { json: { email, password } })
    const visitor = new Visitor(server)
    const led = await signInByPassword(visitor, { passkeys: 'possible' })
    const declined = await visitor.submit(await visitor.open(must(led.location)), { later: 'true' })
    expect([declined.status, declined.location]).toEqual([303, '/account/devices'])
    const again = await visitor.open(must(led.location))
    expect([again.status, again.location]).toEqual([303, '/account/devices'])
  })

  test('is not made to whoever has one, to nobody, nor after the sign-in is stale', async () => {
    const clock = { now: Date.now() }
    await using server = await openTestServer({}, { ports: { now: () => clock.now } })
    expect((await new Visitor(server).open('/passkeys/add')).location).toBe('/account')
    await addByPage(server)
    const visitor = new Visitor(server)
    const led = await signInByPassword(visitor, { passkeys: 'possible' })
    expect((await visitor.open(must(led.location))).location).toBe('/account/devices')

    const bea = { email: 'bea@example.com', password }
    await server.send('POST', '/api/auth/register', { json: bea })
    const hers = new Visitor(server)
    const page = await hers.submit(await hers.open('/sign-in'), { ...bea, passkeys: 'possible' })
    const offer = await hers.open(must(page.location))
    expect(offer.status).toBe(200)
    clock.now += 11 * 60_000
    expect((await hers.open(must(page.location))).location).toBe('/account')
    const late = await hers.submit(offer, {
      response: JSON.stringify(new Authenticator().create(optionsIn(offer))),
    })
    expect(late.location).toBe('/sign-in')
  })

  test('from another site is refused (ASVS V3.5.1)', async () => {
    await using server = await openTestServer()
    await server.send('POST', '/api/auth/register', { json: { email, password } })
    const visitor = new Visitor(server)
    const offer = await visitor.open(
      must((await signInByPassword(visitor, { passkeys: 'possible' })).location),
    )
    const response = JSON.stringify(new Authenticator().create(optionsIn(offer)))
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    expect((await visitor.submit(offer, { response }, foreign)).status).toBe(403)
    expect((await visitor.submit(offer, { response })).status).toBe(303)
  })

  test('an answer to another question is refused there, and another question is asked', async () => {
    await using server = await openTestServer()
    await server.send('POST', '/api/auth/register', { json: { email, password } })
    const visitor = new Visitor(server)
    const offer = await visitor.open(
      must((await signInByPassword(visitor, { passkeys: 'possible' })).location),
    )
    const lie = new Authenticator().create(optionsIn(offer), { challenge: 'AAAA' })
    const refused = await visitor.submit(offer, { response: JSON.stringify(lie) })
    expect(refused.status).toBe(401)
    expect(refused.text).toContain('This passkey was not accepted.')
    const honest = new Authenticator().create(optionsIn(refused))
    expect((await visitor.submit(refused, { response: JSON.stringify(honest) })).status).toBe(303)
  })
})

test('after the password the second step takes a passkey', async () => {
  await using server = await openTestServer()
  const phone = await addByPage(server)
  const login = await server.send('POST', '/api/auth/login', { json: { email, password } })
  const { accessToken } = await textsOf(login, 'accessToken')
  await server.send('PUT', '/api/auth/passkeys/second-factor', { json: { enabled: true }, accessToken })
  const visitor = new Visitor(server)
  const step = await visitor.open(must((await signInByPassword(visitor)).location))
  expect(step.text).toContain('data-passkey="second-factor"')
  const ticket = /name="token" value="([^"]+)"/.exec(step.text)?.[1]
  const begun = await server.send('POST', '/api/auth/login/second-factor/begin', {
    json: { ticket, factor: 'passkey' },
    headers: { cookie: [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
  })
  const { options } = (await begun.json()) as Ceremony
  const none = await visitor.submit(step, {})
  expect(none.status).toBe(400)
  const done = await visitor.submit(none, { response: JSON.stringify(phone.get(options)) })
  expect([done.status, done.location]).toEqual([303, '/account/devices'])
})

describe('for programs', () => {
  test('/.well-known/passkey-endpoints says where passkeys are looked after', async () => {
    await using server = await openTestServer()
    const answer = await server.send('GET', '/.well-known/passkey-endpoints')
    const manage = 'http://localhost:4000/account/passkeys'
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.json()).toEqual({ enroll: manage, manage })
    expect((await server.send('GET', '/.well-known/webauthn')).status).toBe(404)
  })

  test('/.well-known/webauthn names the sites elsewhere', async () => {
    const publicUrl = 'https://example.com'
    const passkeyOrigins = ['https://app.example.com', 'https://example.net']
    await using server = await openTestServer({ publicUrl, passkeyOrigins })
    const answer = await server.send('GET', '/.well-known/webauthn')
    expect(await answer.json()).toEqual({ origins: ['https://example.net'] })
  })

  test('without passkeys there is nothing of them', async () => {
    await using server = await openTestServer({ signInMethods: ['password'] })
    for (const path of ['/.well-known/passkey-endpoints', '/passkeys/add', '/sign-in/passkey'])
      expect((await server.send('GET', path)).status, path).toBe(404)
    expect(await (await server.send('GET', '/sign-in')).text()).not.toContain('data-passkey')
  })
})
