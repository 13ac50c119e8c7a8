import { randomBytes } from 'node:crypto'
import { hours, minutes, seconds, type SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { type Browser, createTestLatchkey, stores } from '#test/support/test-latchkey.ts'

const attempt = (): string => randomBytes(16).toString('base64url')
const otherDevice = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }

/** A client that keeps its refresh token itself. */
async function nativeClient(browser: Browser) {
  await browser.register()
  const { body } = await browser.post<SignedIn>('/login', {
    email: 'ada@example.com',
    password: 'correct horse battery',
    tokenDelivery: 'body',
  })
  const refresh = (refreshToken: string, attemptId?: string) =>
    browser.post<SignedIn>(
      '/refresh',
      { refreshToken },
      { bare: true, headers: attemptId === undefined ? {} : { 'refresh-attempt': attemptId } },
    )
  return { first: body, refreshToken: must(body.refreshToken), refresh }
}

describe.each(stores)('refresh on %s', (store) => {
  test('a refresh raises the generation and gives the successor', async () => {
    const { browser } = await createTestLatchkey({ store })
    const { first, refreshToken, refresh } = await nativeClient(browser())
    const second = await refresh(refreshToken)
    expect(second.status).toBe(200)
    expect(first.session.generation).toBe(0)
    expect(second.body.session.generation).toBe(1)
    expect(second.body.refreshToken).not.toBe(refreshToken)
    expect(second.body.user.email).toBe('ada@example.com')
  })

  test('a retry within the leeway gets the identical successor', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const { refreshToken, refresh } = await nativeClient(browser())
    const second = await refresh(refreshToken)
    clock.advance(seconds(30))
    expect((await refresh(refreshToken)).body.refreshToken).toBe(second.body.refreshToken)
  })

  test('a young token is current: the same refresh token and a new access token', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const { refreshToken, refresh } = await nativeClient(browser())
    const second = (await refresh(refreshToken)).body
    clock.advance(seconds(10))
    const third = (await refresh(must(second.refreshToken))).body
    expect(third.refreshToken).toBe(second.refreshToken)
    expect(third.accessToken).not.toBe(second.accessToken)
  })

  test('a replay after the leeway ends this session and no other, and tells the user by mail', async () => {
    const { browser, clock, mailbox } = await createTestLatchkey({ store })
    const owner = browser(otherDevice)
    const { refreshToken, refresh } = await nativeClient(owner)
    const second = (await refresh(refreshToken)).body
    clock.advance(seconds(31))
    expect((await refresh(refreshToken)).code).toBe('refresh_token_reused')
    expect((await refresh(must(second.refreshToken))).code).toBe('session_revoked')
    expect((await owner.refresh()).status).toBe(200)
    const [mail] = await mailbox('ada@example.com')
    expect(mail?.subject).toMatch(/sign|session|device/i)
    const { body: devices } = await owner.get<{ items: unknown[] }>('/sessions')
    expect(devices.items).toHaveLength(1)
  })

  test('an ended session is refused at once, access token included', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const { refreshToken, refresh } = await nativeClient(browser())
    const second = (await refresh(refreshToken)).body
    clock.advance(seconds(31))
    await refresh(refreshToken)
    const me = await browser().get('/me', { token: second.accessToken })
    expect(me.code).toBe('token_revoked')
  })

  test('the same attempt is answered at any time, and the leeway starts afresh', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const { refreshToken, refresh } = await nativeClient(browser())
    const id = attempt()
    const second = (await refresh(refreshToken, id)).body
    clock.advance(hours(5))
    expect((await refresh(refreshToken, id)).body.refreshToken).toBe(second.refreshToken)
    clock.advance(seconds(29))
    expect((await refresh(refreshToken)).status).toBe(200)
    clock.advance(seconds(2))
    expect((await refresh(refreshToken)).code).toBe('refresh_token_reused')
  })

  test('an attempt that first comes with a retry is kept', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const { refreshToken, refresh } = await nativeClient(browser())
    const id = attempt()
    await refresh(refreshToken)
    await refresh(refreshToken, id)
    clock.advance(hours(2))
    expect((await refresh(refreshToken, id)).status).toBe(200)
  })

  test('another attempt after the leeway is reuse', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const { refreshToken, refresh } = await nativeClient(browser())
    await refresh(refreshToken, attempt())
    clock.advance(seconds(31))
    expect((await refresh(refreshToken, attempt())).code).toBe('refresh_token_reused')
  })

  test('a step-up fences: its predecessor gets the current token and the elevation is withdrawn', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const { first, refreshToken, refresh } = await nativeClient(browser())
    clock.advance(minutes(20))
    const second = (await refresh(refreshToken)).body
    const raised = await browser().post<SignedIn>(
      '/step-up',
      { password: 'correct horse battery', refreshToken: second.refreshToken },
      { token: second.accessToken },
    )
    expect(raised.status).toBe(200)
    expect(raised.body.session.generation).toBe(2)
    expect(raised.body.session.authenticatedAt > first.session.authenticatedAt).toBe(true)
    const late = await refresh(must(second.refreshToken))
    expect(late.body.refreshToken).toBe(raised.body.refreshToken)
    expect(late.body.session.authenticatedAt).toBe(first.session.authenticatedAt)
    expect((await browser().get('/me', { token: raised.body.accessToken })).code).toBe('token_revoked')
    expect((await browser().get('/me', { token: late.body.accessToken })).status).toBe(200)
  })

  test('a step-up whose answer was lost signs nobody out, even hours later', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const { first, refreshToken, refresh } = await nativeClient(browser())
    const id = attempt()
    await browser().post(
      '/step-up',
      { password: 'correct horse battery', refreshToken },
      { token: first.accessToken, headers: { 'refresh-attempt': id } },
    )
    clock.advance(hours(3))
    const answer = await refresh(refreshToken, id)
    expect(answer.status).toBe(200)
    expect(answer.body.session.authenticatedAt).toBe(first.session.authenticatedAt)
  })

  test('1,000 presentations of one token: the generation rises by one and all get the same successor', async () => {
    const { browser } = await createTestLatchkey({ store })
    const { refreshToken, refresh } = await nativeClient(browser())
    const answers = await Promise.all(Array.from({ length: 1000 }, () => refresh(refreshToken)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1)
    expect(new Set(answers.map(({ body }) => body.session.generation))).toEqual(new Set([1]))
  })

  test('idle sessions expire, and so do old ones, however busy', async () => {
    const { browser, clock } = await createTestLatchkey({ store, refreshAbsoluteTtl: '10d' })
    const { refreshToken, refresh } = await nativeClient(browser())
    clock.advance(hours(24 * 6))
    const second = (await refresh(refreshToken)).body
    clock.advance(hours(24 * 3))
    const third = (await refresh(must(second.refreshToken))).body
    clock.advance(hours(25))
    expect((await refresh(must(third.refreshToken))).code).toBe('session_expired')
  })

  test('an idle session of eight days is expired', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const { refreshToken, refresh } = await nativeClient(browser())
    clock.advance(hours(24 * 8))
    expect((await refresh(refreshToken)).code).toBe('session_expired')
  })

  test('garbage never counts as reuse and touches nothing', async () => {
    const { browser } = await createTestLatchkey({ store })
    const { refreshToken, refresh } = await nativeClient(browser())
    for (const garbage of [
      'x',
      'lkr_',
      refreshToken.slice(0, -1),
      `${refreshToken.slice(0, -1)}A`,
      'a.b.c',
      `lkk_${refreshToken.slice(4)}`,
    ]) {
      if (garbage === refreshToken) continue
      expect((await refresh(garbage)).code).toBe('refresh_token_invalid')
    }
    expect((await refresh(refreshToken)).status).toBe(200)
  })

  test('the server goes on after commits were lost', async () => {
    const { browser, clock, latchkey } = await createTestLatchkey({ store })
    const { refreshToken, refresh } = await nativeClient(browser())
    const second = (await refresh(refreshToken)).body
    clock.advance(seconds(40))
    const third = (await refresh(must(second.refreshToken))).body
    clock.advance(seconds(40))
    const { statement } = await import('../db/statement.ts')
    await latchkey.services.db.all(statement('UPDATE session SET generation = 1'))
    const fourth = await refresh(must(third.refreshToken))
    expect(fourth.status).toBe(200)
    expect(fourth.body.session.generation).toBe(3)
    clock.advance(seconds(40))
    expect((await refresh(must(fourth.body.refreshToken))).status).toBe(200)
  })
})

describe.each(stores)('cookies on %s', (store) => {
  test('the two cookies take turns, so that a late answer overwrites nothing newer', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.register()
    const zero = new Map(tab.cookies)
    await tab.refresh()
    expect([...tab.cookies.keys()]).toContain('latchkey-refresh-1')
    clock.advance(minutes(1))
    await tab.refresh()
    // The answer to the first refresh arrives only now: it sets cookie 1, the newer token stays in cookie 0.
    expect(tab.cookies.get('latchkey-refresh-0')).not.toBe(zero.get('latchkey-refresh-0'))
    clock.advance(minutes(1))
    const { body } = await tab.refresh()
    expect(body.session.generation).toBe(3)
  })

  test('no cookie at all is no_session, a broken one is refresh_token_invalid, and nothing is cleared', async () => {
    const { browser } = await createTestLatchkey({ store })
    const stranger = browser()
    expect((await stranger.refresh()).code).toBe('no_session')
    stranger.cookies.set('latchkey-refresh-0', 'lkr_broken')
    const refused = await stranger.refresh()
    expect(refused.code).toBe('refresh_token_invalid')
    expect(refused.headers.getSetCookie()).toEqual([])
  })

  test('logging out ends the session, clears the cookies and may be repeated', async () => {
    const { browser } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.register()
    const before = new Map(tab.cookies)
    const { status, headers } = await tab.post('/logout')
    expect(status).toBe(204)
    // No more than that: cookies and storage of the origin belong to an application as well (ASVS V14.3.1).
    expect(headers.get('clear-site-data')).toBe('"cache"')
    expect([...tab.cookies.keys()]).toEqual(['latchkey-device', 'latchkey-last-method'])
    expect((await tab.post('/logout')).status).toBe(204)
    for (const [name, value] of before) tab.cookies.set(name, value)
    expect((await tab.refresh()).code).toBe('session_revoked')
  })

  test('logging out works with an access token that has expired', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const tab = browser()
    const { accessToken } = await tab.register()
    clock.advance(hours(1))
    const other = browser()
    expect((await other.post('/logout', {}, { token: accessToken })).status).toBe(204)
    expect((await tab.refresh()).code).toBe('session_revoked')
  })

  test('logging out others leaves this one, logging out all leaves none', async () => {
    const { browser } = await createTestLatchkey({ store })
    const [here, there] = [browser(), browser()]
    await here.register()
    await there.login()
    await here.post('/logout', { scope: 'others' })
    expect((await there.refresh()).code).toBe('session_revoked')
    expect((await here.refresh()).status).toBe(200)
    await there.login()
    await here.post('/logout', { scope: 'all' })
    expect((await there.refresh()).code).toBe('session_revoked')
  })

  test("ending another user's session is answered like one that does not exist", async () => {
    const { browser } = await createTestLatchkey({ store })
    const [ada, eve] = [browser(), browser()]
    const { session } = await ada.register()
    await eve.register('eve@example.com')
    const answer = await eve.send(`/api/auth/sessions/${session.id}`, { method: 'DELETE' })
    expect(answer.code).toBe('session_not_found')
    expect((await ada.refresh()).status).toBe(200)
  })
})
