import { days, hours, type SecondFactorNeeded, type SecondFactors, type SignedIn } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { enrolTotp, raise } from '#test/support/authenticator-app.ts'
import { contentsOf } from '#test/support/contents.ts'
import {
  type Browser,
  createTestLatchkey,
  type Reply,
  stores,
  type TestOptions,
} from '#test/support/test-latchkey.ts'
import { saveDemand } from '../../sign-in/demand-store.ts'
import { mostDevices } from './trusted-devices.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'

type Step = SignedIn & Partial<SecondFactorNeeded>

async function enrolled(options: TestOptions = {}) {
  const instance = await createTestLatchkey({ limitScale: 100, ...options })
  const home = instance.browser()
  const { user } = await home.register()
  return { ...instance, home, userId: userIdOf(user.id), ...(await enrolTotp(home, instance)) }
}

type Scene = Awaited<ReturnType<typeof enrolled>>

const login = (tab: Browser, more: object = {}) =>
  tab.post<Step>('/login', { email, password, ...more }, { token: undefined })

/** Signs in by both factors, and has the browser remembered. */
async function trust(tab: Browser, { app, clock }: Scene): Promise<Reply<SignedIn>> {
  const { body } = await login(tab)
  const proof = { ticket: body.ticket, factor: 'totp', code: app.code(), trustDevice: true }
  const answer = await tab.post<SignedIn>('/login/second-factor', proof)
  expect(answer.status).toBe(200)
  tab.token = answer.body.accessToken
  clock.advance(30_000)
  return answer
}

const isAsked = async (tab: Browser): Promise<boolean> => (await login(tab)).body.next === 'second_factor'

const listed = async (tab: Browser) => (await tab.get<SecondFactors>('/factors')).body.trustedDevices

describe.each(stores)('a trusted device on %s', (store) => {
  test('is not asked again, and its sessions say that only one factor was proven', async () => {
    const scene = await enrolled({ store })
    const tab = scene.browser({ 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' })
    const { headers } = await trust(tab, scene)
    const cookie = headers.getSetCookie().find((line) => line.startsWith('latchkey-trusted-'))
    expect(cookie).toMatch(
      /^latchkey-trusted-[0-9a-f]{12}=[\w-]{32}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    const { body } = await login(tab)
    expect(body.session).toMatchObject({ amr: ['pwd'], aal: 1 })
    expect(await isAsked(scene.browser())).toBe(true)
    expect(await listed(scene.home)).toMatchObject([{ label: 'Firefox on Linux', ip: '192.0.2.1' }])
    const { body: activity } = await scene.home.get<{ items: { kind: string }[] }>('/activity')
    expect(activity.items.map(({ kind }) => kind)).toContain('device.trusted')
  })

  test('is no proof: what asks for a second factor asks for it (ASVS V6.3.3)', async () => {
    const scene = await enrolled({ store })
    const tab = scene.browser()
    await trust(tab, scene)
    tab.token = (await login(tab)).body.accessToken
    await expect(scene.latchkey.authenticate(`Bearer ${tab.token}`, { mfa: true })).rejects.toThrow()
    expect((await tab.post('/totp/options', undefined)).code).toBe('insufficient_user_authentication')
    expect((await tab.send('/api/auth/totp', { method: 'DELETE' })).code).toBe(
      'insufficient_user_authentication',
    )
    expect((await raise(tab, scene.app.code())).status).toBe(200)
    await scene.latchkey.authenticate(`Bearer ${tab.token}`, { mfa: true })
  })

  test('is remembered for its user: another’s cookie, or one under another’s name, opens nothing', async () => {
    const scene = await enrolled({ store })
    const tab = scene.browser()
    await trust(tab, scene)
    const [name, value] = must([...tab.cookies].find(([each]) => each.startsWith('latchkey-trusted')))
    const bob = scene.browser()
    await bob.register('bob@example.com')
    const { app } = await enrolTotp(bob, scene)
    const first = await bob.post<Step>('/login', { email: 'bob@example.com', password }, { token: undefined })
    const proof = { ticket: first.body.ticket, factor: 'totp', code: app.code(), trustDevice: true }
    await bob.post('/login/second-factor', proof)
    const [bobs] = [...bob.cookies.keys()].filter((each) => each.startsWith('latchkey-trusted'))
    expect(bobs).not.toBe(name)
    // Ada's secret under Bob's name, for Bob.
    const thief = scene.browser()
    thief.cookies.set(must(bobs), value)
    thief.cookies.set(name, value)
    const asked = await thief.post<Step>('/login', { email: 'bob@example.com', password })
    expect(asked.body.next).toBe('second_factor')
    // Two people who share a browser are both remembered.
    bob.cookies.set(name, value)
    expect(await isAsked(bob)).toBe(false)
  })

  test('everything that puts the account in doubt ends the trust at once', async () => {
    const events: Record<string, (scene: Scene) => Promise<unknown>> = {
      change: async ({ home, app }) => {
        await raise(home, app.code())
        const change = { currentPassword: password, newPassword: 'seven quiet otters swim' }
        expect((await home.post('/change-password', change)).status).toBe(204)
      },
      all: ({ home }) => home.post('/logout', { scope: 'all' }),
      others: ({ home }) => home.post('/logout', { scope: 'others' }),
      replace: async (scene) => {
        await raise(scene.home, scene.app.code())
        await enrolTotp(scene.home, scene)
      },
      disable: async ({ latchkey, userId, clock }) => {
        await latchkey.services.users.change(userId, { disabledAt: clock.now() })
        await latchkey.services.users.change(userId, { disabledAt: null })
      },
      revokeBefore: ({ latchkey, clock }) => latchkey.services.sessions.revokeBefore(clock.now() + 1),
    }
    for (const [name, event] of Object.entries(events)) {
      const scene = await enrolled({ store })
      const tab = scene.browser()
      await trust(tab, scene)
      expect(await isAsked(tab), name).toBe(false)
      await event(scene)
      const word = name === 'change' ? 'seven quiet otters swim' : password
      const { body } = await login(tab, { password: word })
      expect(body.next, name).toBe('second_factor')
    }
  })

  test('recovery codes made anew take nothing from a browser that is trusted', async () => {
    const scene = await enrolled({ store })
    const tab = scene.browser()
    await trust(tab, scene)
    await raise(scene.home, scene.app.code())
    expect((await scene.home.post('/recovery-codes', undefined)).status).toBe(201)
    expect(await isAsked(tab)).toBe(false)
  })

  test('its user sees it and takes the trust back; nobody else’s can be named', async () => {
    const scene = await enrolled({ store })
    const [one, two] = [scene.browser(), scene.browser()]
    await trust(one, scene)
    await trust(two, scene)
    const [newer] = await listed(scene.home)
    const end = (tab: Browser, id: string) =>
      tab.send(`/api/auth/trusted-devices/${id}`, { method: 'DELETE' })
    const bob = scene.browser()
    await bob.register('bob@example.com')
    expect((await end(bob, must(newer).id)).code).toBe('trusted_device_not_found')
    expect((await end(scene.home, must(newer).id)).status).toBe(204)
    expect((await end(scene.home, must(newer).id)).code).toBe('trusted_device_not_found')
    expect([await isAsked(one), await isAsked(two)]).toEqual([false, true])
  })

  test('an account trusts the last fifty, and no more', async () => {
    const scene = await enrolled({ store })
    const first = scene.browser()
    await trust(first, scene)
    const second = scene.browser()
    await trust(second, scene)
    for (let more = 2; more <= mostDevices; more++) await trust(scene.browser(), scene)
    await scene.home.refresh()
    expect(await listed(scene.home)).toHaveLength(mostDevices)
    expect([await isAsked(first), await isAsked(second)]).toEqual([true, false])
  })

  test('it ends by itself after its time, and is cleaned up', async () => {
    const scene = await enrolled({ store, trustedDeviceTtl: '7d' })
    const tab = scene.browser()
    await trust(tab, scene)
    scene.clock.advance(days(7) - hours(1))
    expect(await isAsked(tab)).toBe(false)
    scene.clock.advance(hours(1))
    expect(await isAsked(tab)).toBe(true)
    expect((await scene.latchkey.services.cleanUp.run())['trusted_device']).toBe(1)
  })

  test('the database holds nothing that opens it', async () => {
    const scene = await enrolled({ store })
    const tab = scene.browser()
    await trust(tab, scene)
    const secret = must([...tab.cookies].find(([each]) => each.startsWith('latchkey-trusted')))[1]
    const contents = await contentsOf(scene.latchkey)
    expect(contents).not.toContain(secret)
    expect(contents).not.toContain(Buffer.from(secret, 'base64url').toString('hex'))
  })

  test('a wrong code has nobody remembered', async () => {
    const scene = await enrolled({ store })
    const tab = scene.browser()
    const { body } = await login(tab)
    const proof = { ticket: body.ticket, factor: 'totp', code: scene.app.wrong(), trustDevice: true }
    const refused = await tab.post('/login/second-factor', proof)
    expect([refused.code, refused.headers.getSetCookie()]).toEqual(['second_factor_invalid', []])
    expect(await listed(scene.home)).toEqual([])
  })
})

test.each([
  ['off', 'optional', false],
  ['where-optional', 'optional', true],
  ['where-optional', 'required', false],
  ['everywhere', 'required', true],
] as const)('trust %s, where a factor is %s: %s', async (trustedDevices, secondFactor, isAllowed) => {
  const scene = await enrolled({ trustedDevices })
  if (secondFactor === 'required') {
    await saveDemand(scene.latchkey.services.db, scene.userId, true, scene.clock.now())
  }
  const tab = scene.browser()
  const { body } = await login(tab)
  expect(body.canTrustDevice).toBe(isAllowed)
  const proof = { ticket: body.ticket, factor: 'totp', code: scene.app.code(), trustDevice: true }
  expect((await tab.post('/login/second-factor', proof)).status).toBe(200)
  expect(await listed(scene.home)).toHaveLength(isAllowed ? 1 : 0)
  expect(await isAsked(tab)).toBe(!isAllowed)
})

test('whoever must have a factor from now on is asked again, on a device that was trusted before', async () => {
  const scene = await enrolled()
  const tab = scene.browser()
  await trust(tab, scene)
  await saveDemand(scene.latchkey.services.db, scene.userId, true, scene.clock.now())
  expect(await isAsked(tab)).toBe(true)
})

test('a client that keeps its tokens is remembered by nothing', async () => {
  const scene = await enrolled()
  const tab = scene.browser()
  const { body } = await login(tab, { tokenDelivery: 'body' })
  const proof = { ticket: body.ticket, factor: 'totp', code: scene.app.code(), trustDevice: true }
  const answer = await tab.post('/login/second-factor', proof)
  expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []])
  expect(await listed(scene.home)).toEqual([])
})
