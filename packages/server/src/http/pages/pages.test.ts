import { expect, test } from 'vitest'
import { textsOf } from '#test/support/texts-of.ts'
import { firstOf, must } from '#test/support/must.ts'
import { openTestServer, type SendOptions, type TestServer } from '#test/support/test-server.ts'

const password = 'seven quiet otters swim'
const email = 'ada@example.com'

test('the set-up link makes the first administrator, once', async () => {
  await using server = await openTestServer()
  const link = await setUpLink(server)
  const form = await (await server.send('GET', link)).text()
  expect(form).toContain('autocomplete="new-password"')
  const { token } = hiddenFields(form)
  const done = await submit(server, '/setup', { token, email, name: '', password })
  expect([done.status, done.headers.get('location')]).toEqual([303, '/setup/done'])
  expect(done.headers.getSetCookie().join()).toContain('latchkey-refresh-0')
  expect(await (await server.send('GET', '/setup/done')).text()).toContain('The administrator exists')
  const again = await submit(server, '/setup', { token, email: 'eve@example.com', password })
  expect(again.status).toBe(409)
  expect(await again.text()).toContain('already exists')
  const { roles } = await login(server, email, password)
  expect(roles).toEqual(['admin'])
})

test('a form with faults comes back with what was typed, each fault at its field, and no password', async () => {
  await using server = await openTestServer()
  const { token } = hiddenFields(await (await server.send('GET', await setUpLink(server))).text())
  const short = await submit(server, '/setup', { token, email: 'no address', name: 'Ada', password: 'short' })
  const body = await short.text()
  expect(short.status).toBe(400)
  expect(body).toContain('role="alert"')
  expect(body).toContain('aria-invalid="true"')
  expect(body).toContain('value="no address"')
  expect(body).not.toContain('value="short"')
  const common = await submit(server, '/setup', { token, email, password: 'password1' })
  expect(await common.text()).toContain('id="password-fault"')
})

test('a reset link sets a password, once; opening it any number of times does nothing', async () => {
  await using server = await openTestServer()
  await register(server)
  const path = await linkTo(server, '/reset-password', () =>
    server.send('POST', '/api/auth/forgot-password', { json: { email } }),
  )
  for (const method of ['GET', 'HEAD', 'GET']) expect((await server.send(method, path)).status).toBe(200)
  const form = await (await server.send('GET', path)).text()
  expect(form).toContain(email)
  const { token } = hiddenFields(form)
  const newPassword = 'nine loud geese march'
  const short = await submit(server, '/reset-password', { token, newPassword: 'short' })
  expect(await short.text()).toContain('id="newPassword-fault"')
  const done = await submit(server, '/reset-password', { token, newPassword })
  expect(done.headers.get('location')).toBe('/reset-password/done')
  expect((await login(server, email, newPassword)).email).toBe(email)
  expect((await submit(server, '/reset-password', { token, newPassword })).status).toBe(400)
  expect((await server.send('GET', path)).status).toBe(400)
})

test('a mailed link confirms the address in the browser of the account; elsewhere a password is chosen', async () => {
  await using server = await openTestServer()
  const registered = await server.send('POST', '/api/auth/register', { json: { email, password } })
  const path = await linkTo(server, '/verify-email', async () => {})
  const { token } = hiddenFields(await (await server.send('GET', path)).text())
  const headers = { cookie: cookiesOf(registered) }
  const done = await server.send('POST', '/verify-email', { form: { token }, headers })
  expect([done.status, done.headers.get('location')]).toEqual([303, '/verify-email/done'])
  expect((await login(server, email, password)).emailVerified).toBe(true)

  const other = 'bea@example.com'
  const second = await linkTo(server, '/verify-email', () => register(server, other), other)
  const form = hiddenFields(await (await server.send('GET', second)).text())
  const elsewhere = await submit(server, '/verify-email', { token: form.token })
  expect(elsewhere.headers.get('location')).toMatch(/^\/reset-password\?token=/)
})

test('where addresses must be proven first, the link makes the account, and its reader chooses the password', async () => {
  await using server = await openTestServer({ emailVerification: 'required' })
  const path = await linkTo(server, '/verify-email', () => register(server))
  const { token } = hiddenFields(await (await server.send('GET', path)).text())
  const confirmed = await submit(server, '/verify-email', { token })
  expect(confirmed.status).toBe(303)
  const choose = must(confirmed.headers.get('location'))
  expect(choose).toMatch(/^\/reset-password\?token=/)
  const chosen = {
    ...hiddenFields(await (await server.send('GET', choose)).text()),
    newPassword: 'nine loud geese march',
  }
  expect((await submit(server, '/reset-password', chosen)).status).toBe(303)
  expect((await login(server, email, chosen.newPassword)).emailVerified).toBe(true)
})

test('in the browser that registered, the link brings the password of the registration into force', async () => {
  await using server = await openTestServer({ emailVerification: 'required' })
  const answer = await server.send('POST', '/api/auth/register', { json: { email, password } })
  const [cookie = ''] = answer.headers.getSetCookie()
  const path = await linkTo(server, '/verify-email', async () => {})
  const { token } = hiddenFields(await (await server.send('GET', path)).text())
  const headers = { cookie: firstOf(cookie.split(';')) }
  const confirmed = await server.send('POST', '/verify-email', { form: { token }, headers })
  expect([confirmed.status, confirmed.headers.get('location')]).toEqual([303, '/verify-email/done'])
  expect((await login(server, email, password)).emailVerified).toBe(true)
})

test('a changed address is confirmed at the new one and taken back at the old one', async () => {
  await using server = await openTestServer()
  const registered = await server.send('POST', '/api/auth/register', { json: { email, password } })
  const { accessToken } = await textsOf(registered, 'accessToken')
  const next = 'countess@example.com'
  const ask = () => server.send('POST', '/api/auth/change-email', { json: { email: next }, accessToken })
  const confirm = await linkTo(server, '/change-email/confirm', ask, next)
  const confirmForm = await (await server.send('GET', confirm)).text()
  expect(confirmForm).toContain(next)
  const { token } = hiddenFields(confirmForm)
  // The reader of the new mailbox may be another person than the requester: they sign in first, and come back.
  const stranger = await server.send('POST', '/change-email/confirm', { form: { token } })
  expect([stranger.status, stranger.headers.get('location')]).toEqual([
    303,
    `/sign-in?return_to=${encodeURIComponent(`/change-email/confirm?token=${token}`)}`,
  ])
  const headers = { cookie: cookiesOf(registered) }
  const undo = await linkTo(server, '/change-email/undo', async () => {
    const done = await server.send('POST', '/change-email/confirm', { form: { token }, headers })
    expect(done.status).toBe(303)
  })
  expect((await login(server, next, password)).email).toBe(next)
  const undoForm = await (await server.send('GET', undo)).text()
  expect(undoForm).toContain(email)
  expect((await submit(server, '/change-email/undo', { token: hiddenFields(undoForm).token })).status).toBe(
    303,
  )
  // The password went with the takeover; the mail sets a new one.
  const reset = await linkTo(server, '/reset-password', async () => {})
  const again = {
    ...hiddenFields(await (await server.send('GET', reset)).text()),
    newPassword: 'nine loud geese march',
  }
  expect((await submit(server, '/reset-password', again)).status).toBe(303)
  expect((await login(server, email, 'nine loud geese march')).email).toBe(email)
})

const forms = ['/setup', '/verify-email', '/reset-password', '/change-email/confirm', '/change-email/undo']

test('a wrong, empty, doubled or missing token is a dead link, and an old one as well', async () => {
  let now = Date.now()
  await using server = await openTestServer({}, { ports: { now: () => now } })
  for (const path of forms) {
    for (const query of ['', '?token=', '?token=wrong', '?token=a&token=b', '?token=%00%ff']) {
      const answer = await server.send('GET', path + query)
      expect([answer.status, await answer.text()], path + query).toEqual([
        400,
        expect.stringContaining('does not work any more'),
      ])
    }
  }
  const link = await setUpLink(server)
  now += 25 * 3_600_000
  expect((await server.send('GET', link)).status).toBe(400)
})

const signInPages = ['/sign-in', '/sign-up', '/forgot-password', '/sign-out/done', '/error']

test('a form from another site is refused before anything is read (ASVS V3.5.1)', async () => {
  await using server = await openTestServer()
  const { token } = hiddenFields(await (await server.send('GET', await setUpLink(server))).text())
  const crossSite: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site', origin: 'http://other.localhost:4000' },
    { 'sec-fetch-site': 'cross-site', origin: 'null' },
  ]
  for (const headers of crossSite) {
    for (const path of forms) {
      const answer = await server.send('POST', path, { form: { token: token, email, password }, headers })
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null])
    }
  }
  expect((await submit(server, '/setup', { token: token, email, password })).status).toBe(303)
})

test('a form with strange content is refused', async () => {
  await using server = await openTestServer()
  const { token } = hiddenFields(await (await server.send('GET', await setUpLink(server))).text())
  const send = async (form: string, headers = {}) =>
    (await server.send('POST', '/setup', { form, headers })).status
  const good = `token=${token}&email=${email}&password=${encodeURIComponent(password)}`
  expect(await send(`${good}&role=admin`)).toBe(400)
  expect(await send(`${good}&email=b%40example.com`)).toBe(400)
  expect(await send(`${good}&name=%00`)).toBe(400)
  expect(await send(`${good}&name=%ff`)).toBe(400)
  expect(await send(`${good}&__proto__=x`)).toBe(400)
  expect(await send('')).toBe(400)
  expect(await send(good, { 'content-type': 'text/plain' })).toBe(415)
  expect(await send(good, { 'content-type': 'application/json' })).toBe(415)
  expect(await send(`${good}&name=${'a'.repeat(70_000)}`)).toBe(413)
  expect(await send(good)).toBe(303)
})

test('hostile text is shown as text', async () => {
  const hostile = `"><script>alert(1)</script>`
  await using server = await openTestServer({ appName: `L'atchkey & Co` })
  const { token } = hiddenFields(await (await server.send('GET', await setUpLink(server))).text())
  const answer = await submit(server, '/setup', { token: token, email: hostile, name: hostile, password })
  const page = await answer.text()
  expect(page).toContain('&quot;&gt;&lt;script&gt;')
  expect(page).not.toContain('<script>alert')
  expect(page).toContain('L&#39;atchkey &amp; Co')
})

test('every page allows only its own files, sends no referrer and is not kept', async () => {
  await using server = await openTestServer()
  for (const path of [
    '/',
    '/docs',
    '/dev/mail',
    await setUpLink(server),
    '/verify-email?token=wrong',
    '/setup/done',
    ...signInPages,
  ]) {
    const { headers } = await server.send('GET', path)
    expect(headers.get('content-security-policy'), path).toContain("script-src 'self'")
    expect(headers.get('content-security-policy'), path).toContain("require-trusted-types-for 'script'")
    expect(headers.get('permissions-policy'), path).toMatch(
      /^publickey-credentials-create=\(self\), .*camera=\(\).*geolocation=\(\).*microphone=\(\)/,
    )
    expect(headers.get('referrer-policy'), path).toBe('no-referrer')
    expect(headers.get('x-request-id'), path).toMatch(/^req_/)
    if (path !== '/docs') expect(headers.get('cache-control'), path).toBe('no-store')
  }
})

test('no page holds a script or a style of its own', async () => {
  await using server = await openTestServer()
  for (const path of ['/', '/docs', '/dev/mail', await setUpLink(server), ...signInPages]) {
    const page = await (await server.send('GET', path)).text()
    expect(page, path).not.toMatch(/<script(?![^>]*\ssrc=)/)
    expect(page, path).not.toMatch(/<style|\sstyle=|\son\w+=/)
    expect(page, path).not.toMatch(/(?:src|href)="(?:https?:)?\/\/(?!localhost)/)
  }
})

test('files of the pages are kept for good, under an address made of their content', async () => {
  await using server = await openTestServer()
  const page = await (await server.send('GET', '/')).text()
  const addresses = [...page.matchAll(/(?:src|href)="(\/latchkey\/assets\/[^"]+)"/g)].map(([, address]) =>
    must(address),
  )
  expect(addresses).toHaveLength(2)
  for (const address of addresses) {
    const file = await server.send('GET', address)
    expect([file.status, file.headers.get('cache-control')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ])
    expect(file.headers.get('content-type')).toMatch(/^text\/(css|javascript)/)
  }
  expect((await server.send('GET', '/latchkey/assets/..%2f..%2fpages.ts')).status).toBe(404)
})

test('a fault in a page is answered by a page that names the request, and by nothing of the fault', async () => {
  const server = await openTestServer()
  const link = await setUpLink(server)
  await server.latchkey.close()
  const answer = await server.send('GET', link)
  const page = await answer.text()
  expect([500, 503]).toContain(answer.status)
  expect(page).toContain(answer.headers.get('x-request-id'))
  expect(page).not.toMatch(/sqlite|database is/i)
})

test('the root belongs to the app that Latchkey is mounted in', async () => {
  await using server = await openTestServer()
  expect(server.latchkey.owns('/')).toBe(false)
  expect(server.latchkey.owns('/docs')).toBe(true)
  expect(server.latchkey.owns('/reset-password')).toBe(true)
  expect(await (await server.send('GET', '/')).text()).toContain('/docs')
})

test('the inbox lists mails, newest first, for people and for programs', async () => {
  await using server = await openTestServer()
  await register(server)
  await server.mailTo(email)
  await register(server, 'bea@example.com')
  const { id } = await server.mailTo('bea@example.com')
  expect((await server.send('GET', '/dev/mail?to=%00')).status).toBe(400)
  const list = await (await server.send('GET', '/dev/mail')).text()
  expect(list.indexOf('bea@example.com')).toBeLessThan(list.indexOf(email))
  const headers = { accept: 'application/json' }
  const all = (await (await server.send('GET', '/dev/mail', { headers })).json()) as { to: string }[]
  expect(all.map(({ to }) => to)).toEqual(['bea@example.com', email])
  const one = (await (
    await server.send('GET', '/dev/mail?to=ADA@example.com', { headers })
  ).json()) as object[]
  expect(one).toHaveLength(1)
  expect(Object.keys(firstOf(one)).toSorted()).toEqual([
    'at',
    'codes',
    'html',
    'id',
    'links',
    'subject',
    'text',
    'to',
  ])
  const mail = await (await server.send('GET', `/dev/mail/${id}`)).text()
  expect(mail).toContain('<iframe class="mail" sandbox ')
  const document = await server.send('GET', `/dev/mail/${id}/html`)
  expect(document.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/)
  expect((await server.send('GET', '/dev/mail/none')).status).toBe(404)
})

test('who forgot the password asks for a link by a form, and strangers learn nothing from it', async () => {
  await using server = await openTestServer()
  await register(server)
  expect(await (await server.send('GET', '/forgot-password')).text()).not.toContain('name="token"')
  const link = await linkTo(server, '/reset-password', async () => {
    const known = await submit(server, '/forgot-password', { email })
    const unknown = await submit(server, '/forgot-password', { email: 'nobody@example.com' })
    for (const answer of [known, unknown]) {
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/forgot-password/done'])
    }
  })
  expect((await server.send('GET', link)).status).toBe(200)
  const refused = await submit(server, '/forgot-password', { email: 'no address' })
  expect(refused.status).toBe(400)
  expect(await refused.text()).toContain('id="email-fault"')
})

test('the inbox is not shown under a name that is not ours', async () => {
  await using server = await openTestServer()
  const statusFor = async (host: string) =>
    (await server.send('GET', '/dev/mail', { headers: { host } })).status
  for (const host of ['evil.example', 'evil.example:4000', 'localhost.evil.example', '', '169.254.169.254']) {
    expect(await statusFor(host), host).toBe(403)
  }
  for (const host of ['localhost:4000', '127.0.0.1:4000', '[::1]:4000', 'app.localhost']) {
    expect(await statusFor(host), host).toBe(200)
  }
})

test('there is no inbox where mails leave', async () => {
  await using server = await openTestServer({ nodeEnv: 'production', publicUrl: 'https://auth.example.com' })
  expect((await server.send('GET', '/dev/mail')).status).toBe(404)
  expect(await (await server.send('GET', '/')).text()).not.toContain('/dev/mail')
})

async function setUpLink({ latchkey, origin }: TestServer): Promise<string> {
  const link = await latchkey.setUpLink()
  return must(link).slice(origin.length)
}

const hiddenFields = (page: string): { token: string } => ({
  token: /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '',
})

const submit = (server: TestServer, path: string, form: SendOptions['form']): Promise<Response> =>
  server.send('POST', path, { form: form as Record<string, string> })

const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')

const register = (server: TestServer, address = email): Promise<Response> =>
  server.send('POST', '/api/auth/register', { json: { email: address, password } })

async function login(server: TestServer, address: string, password: string) {
  const answer = await server.send('POST', '/api/auth/login', { json: { email: address, password } })
  const { user } = (await answer.json()) as {
    user: { email: string; emailVerified: boolean; roles: string[] }
  }
  return user
}

/** The address below our origin of the link in the mail that `act` causes. */
async function linkTo(
  server: TestServer,
  path: string,
  act: () => Promise<unknown>,
  to = email,
): Promise<string> {
  await act()
  const wanted = server.origin + path
  for (let tries = 0; tries < 200; tries++) {
    const mails = await must(server.latchkey.services.inbox).list(to)
    const link = mails.flatMap(({ links }) => links).find((each) => each.startsWith(`${wanted}?`))
    if (link) return link.slice(server.origin.length)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`no mail with a link to ${path}`)
}
