import { expect, test } from 'vitest'
import { textsOf } from '#test/support/texts-of.ts'
import { firstOf, must } from '#test/support/must.ts'
import { openTestServer, type TestServer } from '#test/support/test-server.ts'
import { Visitor } from '#test/support/visitor.ts'
import type { ConfigOptions } from '../config/settings.ts'
import { MailError } from '../core/mail/transport.ts'

const email = 'ada@example.com'
const password = 'seven quiet otters swim'
const number = '+4915123456789'
const all: ConfigOptions = { signInMethods: ['password', 'magic-link', 'email-code', 'sms-code'] }

async function openWithAda(options: ConfigOptions = all): Promise<TestServer> {
  const server = await openTestServer(options)
  await server.latchkey.createUser({ email, password, emailVerified: true })
  return server
}

const newest = async ({ latchkey }: TestServer, to = email) => {
  await latchkey.services.outbox.drain()
  return ((await latchkey.services.inbox?.list(to)) ?? [])[0]
}

const linkOf = async (server: TestServer) => {
  const link = firstOf(must(await newest(server)).links)
  return link.slice(server.origin.length)
}

const isSignedIn = (visitor: Visitor) => [...visitor.cookies.keys()].includes('latchkey-refresh-0')

test('the sign-in page offers what is enabled, in the order of the setting, the last used first', async () => {
  await using server = await openWithAda()
  const visitor = new Visitor(server)
  const page = await visitor.open('/sign-in?return_to=%2Faccount%2Fdevices')
  const ways = [...page.text.matchAll(/href="(\/sign-in\/[^"]+)"/g)].map(([, href]) => href)
  expect(ways).toEqual(
    ['magic-link', 'email-code', 'sms-code'].map((name) => `/sign-in/${name}?return_to=%2Faccount%2Fdevices`),
  )
  visitor.cookies.set('latchkey-last-method', 'sms-code')
  const later = await visitor.open('/sign-in')
  expect(later.text.indexOf('/sign-in/sms-code')).toBeLessThan(later.text.indexOf('name="password"'))
  await using bare = await openWithAda({ signInMethods: ['password'] })
  const plain = new Visitor(bare)
  expect((await plain.open('/sign-in')).text).not.toContain('href="/sign-in/')
  for (const path of ['/sign-in/email-code', '/sign-in/magic-link', '/sign-in/sms-code'])
    expect((await plain.open(path)).status).toBe(404)
})

test('a code by mail, without JavaScript: one input that browsers fill in', async () => {
  await using server = await openWithAda()
  const visitor = new Visitor(server)
  const asking = await visitor.open('/sign-in/email-code?return_to=%2Faccount%2Fdevices')
  const asked = await visitor.submit(asking, { email })
  expect([asked.status, asked.location]).toEqual([
    303,
    '/sign-in/email-code/code?return_to=%2Faccount%2Fdevices',
  ])
  const entering = await visitor.open(must(asked.location))
  expect(entering.text.match(/autocomplete="one-time-code"/g)).toHaveLength(1)
  expect(entering.text).toContain(email)
  const code = firstOf(must(await newest(server)).codes)
  const wrong = await visitor.submit(entering, { code: '000000' === code ? '111111' : '000000' })
  expect(wrong.status).toBe(400)
  expect(wrong.text).toContain('The code is wrong, used or too old.')
  const done = await visitor.submit(wrong, {
    code: ` ${code.slice(0, 3)} ${code.slice(3)} `,
    remember: 'true',
  })
  expect([done.status, done.location]).toEqual([303, '/account/devices'])
  expect(isSignedIn(visitor)).toBe(true)
})

test('the pages look the same for an address without an account', async () => {
  await using server = await openWithAda()
  const see = async (address: string) => {
    const visitor = new Visitor(server)
    const asked = await visitor.submit(await visitor.open('/sign-in/email-code'), { email: address })
    const page = await visitor.open(must(asked.location))
    const refused = await visitor.submit(page, { code: '000000' })
    const texts = [asked.status, page.text, refused.status, refused.text].join('\n')
    return texts.replaceAll(address, 'ADDRESS')
  }
  expect(await see('nobody@example.com')).toBe(await see(email))
})

test('who did not ask is led to where a code is asked for', async () => {
  await using server = await openWithAda()
  const visitor = new Visitor(server)
  for (const way of ['email-code/code', 'sms-code/code', 'magic-link/sent']) {
    const path = `/sign-in/${way}`
    expect((await visitor.open(path)).location).toBe(path.slice(0, path.lastIndexOf('/')))
    expect((await visitor.post(path, { code: '123456' })).location).toBe(path.slice(0, path.lastIndexOf('/')))
  }
})

test('opening a link consumes nothing; the button signs in where it was asked for', async () => {
  await using server = await openWithAda()
  const visitor = new Visitor(server)
  await visitor.submit(await visitor.open('/sign-in/magic-link'), { email })
  const link = await linkOf(server)
  for (const method of ['GET', 'HEAD', 'GET'])
    await server.send(method, link, { headers: { 'sec-purpose': 'prefetch' } })
  const opened = await visitor.open(link)
  expect(opened.status).toBe(200)
  expect(opened.headers.get('referrer-policy')).toBe('no-referrer')
  expect(isSignedIn(visitor)).toBe(false)
  const done = await visitor.submit(opened, { remember: 'true' })
  expect([done.status, done.location]).toEqual([303, '/account'])
  expect(isSignedIn(visitor)).toBe(true)
  expect((await visitor.open(link)).status).toBe(400)
})

test('who must have a second factor sets one up after the link, in the same browser', async () => {
  await using server = await openWithAda({ ...all, secondFactor: 'required' })
  const visitor = new Visitor(server)
  await visitor.submit(await visitor.open('/sign-in/magic-link'), { email })
  const done = await visitor.submit(await visitor.open(await linkOf(server)), {})
  expect(done.location).toMatch(/^\/second-factor\/set-up\?token=/)
  expect(isSignedIn(visitor)).toBe(false)
  expect((await visitor.open(must(done.location))).status).toBe(200)
})

test('elsewhere the link shows a code for whoever asked, and signs nobody in', async () => {
  await using server = await openWithAda()
  const [desk, telephone] = [new Visitor(server), new Visitor(server)]
  const sent = await desk.submit(await desk.open('/sign-in/magic-link'), { email })
  const link = await linkOf(server)
  const elsewhere = await telephone.open(link)
  expect(elsewhere.text).not.toMatch(/>\d{6}</)
  const shown = await telephone.submit(elsewhere, {})
  expect(shown.status).toBe(200)
  expect(shown.headers.get('cache-control')).toBe('no-store')
  const code = must(/>(\d{6})</.exec(shown.text)?.[1])
  expect(isSignedIn(telephone)).toBe(false)
  // Pressing what the page of the asker would press changes nothing here.
  const token = must(new URL(link, server.origin).searchParams.get('token'))
  expect((await telephone.post('/sign-in/magic-link/open', { token })).status).toBe(400)
  expect(isSignedIn(telephone)).toBe(false)
  const waiting = await desk.open(must(sent.location))
  expect((await desk.submit(waiting, { code })).location).toBe('/account')
  expect(isSignedIn(desk)).toBe(true)
  expect((await telephone.submit(elsewhere, {})).location).toContain('/sign-in/magic-link/open')
})

test('where other devices are refused the page says where the link works', async () => {
  await using server = await openWithAda({ ...all, magicLinkOtherDevice: 'refuse' })
  const [desk, telephone] = [new Visitor(server), new Visitor(server)]
  const sent = await desk.submit(await desk.open('/sign-in/magic-link'), { email })
  expect((await desk.open(must(sent.location))).text).not.toContain('one-time-code')
  const link = await linkOf(server)
  const elsewhere = await telephone.open(link)
  expect(elsewhere.text).toContain('only in the browser that asked for it')
  expect(elsewhere.action).toBe('')
  const token = must(new URL(link, server.origin).searchParams.get('token'))
  expect((await telephone.post('/sign-in/magic-link/open', { token, reveal: 'true' })).status).toBe(400)
  expect((await desk.submit(await desk.open(link), {})).location).toBe('/account')
})

test('a code by SMS, to a number as people write it', async () => {
  await using server = await openWithAda()
  const login = await server.send('POST', '/api/auth/login', { json: { email, password } })
  const { accessToken } = await textsOf(login, 'accessToken')
  const sent = await server.send('POST', '/api/auth/phone/send', { json: { number }, accessToken })
  const { ticket } = await textsOf(sent, 'ticket')
  const json = { ticket, code: must(await newest(server, number)).codes[0] }
  expect((await server.send('POST', '/api/auth/phone/verify', { json, accessToken })).status).toBe(200)

  const visitor = new Visitor(server)
  const asking = await visitor.open('/sign-in/sms-code')
  expect(asking.text).toContain('autocomplete="tel"')
  const unreadable = await visitor.submit(asking, { phone: '0151 23456789' })
  expect(unreadable.text).toContain('with its country code')
  const asked = await visitor.submit(asking, { phone: '0049 (0)151 / 234-56789' })
  const entering = await visitor.open(must(asked.location))
  expect(entering.text).toContain(number)
  const code = firstOf(must(await newest(server, number)).codes)
  expect((await visitor.submit(entering, { code })).location).toBe('/account')
  expect(isSignedIn(visitor)).toBe(true)
})

test('forms from other sites are refused, and hostile values are text', async () => {
  await using server = await openWithAda()
  const visitor = new Visitor(server)
  const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
  for (const path of ['/sign-in/email-code', '/sign-in/magic-link', '/sign-in/magic-link/open'])
    expect((await visitor.post(path, { email, token: 'x' }, crossSite)).status).toBe(403)
  const hostile = await visitor.submit(await visitor.open('/sign-in/email-code'), {
    email: '"><script>alert(1)</script>',
  })
  expect(hostile.text).not.toContain('<script>alert')
  expect(
    (await visitor.open('/sign-in/magic-link/open?token=%22%3E%3Cscript%3Ealert(1)')).text,
  ).not.toContain('<script>alert')
})

test('where mails do not get through the pages say so, to everybody alike, with what else there is', async () => {
  const mailTransport = {
    send: () => Promise.reject(new MailError('away', { permanent: false })),
    close() {},
  }
  await using server = await openTestServer(all, { mailTransport })
  await server.latchkey.createUser({ email, password, emailVerified: true })
  const visitor = new Visitor(server)
  const asked = await visitor.submit(await visitor.open('/sign-in/email-code'), { email })
  await server.latchkey.services.outbox.drain()
  for (const each of [visitor, new Visitor(server)]) {
    for (const path of ['/sign-in/email-code', '/sign-in/magic-link'])
      expect((await each.open(path)).text).toContain('Mails do not get through right now.')
  }
  const waiting = await visitor.open(must(asked.location))
  expect(waiting.text).toContain('Mails do not get through right now.')
  expect(waiting.text).toContain('href="/sign-in"')
})

test('where nobody has a password the pages ask for none, and the first administrator comes in', async () => {
  await using server = await openTestServer({ signInMethods: ['email-code', 'magic-link'] })
  const visitor = new Visitor(server)
  for (const path of ['/sign-in', '/sign-up']) {
    const page = await visitor.open(path)
    expect(page.status).toBe(200)
    expect(page.text).not.toContain('type="password"')
    expect(page.text).toContain('href="/sign-in/email-code"')
  }
  for (const path of ['/forgot-password', '/reset-password', '/.well-known/change-password'])
    expect((await visitor.open(path)).status).toBe(404)
  for (const path of ['register', 'login', 'forgot-password', 'reset-password', 'change-password'])
    expect((await server.send('POST', `/api/auth/${path}`, { json: {} })).status).toBe(404)
  const setUp = await visitor.open(must(await server.latchkey.setUpLink()).slice(server.origin.length))
  expect(setUp.text).not.toContain('type="password"')
  expect((await visitor.submit(setUp, { email: 'root@example.com', name: '' })).status).toBe(303)
  expect(isSignedIn(visitor)).toBe(true)
  const later = new Visitor(server)
  const asked = await later.submit(await later.open('/sign-in/email-code'), { email: 'root@example.com' })
  const code = firstOf(must(await newest(server, 'root@example.com')).codes)
  expect((await later.submit(await later.open(must(asked.location)), { code })).location).toBe('/account')
  // A password that stands there from before opens nothing.
  await server.latchkey.createUser({ email, password, emailVerified: true })
  expect((await server.send('POST', '/api/auth/login', { json: { email, password } })).status).toBe(404)
})

test('the second step calls its factors as people do', async () => {
  await using server = await openWithAda()
  const login = await server.send('POST', '/api/auth/login', { json: { email, password } })
  const { accessToken } = await textsOf(login, 'accessToken')
  const json = { secondFactor: true }
  expect((await server.send('PATCH', '/api/auth/email-code', { json, accessToken })).status).toBe(200)
  const visitor = new Visitor(server, { 'accept-language': 'de' })
  const first = await visitor.submit(await visitor.open('/sign-in'), { email, password })
  const asking = await visitor.open(must(first.location))
  expect(asking.text).toContain('<strong>ein Code per E-Mail</strong>')
  const asked = await visitor.submit(asking, {})
  const code = firstOf(must(await newest(server)).codes)
  expect((await visitor.submit(await visitor.open(must(asked.location)), { code })).location).toBe('/account')
})
