import { copyFileSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { seconds, type SignedIn } from '@latchkey/contract'
import { expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { createKey, exchange } from '#test/support/machines.ts'
import { type Browser, createTestLatchkey, testSecret } from '#test/support/test-latchkey.ts'
import { createKeyring } from '../../packages/server/src/core/secrets/keyring.ts'
import { mintRefreshToken } from '../../packages/server/src/sessions/tokens/refresh-token.ts'
import { mintSessionToken } from '../../packages/server/src/sessions/tokens/session-token.ts'
import { statement } from '../../packages/server/src/db/statement.ts'

const ada = { email: 'ada@example.com', password: 'correct horse battery' }

const refreshWith = (browser: Browser, refreshToken: string) =>
  browser.post<SignedIn>('/refresh', { refreshToken }, { bare: true })

async function signIn(browser: Browser): Promise<SignedIn & { refreshToken: string }> {
  const input = { email: 'ada@example.com', password: 'correct horse battery', tokenDelivery: 'body' }
  return (await browser.post<SignedIn & { refreshToken: string }>('/login', input)).body
}

test('after the restore of an old backup every client goes on, and what was revoked since can be fenced off', async () => {
  const before = await createTestLatchkey()
  const browser = before.browser()
  await browser.register()
  const [kept, ended] = [await signIn(browser), await signIn(browser)]
  let { refreshToken } = kept
  const path = before.databaseUrl.slice('sqlite:'.length)
  const backup = `${path}.backup`
  const source = new DatabaseSync(path)
  source.exec(`VACUUM INTO '${backup}'`)
  source.close()
  const backedUpAt = before.clock.now()

  for (let round = 0; round < 5; round++) {
    before.clock.advance(seconds(60))
    refreshToken = must((await refreshWith(browser, refreshToken)).body.refreshToken)
  }
  await before.latchkey.services.sessions.end(ended.session.id as never, 'logged_out')
  const restoredAt = before.clock.now()
  await before.latchkey.close()

  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  copyFileSync(backup, path)
  const after = await createTestLatchkey({
    databaseUrl: before.databaseUrl,
    outside: { ports: { now: before.clock.now } },
  })
  const fresh = after.browser()
  const goesOn = await refreshWith(fresh, refreshToken)
  expect(goesOn.status).toBe(200)
  expect(goesOn.body.session.generation).toBeGreaterThan(5)
  // The backup knows nothing of the log-out: this is why the restore guide ends with a fence.
  expect((await refreshWith(fresh, ended.refreshToken)).status).toBe(200)
  expect(backedUpAt).toBeLessThan(restoredAt)
  expect(await after.latchkey.services.sessions.revokeBefore(restoredAt)).toBeGreaterThan(0)
  before.clock.advance(seconds(60))
  expect((await refreshWith(fresh, ended.refreshToken)).code).toBe('session_revoked')
})

test('a cookie session goes on after a restore, and the fence ends it as well', async () => {
  const before = await createTestLatchkey()
  const browser = before.browser()
  await browser.post('/register', { ...ada, sessionKind: 'cookie' })
  const path = before.databaseUrl.slice('sqlite:'.length)
  const source = new DatabaseSync(path)
  source.exec(`VACUUM INTO '${path}.backup'`)
  source.close()
  before.clock.advance(seconds(3600))
  expect((await browser.get('/me')).status).toBe(200)
  const ended = { cookie: browser.cookieHeader() }
  await browser.post('/logout')
  const restoredAt = before.clock.now()
  await before.latchkey.close()

  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  copyFileSync(`${path}.backup`, path)
  const after = await createTestLatchkey({
    databaseUrl: before.databaseUrl,
    outside: { ports: { now: before.clock.now } },
  })
  expect((await after.browser().get('/me', { headers: ended })).status).toBe(200)
  expect(await after.latchkey.services.sessions.revokeBefore(restoredAt)).toBe(1)
  expect((await after.browser().get('/me', { headers: ended })).code).toBe('session_revoked')
})

test('an API key that was revoked after the backup lives again, until it is fenced as well, and its tokens with it', async () => {
  const before = await createTestLatchkey()
  const browser = before.browser()
  await browser.register()
  const revoked = await createKey(browser)
  const path = before.databaseUrl.slice('sqlite:'.length)
  const source = new DatabaseSync(path)
  source.exec(`VACUUM INTO '${path}.backup'`)
  source.close()
  before.clock.advance(seconds(60))
  const { status } = await browser.send(`/api/auth/api-keys/${revoked.apiKey.id}`, { method: 'DELETE' })
  expect(status).toBe(204)
  expect((await exchange(before, revoked.key)).code).toBe('api_key_revoked')
  const restoredAt = before.clock.now()
  await before.latchkey.close()

  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  copyFileSync(`${path}.backup`, path)
  const after = await createTestLatchkey({
    databaseUrl: before.databaseUrl,
    outside: { ports: { now: before.clock.now } },
  })
  const { apiKeys, sessions } = after.latchkey.services
  const { accessToken } = (await exchange(after, revoked.key)).body
  // Sessions alone leave the keys as they are, and it is said how many there are.
  await sessions.revokeBefore(restoredAt)
  expect(await apiKeys.countBefore(restoredAt)).toBe(1)
  expect((await exchange(after, revoked.key)).status).toBe(200)
  before.clock.advance(seconds(1))
  const fresh = after.browser()
  await fresh.login()
  const made = await createKey(fresh)
  expect(await apiKeys.revokeBefore(restoredAt)).toBe(1)
  expect((await exchange(after, revoked.key)).code).toBe('api_key_revoked')
  await expect(after.latchkey.authenticate(`Bearer ${accessToken}`)).rejects.toThrow('revoked')
  expect((await exchange(after, made.key)).status).toBe(200)
  expect([await apiKeys.countBefore(restoredAt), await apiKeys.revokeBefore(restoredAt)]).toEqual([0, 0])
})

test('a dump of the database and the secret of the server mint nothing', async () => {
  const { latchkey, browser } = await createTestLatchkey()
  await browser().register()
  const ring = createKeyring([testSecret])
  const [row] = await latchkey.services.db.all<Record<string, unknown>>(statement('SELECT * FROM session'))
  const id = must(row).id as Uint8Array
  const stolen = Object.values(must(row)).filter((value) => value instanceof Uint8Array)
  const guesses = stolen
    .flatMap((bytes) => [bytes.subarray(0, 16), bytes.subarray(-16)])
    .filter(({ length }) => length === 16)
  expect(guesses.length).toBeGreaterThan(4)
  for (const secret of [...guesses, new Uint8Array(16)]) {
    const forged = mintRefreshToken(ring, {
      sessionId: id,
      generation: must(row).generation as number,
      secret,
    })
    expect((await refreshWith(browser(), forged)).code).toBe('refresh_token_invalid')
  }
})

test('nor do they mint a session cookie', async () => {
  const { latchkey, browser } = await createTestLatchkey()
  const tab = browser()
  await tab.post('/register', { ...ada, sessionKind: 'cookie' })
  // The most that a row ever holds.
  await tab.post('/step-up', { password: ada.password })
  const ring = createKeyring([testSecret])
  const [row] = await latchkey.services.db.all<Record<string, unknown>>(statement('SELECT * FROM session'))
  const stolen = Object.values(must(row)).filter((value) => value instanceof Uint8Array)
  const guesses = stolen
    .flatMap((bytes) => [bytes.subarray(0, 16), bytes.subarray(-16)])
    .filter(({ length }) => length === 16)
  expect(guesses.length).toBeGreaterThan(6)
  for (const secret of [...guesses, new Uint8Array(16)]) {
    const forged = mintSessionToken(ring, { sessionId: must(row).id as Uint8Array, secret })
    const answer = await browser().get('/me', { headers: { cookie: `latchkey-session=${forged}` } })
    expect(answer.code).toBe('unauthenticated')
  }
})
