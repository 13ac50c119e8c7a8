import { type SignedIn, seconds } from '@latchkey/contract'
import { DpopClient } from '#test/support/dpop-browser.ts'
import type { Browser, Reply } from '#test/support/test-latchkey.ts'
import { operation, type Operations } from './operation.ts'
import { password, type Scene } from './stage.ts'

export const sessions: Operations = {
  'log in by cookie': operation({ run: ({ instance }) => logInByCookie(instance.browser()), done: 200 }),
  'log in by cookie where somebody is': operation({
    prepare: byCookie,
    run: (_, tab) => logInByCookie(tab),
    done: 200,
  }),
  'use a cookie session': operation({
    prepare: async (scene) => {
      const tab = await byCookie(scene)
      scene.instance.clock.advance(seconds(61))
      return tab
    },
    run: (_, tab) => tab.get('/me'),
    done: 200,
  }),
  'step-up by cookie': operation({
    prepare: byCookie,
    run: (_, tab) => tab.post('/step-up', { password }),
    done: 200,
    repeated: ['refresh_token_outdated'],
  }),
  'use a cookie session after its step-up': operation({
    prepare: async (scene) => {
      const tab = await byCookie(scene)
      await tab.post('/step-up', { password })
      return tab
    },
    run: (_, tab) => tab.get('/me'),
    done: 200,
  }),
  'change password by cookie': operation({
    prepare: async (scene) => {
      const carol = scene.instance.browser()
      await carol.post('/register', { email: 'carol@example.com', password, sessionKind: 'cookie' })
      return carol
    },
    run: (_, tab) =>
      tab.post('/change-password', {
        currentPassword: password,
        newPassword: 'another fine passphrase',
      }),
    done: 204,
    // It is the new one already.
    repeated: ['invalid_credentials'],
  }),
  'log out by cookie': operation({
    prepare: byCookie,
    run: (_, tab) => tab.post('/logout'),
    done: 204,
    ends: true,
  }),
  refresh: operation({
    run: ({ ada, native }) => ada.post('/refresh', { refreshToken: native.refreshToken }, { bare: true }),
    done: 200,
  }),
  'refresh of a bound session': operation({
    prepare: async ({ instance }) => {
      const client = await new DpopClient(instance.browser()).greet()
      const { body } = await client.post<SignedIn>('/login', {
        email: 'ada@example.com',
        password,
        tokenDelivery: 'body',
      })
      return { client, refreshToken: body.refreshToken }
    },
    run: (_, { client, refreshToken }) => client.post('/refresh', { refreshToken }),
    done: 200,
  }),
  'refresh by attempt': operation({
    run: ({ ada, native }) =>
      ada.post(
        '/refresh',
        { refreshToken: native.refreshToken },
        { bare: true, headers: { 'refresh-attempt': 'AAAAAAAAAAAAAAAAAAAAAA' } },
      ),
    done: 200,
  }),
  'step-up': operation({
    run: ({ ada }) => ada.post('/step-up', { password }),
    done: 200,
    repeated: ['refresh_token_outdated'],
  }),
  'log out': operation({ run: ({ ada }) => ada.post('/logout'), done: 204, ends: true }),
  'end all': operation({ run: ({ ada }) => ada.post('/logout', { scope: 'all' }), done: 204, ends: true }),
  'list devices': operation({ run: ({ ada }) => ada.get('/sessions'), done: 200 }),
  'end a device': operation({
    run: ({ ada, native }) => ada.send(`/api/auth/sessions/${native.session.id}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['session_not_found'],
  }),
  'rotate the signing keys': operation({
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
  }),
}

const logInByCookie = (tab: Browser): Promise<Reply<unknown>> =>
  tab.post('/login', { email: 'ada@example.com', password, sessionKind: 'cookie' })

/** A browser that is signed in as ada by a session cookie. */
async function byCookie({ instance }: Scene): Promise<Browser> {
  const tab = instance.browser()
  await logInByCookie(tab)
  return tab
}
