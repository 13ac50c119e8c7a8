import { days, hours, minutes, type SignedIn, type User } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { type Browser, createTestLatchkey, stores, type TestLatchkey } from '#test/support/test-latchkey.ts'

const first = 'ada@example.com'
const second = 'ada@new.example'
const third = 'ada@third.example'
const password = 'correct horse battery'

const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

/** The token of the newest mail to `to` whose link leads to `path`. */
async function linkToken({ mailbox }: TestLatchkey, path: string, to = first): Promise<string> {
  const links = (await mailbox(to)).flatMap((mail) => mail.links)
  const link = must(links.find((each) => new URL(each).pathname === path))
  return must(new URL(link).searchParams.get('token'))
}

const newestCode = async ({ mailbox }: TestLatchkey, to = first) =>
  must((await mailbox(to)).find(({ codes }) => codes.length > 0)?.codes[0])

const me = async (browser: Browser) => (await browser.get<User>('/me')).body

const confirm = (tab: Browser, token: string) => tab.post('/change-email/confirm', { token })
const undo = (started: TestLatchkey, token: string) => started.browser().post('/change-email/undo', { token })

/** Moves the account of a signed-in browser; returns the undo link that went to the old address. */
async function moveTo(started: TestLatchkey, tab: Browser, to: string, from: string): Promise<string> {
  expect((await tab.post('/change-email', { email: to })).status).toBe(202)
  expect((await confirm(tab, await linkToken(started, '/change-email/confirm', to))).status).toBe(204)
  return await linkToken(started, '/change-email/undo', from)
}

/** The address is back, and the password that a thief may know is gone; the mail sets a new one. */
async function expectNewStart(started: TestLatchkey): Promise<void> {
  expect((await started.browser().login(first)).code).toBe('invalid_credentials')
  const token = await linkToken(started, '/reset-password')
  const newPassword = 'a phrase that nobody else knows'
  expect((await started.browser().post('/reset-password', { token, newPassword })).status).toBe(204)
  expect((await started.browser().login(first, newPassword)).status).toBe(200)
}

describe.each(stores)('proving an address on %s', (store) => {
  test('by a code for ten minutes, by the link for longer', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    const code = await newestCode(started)
    const token = await linkToken(started, '/verify-email')
    started.clock.advance(minutes(10))
    await tab.refresh()
    expect((await tab.post('/verify-email', { code })).code).toBe('challenge_invalid')
    expect((await tab.post('/verify-email', { token })).status).toBe(204)
  })

  test('by the link, once, in the browser that made the account', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    expect((await me(tab)).emailVerified).toBe(false)
    const token = await linkToken(started, '/verify-email')
    expect((await tab.post('/verify-email', { token })).status).toBe(204)
    expect((await me(tab)).emailVerified).toBe(true)
    expect((await tab.login()).status).toBe(200)
    expect((await tab.post('/verify-email', { token })).code).toBe('challenge_invalid')
  })

  test('by the link in another browser: what was prepared there is over, and a password is chosen', async () => {
    const started = await createTestLatchkey({ store })
    const [stranger, owner] = [started.browser(), started.browser()]
    await stranger.register()
    const token = await linkToken(started, '/verify-email')
    const { status, body } = await owner.post('/verify-email', { token })
    expect([status, body]).toEqual([200, { next: 'set_password', token: expect.any(String) }])
    expect((await stranger.refresh()).code).toBe('session_revoked')
    expect((await stranger.login()).code).toBe('invalid_credentials')
    const newPassword = 'a phrase that nobody else knows'
    expect((await owner.post('/reset-password', { token: body['token'], newPassword })).status).toBe(204)
    expect((await owner.login(first, newPassword)).body.user.emailVerified).toBe(true)
  })

  test('by the code, where its own account is signed in and nowhere else', async () => {
    const started = await createTestLatchkey({ store })
    const [tab, eve] = [started.browser(), started.browser()]
    await tab.register()
    await eve.register('eve@example.com')
    const code = await newestCode(started)
    expect((await started.browser().post('/verify-email', { code })).code).toBe('unauthenticated')
    expect((await eve.post('/verify-email', { code })).code).toBe('challenge_invalid')
    expect((await tab.post('/verify-email', { code })).status).toBe(204)
    expect((await me(tab)).emailVerified).toBe(true)
    expect((await me(eve)).emailVerified).toBe(false)
  })

  test('a code has five tries, and a new mail is needed then (ASVS V6.6.3)', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    const code = await newestCode(started)
    const wrong = code === '000000' ? '000001' : '000000'
    for (let index = 0; index < 5; index++)
      expect((await tab.post('/verify-email', { code: wrong })).code).toBe('challenge_invalid')
    expect((await tab.post('/verify-email', { code })).code).toBe('challenge_invalid')
    expect((await tab.post('/verify-email/send')).status).toBe(202)
    expect((await tab.post('/verify-email', { code: await newestCode(started) })).status).toBe(204)
  })

  test('new mails restore no tries beyond ten in an hour', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    for (let index = 0; index < 10; index++) {
      if (index % 5 === 0) await tab.post('/verify-email/send')
      const code = await newestCode(started)
      const wrong = code === '000000' ? '000001' : '000000'
      expect((await tab.post('/verify-email', { code: wrong })).code).toBe('challenge_invalid')
    }
    await tab.post('/verify-email/send')
    expect((await tab.post('/verify-email', { code: await newestCode(started) })).code).toBe('rate_limited')
  })

  test('a newer mail ends the older one, and a mail of yesterday is void', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    const older = await linkToken(started, '/verify-email')
    await tab.post('/verify-email/send')
    const newer = await linkToken(started, '/verify-email')
    const verify = (token: string) => started.browser().post('/verify-email', { token })
    expect((await verify(older)).code).toBe('challenge_invalid')
    started.clock.advance(days(1))
    expect((await verify(newer)).code).toBe('challenge_invalid')
  })

  test('a proven address is sent no more mails, and the answer is the same', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    await tab.post('/verify-email', { token: await linkToken(started, '/verify-email') })
    expect((await tab.post('/verify-email/send')).status).toBe(202)
    expect(await started.mailbox(first)).toHaveLength(1)
  })

  test('the link of somebody who is disabled meanwhile proves nothing', async () => {
    const started = await createTestLatchkey({ store })
    const { user } = await started.browser().register()
    const token = await linkToken(started, '/verify-email')
    const { users } = started.latchkey.services
    await users.change(userIdOf(user.id), { disabledAt: started.clock.now() })
    expect((await started.browser().post('/verify-email', { token })).code).toBe('challenge_invalid')
    expect((await users.get(userIdOf(user.id))).emailVerifiedAt).toBeNull()
  })
})

describe.each(stores)('changing the address on %s', (store) => {
  test('the new one counts once it is confirmed, and the old one is told', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    await tab.post('/change-email', { email: second })
    expect((await me(tab)).email).toBe(first)
    expect((await started.browser().login(second)).code).toBe('invalid_credentials')
    const token = await linkToken(started, '/change-email/confirm', second)
    expect((await confirm(tab, token)).status).toBe(204)
    expect(await me(tab)).toMatchObject({ email: second, emailVerified: true })
    expect((await started.browser().login(first)).code).toBe('invalid_credentials')
    expect((await started.browser().login(second)).status).toBe(200)
    const [told] = await started.mailbox(first)
    expect(told?.links.map((link) => new URL(link).pathname)).toContain('/change-email/undo')
  })

  test('asks for a fresh sign-in (ASVS V7.5.1)', async () => {
    const { browser, clock } = await createTestLatchkey({ store })
    const tab = browser()
    await tab.register()
    clock.advance(11 * 60_000)
    await tab.refresh()
    expect((await tab.post('/change-email', { email: second })).code).toBe('insufficient_user_authentication')
  })

  test('a link that is brought 50 times at once counts once', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    await tab.post('/change-email', { email: second })
    const token = await linkToken(started, '/change-email/confirm', second)
    const answers = await times(50, () => confirm(tab, token))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'challenge_invalid')).toHaveLength(49)
    const told = (await started.mailbox(first)).map(({ subject }) => subject)
    expect(told.filter((subject) => subject.includes('was changed'))).toHaveLength(1)
  })

  test('links that went to the old address are void: to verify, to reset, to change', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    await started.browser().post('/forgot-password', { email: first })
    const verify = await linkToken(started, '/verify-email')
    const reset = await linkToken(started, '/reset-password')
    await moveTo(started, tab, second, first)
    expect((await started.browser().post('/verify-email', { token: verify })).code).toBe('challenge_invalid')
    const late = { token: reset, newPassword: 'seven quiet otters swim' }
    expect((await started.browser().post('/reset-password', late)).code).toBe('challenge_invalid')
    expect((await started.browser().login(second)).status).toBe(200)
  })

  test('of two that were asked for, only the later one can be confirmed, within an hour', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    await tab.post('/change-email', { email: second })
    await tab.post('/change-email', { email: third })
    const older = await linkToken(started, '/change-email/confirm', second)
    const newer = await linkToken(started, '/change-email/confirm', third)
    expect((await confirm(tab, older)).code).toBe('challenge_invalid')
    started.clock.advance(hours(1))
    await tab.refresh()
    expect((await confirm(tab, newer)).code).toBe('challenge_invalid')
    expect((await started.browser().login(first)).status).toBe(200)
  })

  test('that an address is taken is told to its owner and not to the asker (ASVS V6.3.8)', async () => {
    const started = await createTestLatchkey({ store })
    const [tab, owner] = [started.browser(), started.browser()]
    await tab.register()
    await owner.register(second)
    const [free, taken] = [
      await tab.post('/change-email', { email: third }),
      await tab.post('/change-email', { email: second }),
    ]
    expect([taken.status, taken.body]).toEqual([free.status, free.body])
    const [told] = await started.mailbox(second)
    expect(told?.links.map((link) => new URL(link).pathname)).toEqual(['/forgot-password'])
    expect((await me(owner)).email).toBe(second)
    expect((await me(tab)).email).toBe(first)
  })

  test('an address that was taken meanwhile stays with its owner', async () => {
    const started = await createTestLatchkey({ store })
    const [tab, owner] = [started.browser(), started.browser()]
    await tab.register()
    await tab.post('/change-email', { email: second })
    const token = await linkToken(started, '/change-email/confirm', second)
    await owner.register(second)
    expect((await confirm(tab, token)).code).toBe('email_taken')
    expect((await me(tab)).email).toBe(first)
    expect((await me(owner)).email).toBe(second)
  })

  test('a confirmation is nothing to an account that was disabled', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    const { user } = await tab.register()
    await tab.post('/change-email', { email: second })
    const token = await linkToken(started, '/change-email/confirm', second)
    const { users } = started.latchkey.services
    await users.change(userIdOf(user.id), { disabledAt: started.clock.now() })
    expect((await confirm(tab, token)).code).toBe('token_revoked')
    expect((await users.get(userIdOf(user.id))).email).toBe(first)
  })
})

describe.each(stores)('taking the old address back on %s', (store) => {
  test('ends every session and mails a link for a new password to it', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    const token = await moveTo(started, tab, second, first)
    started.clock.advance(days(6))
    const thief = started.browser()
    await thief.login(second)
    expect((await undo(started, token)).status).toBe(204)
    expect((await thief.refresh()).code).toBe('session_revoked')
    expect((await thief.get('/me')).code).toBe('token_revoked')
    expect((await started.browser().login(second)).code).toBe('invalid_credentials')
    const reset = {
      token: await linkToken(started, '/reset-password'),
      newPassword: 'seven quiet otters swim',
    }
    expect((await started.browser().post('/reset-password', reset)).status).toBe(204)
    const answer = await started
      .browser()
      .post<SignedIn>('/login', { email: first, password: reset.newPassword })
    expect(answer.body.user).toMatchObject({ email: first, emailVerified: true })
    expect((await started.browser().login(first, password)).code).toBe('invalid_credentials')
  })

  test('works once, also of 50 at once', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    const token = await moveTo(started, tab, second, first)
    const answers = await times(50, () => undo(started, token))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'challenge_invalid')).toHaveLength(49)
  })

  test('is possible for a week', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    const token = await moveTo(started, tab, second, first)
    started.clock.advance(days(7))
    expect((await undo(started, token)).code).toBe('challenge_invalid')
    expect((await started.browser().login(second)).status).toBe(200)
  })

  test('reaches back over later changes, whose own links are void from then on', async () => {
    const started = await createTestLatchkey({ store })
    const thief = started.browser()
    await thief.register()
    const owners = await moveTo(started, thief, second, first)
    const thiefs = await moveTo(started, thief, third, second)
    await thief.post('/change-email', { email: 'more@third.example' })
    const pending = await linkToken(started, '/change-email/confirm', 'more@third.example')
    expect((await undo(started, owners)).status).toBe(204)
    expect((await undo(started, thiefs)).code).toBe('challenge_invalid')
    expect((await confirm(thief, pending)).code).toBe('token_revoked')
    await expectNewStart(started)
  })

  test('a later link that comes first leaves the earlier one as it was', async () => {
    const started = await createTestLatchkey({ store })
    const thief = started.browser()
    await thief.register()
    const owners = await moveTo(started, thief, second, first)
    const thiefs = await moveTo(started, thief, third, second)
    expect((await undo(started, thiefs)).status).toBe(204)
    expect((await undo(started, owners)).status).toBe(204)
    await expectNewStart(started)
  })

  test('a link that was mailed to the new address is void afterwards', async () => {
    const started = await createTestLatchkey({ store })
    const tab = started.browser()
    await tab.register()
    const token = await moveTo(started, tab, second, first)
    await started.browser().post('/forgot-password', { email: second })
    const reset = await linkToken(started, '/reset-password', second)
    await undo(started, token)
    const late = { token: reset, newPassword: 'the password of an attacker' }
    expect((await started.browser().post('/reset-password', late)).code).toBe('challenge_invalid')
  })

  test('keeps the old address from everybody else while it can be taken back', async () => {
    const started = await createTestLatchkey({ store })
    const [owner, thief] = [started.browser(), started.browser()]
    await owner.register()
    const token = await moveTo(started, owner, second, first)
    expect((await thief.post('/register', { email: first, password })).code).toBe('email_taken')
    await thief.register('thief@example.com')
    await thief.post('/change-email', { email: first })
    const confirmation = await linkToken(started, '/change-email/confirm')
    expect((await confirm(thief, confirmation)).code).toBe('email_taken')
    expect((await undo(started, token)).status).toBe(204)
    await expectNewStart(started)
  })
})
