import {
  type CodeRequested,
  days,
  minutes,
  type Passkey,
  type SecondFactorNeeded,
  type SignedIn,
  type UserId,
} from '@latchkey/contract'
import { deletePasswordHash } from '../password/store.ts'
import { insertPasskey, listPasskeys } from './store.ts'
import { describe, expect, test } from 'vitest'
import { firstOf, must, textOf } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { Authenticator, type Lies } from '#test/support/authenticator.ts'
import { weakKeys } from '#test/support/weak-keys.ts'
import {
  type Browser,
  createTestLatchkey,
  type Reply,
  stores,
  type TestLatchkey,
  type TestOptions,
} from '#test/support/test-latchkey.ts'

const password = 'correct horse battery'

interface Ceremony {
  ticket: string
  options: Record<string, unknown>
}
interface List {
  items: Passkey[]
  rpId: string
  userHandle: string
  asksAfterPassword: boolean
}
interface Scene extends TestLatchkey {
  home: Browser
  userId: UserId
  phone: Authenticator
  passkey: Passkey
}

/** Ada is signed in at home, and has a passkey on her phone. */
async function withPasskey(options: TestOptions = {}, phone = new Authenticator()): Promise<Scene> {
  const instance = await createTestLatchkey(options)
  const home = instance.browser()
  const { user } = await home.register()
  const { body: passkey } = await add(home, phone)
  return { ...instance, home, userId: userIdOf(user.id), phone, passkey }
}

const ask = async (tab: Browser, path = '/passkeys/login/options'): Promise<Ceremony> =>
  (await tab.post<Ceremony>(path)).body

async function add(tab: Browser, authenticator: Authenticator, lies: Lies = {}, name?: string) {
  const { ticket, options } = await ask(tab, '/passkeys/registration/options')
  const response = authenticator.create(options, lies)
  return await tab.post<Passkey>('/passkeys/registration/verify', { ticket, response, name })
}

async function signIn(tab: Browser, authenticator: Authenticator, lies: Lies = {}): Promise<Reply<SignedIn>> {
  const { ticket, options } = await ask(tab)
  const answer = await tab.post<SignedIn>('/passkeys/login/verify', {
    ticket,
    response: authenticator.get(options, lies),
  })
  if (answer.status === 200) tab.token = answer.body.accessToken
  return answer
}

const list = async (tab: Browser): Promise<List> => (await tab.get<List>('/passkeys')).body
const remove = (tab: Browser, id: string) => tab.send(`/api/auth/passkeys/${id}`, { method: 'DELETE' })
const askFor = (tab: Browser, enabled: boolean) =>
  tab.send('/api/auth/passkeys/second-factor', { method: 'PUT', body: { enabled } })
const subjects = async ({ mailbox }: TestLatchkey): Promise<string[]> =>
  (await mailbox('ada@example.com')).map(({ subject }) => subject)
const kinds = async (tab: Browser): Promise<string[]> =>
  (await tab.get<{ items: { kind: string }[] }>('/activity')).body.items.map(({ kind }) => kind)
const flushed = async ({ latchkey }: TestLatchkey): Promise<void> => await latchkey.services.audit.flush()
const outcome = ({ status, code }: Reply<unknown>): string | number => code ?? status
const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))
const counted = (outcomes: (string | number)[]) =>
  outcomes.reduce<Record<string, number>>((sum, each) => ({ ...sum, [each]: (sum[each] ?? 0) + 1 }), {})

/** False statements of an authenticator or a browser. */
const liesOfBoth: Record<string, Lies> = {
  'of another site': { origin: 'https://example.com' },
  'of another port': { origin: 'http://localhost:4001' },
  'of an origin that only begins alike': { origin: 'http://localhost:4000.example.com' },
  'for another relying party': { rpId: 'example.com' },
  'from a frame of another origin': { crossOrigin: true },
  'with a crossOrigin that is no boolean': { crossOrigin: 'false' },
  'with a topOrigin alone': { topOrigin: 'http://localhost:4000' },
  'with another challenge': { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
  'with an empty challenge': { challenge: '' },
  'without presence': { flags: { up: false } },
  'backed up, and not eligible': { flags: { be: false, bs: true } },
  'whose id is not its rawId': { id: 'AAAAAAAAAAAAAAAAAAAAAA', rawId: 'AAAAAAAAAAAAAAAAAAAAAQ' },
  'whose client data is no JSON': { clientDataJSON: () => 'null' },
  'whose client data is cut': { clientDataJSON: (text) => text.slice(0, -1) },
  'whose client data is no UTF-8': { clientDataJSON: () => Buffer.from([0x7b, 0xff, 0x7d]) },
  'whose authenticator data is cut': { authenticatorData: (bytes) => bytes.subarray(0, 36) },
  'whose authenticator data goes on': { authenticatorData: (bytes) => Buffer.concat([bytes, Buffer.of(0)]) },
}

describe.each(stores)('passkeys on %s', (store) => {
  test('are added, and sign in without a name or a password', async () => {
    const scene = await withPasskey({ store })
    const tab = scene.browser({ 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' })
    const { body } = await signIn(tab, scene.phone)
    expect(body).toMatchObject({ user: { email: 'ada@example.com' }, session: { aal: 2 } })
    expect(body.session.amr).toEqual(['swk', 'user', 'mfa'])
    expect((await tab.get('/me')).status).toBe(200)
    expect(tab.cookies.get('latchkey-last-method')).toBe('passkey')
    const { items } = await list(tab)
    expect(items).toEqual([{ ...scene.passkey, lastUsedAt: expect.any(String) }])
    expect(scene.passkey).toMatchObject({ backedUp: true, backupEligible: true, suspectedAt: null })
  })

  test('one answer brought fifty times signs in once (ASVS V6.5.1)', async () => {
    // A passkey without a counter: only the single-use challenge refuses the second answer.
    const { browser, phone } = await withPasskey({ store })
    const { ticket, options } = await ask(browser())
    const response = phone.get(options)
    const replies = await times(50, () => browser().post('/passkeys/login/verify', { ticket, response }))
    const { 200: done, ...refused } = counted(replies.map(outcome))
    expect(done).toBe(1)
    // Five attempts; later ones find the challenge gone.
    expect(refused).toEqual({ passkey_invalid: 49 })
  })

  test('one new passkey brought fifty times is added once', async () => {
    const { home, phone } = await withPasskey({ store })
    const { ticket, options } = await ask(home, '/passkeys/registration/options')
    const response = phone.create(options)
    const replies = await times(50, () => home.post('/passkeys/registration/verify', { ticket, response }))
    expect(counted(replies.map(outcome))).toEqual({ 201: 1, passkey_invalid: 49 })
    expect((await list(home)).items).toHaveLength(2)
  })

  test('one question makes one passkey', async () => {
    const { home } = await withPasskey({ store })
    const { ticket, options } = await ask(home, '/passkeys/registration/options')
    const answer = () => ({ ticket, response: new Authenticator().create(options) })
    expect((await home.post('/passkeys/registration/verify', answer())).status).toBe(201)
    expect((await home.post('/passkeys/registration/verify', answer())).code).toBe('passkey_invalid')
  })

  test('one passkey that five accounts bring is of one', async () => {
    const { browser } = await createTestLatchkey({ store })
    const tabs = await times(5, async (index) => {
      const tab = browser()
      await tab.register(`user${index}@example.com`)
      return tab
    })
    const made = new Authenticator()
    const id = Buffer.alloc(16, 7)
    const replies = await Promise.all(
      tabs.map(async (tab) => {
        const { ticket, options } = await ask(tab, '/passkeys/registration/options')
        const name = id.toString('base64url')
        const response = made.create(options, { credentialId: id, id: name })
        return await tab.post('/passkeys/registration/verify', { ticket, response })
      }),
    )
    expect(counted(replies.map(outcome))).toEqual({ 201: 1, passkey_invalid: 4 })
  })

  test('of two passkeys that are removed at the same time one stays, where there is no other way in', async () => {
    const { home, phone, latchkey, userId } = await withPasskey({
      store,
      signInMethods: ['password', 'passkey'],
    })
    await add(home, phone)
    await removePassword(latchkey, userId)
    const ids = (await list(home)).items.map(({ id }) => id)
    const replies = await Promise.all(ids.map((id) => remove(home, id)))
    expect(counted(replies.map(outcome))).toEqual({ 204: 1, last_credential: 1 })
    expect((await list(home)).items).toHaveLength(1)
  })

  test('a counter that goes back is refused, and its owner is told once', async () => {
    const scene = await withPasskey({ store }, new Authenticator({ counts: true }))
    const { phone, home, browser } = scene
    const copy = phone.clone()
    expect((await signIn(browser(), phone)).status).toBe(200)
    expect((await signIn(browser(), phone)).status).toBe(200)
    const thief = await signIn(browser(), copy)
    expect(thief).toMatchObject({ status: 401, code: 'passkey_invalid' })
    expect((await signIn(browser(), copy)).status).toBe(401)
    expect(
      (await subjects(scene)).filter((each) => each.startsWith('Somebody may have a copy')),
    ).toHaveLength(1)
    await flushed(scene)
    expect(await kinds(home)).toContain('passkey.suspected')
    expect((await list(home)).items[0]?.suspectedAt).toEqual(expect.any(String))
    // The passkey whose counter is ahead is presumably the owner's: a copy must not lock anybody out.
    expect((await signIn(browser(), phone)).status).toBe(200)
  })

  test('as a second factor: asked for after the password where its owner wishes it', async () => {
    const scene = await withPasskey({ store })
    const { home, phone, browser } = scene
    expect((await browser().login()).body).toMatchObject({ accessToken: expect.any(String) })
    expect((await askFor(home, true)).status).toBe(204)
    expect((await list(home)).asksAfterPassword).toBe(true)
    const tab = browser()
    const { ticket, factors } = (
      await tab.post<SecondFactorNeeded>('/login', {
        email: 'ada@example.com',
        password,
      })
    ).body
    expect(factors).toEqual(['passkey'])
    const begun = await tab.post<Ceremony>('/login/second-factor/begin', { ticket, factor: 'passkey' })
    expect(begun.body.options['allowCredentials']).toEqual([
      { type: 'public-key', id: scene.passkey.credentialId, transports: ['internal', 'hybrid'] },
    ])
    const response = phone.get(begun.body.options)
    const replies = await times(50, () =>
      tab.post<SignedIn>('/login/second-factor', { ticket, factor: 'passkey', response }),
    )
    const done = replies.filter(({ status }) => status === 200)
    expect(done).toHaveLength(1)
    expect(done[0]?.body.session).toMatchObject({ aal: 2, amr: ['pwd', 'swk', 'user', 'mfa'] })
    // The session that enrolled it has authenticated by password alone.
    expect((await askFor(home, false)).code).toBe('insufficient_user_authentication')
    tab.token = firstOf(done).body.accessToken
    expect((await askFor(tab, false)).status).toBe(204)
    expect((await browser().login()).body).toMatchObject({ accessToken: expect.any(String) })
    expect(await subjects(scene)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('A passkey is asked for after your password'),
        expect.stringContaining('No passkey is asked for any more'),
      ]),
    )
  })

  test('as a step-up: a session that began with the password rises', async () => {
    const { home, phone, clock } = await withPasskey({ store })
    clock.advance(minutes(11))
    expect((await home.post('/passkeys/registration/options')).code).toBe('insufficient_user_authentication')
    expect((await home.get('/step-up')).body).toMatchObject({
      items: [{ name: 'password' }, { name: 'passkey', asks: true }],
    })
    const { ticket, options } = (await home.post<Ceremony>('/step-up/begin', { factor: 'passkey' })).body
    const proof = { ticket, factor: 'passkey', response: phone.get(options) }
    const { body } = await home.post<SignedIn>('/step-up', proof)
    expect(body.session.aal).toBe(2)
    home.token = body.accessToken
    expect((await home.post('/step-up', proof)).status).not.toBe(200)
    expect((await home.post('/passkeys/registration/options')).status).toBe(200)
  })

  test('a disabled user is dead everywhere, with the answer that everybody gets', async () => {
    const { browser, phone, latchkey, userId, home, clock } = await withPasskey({ store })
    const { ticket, options } = await ask(browser())
    const registration = await ask(home, '/passkeys/registration/options')
    await latchkey.services.users.change(userId, { disabledAt: clock.now() })
    const answer = await browser().post('/passkeys/login/verify', { ticket, response: phone.get(options) })
    const wrong = await signIn(browser(), phone, { origin: 'https://example.com' })
    expect(answer).toMatchObject({ status: 401, code: 'passkey_invalid' })
    expect({ ...answer.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' })
    const late = { ticket: registration.ticket, response: phone.create(registration.options) }
    expect((await home.post('/passkeys/registration/verify', late)).status).toBe(401)
  })
})

describe('a passkey', () => {
  test.each(['ES256', 'EdDSA', 'RS256'] as const)('signs with %s', async (algorithm) => {
    const { browser, phone } = await withPasskey({}, new Authenticator({ algorithm }))
    expect((await signIn(browser(), phone)).status).toBe(200)
  })

  test('of an algorithm that was not asked for is refused', async () => {
    const { home } = await withPasskey()
    expect(outcome(await add(home, new Authenticator({ algorithm: 'ES384' })))).toBe('passkey_invalid')
  })

  test.each(Object.entries(liesOfBoth))(
    '%s is refused at both ceremonies, and nothing is lost',
    async (_, lies) => {
      const { browser, home, phone } = await withPasskey()
      expect(outcome(await add(home, new Authenticator(), lies))).toBe('passkey_invalid')
      expect((await list(home)).items).toHaveLength(1)
      const tab = browser()
      const { ticket, options } = await ask(tab)
      const wrong = await tab.post('/passkeys/login/verify', { ticket, response: phone.get(options, lies) })
      expect(wrong.status).toBe(401)
      // An id that does not exist is unknown; the answer tells its sender nothing new.
      expect(wrong.code).toBe('passkey_invalid')
      expect(wrong.headers.getSetCookie()).toEqual([])
      const right = await tab.post('/passkeys/login/verify', { ticket, response: phone.get(options) })
      expect(right.status).toBe(200)
    },
  )

  test.each<[string, Lies]>([
    [
      'whose signature is changed',
      { signature: (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.of(1)]) },
    ],
    ['whose signature is empty', { signature: () => Buffer.of(0) }],
    ['that became one that can be copied', { flags: { be: false, bs: false } }],
    ['without its user', { userHandle: null }],
    ['of another user', { userHandle: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['that says it was just made', { type: 'webauthn.create' }],
  ])('%s does not sign in', async (_, lies) => {
    const { browser, phone } = await withPasskey()
    const tab = browser()
    expect(outcome(await signIn(tab, phone, lies))).toBe('passkey_invalid')
    expect(tab.cookies.size).toBe(0)
  })

  test.each<[string, Lies]>([
    ['that says it signs in', { type: 'webauthn.get' }],
    ['of another id than its own', { credentialId: Buffer.alloc(16, 9) }],
    ['with an empty id', { credentialId: Buffer.alloc(0) }],
    [
      'with an id of 1024 bytes',
      { credentialId: Buffer.alloc(1024, 9), id: Buffer.alloc(1024, 9).toString('base64url').slice(0, 1364) },
    ],
    ['whose key is no map', { key: 5 as never }],
    [
      'whose key is no point of its curve',
      {
        key: new Map<number, number | Uint8Array>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, Buffer.alloc(32, 1)],
          [-3, Buffer.alloc(32, 1)],
        ]),
      },
    ],
    [
      'whose key is short',
      {
        key: new Map<number, number | Uint8Array>([
          [1, 1],
          [3, -8],
          [-1, 6],
          [-2, Buffer.alloc(31, 1)],
        ]),
      },
    ],
    [
      'whose key is of another type',
      {
        key: new Map<number, number | Uint8Array>([
          [1, 3],
          [3, -8],
          [-1, 6],
          [-2, Buffer.alloc(32, 1)],
        ]),
      },
    ],
    ...Object.entries(weakKeys).map(([name, { jwk }]): [string, Lies] => [
      `with a key that is ${name}`,
      { key: coseOf(jwk) },
    ]),
  ])('%s is not added', async (_, lies) => {
    const { home } = await withPasskey()
    const reply = await add(home, new Authenticator(), lies)
    expect([400, 401]).toContain(reply.status)
    expect(['passkey_invalid', 'invalid_input']).toContain(reply.code)
    expect((await list(home)).items).toHaveLength(1)
  })

  test('that nobody knows is told so: its id came from whoever asks', async () => {
    const { browser, phone, home, passkey } = await withPasskey()
    expect((await remove(home, passkey.id)).status).toBe(204)
    const answer = await signIn(browser(), phone)
    expect(answer).toMatchObject({ status: 401, code: 'passkey_unknown' })
  })

  test('without user verification is one factor', async () => {
    const { browser, phone } = await withPasskey({}, new Authenticator({ flags: { uv: false } }))
    const { body } = await signIn(browser(), phone)
    expect(body.session).toMatchObject({ aal: 1, amr: ['swk', 'user'] })
  })

  test('without user verification is refused where that is required', async () => {
    const phone = new Authenticator()
    const { browser, home } = await withPasskey({ passkeyUserVerification: 'required' }, phone)
    expect(outcome(await signIn(browser(), phone, { flags: { uv: false } }))).toBe('passkey_invalid')
    expect(outcome(await add(home, new Authenticator(), { flags: { uv: false } }))).toBe('passkey_invalid')
    expect((await signIn(browser(), phone)).status).toBe(200)
  })

  test('is looked up by its name for who keeps it, else for the browser', async () => {
    const { home } = await withPasskey()
    const google = new Authenticator({ aaguid: 'ea9b8d664d011d213ce4b6b48cb575d4' })
    expect((await add(home, google)).body).toMatchObject({
      name: 'Google Password Manager',
      provider: 'Google Password Manager',
    })
    expect((await add(home, google, {}, ' My phone ')).body.name).toBe('My phone')
  })

  test('that is synced later is shown so', async () => {
    const phone = new Authenticator({ flags: { bs: false } })
    const { browser, home } = await withPasskey({}, phone)
    expect((await list(home)).items[0]).toMatchObject({ backupEligible: true, backedUp: false })
    expect((await signIn(browser(), phone, { flags: { bs: true } })).status).toBe(200)
    expect((await list(home)).items[0]).toMatchObject({ backedUp: true })
  })

  test('is renamed by its owner alone', async () => {
    const { home, browser, passkey } = await withPasskey()
    const path = `/api/auth/passkeys/${passkey.id}`
    const eve = browser()
    await eve.register('eve@example.com')
    expect((await eve.send(path, { method: 'PATCH', body: { name: 'Mine' } })).code).toBe('passkey_not_found')
    expect((await remove(eve, passkey.id)).code).toBe('passkey_not_found')
    const renamed = await home.send(path, { method: 'PATCH', body: { name: 'Phone' } })
    expect(renamed.body).toMatchObject({ id: passkey.id, name: 'Phone' })
    expect((await list(eve)).items).toEqual([])
  })

  test('that is removed ends every other session, and mails (ASVS V7.4.3)', async () => {
    const scene = await withPasskey()
    const { home, browser, phone, passkey } = scene
    const lost = browser()
    await signIn(lost, phone)
    expect((await remove(home, passkey.id)).status).toBe(204)
    expect((await lost.refresh()).code).toBe('session_revoked')
    expect((await home.refresh()).status).toBe(200)
    expect(await subjects(scene)).toEqual([
      expect.stringContaining('A passkey was removed'),
      expect.stringContaining('A passkey was added'),
      expect.anything(),
    ])
    await flushed(scene)
    expect(await kinds(home)).toEqual(expect.arrayContaining(['passkey.added', 'passkey.removed']))
  })

  test('is never removed where it is the last way in', async () => {
    const { home, latchkey, userId, passkey } = await withPasskey({ signInMethods: ['password', 'passkey'] })
    await removePassword(latchkey, userId)
    expect((await remove(home, passkey.id)).code).toBe('last_credential')
    expect((await list(home)).items).toHaveLength(1)
  })

  test.each([
    { age: 44, answer: 'no refusal' },
    { age: 46, answer: 'last_credential' },
  ])('beside a number proven $age days ago: $answer', async ({ age, answer }) => {
    const scene = await withPasskey({ signInMethods: ['password', 'passkey', 'sms-code'] })
    const { home, phone, clock, latchkey, userId, passkey, mailbox } = scene
    const number = '+4915123456789'
    const { ticket } = (await home.post<CodeRequested>('/phone/send', { number })).body
    const code = firstOf(firstOf(await mailbox(number)).codes)
    expect((await home.post('/phone/verify', { ticket, code })).status).toBe(200)
    await removePassword(latchkey, userId)
    clock.advance(days(age))
    await signIn(home, phone)
    expect((await remove(home, passkey.id)).code ?? 'no refusal').toBe(answer)
  })

  test('is added, removed and asked for after a fresh sign-in alone (ASVS V7.5.1)', async () => {
    const { home, clock, passkey } = await withPasskey()
    const begun = await ask(home, '/passkeys/registration/options')
    clock.advance(minutes(11))
    const late = { ticket: begun.ticket, response: new Authenticator().create(begun.options) }
    const stale = 'insufficient_user_authentication'
    expect((await home.post('/passkeys/registration/options')).code).toBe(stale)
    expect((await home.post('/passkeys/registration/verify', late)).code).toBe(stale)
    expect((await remove(home, passkey.id)).code).toBe(stale)
    expect((await askFor(home, true)).code).toBe(stale)
    expect((await home.get('/passkeys')).status).toBe(200)
  })

  test('there are twenty of at most, whatever was added since the twentieth was begun', async () => {
    const { home, phone, latchkey, userId } = await withPasskey()
    const { db } = latchkey.services
    for (let index = 1; index < 19; index++) expect((await add(home, phone)).status).toBe(201)
    const begun = await ask(home, '/passkeys/registration/options')
    const [row] = await listPasskeys(db, userId)
    await insertPasskey(db, { ...must(row), id: Buffer.alloc(16, 1), credential_id: Buffer.alloc(16, 1) })
    const late = { ticket: begun.ticket, response: new Authenticator().create(begun.options) }
    expect((await home.post('/passkeys/registration/verify', late)).code).toBe('passkey_limit_reached')
    expect((await home.post('/passkeys/registration/options')).code).toBe('passkey_limit_reached')
  })

  test('goes with the account, and with everything that a stranger prepared', async () => {
    const { home, browser, phone, latchkey, userId } = await withPasskey()
    const { db, credentials, users } = latchkey.services
    const account = await users.get(userId)
    await db.transaction((tx) => credentials.addressProven(tx, account, { isMaker: false, ip: null }))
    expect((await signIn(browser(), phone)).code).toBe('passkey_unknown')
    expect((await home.refresh()).code).toBe('session_revoked')
  })

  test('that a thief added goes when the change of the address is undone', async () => {
    const { home, browser, phone, mailbox } = await withPasskey()
    await home.post('/change-email', { email: 'eve@example.com' })
    const tokenIn = async (to: string, path: string) => {
      const link = (await mailbox(to)).flatMap(({ links }) => links).find((each) => each.includes(path))
      return new URL(must(link)).searchParams.get('token')
    }
    await home.post('/change-email/confirm', { token: await tokenIn('eve@example.com', '/confirm') })
    expect((await signIn(browser(), phone)).status).toBe(200)
    await home.post('/change-email/undo', { token: await tokenIn('ada@example.com', '/undo') })
    expect((await signIn(browser(), phone)).code).toBe('passkey_unknown')
  })

  test('stands in the export without its key', async () => {
    const { home, passkey } = await withPasskey()
    const { body } = await home.get<{ methods: Record<string, unknown> }>('/me/export')
    expect(body.methods['passkey']).toEqual({
      passkeys: [{ name: passkey.name, createdAt: passkey.createdAt, lastUsedAt: null }],
    })
  })
})

describe('an answer is nothing to anything but its question', () => {
  test('a registration to the sign-in, and the other way round', async () => {
    const { home, browser, phone } = await withPasskey()
    const login = await ask(browser())
    const registration = await ask(home, '/passkeys/registration/options')
    const response = phone.get(login.options)
    const swapped = await browser().post('/passkeys/login/verify', { ticket: registration.ticket, response })
    expect(swapped.code).toBe('passkey_invalid')
    const made = new Authenticator().create(registration.options, {
      challenge: textOf(login.options['challenge']),
    })
    const other = await home.post('/passkeys/registration/verify', { ticket: login.ticket, response: made })
    expect(other.code).toBe('passkey_invalid')
    // Neither challenge was used up by it.
    expect((await browser().post('/passkeys/login/verify', { ticket: login.ticket, response })).status).toBe(
      200,
    )
    const honest = { ticket: registration.ticket, response: new Authenticator().create(registration.options) }
    expect((await home.post('/passkeys/registration/verify', honest)).status).toBe(201)
  })

  test('of one browser to the question of another', async () => {
    const { browser, phone } = await withPasskey()
    const [mine, other] = [await ask(browser()), await ask(browser())]
    const answer = { ticket: other.ticket, response: phone.get(mine.options) }
    expect(outcome(await browser().post('/passkeys/login/verify', answer))).toBe('passkey_invalid')
  })

  test('of one user to the registration of another, and of one session to another', async () => {
    const { home, browser } = await withPasskey()
    const eve = browser()
    await eve.register('eve@example.com')
    const second = browser()
    await second.login()
    const { ticket, options } = await ask(home, '/passkeys/registration/options')
    const answer = { ticket, response: new Authenticator().create(options) }
    expect(outcome(await eve.post('/passkeys/registration/verify', answer))).toBe('passkey_invalid')
    expect(outcome(await second.post('/passkeys/registration/verify', answer))).toBe('passkey_invalid')
    expect((await list(eve)).items).toEqual([])
    expect((await home.post('/passkeys/registration/verify', answer)).status).toBe(201)
  })

  test('of the sign-in to the second factor, of the second factor to the step-up', async () => {
    const { home, browser, phone } = await withPasskey()
    await askFor(home, true)
    const tab = browser()
    const credentials = { email: 'ada@example.com', password }
    const { ticket } = (await tab.post<SecondFactorNeeded>('/login', credentials)).body
    const factor = 'passkey'
    const second = (await tab.post<Ceremony>('/login/second-factor/begin', { ticket, factor })).body
    const first = await ask(tab)
    const step = (await home.post<Ceremony>('/step-up/begin', { factor })).body
    const [ofFirst, ofSecond, ofStep] = [first, second, step].map(({ options }) => phone.get(options))
    const at = (path: string, body: object, who = tab) => who.post(path, body).then(outcome)
    const wrong = 'second_factor_invalid'
    expect(await at('/login/second-factor', { ticket, factor, response: ofFirst })).toBe(wrong)
    expect(await at('/login/second-factor', { ticket, factor, response: ofStep })).toBe(wrong)
    expect(await at('/login/second-factor', { ticket, factor, response: {} })).toBe(wrong)
    expect(await at('/step-up', { ticket: step.ticket, factor, response: ofSecond }, home)).toBe(wrong)
    expect(await at('/passkeys/login/verify', { ticket: first.ticket, response: ofSecond })).toBe(
      'passkey_invalid',
    )
    expect(await at('/passkeys/login/verify', { ticket, response: ofSecond })).toBe('passkey_invalid')
    expect(await at('/login/second-factor', { ticket, factor, response: ofSecond })).toBe(200)
  })

  test('of the passkey of another user to the second factor', async () => {
    const { home, browser } = await withPasskey()
    await askFor(home, true)
    const eve = browser()
    await eve.register('eve@example.com')
    const hers = new Authenticator()
    await add(eve, hers)
    const tab = browser()
    const credentials = { email: 'ada@example.com', password }
    const { ticket } = (await tab.post<SecondFactorNeeded>('/login', credentials)).body
    const begun = (await tab.post<Ceremony>('/login/second-factor/begin', { ticket, factor: 'passkey' })).body
    const response = hers.get(begun.options)
    const answer = await tab.post('/login/second-factor', { ticket, factor: 'passkey', response })
    expect(answer.code).toBe('second_factor_invalid')
  })

  test('that comes too late', async () => {
    const { browser, phone, clock } = await withPasskey()
    const { ticket, options } = await ask(browser())
    const answer = { ticket, response: phone.get(options) }
    clock.advance(minutes(10))
    expect(outcome(await browser().post('/passkeys/login/verify', answer))).toBe('passkey_invalid')
  })

  test('of another installation', async () => {
    const [here, there] = [await withPasskey(), await createTestLatchkey()]
    const { ticket, options } = await ask(there.browser())
    const answer = { ticket, response: here.phone.get(options) }
    expect(outcome(await here.browser().post('/passkeys/login/verify', answer))).toBe('passkey_invalid')
    expect(outcome(await there.browser().post('/passkeys/login/verify', answer))).toBe('passkey_unknown')
  })
})

describe('what is asked', () => {
  test('of a stranger names nobody, and never the same twice (ASVS V6.3.8)', async () => {
    const { browser } = await withPasskey()
    const [one, two] = [await ask(browser()), await ask(browser())]
    expect(one.options).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rpId: 'localhost',
      timeout: 300_000,
      userVerification: 'preferred',
      allowCredentials: [],
    })
    expect(two.options['challenge']).not.toBe(one.options['challenge'])
  })

  test('of the owner excludes what they have, and says no more of them than they see', async () => {
    const { home, passkey } = await withPasskey()
    const { options } = await ask(home, '/passkeys/registration/options')
    expect(options).toMatchObject({
      rp: { id: 'localhost', name: 'Latchkey' },
      user: {
        name: 'ada@example.com',
        displayName: 'ada@example.com',
        id: expect.stringMatching(/^[\w-]{22}$/),
      },
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
      excludeCredentials: [{ type: 'public-key', id: passkey.credentialId }],
      authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
      attestation: 'none',
    })
  })

  test('is bounded for each network', async () => {
    const { browser } = await createTestLatchkey()
    const tab = browser()
    const replies = await times(1001, () => tab.post('/passkeys/login/options'))
    expect(counted(replies.map(outcome))).toEqual({ 200: 1000, rate_limited: 1 })
  })
})

describe('where passkeys cannot be', () => {
  test.each<[string, TestOptions]>([
    ['an IP address', { publicUrl: 'https://192.0.2.1' }],
    ['an IPv6 address', { publicUrl: 'https://[2001:db8::1]' }],
    ['plain http', { publicUrl: 'http://auth.example.com' }],
    ['not among the ways to sign in', { signInMethods: ['password'] }],
  ])('%s: nothing of them is offered', async (_, options) => {
    const { browser } = await createTestLatchkey(options)
    const tab = browser({ origin: options.publicUrl ?? 'http://localhost:4000' })
    expect((await tab.post('/passkeys/login/options')).status).toBe(404)
    await tab.register()
    expect((await tab.get<{ items: unknown[] }>('/step-up')).body.items).toHaveLength(1)
  })

  test('turned off later: they sign nobody in, and do not count as a way in', async () => {
    const phone = new Authenticator()
    const before = await withPasskey({}, phone)
    const { databaseUrl } = before
    await askFor(before.home, true)
    const after = await createTestLatchkey({ databaseUrl, signInMethods: ['password'] })
    expect((await after.browser().login()).body).toMatchObject({ accessToken: expect.any(String) })
    expect((await after.browser().post('/passkeys/login/verify', {})).status).toBe(404)
  })
})

describe('the domain', () => {
  const publicUrl = 'https://auth.example.com'
  const inDomain = { publicUrl, passkeyRpId: 'example.com' }

  async function at(origin: string, options: TestOptions): Promise<string | number> {
    const { browser } = await createTestLatchkey(options)
    const tab = browser({ origin: publicUrl })
    await tab.register()
    return outcome(await add(tab, new Authenticator({ origin })))
  }

  test('above the public address serves all of its sites that are named', async () => {
    const allowedOrigins = ['https://app.example.com', 'https://example.net']
    expect(await at('https://app.example.com', { ...inDomain, allowedOrigins })).toBe(201)
    expect(await at('https://app.example.com', inDomain)).toBe('passkey_invalid')
    expect(await at('https://example.net', { ...inDomain, allowedOrigins })).toBe('passkey_invalid')
  })

  test('is served elsewhere, and in apps, where that is said', async () => {
    const app = `android:apk-key-hash:${'A'.repeat(43)}`
    const passkeyOrigins = ['https://example.net', app]
    expect(await at('https://example.net', { ...inDomain, passkeyOrigins })).toBe(201)
    expect(await at(app, { ...inDomain, passkeyOrigins })).toBe(201)
  })

  test('of somebody else is refused at the start', async () => {
    await expect(createTestLatchkey({ publicUrl, passkeyRpId: 'example.net' })).rejects.toThrow(
      /option passkeyRpId/,
    )
    await expect(createTestLatchkey({ publicUrl, passkeyRpId: 'ample.com' })).rejects.toThrow(
      /option passkeyRpId/,
    )
  })
})

async function removePassword(latchkey: TestLatchkey['latchkey'], userId: UserId): Promise<void> {
  const { db } = latchkey.services
  await db.transaction((tx) => deletePasswordHash(tx, userId))
}

/** RFC 9053 §7, for a key that no library would export. */
function coseOf({ kty, ...services }: Readonly<Record<string, unknown>>): Map<number, number | Uint8Array> {
  const bytes = (name: string) => Buffer.from((services[name] as string | undefined) ?? '', 'base64url')
  if (kty === 'RSA')
    return new Map<number, number | Uint8Array>([
      [1, 3],
      [3, -257],
      [-1, bytes('n')],
      [-2, bytes('e')],
    ])
  const isEc = kty === 'EC'
  return new Map<number, number | Uint8Array>([
    [1, isEc ? 2 : 1],
    [3, isEc ? -7 : -8],
    [-1, isEc ? 1 : 6],
    [-2, bytes('x')],
    ...(isEc ? [[-3, bytes('y')] as const] : []),
  ])
}
