import { authenticatorOf, enrolTotp, type Seed } from '#test/support/authenticator-app.ts'
import { hotpCode } from '#test/support/hotp.ts'
import { operation, type Operations, toUnavailable } from './operation.ts'
import { password } from './stage.ts'

export const signingIn: Operations = {
  register: operation({
    run: ({ instance }) => instance.browser().post('/register', { email: 'new@example.com', password }),
    done: 201,
    repeated: ['email_taken'],
  }),
  login: operation({ run: ({ instance }) => instance.browser().login(), done: 200 }),
  'log in with a second factor': operation({
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
      const code = hotpCode(secret, 0)
      return await tab.post('/login/second-factor', { ticket, factor: 'hotp', code })
    },
    done: 200,
    // The code is used up with the sign-in whose answer was lost; the next press gives another.
    repeated: ['second_factor_invalid'],
  }),
  'log in with an authenticator app': operation({
    prepare: async ({ instance }) => {
      const carol = instance.browser()
      await carol.register('carol@example.com')
      return (await enrolTotp(carol, instance)).app
    },
    run: async ({ instance }, app) => {
      const tab = instance.browser()
      const first = await tab.post<{ ticket: string }>('/login', { email: 'carol@example.com', password })
      if (first.status !== 200) return first
      const code = app.code()
      const proof = { ticket: first.body.ticket, factor: 'totp', code, trustDevice: true }
      return await tab.post('/login/second-factor', proof)
    },
    done: 200,
    repeated: ['second_factor_invalid'],
  }),
  'log in with a recovery code': operation({
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
  }),
  'enrol an authenticator app': operation({
    prepare: async ({ ada, instance }) => {
      const { body } = await ada.post<Seed & { ticket: string }>('/totp/options', undefined)
      return { ticket: body.ticket, code: authenticatorOf(body, instance.clock).code() }
    },
    run: ({ ada }, proof) => ada.post('/totp/verify', proof),
    done: 200,
    // It counts, and a session has to prove it now before anything changes.
    repeated: ['insufficient_user_authentication'],
  }),
  'log in where somebody is signed in': operation({
    prepare: async ({ instance }) => {
      const carol = instance.browser()
      await carol.register('carol@example.com')
      return carol
    },
    run: (_, carol) => carol.login('carol@example.com'),
    done: 200,
  }),
  'forgot password': operation({
    run: ({ ada }) => ada.post('/forgot-password', { email: 'ada@example.com' }),
    done: 202,
  }),
  'reset password': operation({
    prepare: ({ link }) => link('/reset-password'),
    run: ({ instance }, token) =>
      instance.browser().post('/reset-password', { token, newPassword: 'quite another phrase' }),
    done: 204,
    repeated: ['challenge_invalid'],
    ends: true,
  }),
  'change password': operation({
    run: ({ ada }) =>
      ada.post('/change-password', { currentPassword: password, newPassword: 'quite another phrase' }),
    done: 204,
    repeated: ['invalid_credentials', 'refresh_token_outdated', 'token_revoked'],
  }),
  'change profile': operation({
    run: ({ ada }) => ada.send('/api/auth/me', { method: 'PATCH', body: { name: 'Ada' } }),
    done: 200,
  }),
  'delete account': operation({
    run: ({ ada }) => ada.send('/api/auth/me', { method: 'DELETE' }),
    done: 204,
    repeated: ['token_revoked'],
    ends: true,
  }),
  'export everything': operation({ run: ({ ada }) => ada.get('/me/export').catch(toUnavailable), done: 200 }),
}
