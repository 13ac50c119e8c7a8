import { randomBytes } from 'node:crypto'
import { expectStatus, postJson, type Answer, type Credential, type Subject } from '../harness/subject.ts'
import { signUpAccounts, visitor } from './accounts.ts'

/** Settings as in production, with two exceptions: everything comes from one address, and every refresh rotates. */
export const latchkey: Subject = {
  name: 'latchkey',
  databases: ['sqlite', 'sqlite-full', 'postgres'], // on SQLite it commits with FULL whatever is asked
  // Runs the published build, not the sources; run.ts builds it.
  command: ['--conditions=default', 'packages/server/bin/latchkey.js', 'serve'],
  environment: {
    HOST: '127.0.0.1',
    PUBLIC_URL: 'https://auth.example.com',
    LATCHKEY_SECRET: randomBytes(32).toString('base64'),
    LIMIT_SCALE: '10000',
    REFRESH_LEEWAY: '0s',
  },
  health: '/livez',
  sessionTable: 'session',
  client: {
    signUp: (send, count) =>
      signUpAccounts(count, {
        register: async (who) => expectStatus(await send(postJson('/api/auth/register', who)), 201),
        signIn: async (who) => tokensIn(await send(signIn(who))),
      }),
    refresh: ({ refreshToken }) => {
      const attempt = randomBytes(16).toString('base64url')
      return postJson('/api/auth/refresh', { refreshToken }, { 'refresh-attempt': attempt })
    },
    renewed: (_, answer) => tokensIn(answer),
    guarded: ({ accessToken }) => ({
      method: 'GET',
      path: '/api/auth/me',
      headers: { authorization: `Bearer ${accessToken}` },
    }),
    signIn: (turn) => signIn(visitor(turn)),
    signOut: ({ accessToken }) =>
      postJson('/api/auth/logout', {}, { authorization: `Bearer ${accessToken}` }),
  },
}

function signIn({ email, password }: { email: string; password: string }): ReturnType<typeof postJson> {
  return postJson('/api/auth/login', { email, password, tokenDelivery: 'body' })
}

function tokensIn(answer: Answer): Credential {
  expectStatus(answer, 200)
  const { accessToken, refreshToken } = JSON.parse(answer.body) as {
    accessToken: string
    refreshToken: string
  }
  return { accessToken, refreshToken }
}
