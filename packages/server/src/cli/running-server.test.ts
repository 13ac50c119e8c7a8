import type { CreatedApiKey } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { exchange } from '#test/support/machines.ts'
import { expectSentence, parsed, runLatchkey } from '#test/support/run-latchkey.ts'
import { createTestLatchkey, stores, testSecret } from '#test/support/test-latchkey.ts'

const password = 'nine purple otters sing'

describe.each(stores)('beside a running server on %s', (store) => {
  test('what is ended here is refused there within a second', async () => {
    const { latchkey, databaseUrl, browser } = await createTestLatchkey({ store, realTime: true })
    const env = { DATABASE_URL: databaseUrl, LATCHKEY_SECRET: testSecret, NODE_ENV: 'test' }
    const ada = browser()
    await ada.register('ada@example.com')
    const cli = (group: string, verb: string, ...words: string[]) =>
      runLatchkey([group, verb, '--json', ...words], { env })
    // As it stands: without the renewal that a client would try.
    const status = async () => (await ada.get('/me', { token: ada.token })).status
    const refusedSoon = () => expect.poll(status, { timeout: 1000, interval: 50 }).toBe(401)

    const verified = await cli('token', 'verify', must(ada.token))
    expect(parsed(verified)).toMatchObject({
      valid: true,
      kind: 'access_token',
      claims: { aud: 'http://localhost:4000' },
    })

    const { sessions } = parsed<{ sessions: { id: string; state: string }[] }>(
      await cli('sessions', 'list', '--user', 'ada@example.com'),
    )
    expect(sessions).toMatchObject([{ state: 'live', generation: 0 }])
    expect(await status()).toBe(200)
    expect(parsed(await cli('sessions', 'revoke', firstOf(sessions).id))).toEqual({ ended: 1 })
    await refusedSoon()
    expect(await cli('sessions', 'revoke', firstOf(sessions).id)).toMatchObject({ code: 1 })
    expect(parsed(await cli('token', 'verify', must(ada.token)))).toMatchObject({
      valid: false,
      code: 'token_revoked',
    })

    await ada.login('ada@example.com')
    expect(await status()).toBe(200)
    const signer = latchkey.services.keys.signer().kid
    expect(parsed(await cli('keys', 'retire', '--', signer))).toEqual({ retired: signer })
    await refusedSoon()
    expect((await ada.refresh()).status).toBe(200)
    expect(await status()).toBe(200)
    expect(await cli('keys', 'retire', '--', signer)).toMatchObject({ code: 1 })

    await cli('sessions', 'revoke-before', '--before', 'now')
    await refusedSoon()
    await ada.login('ada@example.com')
    expect(parsed(await cli('sessions', 'revoke', '--user', 'ada@example.com'))).toEqual({ ended: 1 })
    await refusedSoon()
    await ada.login('ada@example.com')
    await cli('users', 'disable', 'ada@example.com')
    await refusedSoon()
    expect((await ada.login('ada@example.com')).status).toBe(401)
  })

  test('a revoked API key and a disabled service account are refused there within a second', async () => {
    const instance = await createTestLatchkey({ store, realTime: true })
    const env = { DATABASE_URL: instance.databaseUrl, LATCHKEY_SECRET: testSecret, NODE_ENV: 'test' }
    const cli = (...words: string[]) => runLatchkey([...words, '--json'], { env })
    const token = async (key: string) => (await exchange(instance, key)).body.accessToken
    const isAccepted = (bearer: string) => async () => {
      try {
        return (await instance.latchkey.authenticate(`Bearer ${bearer}`)).sub !== ''
      } catch {
        return false
      }
    }
    const refusedSoon = (bearer: string) =>
      expect.poll(isAccepted(bearer), { timeout: 1000, interval: 50 }).toBe(false)
    expect(await cli('service-accounts', 'create', 'builder')).toMatchObject({ code: 0 })
    const create = ['api-keys', 'create', '--service-account', 'builder', '--name', 'key']
    const first = parsed<CreatedApiKey>(await cli(...create))
    const second = parsed<CreatedApiKey>(await cli(...create))
    const tokens = [await token(first.key), await token(second.key)] as const
    expect(await Promise.all(tokens.map((each) => isAccepted(each)()))).toEqual([true, true])
    expect(await cli('api-keys', 'revoke', first.apiKey.id)).toMatchObject({ code: 0 })
    await refusedSoon(tokens[0])
    expect(await isAccepted(tokens[1])()).toBe(true)
    expect(await cli('service-accounts', 'disable', 'builder')).toMatchObject({ code: 0 })
    await refusedSoon(tokens[1])
  })

  test('keys are listed and rotated, and the server signs and verifies on', async () => {
    const { latchkey, databaseUrl, browser } = await createTestLatchkey({ store, realTime: true })
    const env = { DATABASE_URL: databaseUrl, LATCHKEY_SECRET: testSecret, NODE_ENV: 'test' }
    const ada = browser()
    await ada.register('ada@example.com')
    const before = parsed<Keys>(await runLatchkey(['keys', 'list', '--json'], { env })).keys
    expect(before.map(({ state }) => state).toSorted()).toEqual(['current', 'next'])
    const after = parsed<Keys>(await runLatchkey(['keys', 'rotate', '--json'], { env })).keys
    expect(after).toHaveLength(3)
    const was = (state: string) => before.find((key) => key.state === state)?.kid
    expect(after.find(({ state }) => state === 'current')?.kid).toBe(was('next'))
    expect(after.find(({ state }) => state === 'previous')?.kid).toBe(was('current'))
    await expect.poll(() => latchkey.services.keys.list().length, { timeout: 1000 }).toBe(3)
    expect((await ada.get('/me')).status).toBe(200)
  })

  test('a minted token opens the server, except in production', async () => {
    const { databaseUrl, browser } = await createTestLatchkey({ store, realTime: true })
    const env = { DATABASE_URL: databaseUrl, LATCHKEY_SECRET: testSecret, NODE_ENV: 'test' }
    await browser().register('ada@example.com')
    const mint = (more: Record<string, string> = {}, ...words: string[]) =>
      runLatchkey(['token', 'mint', '--user', 'ada@example.com', ...words], { env: { ...env, ...more } })
    const minted = await mint()
    expect(minted.code).toBe(0)
    const me = await browser().get('/me', { token: minted.stdout.trim() })
    expect(me).toMatchObject({ status: 200, body: { email: 'ada@example.com' } })
    const secret = 'Zk3pQ9vX7mT2rW8yB5nL1cD6fG4hJ0sA'
    const production = {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://a.example',
      LATCHKEY_SECRET: `${secret},${testSecret}`,
    }
    const refused = await mint(production)
    expect(refused.stdout).toBe('')
    expect(refused.code).not.toBe(0)
  })

  interface Keys {
    keys: { kid: string; state: string }[]
  }
})

describe('token decode', () => {
  test('shows any JWT, from the command line and from standard input', async () => {
    const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const jwt = `${segment({ alg: 'none' })}.${segment({ sub: 'x', exp: 1 })}.`
    const expected = { kind: 'jwt', header: { alg: 'none' }, payload: { sub: 'x', exp: 1 } }
    expect(parsed(await runLatchkey(['token', 'decode', jwt, '--json']))).toEqual(expected)
    expect(parsed(await runLatchkey(['token', 'decode', '--json'], { input: `Bearer ${jwt}\n` }))).toEqual(
      expected,
    )
    expect((await runLatchkey(['token', 'decode', jwt])).stdout).toContain('1970-01-01T00:00:01.000Z')
    const nonsense = await runLatchkey(['token', 'decode', 'a.b.c'])
    expect(nonsense).toMatchObject({ code: 1, stdout: '' })
    expectSentence(nonsense)
  })

  test('shows a refresh token without its secret, and verify tells whether it lives', async () => {
    const { browser, databaseUrl } = await createTestLatchkey({ realTime: true })
    const env = { DATABASE_URL: databaseUrl, LATCHKEY_SECRET: testSecret, NODE_ENV: 'test' }
    const body = { email: 'ada@example.com', password, tokenDelivery: 'body' }
    const reply = await browser().post<{ refreshToken: string; session: { id: string } }>('/register', body)
    const { refreshToken, session } = reply.body
    const decoded = await runLatchkey(['token', 'decode', refreshToken, '--json'])
    expect(parsed(decoded)).toEqual({
      kind: 'refresh_token',
      version: 1,
      keyId: expect.any(Number) as unknown,
      sessionId: session.id,
      generation: 0,
    })
    const verified = await runLatchkey(['token', 'verify', refreshToken, '--json'], { env })
    expect(parsed(verified)).toMatchObject({ valid: true, sessionId: session.id, generation: 0 })
    const forged = `${refreshToken.slice(0, -1)}${refreshToken.endsWith('A') ? 'B' : 'A'}`
    const refused = await runLatchkey(['token', 'verify', forged, '--json'], { env })
    expect(refused.code).toBe(1)
    expect(parsed(refused)).toMatchObject({ valid: false, code: 'refresh_token_invalid' })
  })
})
