import {
  type CodeRequested,
  type CertificateMapping,
  type CreatedApiKey,
  hours,
  minutes,
  seconds,
  type ServiceAccount,
  type SignedIn,
} from '@latchkey/contract'
import { expect } from 'vitest'
import { firstOf, must, textOf } from '#test/support/must.ts'
import {
  type AuthenticatorApp,
  authenticatorOf,
  enrolTotp,
  type Seed,
} from '#test/support/authenticator-app.ts'
import { Authenticator } from '#test/support/authenticator.ts'
import { DpopClient } from '#test/support/dpop-browser.ts'
import { hotpCode } from '#test/support/hotp.ts'
import type { LyingProvider } from '#test/support/lying-provider.ts'
import { createKey, exchange, introspectWith } from '#test/support/machines.ts'
import type { Browser, Reply, TestLatchkey } from '#test/support/test-latchkey.ts'
import { ca, password, type Scene, tokenOf } from './stage.ts'

export interface Operation {
  prepare?: (scene: Scene) => Promise<unknown>
  run: (scene: Scene, prepared: unknown) => Promise<Reply<unknown>>
  done: number
  /** What a repeat may be answered with when the first try was carried out and only its answer lost. */
  repeated?: string[]
  /** The operation ends ada's sessions when it succeeds. */
  ends?: boolean
  /** Holds once the operation was carried out, at first or when it was repeated. */
  after?: (scene: Scene) => Promise<unknown>
}

export const operations: Record<string, Operation> = {
  register: {
    run: ({ instance }) => instance.browser().post('/register', { email: 'new@example.com', password }),
    done: 201,
    repeated: ['email_taken'],
  },
  login: { run: ({ instance }) => instance.browser().login(), done: 200 },
  'an administrator vouches for an address': {
    prepare: async ({ instance }) => {
      const { user } = await instance.browser().register('carol@example.com')
      return user.id
    },
    run: ({ admin }, id) =>
      admin.send(`/api/admin/users/${String(id)}`, { method: 'PATCH', body: { emailVerified: true } }),
    done: 200,
    // The password has gone with all that was prepared: without the mail its owner would not know how to come in.
    async after({ instance }) {
      // Where a worker has claimed it and not heard so, it is sent when the claim is over.
      instance.clock.advance(minutes(3))
      const mails = await instance.mailbox('carol@example.com')
      expect(tokenOf(mails, '/reset-password')).toEqual(expect.any(String))
    },
  },
  'log in with a second factor': {
    prepare: async ({ instance }) => {
      const carol = instance.browser()
      await carol.register('carol@example.com')
      const { secret } = (await carol.post<{ secret: string }>('/hotp', undefined)).body
      return Buffer.from(secret, 'hex')
    },
    run: async ({ instance }, secret) => {
      const tab = instance.browser()
      const first = await tab.post<{ ticket: string }>('/login', { email: 'carol@example.com', password })
      if (first.status !== 200) return first
      const { ticket } = first.body
      const code = hotpCode(secret as Uint8Array, 0)
      return await tab.post('/login/second-factor', { ticket, factor: 'hotp', code })
    },
    done: 200,
    // The code is used up with the sign-in whose answer was lost; the next press gives another.
    repeated: ['second_factor_invalid'],
  },
  'log in with an authenticator app': {
    prepare: async ({ instance }) => {
      const carol = instance.browser()
      await carol.register('carol@example.com')
      return (await enrolTotp(carol, instance)).app
    },
    run: async ({ instance }, app) => {
      const tab = instance.browser()
      const first = await tab.post<{ ticket: string }>('/login', { email: 'carol@example.com', password })
      if (first.status !== 200) return first
      const code = (app as AuthenticatorApp).code()
      const proof = { ticket: first.body.ticket, factor: 'totp', code, trustDevice: true }
      return await tab.post('/login/second-factor', proof)
    },
    done: 200,
    repeated: ['second_factor_invalid'],
  },
  'log in with a recovery code': {
    prepare: async ({ instance }) => {
      const carol = instance.browser()
      await carol.register('carol@example.com')
      return (await enrolTotp(carol, instance)).codes[0]
    },
    run: async ({ instance }, code) => {
      const tab = instance.browser()
      const first = await tab.post<{ ticket: string }>('/login', { email: 'carol@example.com', password })
      if (first.status !== 200) return first
      const proof = { ticket: first.body.ticket, factor: 'recovery-code', code }
      return await tab.post('/login/second-factor', proof)
    },
    done: 200,
    repeated: ['second_factor_invalid'],
  },
  'enrol an authenticator app': {
    prepare: async ({ ada, instance }) => {
      const { body } = await ada.post<Seed & { ticket: string }>('/totp/options', undefined)
      return { ticket: body.ticket, code: authenticatorOf(body, instance.clock).code() }
    },
    run: ({ ada }, proof) => ada.post('/totp/verify', proof),
    done: 200,
    // It counts, and a session has to prove it now before anything changes.
    repeated: ['insufficient_user_authentication'],
  },
  'reset the second factors of a user': {
    run: ({ admin, bob }) =>
      admin.send(`/api/admin/users/${bob.user.id}/reset-second-factors`, {
        method: 'POST',
        body: { reason: 'lost' },
      }),
    done: 204,
  },
  'log in where somebody is signed in': {
    prepare: async ({ instance }) => {
      const carol = instance.browser()
      await carol.register('carol@example.com')
      return carol
    },
    run: (_, carol) => (carol as Browser).login('carol@example.com'),
    done: 200,
  },
  'log in by cookie': { run: ({ instance }) => logInByCookie(instance.browser()), done: 200 },
  'log in by cookie where somebody is': {
    prepare: byCookie,
    run: (_, tab) => logInByCookie(tab as Browser),
    done: 200,
  },
  'use a cookie session': {
    prepare: async (scene) => {
      const tab = await byCookie(scene)
      scene.instance.clock.advance(seconds(61))
      return tab
    },
    run: (_, tab) => (tab as Browser).get('/me'),
    done: 200,
  },
  'step-up by cookie': {
    prepare: byCookie,
    run: (_, tab) => (tab as Browser).post('/step-up', { password }),
    done: 200,
    repeated: ['refresh_token_outdated'],
  },
  'use a cookie session after its step-up': {
    prepare: async (scene) => {
      const tab = await byCookie(scene)
      await tab.post('/step-up', { password })
      return tab
    },
    run: (_, tab) => (tab as Browser).get('/me'),
    done: 200,
  },
  'change password by cookie': {
    prepare: async (scene) => {
      const carol = scene.instance.browser()
      await carol.post('/register', { email: 'carol@example.com', password, sessionKind: 'cookie' })
      return carol
    },
    run: (_, tab) =>
      (tab as Browser).post('/change-password', {
        currentPassword: password,
        newPassword: 'another fine passphrase',
      }),
    done: 204,
    // It is the new one already.
    repeated: ['invalid_credentials'],
  },
  'log out by cookie': {
    prepare: byCookie,
    run: (_, tab) => (tab as Browser).post('/logout'),
    done: 204,
    ends: true,
  },
  'export everything': { run: ({ ada }) => ada.get('/me/export').catch(toUnavailable), done: 200 },
  refresh: {
    run: ({ ada, native }) => ada.post('/refresh', { refreshToken: native.refreshToken }, { bare: true }),
    done: 200,
  },
  'refresh of a bound session': {
    prepare: async ({ instance }) => {
      const client = await new DpopClient(instance.browser()).greet()
      const { body } = await client.post<SignedIn>('/login', {
        email: 'ada@example.com',
        password,
        tokenDelivery: 'body',
      })
      return { client, refreshToken: body.refreshToken }
    },
    run: (_, prepared) => {
      const { client, refreshToken } = prepared as { client: DpopClient; refreshToken: string }
      return client.post('/refresh', { refreshToken })
    },
    done: 200,
  },
  'refresh by attempt': {
    run: ({ ada, native }) =>
      ada.post(
        '/refresh',
        { refreshToken: native.refreshToken },
        { bare: true, headers: { 'refresh-attempt': 'AAAAAAAAAAAAAAAAAAAAAA' } },
      ),
    done: 200,
  },
  'step-up': {
    run: ({ ada }) => ada.post('/step-up', { password }),
    done: 200,
    repeated: ['refresh_token_outdated'],
  },
  'log in with a passkey': {
    prepare: ({ ada }) => addPasskey(ada),
    run: async ({ instance }, phone) => {
      const tab = instance.browser()
      const asked = await tab.post<PasskeyQuestion>('/passkeys/login/options')
      if (asked.status !== 200) return asked
      const { ticket, options } = asked.body
      return await tab.post('/passkeys/login/verify', {
        ticket,
        response: (phone as Authenticator).get(options),
      })
    },
    done: 200,
  },
  'log in with a passkey as second factor': {
    prepare: async ({ ada }) => {
      const phone = await addPasskey(ada)
      await ada.send('/api/auth/passkeys/second-factor', { method: 'PUT', body: { enabled: true } })
      return phone
    },
    run: async ({ instance }, phone) => {
      const tab = instance.browser()
      const first = await tab.post<{ ticket: string }>('/login', { email: 'ada@example.com', password })
      if (first.status !== 200) return first
      const named = { ticket: first.body.ticket, factor: 'passkey' }
      const begun = await tab.post<PasskeyQuestion>('/login/second-factor/begin', named)
      if (begun.status !== 200) return begun
      const response = (phone as Authenticator).get(begun.body.options)
      return await tab.post('/login/second-factor', { ...named, response })
    },
    done: 200,
  },
  'add a passkey': {
    run: async ({ ada }) => {
      const asked = await ada.post<PasskeyQuestion>('/passkeys/registration/options')
      if (asked.status !== 200) return asked
      const { ticket, options } = asked.body
      const response = new Authenticator().create(options)
      return await ada.post('/passkeys/registration/verify', { ticket, response })
    },
    done: 201,
  },
  'remove a passkey': {
    prepare: async ({ ada }) => {
      await addPasskey(ada)
      return firstOf((await ada.get<{ items: { id: string }[] }>('/passkeys')).body.items).id
    },
    run: ({ ada }, id) => ada.send(`/api/auth/passkeys/${textOf(id)}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['passkey_not_found'],
  },
  'change profile': {
    run: ({ ada }) => ada.send('/api/auth/me', { method: 'PATCH', body: { name: 'Ada' } }),
    done: 200,
  },
  'change password': {
    run: ({ ada }) =>
      ada.post('/change-password', { currentPassword: password, newPassword: 'quite another phrase' }),
    done: 204,
    repeated: ['invalid_credentials', 'refresh_token_outdated', 'token_revoked'],
  },
  'forgot password': {
    run: ({ ada }) => ada.post('/forgot-password', { email: 'ada@example.com' }),
    done: 202,
  },
  'reset password': {
    prepare: ({ link }) => link('/reset-password'),
    run: ({ instance }, token) =>
      instance.browser().post('/reset-password', { token, newPassword: 'quite another phrase' }),
    done: 204,
    repeated: ['challenge_invalid'],
    ends: true,
  },
  'verify e-mail': {
    prepare: ({ link }) => link('/verify-email'),
    run: ({ ada }, token) => ada.post('/verify-email', { token }),
    done: 204,
    repeated: ['challenge_invalid'],
  },
  // Whoever made the account may be a stranger, whose sessions end.
  'arrive by the link at an account that somebody else prepared': {
    prepare: ({ link }) => link('/verify-email'),
    run: ({ instance }, token) => instance.browser().post('/verify-email', { token }),
    done: 200,
    repeated: ['challenge_invalid'],
    ends: true,
  },
  'finish a registration that somebody else began': {
    prepare: async ({ instance }) => {
      const { db, challenges } = instance.latchkey.services
      const email = 'new@example.com'
      const payload = { email, name: null, hash: 'of a password that never counts', isFree: true }
      const about = { purpose: 'registration', subject: email, userId: null, payload, ttl: hours(1) } as const
      return (await db.transaction((tx) => challenges.issue(tx, about))).token
    },
    run: ({ instance }, token) => instance.browser().post('/verify-email', { token }),
    done: 200,
    repeated: ['challenge_invalid'],
  },
  'change e-mail': {
    run: ({ ada }) => ada.post('/change-email', { email: 'ada@new.example.com' }),
    done: 202,
  },
  'ask for a code by mail': {
    run: ({ instance }) => instance.browser().post('/email-code/send', { email: 'bob@example.com' }),
    done: 202,
  },
  'sign in by a code from a mail': {
    prepare: (scene) => askedByMail(scene, 'carol@example.com', 'email-code'),
    run: ({ instance }, answer) => instance.browser().post('/email-code/verify', answer),
    done: 200,
    repeated: ['challenge_invalid'],
  },
  'sign up by a code from a mail': {
    prepare: (scene) => askedByMail(scene, 'new@example.com', 'email-code'),
    run: ({ instance }, answer) => instance.browser().post('/email-code/verify', answer),
    done: 200,
    repeated: ['challenge_invalid'],
  },
  'arrive by a code at an account that somebody else prepared': {
    prepare: (scene) => askedByMail(scene, 'bob@example.com', 'email-code'),
    run: ({ instance }, answer) => instance.browser().post('/email-code/verify', answer),
    done: 200,
    repeated: ['challenge_invalid'],
  },
  'sign in by a link from a mail': {
    prepare: (scene) => askedByMail(scene, 'carol@example.com', 'magic-link'),
    run: ({ instance }, answer) => instance.browser().post('/magic-link/verify', answer),
    done: 200,
    repeated: ['challenge_invalid'],
  },
  'show the code of a link': {
    prepare: (scene) => askedByMail(scene, 'carol@example.com', 'magic-link'),
    run: ({ instance }, answer) =>
      instance.browser().post('/magic-link/code', { token: (answer as { token: string }).token }),
    done: 200,
  },
  'have a code sent to a number': {
    run: ({ ada }) => ada.post('/phone/send', { number: '+4915123456789' }),
    done: 202,
  },
  'add a number that another account has': {
    prepare: async (scene) => {
      const carol = scene.instance.browser()
      await carol.register('carol@example.com')
      await carol.post('/phone/verify', await askedByPhone(scene, carol))
      return await askedByPhone(scene, scene.ada)
    },
    run: ({ ada }, answer) => ada.post('/phone/verify', answer),
    done: 200,
    repeated: ['challenge_invalid'],
  },
  'sign in by a code from an SMS': {
    prepare: async (scene) => {
      await scene.ada.post('/phone/verify', await askedByPhone(scene, scene.ada))
      const asked = await scene.ada.post<CodeRequested>('/sms-code/send', { phone: number }, { bare: true })
      return { ticket: asked.body.ticket, code: firstOf(await scene.instance.mailbox(number)).codes[0] }
    },
    run: ({ instance }, answer) => instance.browser().post('/sms-code/verify', answer),
    done: 200,
    repeated: ['challenge_invalid'],
  },
  'remove a number': {
    prepare: async (scene) => {
      await scene.ada.post('/phone/verify', await askedByPhone(scene, scene.ada))
      // Her token of before is refused: the removal is what is tried here, not the refresh before it.
      await scene.ada.refresh()
    },
    run: ({ ada }) => ada.send('/api/auth/phone', { method: 'DELETE' }),
    done: 204,
    repeated: ['phone_not_found'],
  },
  'log out': { run: ({ ada }) => ada.post('/logout'), done: 204, ends: true },
  'end all': { run: ({ ada }) => ada.post('/logout', { scope: 'all' }), done: 204, ends: true },
  'list devices': { run: ({ ada }) => ada.get('/sessions'), done: 200 },
  'confirm a changed e-mail': {
    prepare: async ({ ada, instance }) => {
      await ada.post('/change-email', { email: 'ada@new.example.com' })
      return tokenOf(await instance.mailbox('ada@new.example.com'), '/change-email/confirm')
    },
    run: ({ ada }, token) => ada.post('/change-email/confirm', { token }),
    done: 204,
    repeated: ['challenge_invalid'],
  },
  'undo a changed e-mail': {
    prepare: async ({ ada, instance }) => {
      await ada.post('/change-email', { email: 'ada@new.example.com' })
      const token = tokenOf(await instance.mailbox('ada@new.example.com'), '/change-email/confirm')
      await ada.post('/change-email/confirm', { token })
      return tokenOf(await instance.mailbox('ada@example.com'), '/change-email/undo')
    },
    run: ({ instance }, token) => instance.browser().post('/change-email/undo', { token }),
    done: 204,
    repeated: ['challenge_invalid'],
    ends: true,
  },
  'end a device': {
    run: ({ ada, native }) => ada.send(`/api/auth/sessions/${native.session.id}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['session_not_found'],
  },
  'create a user': {
    run: ({ admin }) => admin.send('/api/admin/users', { body: { email: 'new@example.com', password } }),
    done: 201,
    repeated: ['email_taken'],
  },
  'change a user': {
    run: ({ admin, bob }) =>
      admin.send(`/api/admin/users/${bob.user.id}`, { method: 'PATCH', body: { name: 'Bob' } }),
    done: 200,
  },
  'disable a user': {
    run: ({ admin, bob }) => admin.send(`/api/admin/users/${bob.user.id}/disable`, { method: 'POST' }),
    done: 200,
  },
  'delete a user': {
    run: ({ admin, bob }) => admin.send(`/api/admin/users/${bob.user.id}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['user_not_found'],
  },
  "set a user's roles": {
    run: ({ admin, bob }) =>
      admin.send(`/api/admin/users/${bob.user.id}/roles`, { method: 'PUT', body: { roles: ['admin'] } }),
    done: 200,
  },
  'create a role': {
    run: ({ admin }) =>
      admin.send('/api/admin/roles', { body: { name: 'editor', permissions: ['notes:write'] } }),
    done: 201,
    repeated: ['role_taken'],
  },
  'rotate the signing keys': {
    run: async ({ ada, instance: { latchkey } }) => {
      const rotated = await latchkey.services.keys.rotate().then(
        () => 200,
        () => 503,
      )
      // The route that follows stands for every token that is out: none is refused.
      const me = await ada.get('/me')
      return me.status === 200
        ? { ...me, status: rotated, code: rotated === 200 ? undefined : 'unavailable' }
        : me
    },
    done: 200,
  },
  'create an API key': {
    run: ({ ada }) => ada.post('/api-keys', { name: 'deploy' }),
    done: 201,
  },
  'rotate an API key': {
    prepare: ({ ada }) => createKey(ada),
    run: async ({ ada, instance }, made) => {
      const { apiKey, key } = made as CreatedApiKey
      const answer = await ada.post<CreatedApiKey>(`/api-keys/${apiKey.id}/rotate`)
      const found = await exchange(instance, key)
      // Whatever became of the rotation, the program that has the old key goes on.
      expect([200, 503]).toContain(found.status)
      return answer
    },
    done: 201,
    repeated: ['api_key_rotated'],
  },
  'revoke an API key': {
    prepare: ({ ada }) => createKey(ada),
    run: ({ ada }, made) =>
      ada.send(`/api/auth/api-keys/${(made as CreatedApiKey).apiKey.id}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['api_key_not_found'],
  },
  'exchange an API key': {
    prepare: ({ ada }) => createKey(ada, { requestsPerMinute: 10 }),
    run: ({ instance }, made) => exchange(instance, (made as CreatedApiKey).key),
    done: 200,
  },
  introspect: {
    prepare: async ({ admin }) => {
      const account = await admin.send<ServiceAccount>('/api/admin/service-accounts', {
        body: { name: 'gateway' },
      })
      const path = `/api/admin/service-accounts/${account.body.id}/api-keys`
      return (await admin.send<CreatedApiKey>(path, { body: { name: 'key', scopes: ['introspect'] } })).body
        .key
    },
    run: async ({ ada, instance }, key) => {
      const answer = await introspectWith(instance, textOf(key), must(ada.token))
      // OAuth's own word.
      if (answer.status === 503) return toUnavailable()
      expect(answer.body.active).toBe(true)
      return answer
    },
    done: 200,
  },
  'map a certificate': {
    prepare: newServiceAccount,
    run: ({ admin }, id) => map(admin, textOf(id)),
    done: 201,
    repeated: ['certificate_mapping_taken'],
  },
  'exchange a certificate': {
    prepare: async (scene) => await map(scene.admin, await newServiceAccount(scene)),
    run: ({ instance }) => exchangeCertificate(instance),
    done: 200,
  },
  'remove a certificate mapping': {
    prepare: async (scene) => {
      const account = await newServiceAccount(scene)
      const { id } = (await map(scene.admin, account)).body
      await exchangeCertificate(scene.instance)
      return `/api/admin/service-accounts/${account}/certificates/${id}`
    },
    run: ({ admin }, path) => admin.send(textOf(path), { method: 'DELETE' }),
    done: 204,
    repeated: ['certificate_mapping_not_found'],
  },
  'create a service account': {
    run: ({ admin }) => admin.send('/api/admin/service-accounts', { body: { name: 'builder' } }),
    done: 201,
    repeated: ['service_account_taken'],
  },
  'disable a service account': {
    prepare: async ({ admin }) =>
      (await admin.send<ServiceAccount>('/api/admin/service-accounts', { body: { name: 'builder' } })).body
        .id,
    run: ({ admin }, id) => admin.send(`/api/admin/service-accounts/${textOf(id)}/disable`, { method: 'POST' }),
    done: 200,
  },
  'delete a service account': {
    prepare: async ({ admin }) =>
      (await admin.send<ServiceAccount>('/api/admin/service-accounts', { body: { name: 'builder' } })).body
        .id,
    run: ({ admin }, id) => admin.send(`/api/admin/service-accounts/${textOf(id)}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['service_account_not_found'],
  },
  'sign in with another service for the first time': {
    run: ({ instance, provider }) => signInWith(instance.browser(), provider, 'carol'),
    done: 200,
  },
  'sign in with another service': {
    prepare: ({ instance, provider }) => signInWith(instance.browser(), provider, 'carol'),
    run: ({ instance, provider }) => signInWith(instance.browser(), provider, 'carol'),
    done: 200,
  },
  'arrive at an account that somebody else prepared': {
    prepare: ({ instance }) => instance.browser().register('carol@example.com'),
    run: ({ instance, provider }) => signInWith(instance.browser(), provider, 'carol'),
    done: 200,
  },
  'link an account': {
    run: async ({ ada, provider }) => {
      const begun = await ada.post<{ url: string }>('/federation/acme/link', {})
      return begun.status === 200 ? await finishWith(ada, provider, begun.body.url, 'carol') : begun
    },
    done: 200,
  },
  'confirm a link': {
    prepare: async ({ ada, provider, link }) => {
      await ada.post('/verify-email', { token: await link('/verify-email') })
      const { body } = await signInWith(ada, provider, 'ada')
      return (body as { result: { ticket: string } }).result.ticket
    },
    run: ({ ada }, ticket) => ada.post('/linked-accounts', { ticket }),
    done: 201,
    repeated: ['challenge_invalid'],
  },
  'remove a linked account': {
    prepare: async ({ instance, provider }) => {
      const carol = instance.browser()
      await carol.register('carol@example.com')
      const { url } = (await carol.post<{ url: string }>('/federation/acme/link', {})).body
      const answer = await finishWith(carol, provider, url, 'somebody')
      return { carol, id: (answer.body as { result: { id: string } }).result.id }
    },
    run: (_, prepared) => {
      const { carol, id } = prepared as { carol: Browser; id: string }
      return carol.send(`/api/auth/linked-accounts/${id}`, { method: 'DELETE' })
    },
    done: 204,
    repeated: ['linked_account_not_found'],
  },
  'delete account': {
    run: ({ ada }) => ada.send('/api/auth/me', { method: 'DELETE' }),
    done: 204,
    repeated: ['token_revoked'],
    ends: true,
  },
}

const client = ca.issue('CN=builder')

async function newServiceAccount({ admin }: Scene): Promise<string> {
  const body = { name: 'builder' }
  return (await admin.send<ServiceAccount>('/api/admin/service-accounts', { body })).body.id
}

const map = (admin: Browser, id: string): Promise<Reply<CertificateMapping>> =>
  admin.send(`/api/admin/service-accounts/${id}/certificates`, {
    body: { name: 'x', kind: 'thumbprint', value: client.thumbprint },
  })

const exchangeCertificate = ({ browser }: TestLatchkey): Promise<Reply> =>
  browser().send('/api/auth/certificates/token', {
    method: 'POST',
    headers: { 'client-cert': `:${Buffer.from(client.der).toString('base64')}:` },
  })

interface PasskeyQuestion {
  ticket: string
  options: Record<string, unknown>
}

/** Of ada, on an authenticator that counts. */
async function addPasskey(ada: Browser): Promise<Authenticator> {
  const phone = new Authenticator({ counts: true })
  const { ticket, options } = (await ada.post<PasskeyQuestion>('/passkeys/registration/options')).body
  await ada.post('/passkeys/registration/verify', { ticket, response: phone.create(options) })
  return phone
}

const number = '+4915123456789'

/** What a browser answers with that has asked for a link or a code. Carol's account is made, new's is not. */
async function askedByMail({ instance }: Scene, email: string, way: 'email-code' | 'magic-link') {
  if (email.startsWith('carol')) await instance.latchkey.createUser({ email, password, emailVerified: true })
  const { ticket } = (await instance.browser().post<CodeRequested>(`/${way}/send`, { email })).body
  const mails = await instance.mailbox(email)
  if (way === 'magic-link') return { ticket, token: tokenOf(mails, '/magic-link/open') }
  return { ticket, code: must(mails.find(({ subject }) => subject.startsWith('Your code'))).codes[0] }
}

async function askedByPhone({ instance }: Scene, tab: Browser) {
  const { ticket } = (await tab.post<CodeRequested>('/phone/send', { number })).body
  return { ticket, code: firstOf(await instance.mailbox(number)).codes[0] }
}

/** By a provider that says `<name>@example.com`, as the page of the callback does. */
async function signInWith(tab: Browser, provider: LyingProvider, name: string): Promise<Reply<unknown>> {
  const begun = await tab.post<{ url: string }>('/federation/acme', {})
  return begun.status === 200 ? await finishWith(tab, provider, begun.body.url, name) : begun
}

async function finishWith(
  tab: Browser,
  provider: LyingProvider,
  url: string,
  name: string,
): Promise<Reply<unknown>> {
  const person = { sub: name, email: `${name}@example.com`, email_verified: true }
  const { searchParams } = new URL(provider.approve(url, person), 'http://localhost')
  return await tab.post('/federation/acme/finish', Object.fromEntries(searchParams))
}

const logInByCookie = (tab: Browser): Promise<Reply<unknown>> =>
  tab.post('/login', { email: 'ada@example.com', password, sessionKind: 'cookie' })

/** A browser that is signed in as ada by a session cookie. */
async function byCookie({ instance }: Scene): Promise<Browser> {
  const tab = instance.browser()
  await logInByCookie(tab)
  return tab
}

/** What breaks off on the way has begun with a 200, and no client takes it for whole. */
const toUnavailable = (): Reply => ({ status: 503, headers: new Headers(), body: {}, code: 'unavailable' })
