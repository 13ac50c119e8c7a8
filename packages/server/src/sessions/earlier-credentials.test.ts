import { hours, minutes, seconds, type SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { DpopClient } from '#test/support/dpop-browser.ts'
import { type Browser, createTestLatchkey, stores } from '#test/support/test-latchkey.ts'

/* The rights of an earlier credential: after a log-out, an expiry, a changed password. */

const currentPassword = 'correct horse battery'
const newPassword = 'seven quiet otters swim'
const cookie = 'latchkey-session'

type TokensInBody = SignedIn & { refreshToken: string }

function copyOf(from: Browser, to: Browser): Browser {
  for (const [name, value] of from.cookies) to.cookies.set(name, value)
  return to
}

describe.each(stores)('logging out, on %s', (store) => {
  test('by an access token that has expired ends its own session and no other, and says so', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const [here, there, bare] = [browser(), browser(), browser()]
    const { accessToken: token } = await here.register()
    await there.login()
    clock.advance(hours(1))
    for (const scope of ['others', 'all'])
      expect((await bare.post('/logout', { scope }, { token })).code).toBe('token_expired')
    expect((await there.refresh()).status).toBe(200)
    expect((await here.refresh()).status).toBe(200)
    expect((await bare.post('/logout', {}, { token })).status).toBe(204)
    expect((await here.refresh()).code).toBe('session_revoked')
    expect((await there.refresh()).status).toBe(200)
    // Again is fine, whatever the scope: nothing is left to end.
    expect((await bare.post('/logout', { scope: 'all' }, { token })).status).toBe(204)
    expect((await there.refresh()).status).toBe(200)
  })

  test('by a token that is bound to a key takes the key, as Bearer and as DPoP', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const client = await new DpopClient(browser()).greet()
    const { body } = await client.post<SignedIn>('/register', {
      email: 'ada@example.com',
      password: currentPassword,
    })
    const thief = browser()
    const { accessToken: token } = body
    for (const scope of ['this', 'others', 'all']) {
      expect((await thief.post('/logout', { scope }, { token })).code).toBe('invalid_token')
      const headers = { authorization: `DPoP ${token}` }
      expect((await thief.post('/logout', { scope }, { headers })).code).toBe('invalid_dpop_proof')
    }
    clock.advance(minutes(1))
    expect((await client.post('/refresh')).status).toBe(200)
  })

  test('the others by a cookie whose key is not proven is refused aloud', async () => {
    const { browser } = await createTestLatchkey({ store })
    const client = await new DpopClient(browser()).greet()
    await client.post('/register', { email: 'ada@example.com', password: currentPassword })
    const thief = copyOf(client.browser, browser())
    for (const scope of ['others', 'all'])
      expect((await thief.post('/logout', { scope })).code).toBe('unauthenticated')
    expect((await client.post('/refresh')).status).toBe(200)
  })
})

describe.each(stores)('a changed password, on %s', (store) => {
  test('ends its own session where the refresh token did not come along: nobody keeps a copy of that', async () => {
    const { browser } = await createTestLatchkey({ store })
    const { accessToken: token, refreshToken } = (
      await browser().post<TokensInBody>('/register', {
        email: 'ada@example.com',
        password: currentPassword,
        tokenDelivery: 'body',
      })
    ).body
    const change = { currentPassword, newPassword }
    expect((await browser().post('/change-password', change, { token })).status).toBe(204)
    expect((await browser().post('/refresh', { refreshToken })).code).toBe('session_revoked')
    expect((await browser().get('/me', { token })).code).toBe('token_revoked')
  })

  test('renews its own session; its access tokens of before are refused at once, however many fences ago', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const tab = browser()
    const tokens = [(await tab.register()).accessToken]
    for (let fence = 0; fence < 2; fence++) {
      clock.advance(minutes(1))
      const { body } = await tab.post<SignedIn>('/step-up', { password: currentPassword })
      tokens.push(body.accessToken)
    }
    tab.token = tokens.at(-1)
    for (const token of tokens) expect((await browser().get('/me', { token })).status).toBe(200)
    expect((await tab.post('/change-password', { currentPassword, newPassword })).status).toBe(204)
    for (const token of tokens) expect((await browser().get('/me', { token })).code).toBe('token_revoked')
    expect((await tab.refresh()).status).toBe(200)
    expect((await tab.get('/me')).status).toBe(200)
  })

  test.each([
    ['seen', true],
    ['not seen', false],
  ])('leaves the old cookie of a cookie session one leeway, the new one %s', async (_, isSeen) => {
    const { browser, clock } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.post('/register', {
      email: 'ada@example.com',
      password: currentPassword,
      sessionKind: 'cookie',
    })
    const before = copyOf(tab, browser())
    expect((await tab.post('/change-password', { currentPassword, newPassword })).status).toBe(204)
    expect(tab.cookies.get(cookie)).not.toBe(before.cookies.get(cookie))
    clock.advance(seconds(10))
    if (isSeen) expect((await tab.get('/me')).status).toBe(200)
    clock.advance(seconds(20) - 1)
    expect((await before.get('/me')).status).toBe(200)
    clock.advance(1)
    expect((await before.get('/me')).code).toBe('unauthenticated')
    // The answer may have been lost: a late client is not treated as a thief.
    expect((await tab.get('/me')).status).toBe(200)
  })

  test.each([
    ['token', 'password', 401],
    ['cookie', 'password', 401],
    ['token', 'step-up', 200],
    ['cookie', 'step-up', 200],
  ])(
    'leaves a copy of the %s of before no recent sign-in within the leeway, after a new %s',
    async (sessionKind, event, expected) => {
      const { browser, clock } = await createTestLatchkey({ store })
      const tab = browser()
      tab.token = (
        await tab.post<SignedIn>('/register', {
          email: 'ada@example.com',
          password: currentPassword,
          sessionKind,
        })
      ).body.accessToken
      const copy = copyOf(tab, browser())
      clock.advance(seconds(10))
      const proof = { currentPassword, newPassword }
      if (event === 'password') expect((await tab.post('/change-password', proof)).status).toBe(204)
      else expect((await tab.post('/step-up', { password: currentPassword })).status).toBe(200)
      clock.advance(seconds(10))
      if (sessionKind === 'token') expect((await copy.refresh()).status).toBe(200)
      expect((await copy.get('/me')).status).toBe(200)
      const adding = await copy.post('/passkeys/registration/options')
      expect(adding.status).toBe(expected)
      if (expected === 401) expect(adding.code).toBe('insufficient_user_authentication')
    },
  )
})
