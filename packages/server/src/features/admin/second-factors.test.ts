import type { AuditEvent } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import {
  type Administration,
  refused,
  startAdministration,
  testPassword,
} from '#test/support/administration.ts'
import { enrolTotp, raise } from '#test/support/authenticator-app.ts'
import { type Browser, stores } from '#test/support/test-latchkey.ts'

const email = 'bob@example.com'
const reason = 'Came to the desk with a passport'

/** Bob has an app, recovery codes, a session and a trusted browser. */
async function bobWithFactors(admin: Administration) {
  const { id } = await admin.newUser(email)
  const bob = admin.browser()
  await bob.login(email, testPassword)
  const { app, codes } = await enrolTotp(bob, admin)
  const { body } = await bob.post<{ ticket: string }>('/login', { email, password: testPassword })
  const proof = { ticket: body.ticket, factor: 'totp', code: app.code(), trustDevice: true }
  const answer = await bob.post<{ accessToken: string }>('/login/second-factor', proof)
  bob.token = answer.body.accessToken
  admin.clock.advance(30_000)
  return { id, bob, app, codes }
}

const reset = ({ call, root }: Administration, id: string, token = root.accessToken) =>
  call('POST', `/admin/users/${id}/reset-second-factors`, { token, body: { reason } })

const next = async (tab: Browser) =>
  (await tab.post('/login', { email, password: testPassword }, { token: undefined })).body['next']

async function withRole(admin: Administration, permissions: string[]): Promise<string> {
  await admin.newRole('support', permissions)
  await admin.newUser('support@example.com', { roles: ['support'] })
  return (await admin.signIn('support@example.com')).accessToken
}

describe.each(stores)('a user who has lost the second factor, on %s', (store) => {
  test('is let in again by an administrator: factors, codes, sessions and trust are gone', async () => {
    const admin = await startAdministration(store)
    const { id, bob, codes } = await bobWithFactors(admin)
    const waiting = admin.browser()
    const { body } = await waiting.post<{ ticket: string }>('/login', { email, password: testPassword })
    expect((await reset(admin, id)).status).toBe(204)
    expect((await bob.get('/me')).code).toBe('token_revoked')
    expect((await bob.refresh()).code).toBe('session_revoked')
    const proof = { ticket: body.ticket, factor: 'recovery-code', code: codes[0] }
    expect((await waiting.post('/login/second-factor', proof)).code).toBe('challenge_invalid')
    expect(await next(bob)).toBeUndefined()
    const seen = await admin.call('GET', `/admin/users/${id}/second-factors`, {
      token: admin.root.accessToken,
    })
    expect(seen.body).toMatchObject({ required: false, requiredBy: [], factors: [], trustedDevices: 0 })
  })

  test('is told by mail, and the trail says who did it and why', async () => {
    const admin = await startAdministration(store)
    const { id } = await bobWithFactors(admin)
    await reset(admin, id)
    const [newest] = await admin.mailbox(email)
    expect(must(newest).subject).toBe('Your second factors were removed at Latchkey')
    const events: AuditEvent[] = await admin.latchkey.services.audit.ofUser(userIdOf(id), {
      before: null,
      limit: 20,
    })
    expect(events.find(({ kind }) => kind === 'factor.reset')).toMatchObject({
      actorId: admin.root.id,
      detail: { reason },
      ip: '192.0.2.1',
    })
  })

  test('enrols anew where a second factor must be', async () => {
    const admin = await startAdministration(store)
    const { id } = await bobWithFactors(admin)
    const token = admin.root.accessToken
    await admin.call('PUT', `/admin/users/${id}/second-factors`, { token, body: { required: true } })
    await reset(admin, id)
    expect(await next(admin.browser())).toBe('second_factor_enrolment')
  })

  test('only by whoever may change users, freshly, with a reason, and not their own', async () => {
    const admin = await startAdministration(store)
    const { id, bob } = await bobWithFactors(admin)
    const token = await withRole(admin, ['users:read'])
    await refused(reset(admin, id, token), 403, 'forbidden')
    await refused(reset(admin, id, bob.token), 403, 'forbidden')
    await refused(reset(admin, admin.root.id), 403, 'forbidden')
    await refused(reset(admin, '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b'), 404, 'user_not_found')
    const path = `/admin/users/${id}/reset-second-factors`
    for (const body of [{}, { reason: '' }, { reason: ' ' }, { reason: null }, { reason: ['x'] }])
      await refused(admin.call('POST', path, { token: admin.root.accessToken, body }), 400, 'invalid_input')
    admin.clock.advance(601_000)
    await refused(reset(admin, id), 401, 'insufficient_user_authentication')
    expect(await next(admin.browser())).toBe('second_factor')
  })

  test('not by support of an administrator: nobody reaches beyond what they hold', async () => {
    const admin = await startAdministration(store)
    const token = await withRole(admin, ['users:read', 'users:write'])
    await refused(reset(admin, admin.root.id, token), 403, 'forbidden')
    const path = `/admin/users/${admin.root.id}/second-factors`
    await refused(admin.call('PUT', path, { token, body: { required: false } }), 403, 'forbidden')
    const { id } = await admin.newUser(email)
    expect((await reset(admin, id, token)).status).toBe(204)
  })

  test('who has nothing to lose is reset all the same, twice at once', async () => {
    const admin = await startAdministration(store)
    const { id } = await bobWithFactors(admin)
    const answers = await Promise.all([reset(admin, id), reset(admin, id)])
    expect(answers.map(({ status }) => status)).toEqual([204, 204])
  })

  test('a reset and a sign-in at once leave no session behind', async () => {
    for (let round = 0; round < 5; round++) {
      const admin = await startAdministration(store)
      const { id, app } = await bobWithFactors(admin)
      const tab = admin.browser()
      const { body } = await tab.post<{ ticket: string }>('/login', { email, password: testPassword })
      const proof = { ticket: body.ticket, factor: 'totp', code: app.code() }
      await Promise.all([tab.post('/login/second-factor', proof), reset(admin, id)])
      expect(await admin.latchkey.services.sessions.devices(userIdOf(id), null, { limit: 50 })).toMatchObject(
        {
          items: [],
        },
      )
    }
  })
})

test('what an administrator asked of a user is in the trail', async () => {
  const admin = await startAdministration('sqlite')
  const { id } = await admin.newUser(email)
  const path = `/admin/users/${id}/second-factors`
  await admin.call('PUT', path, { token: admin.root.accessToken, body: { required: true } })
  const [newest] = await admin.latchkey.services.audit.ofUser(userIdOf(id), { before: null, limit: 1 })
  expect(newest).toMatchObject({
    kind: 'factor.required',
    actorId: admin.root.id,
    detail: { required: true },
  })
})

test('an administrator who has a second factor is asked for it before factors of their own change', async () => {
  const admin = await startAdministration('sqlite')
  const tab = admin.browser()
  await tab.login('root@example.com', testPassword)
  const { app } = await enrolTotp(tab, admin)
  expect((await tab.send('/api/auth/totp', { method: 'DELETE' })).code).toBe(
    'insufficient_user_authentication',
  )
  await raise(tab, app.code())
  expect((await tab.send('/api/auth/totp', { method: 'DELETE' })).status).toBe(204)
})
