import { days, minutes } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { parseUuid, uuidV7 } from '../../packages/server/src/core/ports/uuid.ts'
import { readStanding } from '../../packages/server/src/methods/recovery-codes/store.ts'
import { insertTrustedDevice } from '../../packages/server/src/sessions/trusted-devices/store.ts'
import { saveDemand } from '../../packages/server/src/sign-in/demand-store.ts'
import { firstOf, must } from '#test/support/must.ts'
import { startAdministration } from '#test/support/administration.ts'
import { authenticatorOf, enrolTotp, raise, type Seed } from '#test/support/authenticator-app.ts'
import { type Reply, type Store, stores } from '#test/support/test-latchkey.ts'
import { factors, passkey, smsCode } from './factors.ts'
import { carry, type Person, type SecondFactor, type Step } from './person.ts'
import { byPassword } from './sign-in-methods.ts'

/*
 * Every way in which a second factor goes: what it asks of the session, of the policy, and what goes with it.
 */

interface Loss {
  name: string
  factor: SecondFactor
  /** The factor is another one afterwards, and none is lacking. */
  isReplaced?: true
  lose: (person: Person) => Promise<Reply<unknown>>
}

const totp = must(factors.find(({ name }) => name === 'totp'))
const newNumber = '+4915198765432'

const losses: readonly Loss[] = [
  {
    name: 'codes by SMS are turned off',
    factor: smsCode,
    lose: ({ home }) => home.send('/api/auth/phone', { method: 'PATCH', body: { secondFactor: false } }),
  },
  {
    name: 'the number is removed',
    factor: smsCode,
    lose: ({ home }) => home.send('/api/auth/phone', { method: 'DELETE' }),
  },
  {
    name: 'the number is replaced',
    factor: smsCode,
    isReplaced: true,
    async lose({ home, site }) {
      const sent = await home.post<{ ticket: string }>('/phone/send', { number: newNumber })
      if (sent.status !== 202) return sent
      const code = firstOf(await site.mailbox(newNumber)).codes[0]
      return await home.post('/phone/verify', { ticket: sent.body.ticket, code })
    },
  },
  {
    name: 'a passkey is not asked for any more',
    factor: passkey,
    lose: ({ home }) =>
      home.send('/api/auth/passkeys/second-factor', { method: 'PUT', body: { enabled: false } }),
  },
  {
    name: 'a passkey is removed',
    factor: passkey,
    async lose({ home }) {
      const { items } = (await home.get<{ items: { id: string }[] }>('/passkeys')).body
      return await home.send(`/api/auth/passkeys/${firstOf(items).id}`, { method: 'DELETE' })
    },
  },
  {
    name: 'the authenticator app is removed',
    factor: totp,
    lose: ({ home }) => home.send('/api/auth/totp', { method: 'DELETE' }),
  },
]

describe.each(stores)('on %s', (store) => {
  test.each(losses)('$name: not at aal1, by whatever it came about', async ({ factor, lose }) => {
    const person = await prepare(store)
    const { home } = person
    await factor.enrol(person)
    await home.refresh()
    expect((await lose(person)).code).toBe('insufficient_user_authentication')
    // The password once more is the same half.
    carry(home, await byPassword.stepUp.prove(person, home))
    expect((await lose(person)).code).toBe('insufficient_user_authentication')
    carry(home, await raised(factor, person))
    expect((await lose(person)).status).toBeLessThan(300)
  })

  test.each(losses)('$name: not the last one that must be', async ({ factor, isReplaced, lose }) => {
    const person = await prepare(store)
    await factor.enrol(person)
    carry(person.home, await raised(factor, person))
    const { db, ports } = person.site.latchkey.services
    await db.transaction((tx) => saveDemand(tx, person.id, true, ports.now()))
    const lost = await lose(person)
    if (isReplaced) expect(lost.status).toBe(200)
    else expect(lost.code).toBe('second_factor_required')
    // Nothing of what was refused has been done.
    const tab = person.site.browser()
    const first = (await byPassword.signIn(person, tab)) as Step
    expect(first.body.next).toBe('second_factor')
  })

  test.each(losses)('$name: recovery codes go with the last, trusted browsers with any', async (loss) => {
    for (const isLast of [true, false]) {
      const person = await prepare(store)
      const { home, site } = person
      await loss.factor.enrol(person)
      carry(home, await raised(loss.factor, person))
      if (!isLast) await addAnother(person, loss.factor)
      expect((await home.post('/recovery-codes')).status).toBe(201)
      await trust(person)
      expect((await loss.lose(person)).status).toBeLessThan(300)
      const { db, trustedDevices } = site.latchkey.services
      const left = (await readStanding(db, person.id)).left
      expect([isLast, left]).toEqual([isLast, isLast && !loss.isReplaced ? 0 : 10])
      expect(await trustedDevices.list(person.id)).toEqual([])
    }
  })

  test.each([smsCode, passkey, totp])('a browser is trusted no more once $name is added', async (factor) => {
    const person = await prepare(store)
    await trust(person)
    await factor.enrol(person)
    expect(await person.site.latchkey.services.trustedDevices.list(person.id)).toEqual([])
  })

  test.each(['email-code', 'magic-link'])(
    'a factor enrolled after a proof by mail (%s) makes no aal2: the mail is no half of it',
    async (way) => {
      const person = await prepare(store)
      const { site, email, id } = person
      const { db, ports } = site.latchkey.services
      await db.transaction((tx) => saveDemand(tx, id, true, ports.now()))
      const tab = site.browser()
      await tab.post(`/${way}/send`, { email })
      const [mail] = await site.mailbox(email)
      const token = must(mail)
        .links.map((link) => new URL(link).searchParams.get('token'))
        .find((each) => each)
      const answer = way === 'magic-link' ? { token } : { code: must(mail).codes[0] }
      const first = await tab.post<{ next: string; ticket: string }>(`/${way}/verify`, answer)
      expect([first.status, first.body.next]).toEqual([200, 'second_factor_enrolment'])
      const enrol = '/login/second-factor/enrol'
      const { ticket } = first.body
      const begun = await tab.post<{ options: Seed }>(`${enrol}/begin`, { ticket, factor: 'totp' })
      const app = authenticatorOf(begun.body.options, site.clock)
      const done = await tab.post<Step['body']>(enrol, { ticket, factor: 'totp', code: app.code() })
      expect([done.status, done.body.session]).toMatchObject([200, { aal: 1, amr: ['mail', 'otp'] }])
    },
  )
})

async function prepare(store: Store): Promise<Person> {
  const site = await startAdministration(store, {
    signInMethods: ['password', 'passkey', 'email-code', 'magic-link', 'sms-code'],
  })
  return await byPassword.register(site, 'ada@example.com')
}

/** Proven by the factor itself, in the session at home. */
async function raised(factor: SecondFactor, person: Person) {
  person.site.clock.advance(minutes(1))
  await person.home.refresh()
  return await factor.stepUp(person, person.home)
}

/** One that stays when the factor goes. */
async function addAnother(person: Person, factor: SecondFactor): Promise<void> {
  if (factor.name !== 'totp') {
    const { app } = await enrolTotp(person.home, person.site)
    await person.home.refresh()
    expect((await raise(person.home, app.code())).status).toBe(200)
    return
  }
  await smsCode.enrol(person)
  carry(person.home, await raised(smsCode, person))
}

async function trust({ id, site }: Person): Promise<void> {
  const { db, ports } = site.latchkey.services
  const now = ports.now()
  const row = { id: uuidV7(ports), user_id: parseUuid(id), secret_hash: new Uint8Array(32) }
  const times = { created_at: now, last_used_at: now, expires_at: now + days(1) }
  await db.transaction((tx) => insertTrustedDevice(tx, { ...row, label: 'x', ip: null, ...times }))
}
