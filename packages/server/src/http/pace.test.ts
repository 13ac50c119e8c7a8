import { describe, expect, test } from 'vitest'
import { hours } from '@latchkey/contract'
import { userIdOf } from '#test/support/user-id.ts'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'
import { changesPerAccount, changesUnverified, isPaced, subjectOf } from './steps/pace.ts'

const email = 'ada@example.com'
const key = { name: 'key' }

describe.each(stores)('changes to an account, on %s', (store) => {
  test('are slowed for an address that nobody has proven, and so are the mails that tell of them', async () => {
    const { browser, clock, mailbox } = await createTestLatchkey({ store, accessTokenTtl: '24h' })
    const tab = browser()
    await tab.register(email)
    const codes: (string | undefined)[] = []
    for (let turn = 0; turn < 40; turn++) {
      const { status, code, body } = await tab.post<{ apiKey: { id: string } }>('/api-keys', key)
      codes.push(code)
      if (status !== 201) continue
      const gone = await tab.send(`/api/auth/api-keys/${body.apiKey.id}`, { method: 'DELETE' })
      codes.push(gone.code)
    }
    expect(codes.filter((code) => code === undefined)).toHaveLength(changesUnverified.most)
    expect(new Set(codes.slice(changesUnverified.most))).toEqual(new Set(['rate_limited']))
    // One more for the registration.
    expect(await mailbox(email)).toHaveLength(changesUnverified.most + 1)
    clock.advance(2 * hours(24))
    expect((await browser().login(email)).status).toBe(200)
  })

  test('go on for whoever has proven it, up to a limit for the hour; one kind stops no other', async () => {
    const { browser, clock, latchkey, mailbox } = await createTestLatchkey({ store })
    const tab = browser()
    const id = userIdOf((await tab.register(email)).user.id)
    const { limits } = latchkey.services
    await limits.add(changesUnverified, id, changesUnverified.most)
    expect((await tab.post('/api-keys', key)).code).toBe('rate_limited')
    const code = (await mailbox(email)).flatMap(({ codes }) => codes)[0]
    expect((await tab.post('/verify-email', { code })).status).toBe(204)
    const made = await tab.post<{ apiKey: { id: string } }>('/api-keys', key)
    expect(made.status).toBe(201)
    await limits.add(changesPerAccount, subjectOf({ id: 'createApiKey' }, id), changesPerAccount.most)
    expect((await tab.post('/api-keys', key)).code).toBe('rate_limited')
    const own = `/api/auth/api-keys/${made.body.apiKey.id}`
    expect((await tab.send(own, { method: 'DELETE' })).status).toBe(204)
    clock.advance(2 * changesPerAccount.window)
    await tab.login(email)
    expect((await tab.post('/api-keys', key)).status).toBe(201)
  })
})

test('every route of people by which a credential is changed is paced, and no other', async () => {
  const { browser, latchkey } = await createTestLatchkey()
  const tab = browser()
  const id = userIdOf((await tab.register(email)).user.id)
  const routes = latchkey.http.routes.filter(({ route }) => route.contract.access === 'bearer')
  const paced: string[] = []
  for (const { path, route } of routes) {
    const { contract } = route
    await latchkey.services.limits.add(changesPerAccount, subjectOf(contract, id), changesPerAccount.most)
    const address = path.replaceAll('{id}', '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b').replace('{provider}', 'a')
    // Nobody takes this query: whoever passes is refused for it, and nothing is done.
    const { code } = await tab.send(`${address}?walk=1`, { method: contract.method })
    const expected = isPaced(contract) ? 'rate_limited' : 'invalid_input'
    if (code !== 'session_required' && code !== 'insufficient_scope')
      expect([path, code]).toEqual([path, expected])
    if (code === 'rate_limited') paced.push(`${contract.method} ${path.replace('/api/auth', '')}`)
  }
  expect(paced).toMatchInlineSnapshot(`
    [
      "POST /change-password",
      "POST /passkeys/registration/options",
      "POST /passkeys/registration/verify",
      "DELETE /passkeys/{id}",
      "PUT /passkeys/second-factor",
      "POST /totp/options",
      "POST /totp/verify",
      "DELETE /totp",
      "PATCH /email-code",
      "POST /phone/send",
      "POST /phone/verify",
      "PATCH /phone",
      "DELETE /phone",
      "POST /recovery-codes",
      "POST /federation/{provider}/link",
      "POST /linked-accounts",
      "DELETE /linked-accounts/{id}",
      "DELETE /me",
      "POST /change-email",
      "POST /api-keys",
      "POST /api-keys/{id}/rotate",
      "DELETE /api-keys/{id}",
    ]
  `)
})
