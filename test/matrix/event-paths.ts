import { uuidV7 } from '../../packages/server/src/core/ports/uuid.ts'
import {
  insertLinkedAccount,
  listLinkedAccounts,
} from '../../packages/server/src/methods/federation/store.ts'
import { firstOf, must } from '#test/support/must.ts'
import { testPassword } from '#test/support/administration.ts'
import { enrolTotp } from '#test/support/authenticator-app.ts'
import { expect } from 'vitest'
import { findPhone } from '../../packages/server/src/methods/sms-code/store.ts'
import { email, type Path, type Scene } from './event-scene.ts'

const address = '/api/auth'

const admin = (method: string, path: string, body?: unknown) => (scene: Scene) =>
  scene.call(method, `/admin/users/${scene.userId}${path}`, {
    token: scene.root.accessToken,
    ...(body !== undefined && { body }),
  })

/** By the API. */
export const apiPaths: readonly Path[] = [
  {
    event: 'password_changed',
    by: 'its owner',
    run: ({ home }) =>
      home.post('/change-password', {
        currentPassword: testPassword,
        newPassword: 'a phrase of another kind',
      }),
  },
  { event: 'password_reset', by: 'the link', run: resetElsewhere },
  { event: 'owner_arrived', by: 'a reset', isUnproven: true, run: resetElsewhere, except: ['password'] },
  {
    event: 'owner_arrived',
    by: 'the link of the verifying mail',
    isUnproven: true,
    run: async (scene) => scene.browser().post('/verify-email', { token: await scene.link('/verify-email') }),
  },
  { event: 'owner_arrived', by: 'a code by mail', isUnproven: true, run: signInByMail },
  {
    event: 'owner_arrived',
    by: 'an administrator',
    isUnproven: true,
    run: admin('PATCH', '', { emailVerified: true }),
  },
  {
    event: 'address_proven',
    by: 'the link where the account was made',
    isUnproven: true,
    run: async (scene) => scene.home.post('/verify-email', { token: await scene.link('/verify-email') }),
  },
  {
    event: 'first_factor_added',
    by: 'an authenticator app',
    run: (scene) => enrolTotp(scene.home, scene),
    except: ['recovery codes'],
  },
  {
    event: 'first_factor_added',
    by: 'a passkey that is asked for',
    before: addPasskey,
    run: ({ home }) =>
      home.send(`${address}/passkeys/second-factor`, { method: 'PUT', body: { enabled: true } }),
  },
  { event: 'factor_added', by: 'a passkey', run: addPasskey },
  { event: 'factor_added', by: 'a number', run: addPhone },
  { event: 'factor_removed', by: 'a passkey', before: addPasskey, run: removePasskey },
  {
    event: 'last_factor_removed',
    by: 'a passkey that is not asked for any more',
    before: async (scene) => {
      await addPasskey(scene)
      await scene.home.send(`${address}/passkeys/second-factor`, { method: 'PUT', body: { enabled: true } })
      await proveByPasskey(scene)
    },
    run: ({ home }) =>
      home.send(`${address}/passkeys/second-factor`, { method: 'PUT', body: { enabled: false } }),
  },
  {
    event: 'address_change_asked',
    by: 'its owner',
    run: ({ home }) => home.post('/change-email', { email: 'new@example.com' }),
  },
  {
    event: 'address_changed',
    by: 'the session that asked',
    before: ({ home }) => home.post('/change-email', { email: 'new@example.com' }),
    run: async (scene) =>
      scene.home.post('/change-email/confirm', {
        token: await scene.link('/change-email/confirm', 'new@example.com'),
      }),
  },
  {
    event: 'address_change_undone',
    by: 'the link',
    before: async (scene) => {
      await scene.home.post('/change-email', { email: 'new@example.com' })
      await scene.home.post('/change-email/confirm', {
        token: await scene.link('/change-email/confirm', 'new@example.com'),
      })
    },
    run: async (scene) =>
      scene.browser().post('/change-email/undo', { token: await scene.link('/change-email/undo') }),
    except: ['undoing link'],
  },
  {
    event: 'provider_unlinked',
    by: 'its owner',
    before: linkProvider,
    run: async ({ home, latchkey, userId }) => {
      const [linked] = await listLinkedAccounts(latchkey.services.db, userId)
      return home.send(`${address}/linked-accounts/${must(linked).id}`, { method: 'DELETE' })
    },
  },
  { event: 'api_key_made', by: 'its owner', run: ({ home }) => home.post('/api-keys', { name: 'another' }) },
  { event: 'logged_out', by: 'its cookie', run: ({ home }) => home.post('/logout') },
  {
    event: 'session_ended',
    by: 'the list',
    run: async ({ other, homeId }) => other.send(`${address}/sessions/${homeId}`, { method: 'DELETE' }),
  },
  {
    event: 'others_logged_out',
    by: 'its cookie',
    run: ({ home }) => home.post('/logout', { scope: 'others' }),
  },
  { event: 'all_logged_out', by: 'its cookie', run: ({ home }) => home.post('/logout', { scope: 'all' }) },
  {
    event: 'session_ended_by_admin',
    by: 'an administrator',
    run: (scene) => admin('DELETE', `/sessions/${scene.homeId}`)(scene),
  },
  { event: 'sessions_ended_by_admin', by: 'an administrator', run: admin('DELETE', '/sessions') },
  {
    event: 'factors_reset',
    by: 'an administrator',
    run: admin('POST', '/reset-second-factors', { reason: 'lost' }),
  },
  {
    event: 'address_changed_by_admin',
    by: 'an administrator',
    run: admin('PATCH', '', { email: 'new@example.com', emailVerified: true }),
  },
  { event: 'roles_changed', by: 'an administrator', run: admin('PATCH', '', { roles: ['admin'] }) },
  { event: 'disabled', by: 'an administrator', run: admin('POST', '/disable') },
  {
    event: 'enabled',
    by: 'an administrator',
    before: admin('POST', '/disable'),
    run: admin('POST', '/enable'),
    // Their things were laid out after they had been disabled: nothing of before comes back.
    except: ['home', 'other', 'token of before', 'API key'],
  },
  { event: 'deleted', by: 'its owner', run: ({ home }) => home.send(`${address}/me`, { method: 'DELETE' }) },
  { event: 'deleted', by: 'an administrator', run: admin('DELETE', '') },
  {
    event: 'reuse_detected',
    by: 'a replaced refresh token',
    run: async (scene) => {
      const thief = new Map(scene.home.cookies)
      for (let round = 0; round < 3; round++) {
        scene.clock.advance(31_000)
        await scene.home.refresh()
      }
      scene.home.cookies.clear()
      for (const [name, value] of thief) scene.home.cookies.set(name, value)
      return scene.home.refresh()
    },
  },
]

async function resetElsewhere(scene: Scene) {
  const tab = scene.browser()
  const account = await scene.latchkey.services.users.get(scene.userId)
  const token = await scene.latchkey.services.db.transaction((tx) =>
    scene.latchkey.services.resetMails.issue(tx, account),
  )
  return await tab.post('/reset-password', { token, newPassword: 'a phrase of another kind' })
}

async function signInByMail(scene: Scene) {
  const tab = scene.browser()
  await tab.post('/email-code/send', { email })
  const [mail] = await scene.mailbox(email)
  return await tab.post('/email-code/verify', { code: must(mail).codes[0] })
}

export async function addPasskey({ home, passkeys }: Scene) {
  const { ticket, options } = (
    await home.post<{ ticket: string; options: Record<string, unknown> }>('/passkeys/registration/options')
  ).body
  return await home.post('/passkeys/registration/verify', { ticket, response: passkeys.create(options) })
}

async function removePasskey({ home }: Scene) {
  const { items } = (await home.get<{ items: { id: string }[] }>('/passkeys')).body
  return await home.send(`${address}/passkeys/${firstOf(items).id}`, { method: 'DELETE' })
}

export async function proveByPasskey({ home, passkeys }: Scene) {
  const begun = await home.post<{ ticket: string; options: Record<string, unknown> }>('/step-up/begin', {
    factor: 'passkey',
  })
  const { ticket, options } = begun.body
  const response = passkeys.get(options)
  const raised = await home.post<{ accessToken: string }>('/step-up', { factor: 'passkey', ticket, response })
  home.token = raised.body.accessToken
}

export async function addPhone(scene: Scene) {
  const number = '+49151234567890'
  const { ticket } = (await scene.home.post<{ ticket: string }>('/phone/send', { number })).body
  const [sms] = await scene.mailbox(number)
  const done = await scene.home.post('/phone/verify', { ticket, code: must(sms).codes[0] })
  expect(await findPhone(scene.latchkey.services.db, scene.userId)).not.toBeNull()
  return done
}

async function linkProvider({ latchkey, userId }: Scene) {
  const { db, ports } = latchkey.services
  const identity = { provider: 'example', issuer: 'https://issuer.example', subject: 'to be removed' }
  const about = { email: null, name: null, tokens: null, now: ports.now() }
  await db.transaction((tx) => insertLinkedAccount(tx, { id: uuidV7(ports), userId, ...identity, ...about }))
}
