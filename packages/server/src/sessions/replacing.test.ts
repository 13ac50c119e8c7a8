import type { SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import { type Browser, createTestLatchkey, stores } from '#test/support/test-latchkey.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'

const sessionsOf = async (tab: Browser): Promise<string[]> =>
  (await tab.get<{ items: { id: string }[] }>('/sessions')).body.items.map(({ id }) => id)

describe.each(stores)('signing in where somebody is signed in, on %s', (store) => {
  test('ends the session whose cookie is overwritten, and no other (ASVS V7.2.4)', async () => {
    const { browser } = await createTestLatchkey({ store })
    const elsewhere = browser()
    await elsewhere.register()
    const tab = browser()
    const first = (await tab.login()).body
    const [cookies, token] = [new Map(tab.cookies), tab.token]
    const second = (await tab.login()).body
    const left = await sessionsOf(tab)
    expect(left).toHaveLength(2)
    expect(left).toContain(second.session.id)
    expect(left).not.toContain(first.session.id)
    // At once, for access tokens as well: no service has to wait for them to expire.
    expect((await tab.get('/me', { token })).code).toBe('token_revoked')
    expect((await elsewhere.refresh()).status).toBe(200)
    expect((await tab.refresh()).status).toBe(200)
    // A request under way with the older cookie is refused without touching the newer one.
    const late = browser()
    for (const [name, value] of cookies) late.cookies.set(name, value)
    const refused = await late.refresh()
    expect([refused.code, refused.headers.getSetCookie()]).toEqual(['session_revoked', []])
    expect((await tab.refresh()).status).toBe(200)
  })

  test('ends a session of somebody else in the same browser, whose user sees why', async () => {
    const { browser } = await createTestLatchkey({ store })
    const bobElsewhere = browser()
    await bobElsewhere.register('bob@example.com')
    const shared = browser()
    const bob = (await shared.login('bob@example.com')).body
    await shared.register()
    expect(await sessionsOf(bobElsewhere)).not.toContain(bob.session.id)
    const { body } = await bobElsewhere.get<{ items: object[] }>('/activity')
    expect(body.items).toContainEqual(
      expect.objectContaining({
        kind: 'session.ended',
        sessionId: bob.session.id,
        detail: { reason: 'replaced' },
      }),
    )
  })

  test('ends every session that the browser’s two cookies are of', async () => {
    const { browser } = await createTestLatchkey({ store })
    const [even, odd] = [browser(), browser()]
    await even.register()
    await odd.login()
    await odd.refresh()
    const tab = browser()
    for (const [jar, name] of [
      [even, 'latchkey-refresh-0'],
      [odd, 'latchkey-refresh-1'],
    ] as const)
      tab.cookies.set(name, must(jar.cookies.get(name)))
    const { session } = (await tab.login()).body
    expect(await sessionsOf(tab)).toEqual([session.id])
  })

  test('leaves the cookie’s session alone where the tokens go out in the body', async () => {
    const { browser } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.register()
    expect((await tab.post('/login', { email, password, tokenDelivery: 'body' })).status).toBe(200)
    expect(await sessionsOf(tab)).toHaveLength(2)
    expect((await tab.refresh()).status).toBe(200)
  })

  test('a refused sign-in, and one that waits for its second factor, end nothing', async () => {
    const { browser } = await createTestLatchkey({ store, methods: [hotp] })
    const tab = browser()
    const { session } = await tab.register()
    const { body } = await tab.post<{ secret: string }>('/hotp', undefined)
    const code = hotpCode(Buffer.from(body.secret, 'hex'), 0)
    await tab.post('/login', { email, password: 'wrong' })
    const { ticket } = (await tab.post<{ ticket: string }>('/login', { email, password })).body
    await tab.post('/login/second-factor', { ticket, factor: 'hotp', code: 'wrong' })
    expect(await sessionsOf(tab)).toEqual([session.id])
    const done = await tab.post<SignedIn>('/login/second-factor', { ticket, factor: 'hotp', code })
    tab.token = done.body.accessToken
    expect(await sessionsOf(tab)).toEqual([done.body.session.id])
  })

  test('a cookie that nobody minted, or of a session that has ended, is passed over', async () => {
    const { browser } = await createTestLatchkey({ store })
    const elsewhere = browser()
    await elsewhere.register()
    const tab = browser()
    await tab.login()
    const cookies = new Map(tab.cookies)
    await tab.post('/logout')
    for (const [name, value] of cookies) tab.cookies.set(name, value)
    tab.cookies.set('latchkey-refresh-1', 'lkr_nonsense')
    expect((await tab.login()).status).toBe(200)
    expect(await sessionsOf(tab)).toHaveLength(2)
  })

  test('two sign-ins at once with the same cookie leave two sessions, and the older is ended once', async () => {
    const { browser } = await createTestLatchkey({ store })
    const tab = browser()
    const { session } = await tab.register()
    const header = { cookie: tab.cookieHeader() }
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => browser().post('/login', { email, password }, { headers: header })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const other = browser()
    await other.login()
    expect(await sessionsOf(other)).toHaveLength(5)
    const { body } = await other.get<{ items: { kind: string; sessionId: string }[] }>('/activity')
    const ended = body.items.filter((each) => each.kind === 'session.ended' && each.sessionId === session.id)
    expect(ended).toHaveLength(1)
  })
})
