import {
  type Asks,
  type CallerKind,
  type ErrorCode,
  minutes,
  type OwnScope,
  ownScopes,
  type RouteContract,
  type SecondFactorNeeded,
  type SignedIn,
} from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { enrolTotp, raise } from '#test/support/authenticator-app.ts'
import { createKey, exchange, startMachinery } from '#test/support/machines.ts'
import { testPassword } from '#test/support/administration.ts'
import { type Browser, createTestLatchkey, type Reply, stores } from '#test/support/test-latchkey.ts'
import type { MountedRoute } from './handler.ts'
import { oauthCodeOf, oauthStatusOf } from './oauth-error.ts'

const email = 'root@example.com'

/** A caller of one kind, in one state: by the header or the cookies, and what the columns say of it. */
interface Walker {
  kind: CallerKind
  headers: Record<string, string>
  proof?: { isFresh: boolean; isStrong: boolean }
  scopes?: readonly string[]
}

const bearer = (token: string | undefined): Record<string, string> => ({ authorization: `Bearer ${token}` })

/** Read off the columns alone, apart from the server's own reading. */
function expectedOf({ kind, proof, scopes = [] }: Walker, asks: Asks): ErrorCode {
  const admission = asks.callers[kind]
  const isScoped = Object.values(asks.callers).some((each) => each !== true)
  if (admission === undefined || (admission !== true && !scopes.includes(admission)))
    return isScoped ? 'insufficient_scope' : 'session_required'
  if (asks.permission !== undefined && !['session', 'apiKeyToken', 'serviceAccountToken'].includes(kind))
    return 'forbidden'
  const isAsked = proof && ((asks.fresh && !proof.isFresh) || (asks.strong && !proof.isStrong))
  return isAsked ? 'insufficient_user_authentication' : passed
}

/** Nobody takes this query: whoever passes what stands before the input is refused for it, and nothing is done. */
const query = '?walk=1'
const passed = 'invalid_input'

/** The routes that read each kind of credential at all. */
const readBy: Record<CallerKind, (route: RouteContract) => boolean> = {
  session: ({ access }) => access === 'bearer' || access === 'admin',
  apiKeyToken: ({ access }) => access === 'bearer' || access === 'admin',
  serviceAccountToken: ({ access }) => access === 'bearer' || access === 'admin',
  apiKey: ({ access, asks }) => access === 'machine' || asks?.callers.apiKey === true,
  serviceAccountKey: ({ access, asks }) => access === 'machine' || asks?.callers.serviceAccountKey === true,
  certificate: ({ access }) => access === 'certificate',
}

const addressOf = ({ path }: MountedRoute): string =>
  path
    .replaceAll(/\{(id|sessionId|keyId|mappingId)\}/g, '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b')
    .replace('{name}', 'clerk')
    .replace('{provider}', 'example') + query

async function walk(
  browser: Browser,
  routes: readonly MountedRoute[],
  walker: Walker,
): Promise<[string, string | undefined][]> {
  const seen: [string, string | undefined][] = []
  for (const mounted of routes) {
    const { contract } = mounted.route
    if (!contract.asks || !readBy[walker.kind](contract)) continue
    const { method } = contract
    const answer = await browser.send(addressOf(mounted), { method, headers: walker.headers, bare: true })
    seen.push([contract.id, codeOf(answer)])
  }
  return seen
}

/** The error code of problem+json, or of RFC 6749 §5.2. */
const codeOf = ({ code, body }: Reply): string | undefined => code ?? (body['error'] as string | undefined)

const spoken = ({ protocol }: RouteContract, code: ErrorCode): string =>
  protocol === 'oauth' ? oauthCodeOf(code, oauthStatusOf(code)) : code

const wanted = (routes: readonly MountedRoute[], walker: Walker): [string, string][] =>
  routes.flatMap(({ route: { contract } }) =>
    contract.asks && readBy[walker.kind](contract)
      ? [[contract.id, spoken(contract, expectedOf(walker, contract.asks))] as [string, string]]
      : [],
  )

async function start(store: (typeof stores)[number]) {
  const signInMethods = ['password', 'passkey', 'magic-link', 'email-code', 'sms-code']
  const instance = await startMachinery(store, { signInMethods: signInMethods.join(',') })
  const routes = instance.latchkey.http.routes
  const nobody = instance.browser()
  const expectWalk = async (walker: Walker) =>
    expect(await walk(nobody, routes, walker)).toEqual(wanted(routes, walker))
  const signIn = async () => {
    const tab = instance.browser()
    const { body } = await tab.post<SignedIn & SecondFactorNeeded>('/login', {
      email,
      password: testPassword,
    })
    tab.token = body.accessToken
    return { tab, ticket: body.ticket }
  }
  return { ...instance, routes, nobody, expectWalk, signIn }
}

describe.each(stores)('every route asks what its columns say, on %s', (store) => {
  test('of nobody a credential', async () => {
    const { routes, nobody } = await start(store)
    for (const mounted of routes) {
      const { contract } = mounted.route
      const { access, method, id } = contract
      if (access === 'public' || access === 'refresh' || access === 'operation') continue
      const answer = await nobody.send(addressOf(mounted), { method, bare: true })
      const needed = { machine: 'api_key_needed', certificate: 'client_certificate_needed' } as const
      const expected = access === 'bearer' || access === 'admin' ? 'unauthenticated' : needed[access]
      expect([id, answer.status, codeOf(answer)]).toEqual([id, 401, spoken(contract, expected)])
    }
  })

  test('of a session: one factor, fresh and stale, where there is no other', async () => {
    const { clock, expectWalk, signIn } = await start(store)
    const { tab } = await signIn()
    const at = (isFresh: boolean): Walker => ({
      kind: 'session',
      headers: bearer(tab.token),
      proof: { isFresh, isStrong: true },
    })
    await expectWalk(at(true))
    clock.advance(minutes(10) + 1000)
    await tab.refresh()
    await expectWalk(at(false))
  })

  test('of a session: both factors, where there are two; a trusted device and a session of before prove one', async () => {
    const instance = await start(store)
    const { clock, expectWalk, signIn } = instance
    const before = (await signIn()).tab
    const { app } = await enrolTotp(before, instance)
    // Enrolling ended the access token, and the session goes on.
    await before.refresh()
    const weak = (tab: Browser): Walker => ({
      kind: 'session',
      headers: bearer(tab.token),
      proof: { isFresh: true, isStrong: false },
    })
    await expectWalk(weak(before))
    // The password once more is no second factor.
    const again = await before.post<SignedIn>('/step-up', { password: testPassword })
    expect(again.status).toBe(200)
    before.token = again.body.accessToken
    await expectWalk(weak(before))

    const { tab, ticket } = await signIn()
    const proof = { ticket, factor: 'totp', code: app.code(), trustDevice: true }
    const both = await tab.post<SignedIn>('/login/second-factor', proof)
    tab.token = both.body.accessToken
    await expectWalk({ ...weak(tab), proof: { isFresh: true, isStrong: true } })
    const trusted = await tab.post<SignedIn>(
      '/login',
      { email, password: testPassword },
      { token: undefined },
    )
    expect(trusted.body.session).toMatchObject({ aal: 1 })
    tab.token = trusted.body.accessToken
    await expectWalk(weak(tab))

    clock.advance(30_000)
    expect((await raise(tab, app.code())).status).toBe(200)
    clock.advance(minutes(10) + 1000)
    await tab.refresh()
    await expectWalk({ ...weak(tab), proof: { isFresh: false, isStrong: true } })
  })

  test('of a session by cookie the same as of one by token', async () => {
    const { clock, expectWalk, browser } = await start(store)
    const tab = browser()
    await tab.post('/login', { email, password: testPassword, sessionKind: 'cookie' })
    const at = (isFresh: boolean): Walker => ({
      kind: 'session',
      headers: { cookie: tab.cookieHeader(), 'sec-fetch-site': 'same-origin' },
      proof: { isFresh, isStrong: true },
    })
    await expectWalk(at(true))
    clock.advance(minutes(10) + 1000)
    await expectWalk(at(false))
  })

  test('of keys and their tokens a scope for each act, and never what is for people', async () => {
    const instance = await start(store)
    const { expectWalk, newServiceAccount, newServiceKey, signIn } = instance
    const { tab } = await signIn()
    const robot = await newServiceAccount('robot', { roles: ['admin'] })
    const everyScope = Object.keys(ownScopes) as OwnScope[]
    const ofPeople = everyScope.filter((scope) => scope !== 'introspect' && scope !== 'provider-tokens')
    for (const [mine, theirs] of [
      [[], []],
      [ofPeople, everyScope],
    ] as const) {
      const { key } = await createKey(tab, { inheritRoles: true, scopes: mine })
      await expectWalk({ kind: 'apiKey', headers: bearer(key), scopes: mine })
      const token = (await exchange(instance, key)).body.accessToken
      await expectWalk({ kind: 'apiKeyToken', headers: bearer(token), scopes: mine })

      const robots = await newServiceKey(robot, { inheritRoles: true, scopes: theirs })
      await expectWalk({ kind: 'serviceAccountKey', headers: bearer(robots.key), scopes: theirs })
      const robotsToken = (await exchange(instance, robots.key)).body.accessToken
      await expectWalk({ kind: 'serviceAccountToken', headers: bearer(robotsToken), scopes: theirs })
    }
  })
})

test('the answer says what is missing, and nothing else (RFC 9470 §3)', async () => {
  const instance = await createTestLatchkey({ limitScale: 1000 })
  const { clock, browser } = instance
  const tab = browser()
  await tab.register()
  const { app } = await enrolTotp(tab, instance)
  const challenge = async () =>
    (await tab.send('/api/auth/totp', { method: 'DELETE' })).headers.get('www-authenticate')
  expect(await challenge()).toMatch(/error="insufficient_user_authentication".*acr_values="aal2"$/)
  clock.advance(minutes(11))
  await tab.refresh()
  expect(await challenge()).toMatch(/acr_values="aal2", max_age="600"$/)
  await raise(tab, app.code())
  clock.advance(minutes(11))
  await tab.refresh()
  expect(await challenge()).toMatch(/description="[^"]*", max_age="600"$/)
  expect(await challenge()).not.toContain('acr_values')
})

test('every scope of an act is asked for by one route at least', async () => {
  const { latchkey } = await createTestLatchkey()
  const asked = latchkey.http.routes.flatMap(({ route }) =>
    Object.values(route.contract.asks?.callers ?? {}).filter((each) => each !== true),
  )
  expect([...new Set(asked)].toSorted()).toEqual(
    Object.keys(ownScopes)
      .filter((scope) => asked.includes(scope as OwnScope) || scope.startsWith('latchkey:'))
      .toSorted(),
  )
})
