import * as contract from '@latchkey/contract'
import { minutes, type RouteContract } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { startAdministration, testPassword } from '#test/support/administration.ts'
import { startLyingProvider } from '#test/support/lying-provider.ts'
import {
  type Browser,
  type Reply,
  type Store,
  stores,
  type TestOptions,
} from '#test/support/test-latchkey.ts'

/*
 * Resources that an anonymous caller can hold (a stream, a place to hash in, a ticket, a mail under way, a row), by
 * every route that gives them. A flood from one network ends with that network refused and all others served.
 * Connections are in `test/faults/connections.test.ts`.
 */

type Scene = Awaited<ReturnType<typeof start>>

interface Holder {
  holds: string
  options?: TestOptions
  /** The n-th request of somebody at this address. */
  ask: (scene: Scene, ip: string, n: number) => Promise<Reply<unknown>>
  /** More than one network may have. */
  flood: number
  served: readonly number[]
}

const post = (path: string, body: (n: number, ip: string) => unknown): Holder['ask'] => {
  return ({ nobody }, ip, n) => nobody.post(path, body(n, ip), { ip, bare: true })
}
const address = (n: number, ip: string) => `somebody-${n}-${ip.replaceAll('.', '-')}@example.com`

const holders: Record<string, Holder> = {
  register: {
    holds: 'an account, and a place to hash in',
    ask: post('/register', (n, ip) => ({ email: address(n, ip), password: testPassword })),
    flood: 210,
    served: [201],
  },
  'register, where the address is proven first': {
    holds: 'a ticket, and a mail under way',
    options: { emailVerification: 'required' },
    ask: post('/register', (n, ip) => ({ email: address(n, ip), password: testPassword })),
    flood: 210,
    served: [202],
  },
  login: {
    holds: 'a place to hash in',
    ask: post('/login', (n, ip) => ({ email: address(n, ip), password: testPassword })),
    flood: 110,
    served: [401],
  },
  forgotPassword: {
    holds: 'a note, and a mail under way',
    ask: post('/forgot-password', (n, ip) => ({ email: address(n, ip) })),
    flood: 110,
    served: [202],
  },
  sendEmailCode: {
    holds: 'a ticket, and a mail under way',
    ask: post('/email-code/send', (n, ip) => ({ email: address(n, ip) })),
    flood: 110,
    served: [202],
  },
  sendMagicLink: {
    holds: 'a ticket, and a mail under way',
    ask: post('/magic-link/send', (n, ip) => ({ email: address(n, ip) })),
    flood: 110,
    served: [202],
  },
  sendSmsCode: {
    holds: 'a ticket, and a message under way',
    ask: post('/sms-code/send', (n) => ({ phone: `+4915${String(10_000_000 + n)}` })),
    flood: 30,
    served: [202],
  },
  beginFederation: {
    holds: 'a ticket',
    ask: post('/federation/acme', () => ({})),
    flood: 310,
    served: [200],
  },
  beginPasskeyLogin: {
    holds: 'a challenge',
    ask: post('/passkeys/login/options', () => ({})),
    flood: 1010,
    served: [200],
  },
  followRevocations: {
    holds: 'a connection, and a timer',
    async ask({ latchkey }, ip) {
      const headers = { accept: 'text/event-stream' }
      const request = new Request('http://localhost:4000/api/auth/revocations', { headers })
      const { status, headers: answered } = await latchkey.handler(request, { remoteAddress: ip })
      return { status, headers: answered, body: null, code: undefined }
    },
    flood: 60,
    served: [200],
  },
}

/** They hold nothing for who comes with nothing: what they are shown was given by one of the above, or by a mail. */
const holdsNothing = [
  'beginSecondFactor',
  'finishSecondFactor',
  'beginEnrolment',
  'finishEnrolment',
  'confirmEmailChange',
  'undoEmailChange',
  'resetPassword',
  'verifyEmail',
  'setUp',
  'revealMagicLinkCode',
  'verifyEmailCode',
  'verifyMagicLink',
  'verifySmsCode',
  'refreshDevice',
  'registerDevice',
  'finishFederation',
  'finishPasskeyLogin',
  'logout',
  'refresh',
]

describe.each(stores)('on %s', (store) => {
  test.each(Object.entries(holders))(
    '%s: a flood from one network takes nothing from others',
    async (_, { ask, flood, served, options }) => {
      const scene = await start(store, options)
      const statuses: number[] = []
      for (let from = 0; from < flood; from += 50) {
        const wave = Array.from({ length: Math.min(50, flood - from) }, (__, n) =>
          ask(scene, '192.0.2.1', from + n),
        )
        statuses.push(...(await Promise.all(wave)).map(({ status }) => status))
      }
      expect(statuses.filter((status) => served.includes(status)).length).toBeGreaterThan(0)
      expect((await ask(scene, '192.0.2.1', flood)).status).toBe(429)
      expect(served).toContain((await ask(scene, '198.51.100.7', 0)).status)
      // A signed-in user in that very network is not affected.
      const own = { token: scene.root.accessToken, ip: '192.0.2.1', bare: false }
      expect((await scene.signedIn.get('/me', own)).status).toBe(200)
    },
    minutes(2),
  )
})

test('every route that is open to nobody in particular is here, or holds nothing', () => {
  const open = Object.entries(contract)
    .filter(([group]) => group.endsWith('Routes'))
    .flatMap(([, routes]) => Object.values(routes as Record<string, RouteContract>))
    .filter(({ access, method }) => (access === 'public' || access === 'refresh') && method !== 'GET')
    .map(({ id }) => id)
  expect(open.filter((id) => !(id in holders) && !holdsNothing.includes(id))).toEqual([])
  expect(holdsNothing.filter((id) => !open.includes(id))).toEqual([])
})

async function start(store: Store, options: TestOptions = {}) {
  const provider = startLyingProvider()
  const administration = await startAdministration(store, {
    signInMethods: ['password', 'passkey', 'email-code', 'magic-link', 'sms-code'],
    passwordlessSignUp: true,
    oidcProviders: [provider.settings],
    outgoingPrivateHosts: ['localhost'],
    limitScale: 1,
    hashQueue: 1000,
    ...options,
  })
  provider.follow(administration.clock.now)
  const [nobody, signedIn]: Browser[] = [administration.browser(), administration.browser()]
  return { ...administration, nobody: must(nobody), signedIn: must(signedIn) }
}
