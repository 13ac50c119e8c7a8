import type { SecondFactorNeeded, SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { enrolTotp, raise } from '#test/support/authenticator-app.ts'
import {
  type Browser,
  createTestLatchkey,
  stores,
  type TestLatchkey,
  type TestOptions,
} from '#test/support/test-latchkey.ts'
import { contentsOf } from '#test/support/contents.ts'
import { createLatchkey } from '../../latchkey.ts'
import { makeCode, readCode } from './code.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'

async function enrolled(options: TestOptions = {}) {
  const instance = await createTestLatchkey({ limitScale: 100, ...options })
  const home = instance.browser()
  const { user } = await home.register()
  return { ...instance, home, userId: userIdOf(user.id), ...(await enrolTotp(home, instance)) }
}

const asked = async (tab: Browser) =>
  (await tab.post<SecondFactorNeeded>('/login', { email, password }, { token: undefined })).body

const finish = (tab: Browser, ticket: string, code: string) =>
  tab.post<SignedIn>('/login/second-factor', { ticket, factor: 'recovery-code', code })

const signIn = async (tab: Browser, code: string) => finish(tab, (await asked(tab)).ticket, code)

const renew = (tab: Browser) => tab.post<{ codes: string[] }>('/recovery-codes', undefined)

const left = async (tab: Browser): Promise<number | undefined> => {
  const { body } = await tab.get<{ factors: { name: string; left: number }[] }>('/factors')
  return body.factors.find(({ name }) => name === 'recovery-code')?.left
}

const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

const mailsTo = async ({ mailbox }: TestLatchkey) => await mailbox(email)

describe.each(stores)('recovery codes on %s', (store) => {
  test('ten come with the first second factor, each of 50 bits, and are nowhere in the database', async () => {
    const { codes, latchkey, mailbox } = await enrolled({ store })
    expect(codes).toHaveLength(10)
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/)
    await mailbox(email)
    const contents = await contentsOf(latchkey)
    for (const code of codes)
      for (const form of [code, code.replace('-', '')]) expect(contents).not.toContain(form)
  })

  test('each signs in once, counted and told by mail (ASVS V6.5.1)', async () => {
    const scene = await enrolled({ store })
    const { home, browser, codes } = scene
    const { body } = await signIn(browser(), firstOf(codes))
    expect(body.session).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], aal: 2 })
    expect((await signIn(browser(), firstOf(codes))).code).toBe('second_factor_invalid')
    expect(await left(home)).toBe(9)
    const [newest] = await mailsTo(scene)
    expect(must(newest).subject).toBe('A recovery code was used at Latchkey')
    expect(must(newest).text).toContain('Codes left: 9')
    const { body: activity } = await home.get<{ items: { kind: string }[] }>('/activity')
    expect(activity.items.map(({ kind }) => kind)).toContain('recovery_code.used')
  })

  test('of 50 that bring the same code in 50 browsers one signs in', async () => {
    const { browser, codes, home } = await enrolled({ store })
    const tabs = Array.from({ length: 50 }, () => browser())
    const tickets: string[] = []
    for (const tab of tabs) tickets.push((await asked(tab)).ticket)
    const replies = await times(50, (index) =>
      finish(must(tabs[index]), must(tickets[index]), must(codes[3])),
    )
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await left(home)).toBe(9)
  })

  test('ten at once are ten, and then there is none to be asked for', async () => {
    const { browser, codes, home } = await enrolled({ store })
    const tabs = Array.from({ length: 10 }, () => browser())
    const tickets = await times(10, async (index) => (await asked(must(tabs[index]))).ticket)
    const replies = await times(10, (index) =>
      finish(must(tabs[index]), must(tickets[index]), must(codes[index])),
    )
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
    expect(await left(home)).toBeUndefined()
    expect((await asked(browser())).factors).toEqual(['totp'])
  })

  test('the last three say that they are running out', async () => {
    const scene = await enrolled({ store })
    for (const code of scene.codes.slice(0, 7)) await signIn(scene.browser(), code)
    const [newest, before] = await mailsTo(scene)
    expect(must(newest).subject).toBe('Your recovery codes are running out at Latchkey')
    expect(must(newest).text).toContain('Codes left: 3')
    expect(must(before).subject).toBe('A recovery code was used at Latchkey')
  })

  test('one that is used within a session raises it and is used', async () => {
    const { home, codes, browser } = await enrolled({ store })
    const raised = await raise(home, must(codes[1]), 'recovery-code')
    expect(raised.body['session']).toMatchObject({ aal: 2 })
    expect((await raise(home, must(codes[1]), 'recovery-code')).code).toBe('second_factor_invalid')
    expect((await signIn(browser(), must(codes[1]))).code).toBe('second_factor_invalid')
  })

  test('new ones end the old, and are asked for by whoever has proven a second factor', async () => {
    const scene = await enrolled({ store })
    const { home, browser, codes, app } = scene
    expect((await renew(home)).code).toBe('insufficient_user_authentication')
    await raise(home, app.code())
    const { status, body } = await renew(home)
    expect([status, body.codes.length]).toEqual([201, 10])
    expect((await signIn(browser(), firstOf(codes))).code).toBe('second_factor_invalid')
    expect((await signIn(browser(), firstOf(body.codes))).status).toBe(200)
    const subjects = (await mailsTo(scene)).map(({ subject }) => subject)
    expect(subjects).toContain('You have new recovery codes at Latchkey')
  })

  test('of two who renew at once the codes of one count, whole', async () => {
    const { home, browser, app } = await enrolled({ store })
    await raise(home, app.code())
    const replies = await times(8, () => renew(home))
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201))
    expect(await left(home)).toBe(10)
    const good = []
    for (const { body } of replies)
      if ((await signIn(browser(), firstOf(body.codes))).status === 200) good.push(body)
    expect(good).toHaveLength(1)
  })

  test('those of somebody else open nothing, nor does a row that was moved', async () => {
    const { browser, codes, latchkey, clock, ...rest } = await enrolled({ store })
    const bob = browser()
    await bob.register('bob@example.com')
    await enrolTotp(bob, { ...rest, browser, latchkey, clock })
    const tab = browser()
    const { body } = await tab.post<SecondFactorNeeded>(
      '/login',
      { email: 'bob@example.com', password },
      { token: undefined },
    )
    expect((await finish(tab, body.ticket, firstOf(codes))).code).toBe('second_factor_invalid')
  })

  test('without a second factor there are none to be had', async () => {
    const { browser } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.register()
    expect((await renew(tab)).code).toBe('factor_not_found')
  })
})

test('a new secret in front of the ring leaves the codes good, one without the old secret does not', async () => {
  const old = 'k7Qm2vX9pLr4Tn8Wb3Yd6Zf1Hs5Jg0Ac'
  const { browser, codes, databaseUrl, latchkey } = await enrolled({ secret: [old] })
  expect(codes).toHaveLength(10)
  await browser().get('/session')
  await latchkey.close()
  const reopened = await createLatchkey({
    nodeEnv: 'test',
    databaseUrl,
    logLevel: 'silent',
    secret: ['Zq8Wn4Xc7Vb2Lk9Jh5Gf3Ds6Pa1Oi0Uy', old],
  })
  const send = (path: string, body: object, cookie = '') =>
    reopened.handler(
      new Request(`http://localhost:4000/api/auth${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie },
        body: JSON.stringify(body),
      }),
      { remoteAddress: '192.0.2.1' },
    )
  const first = await send('/login', { email, password, tokenDelivery: 'body' })
  const { ticket } = (await first.json()) as SecondFactorNeeded
  const proof = { ticket, factor: 'recovery-code', code: firstOf(codes) }
  expect((await send('/login/second-factor', proof)).status).toBe(200)
  await reopened.close()
})

test('a code is read as people write it, and every other text is none', () => {
  expect(readCode('7K3M9-X2QD4')).toBe('7k3m9x2qd4')
  expect(readCode(' 7k3m9 x2qd4 ')).toBe('7k3m9x2qd4')
  expect(readCode('oOlLi-11000')).toBe('0011111000')
  for (const none of ['', '7k3m9', '7k3m9-x2qd', '7k3m9-x2qd44', '7k3m9-x2qdu', '７k3m9-x2qd!'])
    expect(readCode(none)).toBeNull()
})

test('each character of a code is as likely as any other', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
  const seen = new Map<string, number>()
  for (let start = 0; start < 250; start += 10) {
    const code = makeCode({ randomBytes: () => bytes.subarray(start, start + 10) })
    for (const each of code.replace('-', '')) seen.set(each, (seen.get(each) ?? 0) + 1)
  }
  expect(seen.size).toBe(32)
  expect(Math.max(...seen.values()) - Math.min(...seen.values())).toBeLessThanOrEqual(1)
})
