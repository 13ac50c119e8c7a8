import type { CodeRequested, SignedIn } from '@latchkey/contract'
import { expect } from 'vitest'
import type { InboxMail } from '../../packages/server/src/core/outbox/inbox.ts'
import { must } from '#test/support/must.ts'
import type { Administration } from '#test/support/administration.ts'
import type { Authenticator } from '#test/support/authenticator.ts'
import type { LyingProvider } from '#test/support/lying-provider.ts'
import type { Browser, Reply } from '#test/support/test-latchkey.ts'
import { emailCode, passkey, smsCode } from './factors.ts'
import { carry, newPerson, type Person, type Step, type SignInMethod } from './person.ts'
import { addPasskey, addPhone, number, whatCame } from './proofs.ts'

const password = 'correct horse battery'

export const byPassword: SignInMethod = {
  name: 'password',
  amr: ['pwd'],
  aal: 1,
  isFactor: true,
  register: registerByPassword,
  signIn: ({ email }: Person, tab) => tab.post('/login', { email, password }),
  stepUp: { name: 'password', prove: (_, tab) => tab.post('/step-up', { password }) },
}

/** Registers by password: for sign-in methods that are added to an account. */
async function registerByPassword(site: Administration, email: string): Promise<Person> {
  const home = site.browser()
  const person = newPerson(site, home, carry(home, await home.post('/register', { email, password })))
  const [mail] = await site.mailbox(email)
  expect((await home.post('/verify-email', { code: must(mail).codes[0] })).status).toBe(204)
  return person
}

const byPasskey: SignInMethod = {
  name: 'passkey',
  amr: ['swk', 'user', 'mfa'],
  aal: 2,
  isFactor: true,
  async register(site, email) {
    const person = await registerByPassword(site, email)
    await addPasskey(person)
    return person
  },
  async signIn({ pocket }, tab) {
    const { body } = await tab.post<{ ticket: string; options: Record<string, unknown> }>(
      '/passkeys/login/options',
    )
    const response = (pocket.get('passkey') as Authenticator).get(body.options)
    return await tab.post('/passkeys/login/verify', { ticket: body.ticket, response })
  },
  stepUp: { name: 'passkey', prove: passkey.stepUp },
}

/** A method by mail, to an address that has an account or is about to get one. */
const byMail = (
  name: 'email-code' | 'magic-link',
  answerOf: (mail: Pick<InboxMail, 'codes' | 'links'>) => object,
): SignInMethod => {
  async function signIn(site: Administration, email: string, tab: Browser): Promise<Step | null> {
    const came = whatCame(site, email)
    await came.before()
    await tab.post<CodeRequested>(`/${name}/send`, { email }, { token: undefined })
    const mail = await came.newest()
    return mail && (await tab.post(`/${name}/verify`, answerOf(mail), { token: undefined }))
  }
  return {
    name,
    amr: ['mail'],
    aal: 1,
    isFactor: false,
    async register(site, email) {
      const home = site.browser()
      return newPerson(site, home, carry(home, (await signIn(site, email, home)) as Reply<SignedIn>))
    },
    signIn: ({ site, email }, tab) => signIn(site, email, tab),
    stepUp: { name: 'email-code', prove: emailCode.stepUp },
  }
}

const byEmailCode = byMail('email-code', ({ codes }) => ({ code: codes[0] }))
const byMagicLink = byMail('magic-link', ({ links }) => ({
  token: links.map((link) => new URL(link).searchParams.get('token')).find((token) => token !== null),
}))

const bySmsCode: SignInMethod = {
  name: 'sms-code',
  amr: ['sms'],
  aal: 1,
  isFactor: true,
  async register(site, email) {
    const person = await registerByPassword(site, email)
    await addPhone(person)
    return person
  },
  async signIn({ site }, tab) {
    const came = whatCame(site, number)
    await came.before()
    await tab.post<CodeRequested>('/sms-code/send', { phone: number }, { token: undefined })
    const text = await came.newest()
    return text && (await tab.post('/sms-code/verify', { code: text.codes[0] }, { token: undefined }))
  },
  stepUp: { name: 'sms-code', prove: smsCode.stepUp },
}

const byFederation: SignInMethod = {
  name: 'federation',
  amr: ['fed'],
  aal: 1,
  isFactor: true,
  async register(site, email) {
    const home = site.browser()
    return newPerson(site, home, carry(home, await returnFrom(site, email, home)))
  },
  signIn: ({ site, email }, tab) => returnFrom(site, email, tab),
  stepUp: { name: 'email-code', prove: emailCode.stepUp },
}

/** To the provider, where they are known, and back. */
async function returnFrom(site: Administration, email: string, tab: Browser): Promise<Step> {
  const provider = must(providers.get(site))
  const { body } = await tab.post<{ url: string }>('/federation/acme', {}, { token: undefined })
  const callback = provider.approve(body.url, { sub: 'ada-at-acme', email, email_verified: true })
  const { searchParams } = new URL(callback, 'http://localhost')
  const reply = await tab.post<{ result: Step['body'] }>(
    '/federation/acme/finish',
    Object.fromEntries(searchParams),
    { token: undefined },
  )
  return { ...reply, body: reply.body.result ?? reply.body }
}

/** The providers that know the people of a site. */
export const providers = new WeakMap<Administration, LyingProvider>()

/** Every method in of people. */
export const signInMethods: readonly SignInMethod[] = [
  byPassword,
  byPasskey,
  byEmailCode,
  byMagicLink,
  bySmsCode,
  byFederation,
]
