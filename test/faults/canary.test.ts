import { type CodeRequested, type CreatedApiKey, hours, type SignedIn } from '@latchkey/contract'
import { expect, test } from 'vitest'
import { createLog } from '../../packages/server/src/core/log/log.ts'
import { firstOf, must } from '#test/support/must.ts'
import { authenticatorOf, type Seed } from '#test/support/authenticator-app.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import { introspectWith, withKey } from '#test/support/machines.ts'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'

test('no password, token, link or code is in any log, metric or error', async () => {
  const lines: string[] = []
  const log = createLog({ level: 'debug', write: (line) => void lines.push(line) })
  const { browser, clock, latchkey, mailbox } = await createTestLatchkey({
    outside: { log },
    methods: [hotp],
    signInMethods: ['password', 'magic-link', 'email-code', 'sms-code'],
  })
  const secrets: string[] = ['correct horse battery', 'wrong but secret too', 'another fine passphrase']
  const answers: string[] = []
  const tab = browser()
  const { accessToken } = await tab.register()
  // All but the hint and the way that was used last, which are no secrets.
  const open = new Set(['1', 'password'])
  secrets.push(accessToken, ...[...tab.cookies.values()].filter((value) => !open.has(value)))
  // A cookie session: at its start, used, raised, presented broken and after its end.
  const site = browser()
  const kept = () => secrets.push(must(site.cookies.get('latchkey-session')))
  const account = { email: 'ada@example.com', password: 'correct horse battery', sessionKind: 'cookie' }
  await site.post('/login', account)
  kept()
  await site.post('/step-up', { password: 'correct horse battery' })
  kept()
  secrets.push(
    latchkey.forms.token({ cookies: new Map([...site.cookies].map(([name, value]) => [name, [value]])) }),
  )
  answers.push(JSON.stringify((await site.get('/session')).body))
  const headers = { cookie: `latchkey-session=${site.cookies.get('latchkey-session')?.slice(0, -2)}xx` }
  answers.push(JSON.stringify((await site.get('/me', { headers })).body))
  const dead = { cookie: site.cookieHeader() }
  await site.post('/logout')
  answers.push(JSON.stringify((await site.get('/me', { headers: dead })).body))
  const native = (
    await tab.post<SignedIn>('/login', {
      email: 'ada@example.com',
      password: 'correct horse battery',
      tokenDelivery: 'body',
    })
  ).body
  secrets.push(must(native.refreshToken), native.accessToken)
  answers.push(
    JSON.stringify(
      (await tab.post('/login', { email: 'ada@example.com', password: 'wrong but secret too' })).body,
    ),
  )
  const { secret } = (await tab.post<{ secret: string }>('/hotp', undefined)).body
  const login = { email: 'ada@example.com', password: 'correct horse battery' }
  const { ticket } = (await tab.post<{ ticket: string }>('/login', login)).body
  const code = hotpCode(Buffer.from(secret, 'hex'), 0)
  for (const guess of ['wrong guess of a code', code, code]) {
    const proof = { ticket, factor: 'hotp', code: guess }
    const { status, body } = await tab.post('/login/second-factor', proof)
    if (status !== 200) answers.push(JSON.stringify(body))
  }
  expect(answers).toHaveLength(6)
  const carol = browser()
  await carol.register('carol@example.com')
  const { body: seed } = await carol.post<Seed & { ticket: string }>('/totp/options', undefined)
  const app = authenticatorOf(seed, clock)
  const enrolment = { ticket: seed.ticket, code: app.code(-1) }
  const { body: enrolled } = await carol.post<{ recoveryCodes: string[] }>('/totp/verify', enrolment)
  const again = { email: 'carol@example.com', password: 'correct horse battery' }
  const { body: waiting } = await carol.post<{ ticket: string }>('/login', again)
  const proof = { ticket: waiting.ticket, factor: 'totp', trustDevice: true }
  const wrong = await carol.post('/login/second-factor', { ...proof, code: enrolled.recoveryCodes[1] })
  answers.push(JSON.stringify(wrong.body))
  await carol.post('/login/second-factor', { ...proof, code: app.code() })
  const marks = [...carol.cookies].filter(([name]) => /trusted|sign-in/.test(name))
  expect(marks).toHaveLength(2)
  secrets.push(seed.secret, seed.secret.replaceAll(' ', ''), seed.ticket, waiting.ticket)
  secrets.push(...enrolled.recoveryCodes, ...marks.map(([, value]) => value))
  secrets.push(secret, ticket, code, 'wrong guess of a code')
  await tab.post('/forgot-password', { email: 'ada@example.com' })
  for (const mail of await mailbox('ada@example.com')) {
    secrets.push(
      ...mail.codes,
      ...mail.links.flatMap((link) => new URL(link).searchParams.get('token') ?? []),
    )
  }
  await tab.post('/refresh', { refreshToken: native.refreshToken }, { bare: true })
  clock.advance(hours(1))
  const reused = await tab.post('/refresh', { refreshToken: native.refreshToken }, { bare: true })
  expect(reused.code).toBe('refresh_token_reused')
  answers.push(JSON.stringify(reused.body))
  answers.push(JSON.stringify((await tab.get('/me', { token: accessToken })).body))
  answers.push(JSON.stringify((await tab.get('/me', { token: `${accessToken.slice(0, -2)}xx` })).body))
  answers.push(
    JSON.stringify((await tab.post('/reset-password', { token: secrets.at(-1), newPassword: 'short' })).body),
  )
  const bob = browser()
  await bob.register('bob@example.com')
  const made = (await bob.post<CreatedApiKey>('/api-keys', { name: 'deploy', requestsPerMinute: 1 })).body
  const rotated = (await bob.post<CreatedApiKey>(`/api-keys/${made.apiKey.id}/rotate`, { overlap: 0 })).body
  for (const key of [made.key, rotated.key, rotated.key]) {
    const path = '/api/auth/api-keys/token'
    const { body } = await withKey<{ accessToken?: string }>({ browser }, path, key, 'POST')
    if (body.accessToken === undefined) answers.push(JSON.stringify(body))
    else secrets.push(body.accessToken)
    answers.push(JSON.stringify((await withKey({ browser }, '/api/auth/me', key)).body))
    answers.push(JSON.stringify((await introspectWith({ browser }, key, key)).body))
  }
  expect(answers.at(-2)).toContain('invalid_token')
  // The last four are for recognising it.
  secrets.push(...[made.key, rotated.key].flatMap((key) => [key, key.slice(4, 20)]))
  // Links and codes: asked for, answered wrongly and rightly, with everything that goes out.
  const number = '+4915123456789'
  const added = (await bob.post<CodeRequested>('/phone/send', { number })).body
  const added1 = firstOf(firstOf(await mailbox(number)).codes)
  await bob.post('/phone/verify', { ticket: added.ticket, code: added1 })
  const other = browser()
  const byMail = (await other.post<CodeRequested>('/email-code/send', { email: 'bob@example.com' })).body
  const mailed = firstOf(firstOf(await mailbox('bob@example.com')).codes)
  const byLink = (await other.post<CodeRequested>('/magic-link/send', { email: 'bob@example.com' })).body
  const link = new URL(firstOf(firstOf(await mailbox('bob@example.com')).links)).searchParams.get('token')
  const bySms = (await other.post<CodeRequested>('/sms-code/send', { phone: number })).body
  const texted = firstOf(firstOf(await mailbox(number)).codes)
  const shown = (await other.post<{ code: string }>('/magic-link/code', { token: link })).body.code
  for (const [way, answer] of [
    ['email-code', { ticket: byLink.ticket, code: mailed }],
    ['magic-link', { ticket: byMail.ticket, token: link }],
    ['magic-link', { ticket: bySms.ticket, code: shown }],
    ['sms-code', { ticket: byMail.ticket, code: texted }],
  ] as const)
    answers.push(JSON.stringify((await other.post(`/${way}/verify`, answer, { bare: true })).body))
  await other.post('/sms-code/verify', { code: texted })
  await other.post('/magic-link/verify', { token: link })
  await other.post('/email-code/verify', { code: mailed })
  for (const { ticket } of [added, byMail, byLink, bySms]) secrets.push(...ticket.split('.'))
  secrets.push(added1, mailed, texted, shown, must(link))
  for (const mail of await mailbox('bob@example.com').then((mails) => mails.filter(isNotice)))
    answers.push(mail.subject, mail.text, mail.html)
  secrets.push(must(bob.token))
  await latchkey.close()

  expect(lines.length).toBeGreaterThan(5)
  const written = [...lines, ...answers, await latchkey.http.metrics().catch(() => '')].join('\n')
  for (const secret of new Set(secrets)) {
    expect(secret.length).toBeGreaterThan(5)
    // Six digits may stand anywhere in a number; as a word of their own they are a code.
    expect(written).not.toMatch(/^\d{6}$/.test(secret) ? new RegExp(`\\b${secret}\\b`) : escape(secret))
  }
})

/** Not one whose very purpose is to carry a link or a code. */
const isNotice = ({ links, codes }: { links: readonly string[]; codes: readonly string[] }): boolean =>
  codes.length === 0 && links.every((link) => !link.includes('token='))

const escape = (text: string): RegExp => new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
