import { type AccountExport, minutes, schemas, type SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import { type Browser, createTestLatchkey, stores } from '#test/support/test-latchkey.ts'
import { findPassword } from '../methods/password/store.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'

const download = (tab: Browser) => tab.get<AccountExport>('/me/export')

describe.each(stores)('the export of one’s own data on %s', (store) => {
  test('is a file with account, devices, methods and activity, and nobody else’s', async () => {
    const { browser, clock } = await createTestLatchkey({ store, methods: [hotp] })
    const bob = await browser().register('bob@example.com')
    const tab = browser()
    const { user, session } = await tab.register()
    const { body: enrolled } = await tab.post<{ secret: string }>('/hotp', undefined)
    // A user with a second factor must present it before the export.
    expect((await download(tab)).code).toBe('insufficient_user_authentication')
    const code = hotpCode(Buffer.from(enrolled.secret, 'hex'), 0)
    const raised = await tab.post<SignedIn>('/step-up', { factor: 'hotp', code })
    tab.token = raised.body.accessToken
    await browser().post('/login', { email, password: 'wrong' })
    const { status, headers, body } = await download(tab)
    expect(status).toBe(200)
    const day = new Date(clock.now()).toISOString().slice(0, 10)
    expect(headers.get('content-disposition')).toBe(`attachment; filename="latchkey-export-${day}.json"`)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-request-id')).toMatch(/^req_/)
    expect(schemas.accountExport.parse(body)).toEqual(body)
    expect(body).toMatchObject({
      user: { id: user.id, email },
      sessions: [{ id: session.id, current: true }],
      methods: { password: { hasPassword: true }, hotp: { enrolled: true } },
    })
    expect(body.activity.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['user.registered', 'session.started', 'login.failed']),
    )
    expect(JSON.stringify(body)).not.toContain(bob.user.id)
    expect((await tab.get<{ items: { kind: string }[] }>('/activity')).body.items[0]?.kind).toBe(
      'user.exported',
    )
  })

  test('holds the whole activity, however many pages it has', async () => {
    const { browser, latchkey } = await createTestLatchkey({ store })
    const tab = browser()
    const { user } = await tab.register()
    const userId = userIdOf(user.id)
    for (let count = 0; count < 1000; count++)
      latchkey.services.audit.record({ kind: 'user.updated', userId, detail: { count } })
    const { activity } = (await download(tab)).body
    const counts = activity.filter(({ kind }) => kind === 'user.updated').map(({ detail }) => detail['count'])
    expect(counts).toEqual(Array.from({ length: 1000 }, (_, index) => 999 - index))
    expect(new Set(activity.map(({ id }) => id)).size).toBe(activity.length)
  })

  test('does not tell from where an administrator acted', async () => {
    const { browser, latchkey } = await createTestLatchkey({ store })
    const tab = browser()
    const { user } = await tab.register()
    const bob = await browser().register('bob@example.com')
    latchkey.services.audit.record({
      kind: 'user.updated',
      userId: userIdOf(user.id),
      actorId: userIdOf(bob.user.id),
      ip: '203.0.113.77',
    })
    const { activity } = (await download(tab)).body
    expect(activity.find(({ kind }) => kind === 'user.updated')).toMatchObject({ ip: null })
  })

  test('holds nothing that signs in', async () => {
    const { browser, latchkey, mailbox } = await createTestLatchkey({ store, methods: [hotp] })
    const tab = browser()
    const { user, accessToken } = await tab.register()
    const { secret } = (await tab.post<{ secret: string }>('/hotp', undefined)).body
    const native = await browser().post<{ ticket: string }>('/login', { email, password })
    await tab.post('/forgot-password', { email })
    const mails = await mailbox(email)
    const stored = await findPassword(latchkey.services.db, userIdOf(user.id))
    const secrets = [
      password,
      accessToken,
      secret,
      native.body.ticket,
      must(stored).hash,
      ...[...tab.cookies].filter(([name]) => !/-(hint|last-method)$/.test(name)).map(([, value]) => value),
      ...mails.flatMap(({ links }) => links.map((link) => must(new URL(link).searchParams.get('token')))),
      ...mails.flatMap(({ codes }) => codes.map((code) => `"${code}"`)),
    ]
    expect(secrets.length).toBeGreaterThan(9)
    const text = JSON.stringify((await download(tab)).body)
    for (const each of secrets) {
      expect(text).not.toContain(each)
      expect(text).not.toContain(Buffer.from(each).toString('base64url'))
    }
    expect(text).not.toMatch(/\$argon2|lkr_|eyJ/)
  })

  test('asks for a fresh sign-in, and for somebody', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.register()
    clock.advance(minutes(11))
    expect((await download(tab)).code).toBe('insufficient_user_authentication')
    const { body } = await tab.post<SignedIn>('/step-up', { password })
    tab.token = body.accessToken
    expect((await download(tab)).status).toBe(200)
    expect((await browser().get('/me/export')).code).toBe('unauthenticated')
  })

  test('is made ten times an hour at most', async () => {
    const { browser } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.register()
    for (let count = 0; count < 10; count++) expect((await download(tab)).status).toBe(200)
    expect((await download(tab)).code).toBe('rate_limited')
  })
})

test('what fails on the way breaks the file off: half of one does not look whole', async () => {
  const { browser, latchkey } = await createTestLatchkey()
  const tab = browser()
  const { accessToken } = await tab.register()
  const response = await latchkey.handler(
    new Request('http://localhost:4000/api/auth/me/export', {
      headers: { authorization: `Bearer ${accessToken}` },
    }),
  )
  expect(response.status).toBe(200)
  await latchkey.close()
  await expect(response.text()).rejects.toThrow()
})
