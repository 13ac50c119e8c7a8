import type { SignedIn } from '@latchkey/contract'
import { expect } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { type AuthenticatorApp, enrolTotp } from '#test/support/authenticator-app.ts'
import type { Authenticator } from '#test/support/authenticator.ts'
import { hotpCode } from '#test/support/hotp.ts'
import type { Browser, Reply } from '#test/support/test-latchkey.ts'
import type { Person, SecondFactor } from './person.ts'
import { addPasskey, addPhone, number, whatCame } from './proofs.ts'

/** A factor that shows its codes itself. */
const shown = (
  { name, ...factor }: Pick<SecondFactor, 'name' | 'enrol'>,
  codeOf: (person: Person) => string,
): SecondFactor => ({
  ...factor,
  name,
  amr: ['otp'],
  isFactor: true,
  isPartOf: [],
  answer: (person, tab, ticket) =>
    tab.post('/login/second-factor', { ticket, factor: name, code: codeOf(person) }),
  stepUp: (person, tab) => tab.post('/step-up', { factor: name, code: codeOf(person) }),
})

/** An application's own factor: third-party factors go through the same tests. */
const hotp = shown(
  {
    name: 'hotp',
    async enrol({ home, pocket }) {
      const { body } = await home.post<{ secret: string }>('/hotp', undefined)
      pocket.set('hotp', { secret: Buffer.from(body.secret, 'hex'), counter: 0 })
    },
  },
  ({ pocket }) => {
    const token = pocket.get('hotp') as { secret: Buffer; counter: number }
    return hotpCode(token.secret, token.counter++)
  },
)

const totp = shown({ name: 'totp', enrol: enrolApp }, ({ pocket }) =>
  (pocket.get('app') as AuthenticatorApp).code(),
)

const recoveryCode = shown({ name: 'recovery-code', enrol: enrolApp }, ({ pocket }) =>
  must((pocket.get('recovery codes') as string[]).pop()),
)

async function enrolApp({ home, site, pocket }: Person): Promise<void> {
  const { app, codes } = await enrolTotp(home, site)
  pocket.set('app', app).set('recovery codes', codes)
}

type Begun = Reply<{ ticket?: string; options: Record<string, unknown> }>

/** A factor that is asked first, at sign-in and within a session. */
const asked = (
  factor: Omit<SecondFactor, 'answer' | 'stepUp' | 'isPartOf'>,
  prove: (person: Person, begin: () => Promise<Begun>) => Promise<object>,
): SecondFactor => ({
  ...factor,
  isPartOf: factor.name === 'email-code' ? ['email-code', 'magic-link'] : [factor.name],
  async answer(person, tab, ticket) {
    const named = { ticket, factor: factor.name }
    const proof = await prove(person, () => tab.post('/login/second-factor/begin', named))
    return await tab.post<SignedIn>('/login/second-factor', { ...named, ...proof })
  },
  async stepUp(person, tab: Browser) {
    let ticket: string | undefined
    const proof = await prove(person, async () => {
      const begun: Begun = await tab.post('/step-up/begin', { factor: factor.name })
      ticket = begun.body.ticket
      return begun
    })
    return await tab.post<SignedIn>('/step-up', { factor: factor.name, ticket, ...proof })
  },
})

/** Returns the message to `to`, by the digits in it. */
const sentTo = async (
  { site }: Person,
  to: string,
  begin: () => Promise<Begun>,
): Promise<{ code: string }> => {
  const came = whatCame(site, to)
  await came.before()
  expect((await begin()).status).toBe(200)
  return { code: firstOf(must(await came.newest()).codes) }
}

export const emailCode = asked(
  {
    name: 'email-code',
    amr: ['mail'],
    isFactor: false,
    async enrol({ home }) {
      const answer = await home.send('/api/auth/email-code', {
        method: 'PATCH',
        body: { secondFactor: true },
      })
      expect([answer.status, answer.code]).toEqual([200, undefined])
    },
  },
  (person, begin) => sentTo(person, person.email, begin),
)

export const smsCode = asked(
  {
    name: 'sms-code',
    amr: ['sms'],
    isFactor: true,
    async enrol(person) {
      await addPhone(person)
      const body = { secondFactor: true }
      expect((await person.home.send('/api/auth/phone', { method: 'PATCH', body })).status).toBe(200)
    },
  },
  (person, begin) => sentTo(person, number, begin),
)

export const passkey = asked(
  {
    name: 'passkey',
    amr: ['swk', 'user'],
    isFactor: true,
    async enrol(person) {
      if (!person.pocket.has('passkey')) await addPasskey(person)
      const body = { enabled: true }
      const answer = await person.home.send('/api/auth/passkeys/second-factor', { method: 'PUT', body })
      expect([answer.status, answer.code]).toEqual([204, undefined])
    },
  },
  async ({ pocket }, begin) => {
    const { options } = (await begin()).body
    return { response: (pocket.get('passkey') as Authenticator).get(options) }
  },
)

/** Every second factor. */
export const factors: readonly SecondFactor[] = [totp, recoveryCode, passkey, smsCode, emailCode, hotp]
