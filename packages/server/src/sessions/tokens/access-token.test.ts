import { createHmac } from 'node:crypto'
import { days, hours, minutes, type SessionId, type UserId } from '@latchkey/contract'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

describe.each(['ES256', 'EdDSA', 'RS256', 'PS256'] as const)('%s', (algorithm) => {
  test('a plain JOSE library verifies our tokens by our key set', async () => {
    const { browser, latchkey } = await createTestLatchkey({
      accessTokenAlgorithm: algorithm,
      realTime: true,
    })
    const tab = browser()
    const { accessToken, user, session } = await tab.register()
    const { body, headers } = await tab.send<JSONWebKeySet>('/.well-known/jwks.json')
    expect(headers.get('cache-control')).toBe('public, max-age=300')
    const { payload, protectedHeader } = await jwtVerify(accessToken, createLocalJWKSet(body), {
      issuer: latchkey.config.publicUrl,
      audience: latchkey.config.audience,
      typ: 'at+jwt',
      algorithms: [algorithm],
    })
    expect(protectedHeader).toEqual({ alg: algorithm, typ: 'at+jwt', kid: expect.any(String) as string })
    expect(Object.keys(payload).toSorted()).toEqual(
      [
        'acr',
        'amr',
        'aud',
        'auth_time',
        'client_id',
        'epoch',
        'exp',
        'iat',
        'iss',
        'jti',
        'sid',
        'sub',
      ].toSorted(),
    )
    expect(payload).toMatchObject({ sub: user.id, sid: session.id, amr: ['pwd'], acr: 'aal1' })
    expect((payload.exp as number) - (payload.iat as number)).toBe(900)
  })
})

test('a shared secret signs where it is asked for, and is never published', async () => {
  const { browser } = await createTestLatchkey({ accessTokenAlgorithm: 'HS256' })
  const tab = browser()
  const { accessToken } = await tab.register()
  expect(decodeProtectedHeader(accessToken).alg).toBe('HS256')
  expect((await tab.get('/me')).status).toBe(200)
  expect((await tab.send<JSONWebKeySet>('/.well-known/jwks.json')).body.keys).toEqual([])
})

describe('strict reading (RFC 8725, ASVS V9.1)', () => {
  async function forge() {
    const instance = await createTestLatchkey()
    const tab = instance.browser()
    const { accessToken } = await tab.register()
    const [header = '', payload = '', signature = ''] = accessToken.split('.')
    const kid = String(decodeProtectedHeader(accessToken).kid)
    const status = async (token: string) => (await tab.get('/me', { token })).code ?? 'ok'
    return { accessToken, header, payload, signature, kid, status, instance }
  }

  test('what is no token of ours is invalid_token, in whatever way', async () => {
    const { accessToken, header, payload, signature, kid, status, instance } = await forge()
    expect(await status(accessToken)).toBe('ok')
    const jwk = instance.latchkey.services.keys.jwks().keys[0]
    const publicAsSecret = createHmac('sha256', JSON.stringify(jwk))
    const hmacHeader = encode({ alg: 'HS256', typ: 'at+jwt', kid })
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
    const forgeries: Record<string, string> = {
      'no signature': `${header}.${payload}.`,
      'two segments': `${header}.${payload}`,
      'four segments': `${accessToken}.x`,
      padding: `${header}.${payload}.${signature}==`,
      'another alphabet': `${header}.${payload}.${signature.slice(0, -1)}+`,
      'stray bits': `${header}.${payload}.${nudge(signature)}`,
      'alg none': `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.${signature}`,
      'alg of the token': `${hmacHeader}.${payload}.${publicAsSecret.update(`${hmacHeader}.${payload}`).digest('base64url')}`,
      'another type': `${encode({ alg: 'ES256', typ: 'JWT', kid })}.${payload}.${signature}`,
      'no type': `${encode({ alg: 'ES256', kid })}.${payload}.${signature}`,
      'a key of its own': `${encode({ alg: 'ES256', typ: 'at+jwt', kid, jwk })}.${payload}.${signature}`,
      crit: `${encode({ alg: 'ES256', typ: 'at+jwt', kid, crit: ['b64'], b64: false })}.${payload}.${signature}`,
      'an unknown key': `${encode({ alg: 'ES256', typ: 'at+jwt', kid: 'nobody' })}.${payload}.${signature}`,
      'a member twice': `${Buffer.from(`{"alg":"ES256","alg":"ES256","typ":"at+jwt","kid":"${kid}"}`).toString('base64url')}.${payload}.${signature}`,
      'other claims': `${header}.${encode({ ...claims, sub: 'somebody else' })}.${signature}`,
      'too long': `${header}.${payload}.${'A'.repeat(9000)}`,
    }
    for (const [name, token] of Object.entries(forgeries))
      expect([name, await status(token)]).toEqual([name, 'invalid_token'])
  })

  test('a token says all of a session or nothing of it: half a session is nobody’s (RFC 9068 §2.2.1)', async () => {
    const { latchkey } = (await forge()).instance
    const { accessTokens } = latchkey.services
    const machine = { sub: 'nobody' as UserId, client_id: 'key', roles: [], permissions: [] }
    expect(await accessTokens.verify(await accessTokens.issue(machine))).not.toHaveProperty('sid')
    const ofSession = { sid: 'a' as SessionId, auth_time: 1, amr: ['pwd'], acr: 'aal1', epoch: 0 }
    expect(await accessTokens.verify(await accessTokens.issue({ ...machine, ...ofSession }))).toMatchObject(
      ofSession,
    )
    for (const name of Object.keys(ofSession)) {
      const half = { ...machine, ...ofSession, [name]: undefined }
      await expect(accessTokens.verify(await accessTokens.issue(half as never)), name).rejects.toThrow(
        'not valid',
      )
      // Tokens of service accounts have epochs without a session.
      if (name === 'epoch') continue
      const alone = { ...machine, [name]: ofSession[name as keyof typeof ofSession] }
      await expect(accessTokens.verify(await accessTokens.issue(alone as never)), name).rejects.toThrow(
        'not valid',
      )
    }
  })

  test('one kind of token is never taken for another', async () => {
    const { instance } = await forge()
    const tab = instance.browser()
    await tab.login()
    const refreshToken = must([...tab.cookies].find(([name]) => name.startsWith('latchkey-refresh'))?.[1])
    expect((await tab.get('/me', { token: refreshToken })).code).toBe('invalid_token')
    expect((await tab.post('/refresh', { refreshToken: tab.token }, { bare: true })).code).toBe(
      'refresh_token_invalid',
    )
    expect(
      (await tab.post('/reset-password', { token: refreshToken, newPassword: 'a new phrase of mine' })).code,
    ).toBe('challenge_invalid')
  })
})

/** Another last character with the same first bits: decoders that are not strict read the same bytes. */
function nudge(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(must(signature.at(-1)))
  return signature.slice(0, -1) + must(alphabet[last ^ 1])
}

describe.each(stores)('signing keys on %s', (store) => {
  test('ten rotations in a row refuse no token, and nothing is signed by an unpublished key', async () => {
    const { browser, latchkey, clock } = await createTestLatchkey({ store })
    const { keys } = latchkey.services
    const tab = browser()
    await tab.register()
    clock.advance(minutes(6))
    await tab.refresh()
    const tokens = [must(tab.token)]
    const published = keys.jwks().keys.map(({ kid }) => kid)
    for (let round = 0; round < 10; round++) {
      await keys.rotate()
      clock.advance(1000)
      await tab.refresh()
      tokens.push(must(tab.token))
      // A client that fetched the key set before the first rotation still knows every key that signs.
      expect(published).toContain(decodeProtectedHeader(must(tab.token)).kid)
    }
    for (const token of tokens) expect((await tab.get('/me', { token })).status).toBe(200)
  })

  test('keys rotate by schedule, and leave service when their last token has expired', async () => {
    const { browser, latchkey, clock } = await createTestLatchkey({ store, keyRotation: '10d' })
    const { keys } = latchkey.services
    const first = keys.signer().kid
    await keys.maintain()
    expect(keys.signer().kid).toBe(first)
    clock.advance(days(11))
    await keys.maintain()
    expect(keys.signer().kid).not.toBe(first)
    expect(keys.find(first)?.state).toBe('previous')
    const tab = browser()
    await tab.register()
    clock.advance(hours(1))
    await keys.maintain()
    expect(keys.find(first)).toBeNull()
    expect((await tab.refresh()).status).toBe(200)
  })

  test('a retired key is refused at once, and sessions go on', async () => {
    const { browser, latchkey } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.register()
    await latchkey.services.keys.retire(String(decodeProtectedHeader(must(tab.token)).kid))
    expect((await tab.get('/me')).status).toBe(401)
    expect((await tab.refresh()).status).toBe(200)
    expect((await tab.get('/me')).status).toBe(200)
  })

  test('two processes that rotate at once leave one current key', async () => {
    const first = await createTestLatchkey({ store })
    const second = await createTestLatchkey({ store, databaseUrl: first.databaseUrl })
    await Promise.all(
      [first, second].flatMap(({ latchkey }) => [1, 2, 3].map(() => latchkey.services.keys.rotate())),
    )
    const states = first.latchkey.services.keys.list().map(({ state }) => state)
    expect(states.filter((state) => state === 'current')).toHaveLength(1)
    expect(states.filter((state) => state === 'next')).toHaveLength(1)
  })
})

test('another secret in front of the ring signs nobody out, and the old one can go once keys are sealed anew', async () => {
  const [older, newer] = ['the-older-secret-9Wq3vN8rT5yU1zX4', 'the-newer-secret-2Lm7kJ4hG6fD9sA3']
  const first = await createTestLatchkey({ secret: older })
  const tab = first.browser()
  const { accessToken } = await tab.register()
  const cookies = [...tab.cookies]
  await first.latchkey.close()
  const both = await createTestLatchkey({ databaseUrl: first.databaseUrl, secret: `${newer},${older}` })
  const there = both.browser()
  for (const [name, value] of cookies) there.cookies.set(name, value)
  expect((await there.get('/me', { token: accessToken })).status).toBe(200)
  expect((await there.refresh()).status).toBe(200)
  await both.latchkey.close()
  const last = await createTestLatchkey({ databaseUrl: first.databaseUrl, secret: newer })
  const here = last.browser()
  for (const [name, value] of there.cookies) here.cookies.set(name, value)
  expect((await here.refresh()).status).toBe(200)
})
