import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { openTestServer, type TestServer } from '#test/support/test-server.ts'
import { type Seen, Visitor } from '#test/support/visitor.ts'

const password = 'seven quiet otters swim'
const email = 'ada@example.com'

const headingOf = ({ text }: Seen): string => /<h1>([^<]*)<\/h1>/.exec(text)?.[1] ?? ''

async function register(server: TestServer, address = email): Promise<void> {
  const answer = await server.send('POST', '/api/auth/register', { json: { email: address, password } })
  expect(answer.status).toBeLessThan(300)
}

const isSignedIn = ({ cookies }: Visitor): boolean =>
  cookies.has('latchkey-refresh-0') || cookies.has('latchkey-refresh-1')

async function signIn(visitor: Visitor, path = '/sign-in', secret = password): Promise<Seen> {
  return await visitor.submit(await visitor.open(path), { email, password: secret, remember: 'true' })
}

test('one signs in by a form, and arrives where one wanted to go', async () => {
  await using server = await openTestServer()
  await register(server)
  const visitor = new Visitor(server)
  const answer = await signIn(visitor, '/sign-in?return_to=%2Faccount%2Fdevices%3Ftab%3D1')
  expect([answer.status, answer.location]).toEqual([303, '/account/devices?tab=1'])
  expect(isSignedIn(visitor)).toBe(true)
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

test('without a wish a sign-in leads to the configured place', async () => {
  await using plain = await openTestServer()
  await register(plain)
  expect((await signIn(new Visitor(plain))).location).toBe('/account')
  const afterSignIn = 'https://app.example.com/signed-in'
  await using elsewhere = await openTestServer({ afterSignIn })
  await register(elsewhere)
  const answer = await signIn(new Visitor(elsewhere))
  expect(answer.location).toBe(afterSignIn)
})

test('a box that is not ticked gives a session that ends with the browser', async () => {
  await using server = await openTestServer()
  await register(server)
  for (const [values, lasts] of [
    [{}, false],
    [{ remember: 'true' }, true],
  ] as const) {
    const visitor = new Visitor(server)
    const answer = await visitor.submit(await visitor.open('/sign-in'), { email, password, ...values })
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('latchkey-refresh-0='))
    expect(/max-age/i.test(cookie ?? '')).toBe(lasts)
  }
})

test('a wrong password, an unknown address and a disabled account are one page (ASVS V6.3.8)', async () => {
  await using server = await openTestServer()
  await register(server)
  const visitor = new Visitor(server)
  const form = await visitor.open('/sign-in')
  const known = await visitor.submit(form, { email, password: 'not this one' })
  const unknown = await visitor.submit(form, { email: 'eve@example.com', password: 'not this one' })
  expect([known.status, headingOf(known)]).toEqual([401, 'Sign in'])
  expect(known.text).toContain('The e-mail address or the password is wrong.')
  expect(known.text.replaceAll(email, 'eve@example.com')).toBe(unknown.text)
  expect([...known.headers].filter(([name]) => name !== 'x-request-id')).toEqual(
    [...unknown.headers].filter(([name]) => name !== 'x-request-id'),
  )
  expect(known.text).not.toContain('not this one')
  expect(visitor.cookies.size).toBe(0)
})

test('who is signed in is told so, with a way on and a way out; nothing changes by looking', async () => {
  await using server = await openTestServer()
  await register(server)
  const visitor = new Visitor(server)
  await signIn(visitor)
  for (const path of ['/sign-in?return_to=/notes', '/sign-up?return_to=/notes']) {
    const page = await visitor.open(path)
    expect([page.status, headingOf(page)]).toEqual([200, 'You are signed in'])
    expect(page.text).toContain('href="/notes"')
    expect(page.text).toContain('href="/sign-out?return_to=%2Fnotes"')
    expect(page.headers.getSetCookie()).toEqual([])
  }
  await server.send('POST', '/api/auth/logout', {
    json: { scope: 'all' },
    headers: { cookie: [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
  })
  expect(headingOf(await visitor.open('/sign-in'))).toBe('Sign in')
})

test('opening the sign-out page signs nobody out; its button ends this session and no other', async () => {
  await using server = await openTestServer()
  await register(server)
  const [here, there] = [new Visitor(server), new Visitor(server)]
  await signIn(here)
  await signIn(there)
  const page = await here.open('/sign-out')
  expect(page.text).toContain(email)
  expect(isSignedIn(here)).toBe(true)
  const answer = await here.submit(page, {})
  expect([answer.status, answer.location]).toEqual([303, '/sign-out/done'])
  expect(isSignedIn(here)).toBe(false)
  expect(headingOf(await here.open('/sign-in'))).toBe('Sign in')
  expect(headingOf(await there.open('/sign-in'))).toBe('You are signed in')
  expect((await here.open('/sign-out')).location).toBe('/sign-out/done')
})

test('one signs up by a form and is signed in', async () => {
  await using server = await openTestServer()
  const visitor = new Visitor(server)
  const form = await visitor.open('/sign-up?return_to=/welcome')
  expect(form.text).toContain('autocomplete="new-password"')
  const answer = await visitor.submit(form, { email, name: '', password })
  expect([answer.status, answer.location]).toEqual([303, '/welcome'])
  expect(isSignedIn(visitor)).toBe(true)
  const taken = await new Visitor(server).submit(form, { email, name: 'Ada', password })
  expect(taken.status).toBe(409)
  expect(taken.text).toContain('id="email-fault"')
  expect(taken.text).toContain('value="Ada"')
})

test('where registration is closed there is no form, no link to one, and none is taken', async () => {
  await using server = await openTestServer({ registration: 'closed' })
  const visitor = new Visitor(server)
  const page = await visitor.open('/sign-up')
  expect([page.status, headingOf(page)]).toEqual([403, 'Registration is closed'])
  expect(page.text).not.toContain('type="password"')
  expect((await visitor.open('/sign-in')).text).not.toContain('/sign-up')
  expect((await visitor.post('/sign-up', { email, password })).status).toBe(403)
})

test('where addresses must be proven, one goes on with the code, and signs in to where one wanted to go', async () => {
  await using server = await openTestServer({ emailVerification: 'required' })
  const visitor = new Visitor(server)
  const signedUp = await visitor.submit(await visitor.open('/sign-up?return_to=/notes'), { email, password })
  expect([signedUp.status, signedUp.location]).toEqual([303, '/verify-email?return_to=%2Fnotes'])
  const form = await visitor.open(must(signedUp.location))
  expect(form.text).toMatch(/autocomplete="one-time-code"[\s\S]*inputmode="numeric"/)
  const [code] = (await server.mailTo(email)).codes as [string]
  const wrong = await visitor.submit(form, { code: code === '000000' ? '111111' : '000000' })
  expect([wrong.status, headingOf(wrong)]).toEqual([400, 'Check your mail'])
  expect(wrong.text).toContain('id="code-fault"')
  // Pasted, with a space in the middle.
  const done = await visitor.submit(wrong, { code: ` ${code.slice(0, 3)} ${code.slice(3)} ` })
  expect([done.status, done.location]).toEqual([303, '/verify-email/done?return_to=%2Fnotes'])
  expect(visitor.cookies.size).toBe(0)
  expect((await visitor.open(must(done.location))).text).toContain('href="/sign-in?return_to=%2Fnotes"')
  expect((await signIn(visitor, '/sign-in?return_to=/notes')).location).toBe('/notes')
})

test('the form for a code is for the browser that registered; others have nothing to enter', async () => {
  await using server = await openTestServer({ emailVerification: 'required' })
  await register(server)
  const stranger = new Visitor(server)
  expect((await stranger.open('/verify-email')).status).toBe(400)
  const [code] = (await server.mailTo(email)).codes as [string]
  const answer = await stranger.post('/verify-email', { code })
  expect(answer.status).toBe(401)
  expect(answer.text).toContain('Start again')
})

test('signing up and asking for a reset look alike for known and unknown addresses (ASVS V6.3.8)', async () => {
  await using server = await openTestServer({ emailVerification: 'required' })
  await register(server)
  const [token] = (await server.mailTo(email)).links.map((link) => new URL(link).searchParams.get('token'))
  const owner = new Visitor(server)
  const chosen = await owner.post('/verify-email', { token: must(token) })
  await owner.submit(await owner.open(must(chosen.location)), { newPassword: password })
  const faces = async (address: string) => {
    const visitor = new Visitor(server)
    const signedUp = await visitor.submit(await visitor.open('/sign-up'), { email: address, password })
    const code = await visitor.open(must(signedUp.location))
    const wrong = await visitor.submit(code, { code: '000000' })
    const forgot = await visitor.submit(await visitor.open('/forgot-password'), { email: address })
    const cookies = signedUp.headers.getSetCookie().map((line) => line.replace(/=[\w-]{22};/, '=TICKET;'))
    return [signedUp, code, wrong, forgot].map(({ status, location, text }) => [
      status,
      location,
      text,
      cookies,
    ])
  }
  expect(await faces(email)).toEqual(await faces('eve@example.com'))
})

test('whoever chooses the first password is not told that devices were signed out', async () => {
  await using server = await openTestServer({ emailVerification: 'required' })
  await register(server)
  const owner = new Visitor(server)
  const [link] = (await server.mailTo(email)).links as [string]
  const confirmed = await owner.submit(await owner.open(link.slice(server.origin.length)), {})
  const page = await owner.open(must(confirmed.location))
  expect(headingOf(page)).toBe('Choose a password')
  expect(page.text).not.toContain('signed out')
  // Under which name a password manager keeps it.
  expect(page.text).toMatch(
    /<input type="email" autocomplete="username" value="ada@example.com" readonly hidden/,
  )
})

const hostile = [
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '/%09/evil.example',
  '/\t/evil.example',
  '/%2f/evil.example',
  'javascript:alert(1)',
  'https://app.example.com.evil.example/signed-in',
  'https://app.example.com/signed-in/../elsewhere',
  'http://localhost:4000@evil.example/',
  '/api/auth/logout',
  '/sign-out',
  '/a\r\nset-cookie: latchkey-device=x',
]

test.each(hostile)('a sign-in never leads to %j', async (target) => {
  await using server = await openTestServer({ returnUrls: ['https://app.example.com/signed-in'] })
  await register(server)
  const visitor = new Visitor(server)
  const form = await visitor.open(`/sign-in?return_to=${encodeURIComponent(target)}`)
  expect(form.text).not.toContain('evil')
  expect(form.text).not.toContain('name="return_to"')
  for (const links of form.text.matchAll(/href="([^"]+)"/g)) expect(links[1]).not.toContain('return_to')
  // Nor when it comes with the form itself, past what the page would have put there.
  const answer = await visitor.submit(form, { email, password, return_to: target })
  expect([answer.status, answer.location]).toEqual([303, '/account'])
  const signedIn = await visitor.open(`/sign-in?return_to=${encodeURIComponent(target)}`)
  expect(signedIn.text).toContain('class="button" href="/account"')
  const back = await visitor.post('/language', { language: 'de', back: target })
  expect(back.location).toMatch(/^\/(?![/\\])/)
  expect(back.location).not.toContain('evil')
})

test('a sign-in leads elsewhere only to a listed address, and its policy lets the form go there', async () => {
  const listed = 'https://app.example.com/signed-in'
  await using server = await openTestServer({ returnUrls: [listed] })
  await register(server)
  const visitor = new Visitor(server)
  const form = await visitor.open(`/sign-in?return_to=${encodeURIComponent(listed)}`)
  expect(form.headers.get('content-security-policy')).toContain("form-action 'self' https://app.example.com;")
  expect((await visitor.submit(form, { email, password })).location).toBe(listed)
})

test('return_to given twice is not followed', async () => {
  await using server = await openTestServer()
  const form = await new Visitor(server).open('/sign-in?return_to=/a&return_to=/b')
  expect(form.text).not.toContain('return_to')
})

test('what is carried goes along through every link and form between the pages', async () => {
  await using server = await openTestServer()
  await register(server)
  const visitor = new Visitor(server)
  const along = 'return_to=%2Fnotes&amp;ui_locales=de'
  const query = '?return_to=/notes&ui_locales=de'
  const signInForm = await visitor.open(`/sign-in${query}`)
  for (const path of ['/forgot-password', '/sign-up']) expect(signInForm.text).toContain(`${path}?${along}`)
  for (const path of ['/forgot-password', '/sign-up'])
    expect((await visitor.open(path + query)).text).toContain(`/sign-in?${along}`)
  const asked = await visitor.submit(await visitor.open(`/forgot-password${query}`), { email })
  expect(asked.location).toBe('/forgot-password/done?return_to=%2Fnotes&ui_locales=de')
  const wrong = await visitor.submit(signInForm, { email, password: 'not this one' })
  expect(wrong.text).toContain('<html lang="de"')
  expect((await visitor.submit(wrong, { email, password })).location).toBe('/notes')
})

const forms = ['/sign-in', '/sign-up', '/sign-out', '/verify-email', '/forgot-password', '/language']

test('a form from another site is refused, and signs nobody in or out (ASVS V3.5.1)', async () => {
  await using server = await openTestServer({ allowedOrigins: ['https://app.example.com'] })
  await register(server)
  const visitor = new Visitor(server)
  await signIn(visitor)
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site', origin: 'http://other.localhost:4000' },
    { 'sec-fetch-site': 'cross-site', origin: 'null' },
    // May call the API, but not send our forms.
    { 'sec-fetch-site': 'cross-site', origin: 'https://app.example.com' },
  ]
  for (const path of forms) {
    for (const headers of foreign) {
      const values = { email: 'eve@example.com', password, code: '123456', language: 'de', back: '/' }
      const answer = await visitor.post(path, values, headers)
      expect([answer.status, answer.headers.getSetCookie()], path).toEqual([403, []])
    }
  }
  expect(headingOf(await visitor.open('/sign-in'))).toBe('You are signed in')
})

test('looking at any page, even ahead of time, sets no cookie and changes nothing', async () => {
  await using server = await openTestServer()
  await register(server)
  const visitor = new Visitor(server, { 'sec-purpose': 'prefetch' })
  await signIn(visitor)
  const before = new Map(visitor.cookies)
  for (const path of [...forms, '/sign-in?ui_locales=de', '/error', '/sign-out/done', '/verify-email/done']) {
    const page = await visitor.open(path)
    expect(page.headers.getSetCookie(), path).toEqual([])
    expect(page.headers.get('cache-control'), path).toBe('no-store')
  }
  expect(visitor.cookies).toEqual(before)
  expect(headingOf(await visitor.open('/sign-in'))).toBe('You are signed in')
})

test('too many tries: the page says how long to wait, for people and for programs', async () => {
  await using server = await openTestServer()
  await register(server)
  const visitor = new Visitor(server)
  const form = await visitor.open('/sign-in?ui_locales=fr')
  let answer = form
  for (let tries = 0; tries < 11; tries++)
    answer = await visitor.submit(form, { email, password: 'not this one' })
  const seconds = Number(answer.headers.get('retry-after'))
  expect(answer.status).toBe(429)
  expect(seconds).toBeGreaterThan(0)
  expect(answer.text).toContain(`data-wait="${seconds}"`)
  expect(answer.text).toMatch(
    /Trop de tentatives. Attendez <span data-countdown="\d+">\d+\s(minute|seconde)s?<\/span>/,
  )
})

test('the language is that of ui_locales, else of the cookie, else of the browser', async () => {
  await using server = await openTestServer()
  const languageOf = ({ text }: Seen) => /<html lang="([^"]+)"/.exec(text)?.[1]
  const visitor = new Visitor(server, { 'accept-language': 'ja, en;q=0.5' })
  expect(languageOf(await visitor.open('/sign-in'))).toBe('ja')
  const chosen = await visitor.post('/language', {
    language: 'de',
    back: '/sign-in?return_to=%2Fnotes&ui_locales=fr',
  })
  expect([chosen.status, chosen.location]).toEqual([303, '/sign-in?return_to=%2Fnotes'])
  expect(languageOf(await visitor.open('/sign-in'))).toBe('de')
  expect(languageOf(await visitor.open('/sign-in?ui_locales=es'))).toBe('es')
  expect(headingOf(await visitor.open('/sign-in'))).toBe('Anmelden')
  expect((await visitor.post('/language', { language: 'xx', back: '/sign-in' })).status).toBe(400)
  expect((await visitor.post('/language', { language: '__proto__', back: '/sign-in' })).status).toBe(400)
})

test('the choice of a language keeps the link that the page came from, also after a fault', async () => {
  await using server = await openTestServer()
  await register(server)
  const visitor = new Visitor(server)
  const [link] = (await server.mailTo(email)).links as [string]
  const page = await visitor.open(link.slice(server.origin.length))
  const [, back = ''] = /name="back" value="([^"]+)"/.exec(page.text) ?? []
  expect(unescape(back)).toBe(link.slice(server.origin.length))
  const wrong = await visitor.post('/sign-in', { email, password: 'not this one', return_to: '/notes' })
  expect(wrong.text).toContain('name="back" value="/sign-in?return_to=%2Fnotes"')
})

test('faults are told in the language of the page', async () => {
  await using server = await openTestServer()
  const visitor = new Visitor(server, { 'accept-language': 'es' })
  const form = await visitor.open('/sign-up')
  const short = await visitor.submit(form, { email, password: 'short' })
  expect(short.text).toContain('Usa entre 8 y 1024 caracteres.')
  const wrong = await visitor.submit(form, { email: 'nope', password })
  expect(wrong.text).toContain('Escribe una dirección de correo como ada@example.com.')
  const common = await visitor.submit(form, { email, password: 'password1' })
  expect(common.text).toContain('Esta contraseña es demasiado común')
  const foreign = await visitor.post('/sign-in', {}, { 'sec-fetch-site': 'cross-site' })
  expect(headingOf(foreign)).toBe('El formulario se envió desde otro sitio y fue rechazado.')
})

test('the theme that was chosen is the theme of the page; anything else in the cookie is nothing', async () => {
  await using server = await openTestServer()
  const opening = async (theme: string) => {
    const { text } = await new Visitor(server, { cookie: `latchkey-theme=${theme}` }).open('/sign-in')
    return /<html[^>]*>/.exec(text)?.[0].replaceAll(/\s+/g, ' ')
  }
  expect(await opening('dark')).toContain('data-theme="dark"')
  expect(await opening('light')).toContain('data-theme="light"')
  expect(await opening('"><script>')).not.toContain('data-theme')
})

test('hostile text comes back as text, in every place that shows what was typed', async () => {
  const attack = `"><script>alert(1)</script>`
  await using server = await openTestServer({ appName: 'A & B' })
  const visitor = new Visitor(server)
  for (const [path, values] of [
    ['/sign-in', { email: attack, password }],
    ['/sign-up', { email: attack, name: attack, password }],
    ['/forgot-password', { email: attack }],
    ['/sign-in', { email, password, ui_locales: attack, return_to: attack }],
  ] as const) {
    const { text } = await visitor.post(path, values)
    expect(text, path).not.toContain('<script>alert')
  }
  const query = encodeURIComponent(attack)
  for (const path of [
    `/sign-in?ui_locales=${query}`,
    `/error?code=${query}&request_id=${query}`,
    `/sign-in?x=${query}`,
  ])
    expect((await visitor.open(path)).text, path).not.toContain('<script>alert')
})

test('the error page says only what is in the catalogue', async () => {
  await using server = await openTestServer()
  const visitor = new Visitor(server)
  const known = await visitor.open('/error?code=unavailable&request_id=req_AbCdEfGhIjKl')
  expect([known.status, headingOf(known)]).toEqual([503, 'The service is not available right now.'])
  expect(known.text).toContain('req_AbCdEfGhIjKl')
  const invented = await visitor.open('/error?code=Call%20us%20at%20555&request_id=req_Call_us_at_555')
  expect(headingOf(invented)).toBe('This did not work')
  expect(invented.text.replaceAll(/<footer>[\s\S]*/g, '')).not.toContain('555')
  expect(invented.text).toContain(must(invented.headers.get('x-request-id')))
})

test('password managers find the page where a password is changed', async () => {
  await using server = await openTestServer()
  const answer = await new Visitor(server).open('/.well-known/change-password')
  expect([answer.status, answer.location]).toEqual([303, '/account/password'])
})

test("the operator's logo and stylesheet are served from here, after ours, and can do nothing by themselves", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-pages-'))
  const [pagesLogo, pagesStylesheet] = [join(folder, 'ours.svg'), join(folder, 'ours.css')]
  writeFileSync(pagesLogo, '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  writeFileSync(pagesStylesheet, ':root { --accent: #123456 }')
  await using server = await openTestServer({ pagesLogo, pagesStylesheet, appName: 'Acme' })
  const visitor = new Visitor(server)
  const { text } = await visitor.open('/sign-in')
  const [, logo = ''] = /<img class="logo" src="([^"]+)" alt="Acme"/.exec(text) ?? []
  const sheets = [...text.matchAll(/rel="stylesheet" href="([^"]+)"/g)].map(([, href]) => must(href))
  expect(sheets).toHaveLength(2)
  const image = await visitor.open(logo)
  expect(image.headers.get('content-type')).toBe('image/svg+xml')
  expect(image.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(image.headers.get('cache-control')).toContain('immutable')
  expect((await visitor.open(must(sheets[1]))).text).toContain('--accent: #123456')
})

test('a logo that cannot be read stops the start, by the name of its setting', async () => {
  await expect(openTestServer({ pagesLogo: '/nowhere/logo.svg' })).rejects.toThrow(/PAGES_LOGO[\s\S]*ENOENT/)
  await expect(openTestServer({ pagesLogo: '/etc/passwd' })).rejects.toThrow(/pagesLogo/)
})
