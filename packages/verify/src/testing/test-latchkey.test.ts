import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decodeJwt } from 'jose'
import * as latchkeyModule from '../../../server/src/index.ts'
import { describe, expect, onTestFinished, test } from 'vitest'
import { chromiumPath } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { createVerifier } from '../index.ts'
import { startTestLatchkey, type TestLatchkey, type TestLatchkeyOptions } from '../testing.ts'
import type { ServerModule } from './server-module.ts'

async function open(options: TestLatchkeyOptions = {}): Promise<TestLatchkey> {
  const latchkey = await startTestLatchkey(options)
  onTestFinished(() => latchkey.close())
  return latchkey
}

test('the package has what is used of it', () => {
  const used: ServerModule = latchkeyModule
  expect(used.startLatchkey).toBeTypeOf('function')
})

test('its address is its issuer: a verifier that knows only the address accepts its tokens', async () => {
  const latchkey = await open()
  const user = await latchkey.users.create({ roles: ['admin'], name: 'Ada' })
  const { accessToken } = await latchkey.signIn(user)
  const verifier = createVerifier({ issuer: latchkey.url, audience: latchkey.audience })
  onTestFinished(() => verifier.close())
  expect(await verifier.verify(accessToken)).toMatchObject({
    ok: true,
    revocationChecked: true,
    claims: { iss: latchkey.url, sub: user.id, roles: ['admin'] },
  })
  const headers = { authorization: `Bearer ${accessToken}` }
  const me = await fetch(`${latchkey.url}/api/auth/me`, { headers })
  expect(await me.json()).toMatchObject({ email: user.email, name: 'Ada', emailVerified: true })
  await fetch(`${latchkey.url}/api/auth/logout`, { method: 'POST', headers })
  await expect
    .poll(async () => await verifier.verify(accessToken))
    .toMatchObject({ ok: false, error: { code: 'revoked' } })
})

test('its clock moves when it is told to, for the verifier as well', async () => {
  const latchkey = await open({ settings: { accessTokenTtl: '10m' } })
  const verifier = createVerifier(latchkey.trust)
  onTestFinished(() => verifier.close())
  const user = await latchkey.users.create()
  const { accessToken } = await latchkey.signIn(user)
  latchkey.clock.advance(9 * 60_000)
  expect(await verifier.verify(accessToken)).toMatchObject({ ok: true })
  latchkey.clock.advance(2 * 60_000)
  expect(await verifier.verify(accessToken)).toMatchObject({ error: { code: 'expired' } })
  const refused = await fetch(`${latchkey.url}/api/auth/me`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  expect(await refused.json()).toMatchObject({ code: 'token_expired' })
  expect(await verifier.verify((await latchkey.signIn(user)).accessToken)).toMatchObject({ ok: true })
})

test('mails can be read, whatever their address is written like', async () => {
  const latchkey = await open()
  const user = await latchkey.users.create({ email: 'Ada@example.com' })
  expect(await latchkey.mailbox(user.email)).toEqual([])
  await fetch(`${latchkey.url}/api/auth/forgot-password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.com' }),
  })
  const [mail] = await latchkey.mailbox('ADA@example.com')
  expect(mail).toMatchObject({ to: 'Ada@example.com' })
  expect(mail?.links[0]).toMatch(new RegExp(`^${latchkey.url}/`))
})

test('who cannot sign in is told why; what cannot be created, too', async () => {
  const latchkey = await open()
  const user = await latchkey.users.create({ email: 'ada@example.com' })
  await expect(latchkey.signIn({ ...user, password: 'wrong' })).rejects.toThrow('401 invalid_credentials')
  await expect(latchkey.users.create({ email: user.email })).rejects.toMatchObject({ code: 'email_taken' })
  await expect(latchkey.users.create({ roles: ['nobody'] })).rejects.toMatchObject({ code: 'role_not_found' })
  await expect(latchkey.users.create({ password: 'password' })).rejects.toMatchObject({
    code: 'password_too_common',
  })
  await expect(startTestLatchkey({ settings: { accessTokenTtl: 'soon' } })).rejects.toThrow('accessTokenTtl')
})

test('neither the environment nor the settings of a test make it somebody else', async () => {
  process.env.PUBLIC_URL = 'https://auth.example.com'
  process.env.DATABASE_URL = 'postgres://nobody@192.0.2.1/nothing'
  process.env.SMTP_URL = 'smtp://192.0.2.1'
  process.env.ACCESS_TOKEN_TTL = 'no time at all'
  onTestFinished(() => {
    for (const name of ['PUBLIC_URL', 'DATABASE_URL', 'SMTP_URL', 'ACCESS_TOKEN_TTL'])
      delete process.env[name]
  })
  const settings = { publicUrl: 'https://auth.example.com', nodeEnv: 'production', secret: ['x'.repeat(40)] }
  const latchkey = await open({ settings })
  const metadata = await fetch(`${latchkey.url}/.well-known/oauth-authorization-server`)
  expect(await metadata.json()).toMatchObject({ issuer: latchkey.url })
  expect(await latchkey.users.create({ email: 'ada@example.com' })).toMatchObject({
    email: 'ada@example.com',
  })
})

test('an administrator that is made here can make what else a test needs', async () => {
  const latchkey = await open()
  const { accessToken } = await latchkey.signIn(await latchkey.users.create({ roles: ['admin'] }))
  const made = await fetch(`${latchkey.url}/api/admin/roles`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'editor', permissions: ['notes:write'] }),
  })
  expect(made.status).toBe(201)
  const editor = await latchkey.signIn(await latchkey.users.create({ roles: ['editor'] }))
  expect(decodeJwt(editor.accessToken)).toMatchObject({ roles: ['editor'], permissions: ['notes:write'] })
})

test('two of them side by side know nothing of each other', async () => {
  const [one, other] = await Promise.all([open(), open()])
  expect(one.url).not.toBe(other.url)
  const user = await one.users.create({ email: 'ada@example.com' })
  await expect(other.signIn(user)).rejects.toThrow('invalid_credentials')
  const { accessToken } = await one.signIn(user)
  const ask = (url: string) =>
    fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${accessToken}` } })
  expect((await ask(one.url)).status).toBe(200)
  expect((await ask(other.url)).status).toBe(401)
  await other.users.create({ email: 'ada@example.com' })
  await one.close()
  await expect(fetch(one.url)).rejects.toThrow()
  await expect(one.users.create()).rejects.toThrow()
  expect((await fetch(`${other.url}/health/live`)).status).toBeLessThan(500)
})

test('in production it does not start, and says why', async () => {
  const before = process.env.NODE_ENV
  onTestFinished(() => void (process.env.NODE_ENV = before))
  process.env.NODE_ENV = 'production'
  await expect(startTestLatchkey()).rejects.toThrow(/does not start where NODE_ENV is production/)
})

describe('in a process of its own', () => {
  test('nothing is left when it is closed, and the process ends by itself', async () => {
    const program = `
      import { startTestLatchkey } from '@latchkey/verify/testing'
      await using latchkey = await startTestLatchkey()
      const { accessToken } = await latchkey.signIn(await latchkey.users.create())
      const headers = { authorization: 'Bearer ' + accessToken }
      console.log((await fetch(latchkey.url + '/api/auth/me', { headers })).status)
      void fetch(latchkey.url + '/api/auth/revocations?since=0&wait=60').catch(() => {})
      const stream = await fetch(latchkey.url + '/api/auth/revocations', { headers: { accept: 'text/event-stream' } })
      void stream.text().catch(() => {})
    `
    expect(await run(program)).toBe('200\n')
  })

  test('without the package it says what to install', async () => {
    const program = `
      import { registerHooks } from 'node:module'
      registerHooks({
        resolve(specifier, context, next) {
          return next(specifier === 'latchkey' ? 'latchkey-is-not-here' : specifier, context)
        },
      })
      const { createTestIssuer, startTestLatchkey } = await import('@latchkey/verify/testing')
      await startTestLatchkey().catch((error) => console.log(error.message))
      const issuer = await createTestIssuer()
      await issuer.close()
    `
    expect(await run(program)).toContain('npm install --save-dev latchkey')
  })
})

describe.skipIf(chromiumPath === null)('in a browser', () => {
  test('a context that begins with the storage state is signed in, and stays so', async () => {
    const latchkey = await open()
    const user = await latchkey.users.create({ name: 'Ada' })
    const { storageState } = await latchkey.signIn(user)
    const browser = await openBrowser()
    onTestFinished(() => browser.close())

    const context = await browser.newContext({ storageState, locale: 'en-GB' })
    const page = await context.newPage()
    await page.goto(`${latchkey.url}/account`)
    await page.getByRole('heading', { name: 'Profile' }).waitFor()
    await page.goto(`${latchkey.url}/account/devices`)
    await page.getByText('This device', { exact: true }).waitFor()
    await page.goto(`${latchkey.url}/account`)
    latchkey.clock.advance(20 * 60_000)
    await page.reload()
    await page.getByRole('heading', { name: 'Profile' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${latchkey.url}/sign-in`)

    const stranger = await (await browser.newContext({ locale: 'en-GB' })).newPage()
    await stranger.goto(`${latchkey.url}/account`)
    await stranger.waitForURL(/\/sign-in/)
  })
})

test('an application of its own takes the cookies of a sign-in', async () => {
  const latchkey = await open()
  const { cookie, cookies } = await latchkey.signIn(await latchkey.users.create())
  expect(cookies.some(({ httpOnly }) => httpOnly)).toBe(true)
  const refreshed = await fetch(`${latchkey.url}/api/auth/refresh`, { method: 'POST', headers: { cookie } })
  expect(await refreshed.json()).toMatchObject({ session: { generation: 1 } })
})

async function run(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=development', '--input-type=module', '--eval', program],
    { cwd: join(import.meta.dirname, '../..'), timeout: 30_000 },
  )
  return stdout
}
