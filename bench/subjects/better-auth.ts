import { createHash, randomBytes } from 'node:crypto'
import {
  cookieSet,
  expectStatus,
  postJson,
  type Answer,
  type Client,
  type Credential,
  type Exchange,
  type Send,
  type Subject,
} from '../harness/subject.ts'
import { signUpAccounts, visitor } from './accounts.ts'

const subject = {
  databases: ['sqlite', 'sqlite-full', 'postgres'],
  command: ['bench/servers/better-auth.ts'],
  health: '/livez',
} as const

const signIn = (turn: number): Exchange => postJson('/api/auth/sign-in/email', visitor(turn))
const guarded = ({ cookie = '' }: Credential): Exchange => ({
  method: 'GET',
  path: '/api/auth/get-session',
  headers: { cookie },
})

/** A new access token for the session cookie, the nearest to a refresh of its own sign-in. Nothing rotates. */
export const betterAuth: Subject = {
  name: 'better-auth',
  ...subject,
  environment: {},
  client: {
    signUp,
    refresh: ({ cookie = '' }) => ({ method: 'GET', path: '/api/auth/token', headers: { cookie } }),
    renewed(credential, answer) {
      expectStatus(answer, 200)
      const { token } = JSON.parse(answer.body) as { token: string }
      return { ...credential, accessToken: token }
    },
    guarded,
    signIn,
  },
}

/** Its OAuth provider, whose refresh tokens rotate; JWT access tokens and no ID token, as for the others. */
export const betterAuthProvider: Subject = {
  name: 'better-auth oauth-provider',
  ...subject,
  environment: { OAUTH: '1' },
  client: {
    signUp: authorize,
    refresh: ({ refreshToken = '', clientId = '' }) =>
      postForm({
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        client_id: clientId,
        resource: api,
      }),
    renewed: (credential, answer) => ({ ...credential, ...tokensIn(answer) }),
  },
}

const api = 'https://api.example.com'
const redirectUri = 'https://client.example.com/callback'

function signUp(send: Send, count: number): ReturnType<Client['signUp']> {
  return signUpAccounts(count, {
    register: async (who) => expectStatus(await send(postJson('/api/auth/sign-up/email', who)), 200),
    signIn: async (who) => {
      const answer = await send(postJson('/api/auth/sign-in/email', who))
      expectStatus(answer, 200)
      return { cookie: `better-auth.session_token=${cookieSet(answer, 'better-auth.session_token')}` }
    },
  })
}

/** The authorization code flow with PKCE, for each session that signs in. */
async function authorize(send: Send, count: number): Promise<Credential[]> {
  const signedIn = await signUp(send, count)
  const clientId = (
    await send({ method: 'GET', path: '/client', headers: { cookie: signedIn[0]?.cookie ?? '' } })
  ).body
  const credentials: Credential[] = []
  for (const { cookie = '' } of signedIn) {
    const verifier = randomBytes(32).toString('base64url')
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: 'offline_access read',
      state: randomBytes(16).toString('base64url'),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      resource: api,
    })
    const answer = await send({
      method: 'GET',
      path: `/api/auth/oauth2/authorize?${query}`,
      headers: { cookie },
    })
    const location = /^location: (\S+)/im.exec(answer.head)?.[1] ?? ''
    const code = new URL(location).searchParams.get('code') ?? ''
    const grant = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, client_id: clientId }
    const tokens = await send(postForm({ ...grant, code_verifier: verifier, resource: api }))
    credentials.push({ clientId, ...tokensIn(tokens) })
  }
  return credentials
}

function tokensIn(answer: Answer): Credential {
  expectStatus(answer, 200)
  const tokens = JSON.parse(answer.body) as { access_token: string; refresh_token: string }
  return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token }
}

function postForm(fields: Record<string, string>): Exchange {
  return {
    method: 'POST',
    path: '/api/auth/oauth2/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  }
}
