import { hours, minutes, type SignedIn } from '@latchkey/contract'
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { startAdministration } from '#test/support/administration.ts'
import { rowsByTable } from '#test/support/contents.ts'
import { hotp } from '#test/support/hotp.ts'
import { startLyingProvider } from '#test/support/lying-provider.ts'
import { type Browser, type Store, stores } from '#test/support/test-latchkey.ts'
import { emailCode, factors } from './factors.ts'
import { carry, type Person, type SecondFactor, type Step, type SignInMethod } from './person.ts'
import { byPassword, providers, signInMethods } from './sign-in-methods.ts'

const pairs = signInMethods.flatMap((method) => [
  { method, factor: null, pair: `${method.name} alone` },
  ...factors.map((factor) => ({ method, factor, pair: `${method.name} and ${factor.name}` })),
])

describe.each(stores)('on %s', (store) => {
  test.each(pairs)(
    '$pair: register, sign in, step up, export, disable, delete',
    async ({ method, factor }) => {
      const person = await registered(store, method, factor)
      const { site } = person

      // Another day, another device: the method alone, or with what the account asks for besides.
      site.clock.advance(hours(13))
      const tab = site.browser()
      const signedIn = await signIn(person, method, factor, tab)
      expectHonest(signedIn, method, factor, site.clock.now())

      // An old proof does for reading and not for what is sensitive; proven again within the session, it does.
      site.clock.advance(minutes(11))
      await refresh(tab)
      expect((await tab.get('/me')).status).toBe(200)
      expect((await tab.get('/me/export')).code).toBe('insufficient_user_authentication')
      const again = await stepUp(person, method, factor, tab)
      expect(again.session.id).toBe(signedIn.session.id)
      expect(Date.parse(again.session.authenticatedAt)).toBe(site.clock.now())

      const file = await tab.get<{ user: { email: string }; methods: Record<string, unknown> }>('/me/export')
      expect([file.status, file.body.user.email]).toEqual([200, person.email])

      await disabledIsDead(person, method, tab)
      await deletedIsGone(person, method, factor)
    },
  )
})

describe.each(stores)('on %s', (store) => {
  test.each(factors)(
    '$name is asked no more once an administrator has reset the second factors',
    async (factor) => {
      const person = await registered(store, byPassword, factor)
      const { site, id } = person
      site.clock.advance(minutes(1))
      const { accessToken: token } = await site.signIn(site.root.email)
      const body = { reason: 'lost the phone' }
      const { status } = await site.call('POST', `/admin/users/${id}/reset-second-factors`, { token, body })
      expect(status).toBe(204)
      const tab = site.browser()
      const answer = (await byPassword.signIn(person, tab)) as Step
      expect([answer.status, answer.body.session?.aal]).toEqual([200, 1])
    },
  )
})

async function registered(store: Store, method: SignInMethod, factor: SecondFactor | null): Promise<Person> {
  const provider = startLyingProvider()
  const site = await startAdministration(store, {
    signInMethods: ['password', 'passkey', 'email-code', 'magic-link', 'sms-code'],
    passwordlessSignUp: true,
    oidcProviders: [provider.settings],
    outgoingPrivateHosts: ['localhost'],
    methods: [hotp],
  })
  provider.follow(site.clock.now)
  providers.set(site, provider)
  const person = await method.register(site, 'ada@example.com')
  await factor?.enrol(person)
  return person
}

/** True if the account's factor is asked for after the method. */
const isAskedFor = (method: SignInMethod, factor: SecondFactor | null): factor is SecondFactor =>
  factor !== null && method.aal === 1 && !factor.isPartOf.includes(method.name)

async function signIn(
  person: Person,
  method: SignInMethod,
  factor: SecondFactor | null,
  tab: Browser,
): Promise<SignedIn> {
  const first = (await method.signIn(person, tab)) as Step
  expect([first.status, first.code]).toEqual([200, undefined])
  if (!isAskedFor(method, factor)) return carry(tab, first)
  // Before the second factor there is nothing that signs in: no token, no cookie of a session.
  expect(first.body).toMatchObject({ next: 'second_factor', factors: expect.arrayContaining([factor.name]) })
  expect(first.body).not.toHaveProperty('accessToken')
  expect((await tab.refresh()).code).toBe('no_session')
  return carry(tab, await factor.answer(person, tab, must(first.body.ticket)))
}

function expectHonest(
  { accessToken, session }: SignedIn,
  method: SignInMethod,
  factor: SecondFactor | null,
  now: number,
): void {
  const asked = isAskedFor(method, factor)
  const isSecond = asked && method.isFactor && factor.isFactor
  const amr = asked ? [...method.amr, ...factor.amr, ...(isSecond ? ['mfa'] : [])] : method.amr
  const aal = isSecond ? 2 : method.aal
  expect(session.amr.toSorted()).toEqual([...new Set(amr)].toSorted())
  expect([session.aal, Date.parse(session.authenticatedAt)]).toEqual([aal, now])
  expect(decodeJwt(accessToken)).toMatchObject({
    amr: session.amr,
    acr: `aal${aal}`,
    auth_time: Math.floor(now / 1000),
    sid: session.id,
  })
}

async function refresh(tab: Browser): Promise<void> {
  const { status, code } = await tab.refresh()
  expect([status, code]).toEqual([200, undefined])
}

async function stepUp(
  person: Person,
  method: SignInMethod,
  factor: SecondFactor | null,
  tab: Browser,
): Promise<SignedIn> {
  const offered = await tab.get<{ items: { name: string }[] }>('/step-up')
  const { name, prove } = factor ? { name: factor.name, prove: factor.stepUp } : method.stepUp
  expect(offered.body.items.map((each) => each.name)).toContain(name)
  const answer = carry(tab, await prove(person, tab))
  // The number that signed in is no second factor to itself: where mail signs in as well, it makes the other half.
  if (method.name !== 'sms-code' || factor?.name !== 'sms-code') return answer
  expect((await tab.get('/me/export')).code).toBe('insufficient_user_authentication')
  return carry(tab, await emailCode.stepUp(person, tab))
}

/** Disabled: dead everywhere at once, and the same answer as to a stranger; enabled: as before, after a new sign-in. */
async function disabledIsDead(person: Person, method: SignInMethod, tab: Browser): Promise<void> {
  const { site, id } = person
  const stranger = site.browser()
  const { accessToken: token } = await site.signIn(site.root.email)
  expect((await site.call('POST', `/admin/users/${id}/disable`, { token })).status).toBe(200)

  expect((await tab.get('/me')).code).toBe('token_revoked')
  expect((await tab.refresh()).code).toBe('session_revoked')
  expect((await method.signIn(person, stranger))?.status ?? 401).toBeGreaterThanOrEqual(400)
  expect(stranger.cookies.has('latchkey-hint')).toBe(false)

  expect((await site.call('POST', `/admin/users/${id}/enable`, { token })).status).toBe(200)
  expect((await tab.refresh()).code).toBe('session_revoked')
}

/** Deleted: nothing opens, and nothing is left that names the user. */
async function deletedIsGone(
  person: Person,
  method: SignInMethod,
  factor: SecondFactor | null,
): Promise<void> {
  const { site, id, email } = person
  const tab = site.browser()
  site.clock.advance(hours(2))
  await signIn(person, method, factor, tab)
  if (method.name === 'sms-code' && factor?.name === 'sms-code') await stepUp(person, method, factor, tab)
  expect((await tab.send('/api/auth/me', { method: 'DELETE' })).status).toBe(204)

  await site.mailbox(email)
  const named = id.replaceAll('-', '')
  for (const [table, rows] of Object.entries(await rowsByTable(site.latchkey))) {
    const left = rows.filter((row) => row.replaceAll('-', '').includes(named))
    if (!keptOnPurpose.has(table)) expect([table, left]).toEqual([table, []])
  }
  // If the method may sign up, it opens another account now.
  const again = await method.signIn(person, site.browser())
  expect(again?.status === 200 ? again.body.user.id : null).not.toBe(id)
}

/** Tables kept on purpose: events stay in the audit trail, sent mails in the development inbox. */
const keptOnPurpose = new Set(['audit_event', 'inbox_mail'])
