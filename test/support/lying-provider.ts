import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import type { ConfigOptions } from '../../packages/server/src/config/settings.ts'
import { listen } from './listen.ts'
import { weakKeys } from './weak-keys.ts'
import { must } from './must.ts'

/** An issuer of OpenID Connect that tells the truth until it is told to lie, in whatever it says. */
export interface LyingProvider {
  issuer: string
  /** The settings by which Latchkey trusts it as `acme`. */
  settings: ProviderSettings
  /** Sets its answers from now on; each call replaces the one before. */
  lie(lies: Lies): void
  /** The clock by which it dates its tokens. @default the machine's */
  follow(now: () => number): void
  /** As if somebody had signed in there: where their browser is sent back to, as a path with a query. */
  approve(url: string, person?: Person): string
  /** Requests so far, by path. */
  asked(path: string): number
  /** Further requests to the token endpoint, newest last. */
  received: URLSearchParams[]
}

export type ProviderSettings = Exclude<NonNullable<ConfigOptions['oidcProviders']>, string>[number]
export type Person = Record<string, unknown>

export interface Lies {
  /** Changes the claims of the ID token, before it is signed. */
  claims?: (claims: Record<string, unknown>) => Record<string, unknown>
  header?: Record<string, unknown>
  signature?:
    | 'true'
    | 'none'
    | 'of another key'
    | 'by the client secret'
    | 'by the public key'
    | 'bent'
    | 'by an exponent of 1'
  /** Changes the metadata found by discovery. */
  metadata?: (metadata: Record<string, unknown>) => Record<string, unknown>
  keys?: (keys: object[]) => object[]
  /** Changes the answer of the token endpoint. */
  tokens?: (answer: Record<string, unknown>) => Record<string, unknown>
  userInfo?: (claims: Record<string, unknown>) => Record<string, unknown>
  /** Waited for before an endpoint answers. */
  before?: (path: string) => Promise<unknown>
  /** Instead of an endpoint. */
  instead?: Partial<Record<'/.well-known/openid-configuration' | '/token' | '/jwks' | '/me', RequestListener>>
}

const clientSecret = 'a-client-secret-of-a-test-0123456789'
export const ada: Person = { sub: 'ada-at-acme', email: 'ada@example.com', email_verified: true, name: 'Ada' }

const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicPem = own.publicKey.export({ type: 'spki', format: 'pem' }) as string

interface Grant {
  redirectUri: string
  challenge: string
  nonce: string | null
  person: Person
}

export function startLyingProvider(more: Partial<ProviderSettings> = {}): LyingProvider {
  const grants = new Map<string, Grant>()
  const people = new Map<string, Person>()
  const asked = new Map<string, number>()
  const received: URLSearchParams[] = []
  let lies: Lies = {}
  let clock: () => number = Date.now

  const { origin: issuer, close } = listen((request, response) => void answer(request, response))
  onTestFinished(close)
  const clientId = 'latchkey-at-acme'
  const settings = {
    id: 'acme',
    label: 'Acme',
    issuer,
    clientId,
    clientSecret,
    emailDomains: ['*'],
    ...more,
  } as ProviderSettings

  return {
    issuer,
    settings,
    lie: (next) => void (lies = next),
    follow: (now) => void (clock = now),
    approve,
    asked: (path) => asked.get(path) ?? 0,
    received,
  }

  function approve(url: string, person: Person = ada): string {
    const query = new URL(url).searchParams
    if (query.get('code_challenge_method') !== 'S256') throw new Error('no PKCE')
    const code = randomBytes(12).toString('base64url')
    const redirectUri = must(query.get('redirect_uri'))
    const challenge = must(query.get('code_challenge'))
    grants.set(code, { redirectUri, challenge, nonce: query.get('nonce'), person })
    const { pathname } = new URL(redirectUri)
    return `${pathname}?${new URLSearchParams({ code, state: must(query.get('state')), iss: issuer })}`
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(must(request.url), issuer).pathname
    asked.set(path, (asked.get(path) ?? 0) + 1)
    await lies.before?.(path)
    const instead = lies.instead?.[path as '/token']
    if (instead) return instead(request, response)
    if (path === '/.well-known/openid-configuration') return json(response, metadata())
    if (path === '/jwks') {
      const jwk = own.publicKey.export({ format: 'jwk' })
      const keys = [{ ...jwk, kid: 'one', alg: 'RS256', use: 'sig' }]
      return json(response, { keys: lies.keys?.(keys) ?? keys })
    }
    if (path === '/token') return json(response, ...redeem(new URLSearchParams(await textOf(request))))
    if (path === '/me') {
      const person = people.get((request.headers.authorization ?? '').replace('Bearer ', ''))
      return person ? json(response, lies.userInfo?.(person) ?? person) : json(response, {}, 401)
    }
    json(response, {}, 404)
  }

  function metadata(): Record<string, unknown> {
    const truth = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      userinfo_endpoint: `${issuer}/me`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      authorization_response_iss_parameter_supported: true,
    }
    return lies.metadata?.(truth) ?? truth
  }

  function redeem(form: URLSearchParams): [body: Record<string, unknown>, status?: number] {
    received.push(form)
    if (form.get('grant_type') === 'refresh_token') return [tokens({ sub: 'refreshed' }, null)]
    const grant = grants.get(form.get('code') ?? '')
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (!grant || grant.challenge !== challenge || grant.redirectUri !== form.get('redirect_uri'))
      return [{ error: 'invalid_grant' }, 400]
    // RFC 6749 §4.1.2: once.
    grants.delete(must(form.get('code')))
    return [tokens(grant.person, grant.nonce)]
  }

  function tokens(person: Person, nonce: string | null): Record<string, unknown> {
    const accessToken = `access-${randomBytes(9).toString('base64url')}`
    people.set(accessToken, person)
    const answer = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: `refresh-${randomBytes(9).toString('base64url')}`,
      ...(nonce !== null && { id_token: idToken(person, nonce, accessToken) }),
    }
    return lies.tokens?.(answer) ?? answer
  }

  function idToken(person: Person, nonce: string, accessToken: string): string {
    const now = Math.floor(clock() / 1000)
    const digest = createHash('sha256').update(accessToken).digest()
    const truth = {
      iss: issuer,
      aud: clientId,
      exp: now + 300,
      iat: now,
      nonce,
      at_hash: digest.subarray(0, 16).toString('base64url'),
      ...person,
    }
    const algorithm = { none: 'none', 'by the client secret': 'HS256', 'by the public key': 'HS256' }
    const { signature = 'true' } = lies
    const alg = algorithm[signature as keyof typeof algorithm] ?? 'RS256'
    const header = { alg, kid: 'one', typ: 'JWT', ...lies.header }
    const input = [header, lies.claims?.(truth) ?? truth].map(encode).join('.')
    return `${input}.${signatureOf(input, signature)}`
  }
}

function signatureOf(input: string, kind: NonNullable<Lies['signature']>): string {
  switch (kind) {
    case 'none':
      return ''
    case 'by the client secret':
      return createHmac('sha256', clientSecret).update(input).digest('base64url')
    case 'by the public key':
      return createHmac('sha256', publicPem).update(input).digest('base64url')
    case 'of another key':
      return sign('sha256', Buffer.from(input), foreign.privateKey).toString('base64url')
    case 'by an exponent of 1':
      return Buffer.from(must(must(weakKeys['RSA with the exponent 1']).forge)(input)).toString('base64url')
    case 'bent':
      // The same bytes in another spelling: a decoder that is not strict takes it.
      return withStrayBits(sign('sha256', Buffer.from(input), own.privateKey).toString('base64url'))
    case 'true':
      return sign('sha256', Buffer.from(input), own.privateKey).toString('base64url')
  }
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Sets stray bits: four in the last character of 256 bytes carry nothing (RFC 4648 §3.5). */
const withStrayBits = (text: string): string =>
  text.slice(0, -1) + digits[digits.indexOf(must(text.at(-1))) + 1]

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
