import { seconds, type SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'

const [email, password] = ['ada@example.com', 'correct horse battery']

/** Requests that give out a new refresh token for the one presented. */
const renewing: [path: string, body: object][] = [
  ['/refresh', {}],
  ['/step-up', { password }],
  ['/change-password', { currentPassword: password, newPassword: 'another horse battery' }],
]

/** Signed in, with a request made of the first tokens that comes when the client is two refreshes ahead. */
async function begin(store: (typeof stores)[number]) {
  const { latchkey, browser, clock } = await createTestLatchkey({ store, refreshLeeway: '0s' })
  const client = browser()
  await client.register()
  const post = (path: string, body: object) => client.post<SignedIn>(path, body, { bare: true })
  const first = await post('/login', { email, password, tokenDelivery: 'body' })
  const refresh = (refreshToken: string) => post('/refresh', { refreshToken })
  return { latchkey, clock, first: first.body, refresh, late }

  async function late(path: string, body: object, signal: AbortSignal | null): Promise<number> {
    const { accessToken, refreshToken } = first.body
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` }
    const text = JSON.stringify({ ...body, refreshToken })
    const request = new Request(`http://localhost:4000/api/auth${path}`, {
      method: 'POST',
      headers,
      body: text,
      signal,
    })
    return (await latchkey.handler(request)).status
  }
}

describe.each(stores)('on %s, carried out when its client is two refreshes ahead,', (store) => {
  test.each(renewing)('%s of a client that has gone away does nothing', async (path, body) => {
    const { clock, first, refresh, late } = await begin(store)
    const second = await refresh(first.refreshToken as string)
    clock.advance(seconds(1))
    const third = await refresh(second.body.refreshToken as string)
    clock.advance(seconds(1))
    expect(await late(path, body, AbortSignal.abort())).toBe(499)
    const fourth = await refresh(third.body.refreshToken as string)
    expect([third.status, fourth.status]).toEqual([200, 200])
  })

  test.each(renewing)('%s of one that waits for the answer is reuse', async (path, body) => {
    const { clock, first, refresh, late } = await begin(store)
    const second = await refresh(first.refreshToken as string)
    clock.advance(seconds(1))
    const third = await refresh(second.body.refreshToken as string)
    clock.advance(seconds(1))
    expect(await late(path, body, null)).toBe(401)
    expect((await refresh(third.body.refreshToken as string)).code).toBe('session_revoked')
  })
})

test.each(renewing)('%s of a client that has gone away leaves what it holds current', async (path, body) => {
  const { first, refresh, late } = await begin('sqlite')
  expect(await late(path, body, AbortSignal.abort())).toBe(499)
  const { session } = (await refresh(first.refreshToken as string)).body
  expect(session.generation).toBe(1)
})
