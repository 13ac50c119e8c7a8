import { pbkdf2Sync, scryptSync } from 'node:crypto'
import { firstOf, must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { aroundDatabase } from '#test/support/around-database.ts'
import { days, minutes, type SignedIn } from '@latchkey/contract'
import { hash as argon2, type Algorithm } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { describe, expect, test } from 'vitest'
import {
  type Browser,
  createTestLatchkey,
  type Reply,
  stores,
  type TestLatchkey,
} from '#test/support/test-latchkey.ts'
import { disableElsewhere } from '#test/support/disabled-elsewhere.ts'
import { parseUuid } from '../../core/ports/uuid.ts'
import type { Database } from '../../db/database.ts'
import { openDatabase } from '../../db/open-database.ts'
import { statement } from '../../db/statement.ts'
import { argon2Cost } from './hashes/argon2-hash.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'
const newPassword = 'seven quiet otters swim'

/** The parts of an answer that a stranger can compare with another. */
function seen({ status, headers, body }: Reply): unknown {
  const { requestId: _, ...rest } = body
  const shown = [...headers].filter(([name]) => name !== 'x-request-id')
  return { status, body: rest, headers: shown }
}

const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

const disable = ({ latchkey, clock }: TestLatchkey, id: string) =>
  latchkey.services.users.change(userIdOf(id), { disabledAt: clock.now() })

/** The token of the newest mail to `to` whose link leads to `path`. */
async function linkToken({ mailbox }: TestLatchkey, path: string, to = email): Promise<string> {
  const links = (await mailbox(to)).flatMap((mail) => mail.links)
  return must(new URL(must(links.find((link) => new URL(link).pathname === path))).searchParams.get('token'))
}

function as(browser: Browser, token: string | undefined): Browser {
  browser.token = token
  return browser
}

async function resetToken(started: TestLatchkey, to = email): Promise<string> {
  await started.browser().post('/forgot-password', { email: to })
  return await linkToken(started, '/reset-password', to)
}

const signIn = (browser: Browser, secret: string, more: object = {}) =>
  browser.post<SignedIn>('/login', { email, password: secret, ...more })

describe.each(stores)('registering on %s', (store) => {
  test('makes an account that is signed in, and whose address is not yet proven', async () => {
    const { browser } = await createTestLatchkey({ store })
    const tab = browser()
    const { user } = await tab.register()
    expect(user).toMatchObject({ email, emailVerified: false, roles: [] })
    expect((await tab.get('/me')).body).toMatchObject({ id: user.id })
    expect((await tab.refresh()).status).toBe(200)
  })

  test('an address is one account, however it is written', async () => {
    const { browser } = await createTestLatchkey({ store })
    await browser().register()
    expect((await browser().post('/register', { email: 'ADA@Example.COM', password })).code).toBe(
      'email_taken',
    )
    expect((await browser().post('/login', { email: 'ADA@Example.COM', password })).status).toBe(200)
  })

  test('a common password, and one made of the address, is refused (ASVS V6.2.4)', async () => {
    const { browser } = await createTestLatchkey({ store })
    for (const weak of ['password1', 'ada@example.com'])
      expect((await browser().post('/register', { email, password: weak })).code).toBe('password_too_common')
    expect((await browser().post('/register', { email, password: 'short' })).status).toBe(400)
  })

  test('where it is closed nobody can, not even with a free address', async () => {
    const { browser } = await createTestLatchkey({ store, registration: 'closed' })
    expect((await browser().post('/register', { email, password })).code).toBe('registration_closed')
  })
})

describe.each(stores)('registering where the address must be proven, on %s', (store) => {
  const required = { store, emailVerification: 'required' } as const
  const register = (browser: Browser, secret = password) =>
    browser.post<{ ticket: string }>('/register', { email, password: secret })

  test('is answered alike for a known and an unknown address (ASVS V6.3.8)', async () => {
    const started = await createTestLatchkey(required)
    const first = await register(started.browser())
    await started.browser().post('/verify-email', { token: await linkToken(started, '/verify-email') })
    const second = await register(started.browser())
    const masked = (reply: Reply<{ ticket: string }>) => {
      const { ticket } = reply.body
      const cookies = reply.headers.getSetCookie().map((line) => line.replace(ticket, 'TICKET'))
      expect(cookies).toEqual(['latchkey-registration=TICKET; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax'])
      const headers = new Headers(reply.headers)
      headers.delete('set-cookie')
      return seen({ ...reply, headers, body: { ...reply.body, ticket: ticket.length } })
    }
    expect(first.status).toBe(202)
    expect(masked(second)).toEqual(masked(first))
    expect(second.body.ticket).not.toBe(first.body.ticket)
    const [told] = await started.mailbox(email)
    expect(told?.links.map((link) => new URL(link).pathname)).toEqual(['/forgot-password'])
  })

  test('the account exists only once the mail is answered, by link', async () => {
    const started = await createTestLatchkey(required)
    const tab = started.browser()
    await register(tab)
    expect((await signIn(tab, password)).code).toBe('invalid_credentials')
    expect(await started.latchkey.services.db.all(statement('SELECT id FROM user_account'))).toEqual([])
    expect([...tab.cookies.keys()]).toEqual(['latchkey-registration'])
    const token = await linkToken(started, '/verify-email')
    expect((await tab.post('/verify-email', { token })).status).toBe(204)
    expect(tab.cookies.size).toBe(0)
    expect((await signIn(tab, password)).body.user).toMatchObject({ emailVerified: true })
    expect((await tab.post('/verify-email', { token }, { bare: true })).code).toBe('challenge_invalid')
  })

  test('or by the code, in the browser that asked and in no other', async () => {
    const started = await createTestLatchkey(required)
    const { ticket } = (await register(started.browser())).body
    const [mail] = await started.mailbox(email)
    const code = must(mail?.codes[0])
    const elsewhere = (await register(started.browser(), newPassword)).body.ticket
    const [later] = await started.mailbox(email)
    expect((await started.browser().post('/verify-email', { ticket, code })).code).toBe('challenge_invalid')
    const answer = await started.browser().post('/verify-email', { ticket: elsewhere, code: later?.codes[0] })
    expect(answer.status).toBe(204)
  })

  test('a code has five tries, the right one included', async () => {
    const started = await createTestLatchkey(required)
    const { ticket } = (await register(started.browser())).body
    const code = must((await started.mailbox(email))[0]?.codes[0])
    const wrong = code === '000000' ? '000001' : '000000'
    for (let index = 0; index < 5; index++)
      expect((await started.browser().post('/verify-email', { ticket, code: wrong })).code).toBe(
        'challenge_invalid',
      )
    expect((await started.browser().post('/verify-email', { ticket, code })).code).toBe('challenge_invalid')
  })

  test("an attacker's earlier registration of the address leaves nothing of theirs", async () => {
    const started = await createTestLatchkey(required)
    const attack = (await register(started.browser(), 'the password of an attacker')).body
    const attackToken = await linkToken(started, '/verify-email')
    const attackCode = (await started.mailbox(email))[0]?.codes[0]
    const owner = started.browser()
    await register(owner)
    const token = await linkToken(started, '/verify-email')
    const late = await started.browser().post('/verify-email', { token: attackToken })
    expect(late.code).toBe('challenge_invalid')
    const byCode = await started.browser().post('/verify-email', { ticket: attack.ticket, code: attackCode })
    expect(byCode.code).toBe('challenge_invalid')
    await owner.post('/verify-email', { token })
    expect((await signIn(started.browser(), 'the password of an attacker')).code).toBe('invalid_credentials')
    expect((await signIn(started.browser(), password)).status).toBe(200)
  })

  test('who confirms by link what a stranger began gets an account with nothing of the stranger', async () => {
    const started = await createTestLatchkey(required)
    const stranger = started.browser()
    const typed = { email, password: 'the password of a stranger', name: 'A Stranger' }
    expect((await stranger.post('/register', typed)).status).toBe(202)
    const owner = started.browser()
    const token = await linkToken(started, '/verify-email')
    const answer = await owner.post<{ next: string; token: string }>('/verify-email', { token })
    expect([answer.status, answer.body.next]).toEqual([200, 'set_password'])
    expect((await signIn(stranger, typed.password)).code).toBe('invalid_credentials')
    const chosen = { token: answer.body.token, newPassword }
    expect((await owner.post('/reset-password', chosen)).status).toBe(204)
    expect((await owner.post('/reset-password', chosen)).code).toBe('challenge_invalid')
    expect((await signIn(stranger, typed.password)).code).toBe('invalid_credentials')
    const { user } = (await signIn(owner, newPassword)).body
    expect(user).toMatchObject({ email, emailVerified: true, name: null })
  })

  test('the ticket of another registration, in body or cookie, does not bring the password into force', async () => {
    for (const carry of ['body', 'cookie']) {
      const started = await createTestLatchkey(required)
      await register(started.browser())
      const token = await linkToken(started, '/verify-email')
      const other = started.browser()
      const { ticket } = (
        await other.post<{ ticket: string }>('/register', { email: 'bea@example.com', password })
      ).body
      const answer =
        carry === 'cookie'
          ? await other.post('/verify-email', { token })
          : await started.browser().post('/verify-email', { token, ticket })
      expect(answer.status, carry).toBe(200)
      expect((await signIn(started.browser(), password)).code, carry).toBe('invalid_credentials')
      // The other registration still waits in its browser.
      expect(other.cookies.get('latchkey-registration'), carry).toBe(ticket)
    }
  })

  test('a client without cookies brings the ticket in the body', async () => {
    const started = await createTestLatchkey(required)
    const { ticket } = (await register(started.browser())).body
    const token = await linkToken(started, '/verify-email')
    const answer = await started.browser().post('/verify-email', { token, ticket })
    expect(answer.status).toBe(204)
    expect((await signIn(started.browser(), password)).status).toBe(200)
  })

  test('the ticket in the body counts, whatever the cookie says', async () => {
    const started = await createTestLatchkey(required)
    const tab = started.browser()
    await register(tab)
    const token = await linkToken(started, '/verify-email')
    const { ticket } = (
      await started.browser().post<{ ticket: string }>('/register', { email: 'bea@example.com', password })
    ).body
    expect((await tab.post('/verify-email', { token, ticket })).status).toBe(200)
  })

  test('a code is answered with the ticket of the cookie as well', async () => {
    const started = await createTestLatchkey(required)
    const tab = started.browser()
    await register(tab)
    const code = (await started.mailbox(email))[0]?.codes[0]
    expect((await started.browser().post('/verify-email', { code })).code).toBe('unauthenticated')
    expect((await tab.post('/verify-email', { code })).status).toBe(204)
    expect(tab.cookies.size).toBe(0)
    expect((await signIn(tab, password)).status).toBe(200)
  })

  test.each(['here', 'elsewhere'])(
    'a link that is brought 50 times at once, %s, makes one account',
    async (where) => {
      const started = await createTestLatchkey(required)
      const tab = started.browser()
      await register(tab)
      const token = await linkToken(started, '/verify-email')
      const from = where === 'here' ? tab : started.browser()
      const headers: Record<string, string> = from.cookies.size > 0 ? { cookie: from.cookieHeader() } : {}
      const answers = await times(50, () => started.browser().post('/verify-email', { token }, { headers }))
      expect(answers.filter(({ status }) => status === (where === 'here' ? 204 : 200))).toHaveLength(1)
      expect(answers.filter(({ code }) => code === 'challenge_invalid')).toHaveLength(49)
      expect(await started.latchkey.services.db.all(statement('SELECT id FROM user_account'))).toHaveLength(1)
    },
  )

  test('link and code at once, from both browsers, make one account', async () => {
    const started = await createTestLatchkey(required)
    const tab = started.browser()
    await register(tab)
    const token = await linkToken(started, '/verify-email')
    const code = (await started.mailbox(email))[0]?.codes[0]
    const answers = await Promise.all([
      started.browser().post('/verify-email', { token }),
      tab.post('/verify-email', { code }),
    ])
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1)
    expect(answers.filter((answer) => answer.code === 'challenge_invalid')).toHaveLength(1)
  })

  test('a link of yesterday is void', async () => {
    const started = await createTestLatchkey(required)
    await register(started.browser())
    const token = await linkToken(started, '/verify-email')
    started.clock.advance(days(1))
    expect((await started.browser().post('/verify-email', { token })).code).toBe('challenge_invalid')
  })
})

describe.each(stores)('signing in on %s', (store) => {
  test('unknown, wrong password, disabled, unverified: one answer in status, body and headers (ASVS V6.3.8)', async () => {
    const open = await createTestLatchkey({ store })
    await open.browser().register()
    const off = await open.browser().register('off@example.com')
    const proven = open.browser()
    await proven.register('proven@example.com')
    await proven.post('/verify-email', {
      token: await linkToken(open, '/verify-email', 'proven@example.com'),
    })
    await disable(open, off.user.id)
    // The same accounts, in an instance that now demands proven addresses.
    const { browser } = await createTestLatchkey({
      databaseUrl: open.databaseUrl,
      emailVerification: 'required',
    })
    const login = (body: object) => browser().post('/login', body)
    const unknown = await login({ email: 'nobody@example.com', password })
    expect(unknown.status).toBe(401)
    expect(unknown.headers.getSetCookie()).toEqual([])
    for (const answer of [
      await login({ email: 'proven@example.com', password: newPassword }),
      await login({ email: 'off@example.com', password }),
      await login({ email, password }),
    ])
      expect(seen(answer)).toEqual(seen(unknown))
    expect((await login({ email: 'proven@example.com', password })).status).toBe(200)
  })

  test('each refusal asks the database the same, by the API and by the page, whatever the account is (ASVS V6.3.8)', async () => {
    const open = await createTestLatchkey({ store })
    await open.browser().register()
    const off = await open.browser().register('off@example.com')
    const bare = await open.browser().register('passkey-only@example.com')
    await disable(open, off.user.id)
    await open.latchkey.services.db.all(statement('DELETE FROM password_credential WHERE user_id = :id'), {
      id: parseUuid(bare.user.id),
    })
    const asked: string[] = []
    const database = noting(openDatabase(open.databaseUrl), asked)
    const { browser } = await createTestLatchkey({
      outside: { database },
      emailVerification: 'required',
      limitScale: 100,
    })
    const states = {
      unknown: ['nobody@example.com', password],
      'wrong password': [email, newPassword],
      unverified: [email, password],
      disabled: ['off@example.com', password],
      'without a password': ['passkey-only@example.com', password],
    }
    const paths = {
      api: (email: string, password: string, ip: string) =>
        browser().send('/api/auth/login', { body: { email, password }, ip }),
      page: (email: string, password: string, ip: string) =>
        browser().send('/sign-in', {
          ip,
          method: 'POST',
          body: new URLSearchParams({ email, password }).toString(),
          headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
        }),
    }
    let networks = 0
    for (const [path, send] of Object.entries(paths)) {
      const seen: [string, string[]][] = []
      for (const [state, [address = '', secret = '']] of Object.entries(states)) {
        // Waits for the work that an answer left to be done.
        await new Promise((resolve) => setTimeout(resolve, 100))
        asked.length = 0
        // From a network of its own: what has failed before counts once.
        const { status } = await send(address, secret, `192.0.2.${++networks}`)
        seen.push([state, [...asked]])
        expect(status, `${path} ${state}`).toBe(401)
      }
      for (const [state, texts] of seen) expect(texts, `${path} ${state}`).toEqual(firstOf(seen)[1])
    }
  })

  test('the right password of a refused account is counted like a wrong one, so that the limit does not tell it', async () => {
    const started = await createTestLatchkey({ store })
    const { user } = await started.browser().register()
    await disable(started, user.id)
    const statuses = async (secret: string, to: string) => {
      const seen: number[] = []
      for (let index = 0; index < 11; index++)
        seen.push((await started.browser().post('/login', { email: to, password: secret })).status)
      return seen
    }
    const unknown = await statuses(newPassword, 'nobody@example.com')
    expect(unknown.at(-1)).toBe(429)
    expect(await statuses(password, email)).toEqual(unknown)
  })

  test('an unverified user is sent the mail again, and no more often than the limit allows', async () => {
    const open = await createTestLatchkey({ store })
    await open.browser().register()
    const { browser, mailbox } = await createTestLatchkey({
      databaseUrl: open.databaseUrl,
      emailVerification: 'required',
    })
    for (let index = 0; index < 30; index++) await signIn(browser(), password)
    // They are promised after the answers.
    await expect.poll(async () => (await mailbox(email)).length).toBeGreaterThan(1)
    const mails = await mailbox(email)
    expect(mails.length).toBeGreaterThan(1)
    expect(mails.length).toBeLessThanOrEqual(11)
  })

  test('remember: false gives cookies that end with the browser; otherwise they last', async () => {
    const { browser } = await createTestLatchkey({ store })
    await browser().register()
    const lifetimes = async (remember: boolean) => {
      const { headers } = await signIn(browser(), password, { remember })
      const kept = headers.getSetCookie().filter((line) => !/=;/.test(line) && !line.includes('device'))
      return kept.map((line) => [line.split('=')[0], /Max-Age=\d+/.test(line)])
    }
    expect(await lifetimes(false)).toEqual([
      ['latchkey-refresh-0', false],
      ['latchkey-hint', false],
    ])
    expect(await lifetimes(true)).toEqual([
      ['latchkey-refresh-0', true],
      ['latchkey-hint', true],
      ['latchkey-last-method', true],
    ])
  })

  test('and a refresh keeps them so', async () => {
    const { browser } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.register()
    await signIn(tab, password, { remember: false })
    const { headers } = await tab.refresh()
    expect(headers.getSetCookie().filter((line) => line.includes('Max-Age'))).toEqual([])
  })

  test('each sign-in is a session of its own, whatever the browser brings', async () => {
    const { browser } = await createTestLatchkey({ store })
    const tab = browser()
    const { session } = await tab.register()
    const before = new Map(tab.cookies)
    const { body } = await tab.login()
    expect(body.session.id).not.toBe(session.id)
    expect(tab.cookies.get('latchkey-refresh-0')).not.toBe(before.get('latchkey-refresh-0'))
  })
})

describe.each(stores)('passwords from elsewhere, on %s', (store) => {
  const phc = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '')
  const salt = Buffer.from('sixteen-byte-pad')
  const cheap = { memoryCost: 8192, timeCost: 1, parallelism: 1, salt }
  const foreign: [string, () => Promise<string>][] = [
    ['bcrypt', () => bcrypt(password, { cost: 4 })],
    [
      'scrypt',
      async () =>
        `$scrypt$ln=10,r=8,p=1$${phc(salt)}$${phc(scryptSync(password, salt, 32, { N: 1024, r: 8, p: 1 }))}`,
    ],
    [
      'PBKDF2',
      async () => `$pbkdf2-sha256$i=1000$${phc(salt)}$${phc(pbkdf2Sync(password, salt, 1000, 32, 'sha256'))}`,
    ],
    // The enum is const and has no values at run time: 0 is Argon2d, 1 is Argon2i.
    ['Argon2d', () => argon2(password, { ...cheap, algorithm: 0 as Algorithm })],
    ['Argon2i', () => argon2(password, { ...cheap, algorithm: 1 as Algorithm })],
  ]
  const replaceHash = statement('UPDATE password_credential SET hash = :hash WHERE user_id = :id')
  const read = statement('SELECT hash, version FROM password_credential WHERE user_id = :id')

  test.each(foreign)('%s signs in, two at once, and is Argon2id afterwards', async (_, make) => {
    const { browser, latchkey } = await createTestLatchkey({ store, outside: { hashCost: argon2Cost } })
    const { db } = latchkey.services
    const id = parseUuid((await browser().register()).user.id)
    const hash = await make()
    await db.all(replaceHash, { id, hash })
    expect((await signIn(browser(), newPassword)).code).toBe('invalid_credentials')
    expect(await db.all(read, { id })).toEqual([{ hash, version: 1 }])
    const both = await times(2, () => signIn(browser(), password))
    expect(both.map(({ status }) => status)).toEqual([200, 200])
    const [upgraded] = await db.all<{ hash: string; version: number }>(read, { id })
    expect(upgraded?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(upgraded?.version).toBe(1)
    expect((await signIn(browser(), password)).status).toBe(200)
    expect((await signIn(browser(), newPassword)).code).toBe('invalid_credentials')
  })
})

describe.each(stores)('guessing on %s', (store) => {
  const guess = (browser: Browser, to = email) =>
    browser.post('/login', { email: to, password: 'a wrong guess' })
  async function exhaust(started: TestLatchkey, to = email): Promise<void> {
    for (let index = 0; index < 10; index++) expect((await guess(started.browser(), to)).status).toBe(401)
  }

  test('the eleventh wrong password is 429 with Retry-After, for known and unknown alike (ASVS V6.3.1)', async () => {
    const started = await createTestLatchkey({ store })
    await started.browser().register()
    await exhaust(started)
    await exhaust(started, 'nobody@example.com')
    const [known, unknown] = [
      await guess(started.browser()),
      await guess(started.browser(), 'nobody@example.com'),
    ]
    expect(known.code).toBe('rate_limited')
    expect(Number(known.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(seen(known)).toEqual(seen(unknown))
  })

  test('and comes before any hash', async () => {
    const started = await createTestLatchkey({ store, hashConcurrency: 1, hashQueue: 1, logLevel: 'silent' })
    await started.browser().register()
    await exhaust(started)
    const { promise, resolve } = Promise.withResolvers<void>()
    const busy = times(2, () => started.latchkey.services.hashPool.run(() => promise))
    // With the pool full, a request that needs a hash is told so.
    expect((await guess(started.browser(), 'bea@example.com')).code).toBe('overloaded')
    expect((await guess(started.browser())).code).toBe('rate_limited')
    resolve()
    await busy
  })

  test('the lock is soft: a device that has signed in before stays open, and has a count of its own (ASVS V6.3.1)', async () => {
    const started = await createTestLatchkey({ store })
    const home = started.browser()
    await home.register()
    await exhaust(started)
    expect((await signIn(started.browser(), password)).code).toBe('rate_limited')
    expect((await signIn(home, password)).status).toBe(200)
    for (let index = 0; index < 10; index++) expect((await guess(home)).status).toBe(401)
    expect((await guess(home)).status).toBe(429)
  })

  test("another account's device cookie opens no count", async () => {
    const started = await createTestLatchkey({ store })
    await started.browser().register()
    const eve = started.browser()
    await eve.register('eve@example.com')
    await exhaust(started)
    expect((await signIn(eve, password)).code).toBe('rate_limited')
  })

  test('and so does the reset link, after which the account is open to all', async () => {
    const started = await createTestLatchkey({ store })
    await started.browser().register()
    await exhaust(started)
    const token = await resetToken(started)
    expect((await started.browser().post('/reset-password', { token, newPassword })).status).toBe(204)
    expect((await signIn(started.browser(), newPassword)).status).toBe(200)
  })

  test('successes do not count, and one clears the count', async () => {
    const { browser } = await createTestLatchkey({ store })
    await browser().register()
    for (let index = 0; index < 12; index++) expect((await signIn(browser(), password)).status).toBe(200)
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 9; index++) expect((await guess(browser())).status).toBe(401)
      expect((await signIn(browser(), password)).status).toBe(200)
    }
  })

  test('the lock opens again after the window', async () => {
    const started = await createTestLatchkey({ store })
    await started.browser().register()
    await exhaust(started)
    started.clock.advance(minutes(30))
    expect((await signIn(started.browser(), password)).status).toBe(200)
  })

  test('guesses by step-up and change-password count for the same account (ASVS V6.3.1)', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    const { accessToken } = await tab.register()
    const stranger = started.browser()
    const send = (path: string, body: object) => stranger.post(path, body, { token: accessToken })
    for (let index = 0; index < 5; index++) {
      expect((await send('/step-up', { password: 'a wrong guess' })).status).toBe(401)
      const change = { currentPassword: 'a wrong guess', newPassword }
      expect((await send('/change-password', change)).status).toBe(401)
    }
    expect((await signIn(stranger, password)).code).toBe('rate_limited')
  })
})

describe.each(stores)('proving the address of an account on %s', (store) => {
  test('new mails restore no tries to the code of a registration beyond ten in an hour', async () => {
    const started = await createTestLatchkey({ store, emailVerification: 'required' })
    const tab = started.browser()
    const codes: (string | undefined)[] = []
    for (let round = 0; round < 3; round++) {
      const { ticket } = (await tab.post<{ ticket: string }>('/register', { email, password })).body
      for (let index = 0; index < 5; index++)
        codes.push((await tab.post('/verify-email', { ticket, code: '000000' })).code)
    }
    expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'challenge_invalid'))
    expect(codes.slice(10)).toEqual(Array.from({ length: 5 }, () => 'rate_limited'))
  })

  test.each<[string, (maker: Browser, started: TestLatchkey) => Browser]>([
    [
      'the session of who made the account, in another browser',
      (maker, started) => as(started.browser(), maker.token),
    ],
    ['the browser that made the account, where nobody is signed in', (maker) => as(maker, undefined)],
  ])('by %s clears nothing out', async (_, proverOf) => {
    const started = await createTestLatchkey({ store })
    const maker = started.browser()
    await maker.register()
    const token = await linkToken(started, '/verify-email')
    const [device, value] = must([...maker.cookies].find(([name]) => name.includes('device')))
    const prover = proverOf(maker, started)
    if (prover === maker) {
      maker.cookies.clear()
      maker.cookies.set(device, value)
    }
    expect((await prover.post('/verify-email', { token })).status).toBe(204)
    expect((await signIn(started.browser(), password)).status).toBe(200)
  })

  test('nobody is sent a link to set a password where nobody has one', async () => {
    const started = await createTestLatchkey({ store, signInMethods: ['email-code'] })
    const { id } = await started.latchkey.createUser({ email, password, emailVerified: true })
    const { users, resetMails, db } = started.latchkey.services
    const account = await users.get(userIdOf(id))
    await db.transaction((tx) => resetMails.send(tx, account))
    const [mail] = await started.mailbox(email)
    expect(must(mail).links.map((link) => new URL(link).pathname)).toEqual(['/sign-in'])
  })
})

describe.each(stores)('stepping up on %s', (store) => {
  test('what destroys asks for a fresh sign-in as RFC 9470 has it, and a step-up answers (ASVS V7.5.3)', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.register()
    clock.advance(minutes(11))
    await tab.refresh()
    const refused = await tab.send('/api/auth/me', { method: 'DELETE' })
    expect([refused.status, refused.code]).toEqual([401, 'insufficient_user_authentication'])
    expect(refused.headers.get('www-authenticate')).toMatch(
      /^Bearer error="insufficient_user_authentication", error_description="[^"]+", max_age="600"$/,
    )
    const raised = await tab.post<SignedIn>('/step-up', { password })
    expect(raised.status).toBe(200)
    const gone = await tab.send('/api/auth/me', { method: 'DELETE', token: raised.body.accessToken })
    expect(gone.status).toBe(204)
    expect((await signIn(browser(), password)).code).toBe('invalid_credentials')
    expect(tab.cookies.has('latchkey-refresh-0') || tab.cookies.has('latchkey-refresh-1')).toBe(false)
  })

  test('says nothing of the password of a user who was disabled elsewhere, of which nobody has heard here', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await disableElsewhere(started, (await tab.register()).user.id)
    const asIs = { bare: true, headers: { authorization: `Bearer ${tab.token}` } }
    for (const word of [password, 'a wrong guess'])
      expect((await tab.post('/step-up', { password: word }, asIs)).code).toBe('token_revoked')
  })

  test('a refresh does not make a sign-in fresh', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.register()
    clock.advance(minutes(9))
    await tab.refresh()
    clock.advance(minutes(2))
    expect((await tab.send('/api/auth/me', { method: 'DELETE' })).code).toBe(
      'insufficient_user_authentication',
    )
  })

  test('a wrong password raises nothing', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.register()
    clock.advance(minutes(11))
    await tab.refresh()
    expect((await tab.post('/step-up', { password: newPassword })).code).toBe('invalid_credentials')
    expect((await tab.send('/api/auth/me', { method: 'DELETE' })).status).toBe(401)
  })

  test("without the session's own refresh token there is nothing to raise", async () => {
    const { browser } = await createTestLatchkey({ store })
    const { accessToken } = await browser().register()
    const eve = browser()
    await eve.register('eve@example.com')
    expect((await browser().post('/step-up', { password }, { token: accessToken })).code).toBe('no_session')
    expect((await eve.post('/step-up', { password }, { token: accessToken })).code).toBe('no_session')
  })
})

describe.each(stores)('changing the password on %s', (store) => {
  const change = (browser: Browser, currentPassword = password) =>
    browser.post('/change-password', { currentPassword, newPassword })

  test('ends every other session, keeps this one, and tells the owner by mail (ASVS V7.4.3)', async () => {
    const started = await createTestLatchkey({ store })
    const [here, there] = [started.browser(), started.browser()]
    await here.register()
    await there.login()
    expect((await change(here)).status).toBe(204)
    expect((await there.refresh()).code).toBe('session_revoked')
    expect((await there.get('/me')).code).toBe('token_revoked')
    expect((await here.refresh()).status).toBe(200)
    expect((await signIn(started.browser(), password)).code).toBe('invalid_credentials')
    expect((await signIn(started.browser(), newPassword)).status).toBe(200)
    expect((await started.mailbox(email))[0]?.subject).toMatch(/password/i)
  })

  test('needs the present password (ASVS V6.2.3)', async () => {
    const { browser } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.register()
    expect((await change(tab, 'a wrong guess')).code).toBe('invalid_credentials')
    expect((await signIn(browser(), password)).status).toBe(200)
  })

  test.each(['with the refresh token', 'by the access token alone'])(
    '%s changes nothing for a user who is disabled elsewhere while the passwords are hashed',
    async (by) => {
      const started = await createTestLatchkey({ store, hashConcurrency: 1 })
      const { hashPool, db } = started.latchkey.services
      const tab = started.browser()
      const { user } = await tab.register()
      const hashes = statement('SELECT hash FROM password_credential')
      const before = await db.all(hashes)
      const held = Promise.withResolvers<void>()
      const holding = hashPool.run(() => held.promise)
      const changing = change(by === 'with the refresh token' ? tab : as(started.browser(), tab.token))
      await expect.poll(() => hashPool.waiting).toBe(1)
      // In line behind the hash of the present password, and before that of the new one.
      const disabling = hashPool.run(() => disableElsewhere(started, user.id))
      held.resolve()
      expect((await changing).status).toBe(401)
      await Promise.all([holding, disabling])
      expect(await db.all(hashes)).toEqual(before)
    },
  )

  test('a client that holds its token gets the successor in the body', async () => {
    const { browser } = await createTestLatchkey({ store })
    await browser().register()
    const { body } = await signIn(browser(), password, { tokenDelivery: 'body' })
    const answer = await browser().post<SignedIn>(
      '/change-password',
      { currentPassword: password, newPassword, refreshToken: body.refreshToken },
      { token: body.accessToken },
    )
    expect(answer.status).toBe(200)
    expect(answer.body.session.id).toBe(body.session.id)
    expect(answer.body.refreshToken).not.toBe(body.refreshToken)
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  test('a reset link that was sent before is void afterwards', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    const token = await resetToken(started)
    await change(tab)
    const late = await started
      .browser()
      .post('/reset-password', { token, newPassword: 'an older wish of mine' })
    expect(late.code).toBe('challenge_invalid')
  })

  test('a sign-in with the old password that was under way meanwhile starts no session', async () => {
    const slow = await createTestLatchkey({ store, hashConcurrency: 1 })
    const tab = slow.browser()
    await tab.register()
    const { hashPool } = slow.latchkey.services
    const { promise, resolve } = Promise.withResolvers<void>()
    const busy = hashPool.run(() => promise)
    const slowSignIn = signIn(slow.browser(), password)
    // It has read the old hash and waits for its turn to compare.
    while (hashPool.waiting === 0) await new Promise(setImmediate)
    const other = await createTestLatchkey({ databaseUrl: slow.databaseUrl })
    const elsewhere = other.browser()
    await elsewhere.login()
    expect((await change(elsewhere)).status).toBe(204)
    resolve()
    await busy
    const answer = await slowSignIn
    expect([answer.status, answer.code]).toEqual([401, 'invalid_credentials'])
    expect(answer.headers.getSetCookie()).toEqual([])
    const live = statement('SELECT id FROM session WHERE revoked_at IS NULL')
    expect(await other.latchkey.services.db.all(live)).toHaveLength(1)
  })
})

describe.each(stores)('resetting the password on %s', (store) => {
  test('sets it, ends every session and lets the old one go (ASVS V6.4.3)', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    const token = await resetToken(started)
    expect((await started.browser().post('/reset-password', { token, newPassword })).status).toBe(204)
    expect((await tab.refresh()).code).toBe('session_revoked')
    expect((await tab.get('/me')).code).toBe('token_revoked')
    expect((await signIn(started.browser(), password)).code).toBe('invalid_credentials')
    const answer = await signIn(started.browser(), newPassword)
    expect(answer.body.user).toMatchObject({ emailVerified: true })
  })

  test('a link sets one password, however often it is brought at once', async () => {
    const started = await createTestLatchkey({ store })
    await started.browser().register()
    const token = await resetToken(started)
    const wish = (index: number) => `wish number ${index} of the owner`
    const answers = await times(50, (index) =>
      started.browser().post('/reset-password', { token, newPassword: wish(index) }),
    )
    const codes = answers.map(({ status, code }) => code ?? status)
    expect(codes.filter((code) => code === 204)).toHaveLength(1)
    expect(codes.filter((code) => code === 'challenge_invalid')).toHaveLength(49)
    expect((await signIn(started.browser(), wish(codes.indexOf(204)))).status).toBe(200)
  })

  test('a newer link ends the older ones', async () => {
    const started = await createTestLatchkey({ store })
    await started.browser().register()
    const older = await resetToken(started)
    const newer = await resetToken(started)
    expect(newer).not.toBe(older)
    const reset = (token: string) => started.browser().post('/reset-password', { token, newPassword })
    expect((await reset(older)).code).toBe('challenge_invalid')
    expect((await reset(newer)).status).toBe(204)
  })

  test('a link is void after an hour', async () => {
    const started = await createTestLatchkey({ store })
    await started.browser().register()
    const token = await resetToken(started)
    started.clock.advance(minutes(60))
    expect((await started.browser().post('/reset-password', { token, newPassword })).code).toBe(
      'challenge_invalid',
    )
  })

  // Sent and answered concurrently, which no event of the account can see.
  test('a link to an address that is no longer that of the account resets nothing', async () => {
    const started = await createTestLatchkey({ store })
    const { user } = await started.browser().register()
    const { users, resetMails, db, outbox } = started.latchkey.services
    const before = await users.get(userIdOf(user.id))
    await users.change(before.id, { email: 'grace@example.com' })
    await db.transaction((tx) => resetMails.send(tx, before))
    outbox.wake()
    const token = await resetToken(started)
    expect((await started.browser().post('/reset-password', { token, newPassword })).code).toBe(
      'challenge_invalid',
    )
    expect((await started.browser().login('grace@example.com')).status).toBe(200)
  })

  test('a link of another purpose, or a broken one, resets nothing', async () => {
    const started = await createTestLatchkey({ store })
    await started.browser().register()
    const verify = await linkToken(started, '/verify-email')
    const token = await resetToken(started)
    for (const wrong of [verify, `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, token.slice(4)])
      expect((await started.browser().post('/reset-password', { token: wrong, newPassword })).code).toBe(
        'challenge_invalid',
      )
    expect((await started.browser().post('/reset-password', { token, newPassword })).status).toBe(204)
  })

  test('a password that is refused leaves the link as it was', async () => {
    const started = await createTestLatchkey({ store })
    await started.browser().register()
    const token = await resetToken(started)
    const weak = await started.browser().post('/reset-password', { token, newPassword: 'password1' })
    expect(weak.code).toBe('password_too_common')
    expect((await started.browser().post('/reset-password', { token, newPassword })).status).toBe(204)
  })

  test('asking is answered alike for known, unknown and disabled, and mails only the owner (ASVS V6.3.8)', async () => {
    const started = await createTestLatchkey({ store })
    await started.browser().register()
    const off = await started.browser().register('off@example.com')
    await disable(started, off.user.id)
    const ask = (to: string) => started.browser().post('/forgot-password', { email: to })
    const answers = [await ask(email), await ask('nobody@example.com'), await ask('off@example.com')]
    expect(answers[0]?.status).toBe(202)
    expect(new Set(answers.map((answer) => JSON.stringify(seen({ ...answer, body: {} })))).size).toBe(1)
    expect(await started.mailbox('nobody@example.com')).toEqual([])
    const resets = async (to: string) =>
      (await started.mailbox(to)).filter(({ links }) =>
        links.some((link) => link.includes('/reset-password')),
      )
    expect(await resets('off@example.com')).toEqual([])
    expect(await resets(email)).toHaveLength(1)
  })

  test.each([
    ['disabled', disable],
    ['disabled elsewhere', disableElsewhere],
  ])('a link of somebody who is %s meanwhile is void', async (_, disableBy) => {
    const started = await createTestLatchkey({ store })
    const { user } = await started.browser().register()
    const token = await resetToken(started)
    await disableBy(started, user.id)
    expect((await started.browser().post('/reset-password', { token, newPassword })).code).toBe(
      'challenge_invalid',
    )
  })
})

/** A database that notes what it is asked; audit events and the work of clocks aside. */
function noting(real: Database, notes: string[]): Database {
  return aroundDatabase(real, (call, asked) => {
    const text = asked?.statement[real.dialect].text ?? ''
    if (/user_account|password_credential|limit_counter|challenge/.test(text) && !/^\s*DELETE/.test(text))
      notes.push(text)
    return call()
  })
}
