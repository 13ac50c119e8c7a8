import {
  type Client,
  type Credential,
  type Send,
  type Subject,
  cookiesSet,
  expectStatus,
  postJson,
} from '../harness/subject.ts'
import { signUpAccounts } from './accounts.ts'

export const frameworks = ['express', 'fastify', 'hono'] as const
export type Framework = (typeof frameworks)[number]

const nothing = () => {
  throw new Error('these servers refresh nothing')
}

const bearer: Client = {
  signUp: async (send, count) => {
    const answer = await send({ method: 'GET', path: '/seed' })
    expectStatus(answer, 200)
    const tokens = JSON.parse(answer.body) as string[]
    return tokens.slice(0, count).map((accessToken) => ({ accessToken }))
  },
  refresh: nothing,
  renewed: nothing,
  guarded: ({ accessToken }) => ({
    method: 'GET',
    path: '/notes',
    headers: { authorization: `Bearer ${accessToken}` },
  }),
}

const cookie = (signUp: Client['signUp']): Client => ({
  signUp,
  refresh: nothing,
  renewed: nothing,
  guarded: ({ cookie = '' }) => ({ method: 'GET', path: '/notes', headers: { cookie } }),
})

/** The same route on each framework, as it is and behind guards. */
export const guardedSubjects: readonly Subject[] = [
  ...frameworks.flatMap((framework) => [
    guarded(`${framework}, unguarded`, framework, 'none', bearer),
    guarded(`${framework}, latchkey`, framework, 'latchkey', bearer),
  ]),
  guarded('express, jsonwebtoken', 'express', 'jsonwebtoken', bearer),
  guarded('express, express-session', 'express', 'express-session', cookie(logIn)),
  guarded('express, better-auth getSession', 'express', 'better-auth', cookie(signUp)),
  guarded('express, better-auth getSession, cookie cache', 'express', 'better-auth', cookie(signUp), {
    COOKIE_CACHE: '1',
  }),
]

function guarded(
  name: string,
  framework: Framework,
  guard: string,
  client: Client,
  more: Record<string, string> = {},
): Subject {
  return {
    name,
    databases: ['sqlite'],
    // Without `development`: what is published of @latchkey/verify, not the sources.
    command: [`bench/servers/guarded-${framework}.ts`],
    environment: { GUARD: guard, ...more },
    health: '/livez',
    client: guard === 'none' ? client : { ...client, signUp: refusedFirst(client) },
  }
}

/** So that no guard is fast because it lets everybody through. */
function refusedFirst(client: Client): Client['signUp'] {
  return async (send, count) => {
    expectStatus(await send({ method: 'GET', path: '/notes' }), 401)
    const forged = { accessToken: 'a.b.c', cookie: 'connect.sid=s%3Aa.b; better-auth.session_token=a.b' }
    expectStatus(await send(client.guarded!(forged)), 401)
    return client.signUp(send, count)
  }
}

async function logIn(send: Send, count: number): Promise<Credential[]> {
  const credentials: Credential[] = []
  while (credentials.length < count)
    credentials.push({ cookie: cookiesSet(await send({ method: 'GET', path: '/login' })) })
  return credentials
}

function signUp(send: Send, count: number): Promise<Credential[]> {
  return signUpAccounts(count, {
    register: async (who) => expectStatus(await send(postJson('/api/auth/sign-up/email', who)), 200),
    signIn: async (who) => {
      const answer = await send(postJson('/api/auth/sign-in/email', who))
      expectStatus(answer, 200)
      return { cookie: cookiesSet(answer) }
    },
  })
}
