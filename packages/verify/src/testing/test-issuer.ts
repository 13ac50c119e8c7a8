import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { AccessTokenClaims, Claims, Confirmation } from '../token/claims.ts'
import type { Fetch } from '../issuer/fetch-json.ts'
import type { RevocationKind } from '../token/fingerprint.ts'
import { type BadToken, makeBadToken } from './bad-tokens.ts'
import { type Clock, createClock } from './clock.ts'
import { createDpopKey, type DpopKey } from './dpop-key.ts'
import { createTestFeed, type Revocation } from './test-feed.ts'
import { createIssuerRoutes, type IssuerPart } from './issuer-routes.ts'
import { listen, type Listening } from './listen.ts'
import { toRequestListener } from './node-listener.ts'
import { randomApiKey } from './random-api-key.ts'
import { refuseProduction } from './refuse-production.ts'
import { compactJws, createSigningKey, type SigningKey, signWith, type TestAlgorithm } from './signing-key.ts'

export interface TestIssuerOptions {
  /** Default `ES256`. */
  algorithm?: TestAlgorithm
  /** Of tokens that name no other; default `https://api.example.com`. */
  audience?: string
}

/** The claims of a token as far as they matter; the others are those of somebody who has just signed in. */
export type TokenInput = Partial<Omit<AccessTokenClaims, 'iss' | 'aud' | 'exp'>> & {
  audience?: string | string[]
  /** Seconds from `iat`; default 900. */
  expiresIn?: number
}

export interface MintToken {
  (input?: TokenInput): string
  /** A token that is refused with this code; apart from its fault it is as good as any. */
  bad(code: BadToken, input?: TokenInput): string
}

/** An issuer of its own: keys, tokens, revocations and time, without a server and without a database. */
export interface TestIssuer extends AsyncDisposable {
  /** What tokens carry in `iss`. */
  readonly url: string
  readonly audience: string
  readonly clock: Clock
  /** An API key with which verifiers may introspect. */
  readonly credential: string
  /** The key that signs now; `revoke({ key: issuer.kid })` takes it out of service. */
  readonly kid: string
  /** What `createVerifier` needs to trust this issuer: `createVerifier({ ...issuer.trust })`. */
  readonly trust: { issuer: string; audience: string; fetch: Fetch; now: () => number }
  /** Metadata, keys, revocation feed and introspection; nothing else is reached by it. */
  readonly fetch: Fetch
  readonly token: MintToken
  /** An API key (`lkk_…`) or cookie session (`lks_…`), which verifiers with a credential introspect. */
  opaque(kind: 'api_key' | 'session', claims?: Partial<Claims>): string
  /** Resolves when verifiers that follow by {@link fetch} know of it. */
  revoke(what: Revocation): Promise<void>
  /**
   * The next key signs, and one more is published. As with a server, keys are published before they sign, so that
   * verifiers know the first one; for a second rotation they must fetch, which they do once in five seconds.
   */
  rotateKeys(): Promise<void>
  /** For tokens bound to a key (RFC 9449). */
  dpopKey(): Promise<DpopKey>
  /** Part of the issuer answers 503 until the function that is returned is called. */
  silence(part: IssuerPart): () => void
  /**
   * A web server on this machine, for services in other processes. {@link url} becomes its address, so this comes
   * before the first token.
   */
  listen(): Promise<string>
  /** Ends what is open. */
  close(): Promise<void>
}

/** Of keys and secrets nothing is fixed: no token of it is accepted by anybody who was not told to. Throws TypeError. */
export async function createTestIssuer({
  algorithm = 'ES256',
  audience = 'https://api.example.com',
}: TestIssuerOptions = {}): Promise<TestIssuer> {
  refuseProduction('createTestIssuer')
  const clock = createClock()
  const feed = createTestFeed(clock)
  const credential = randomApiKey()
  const minted = new Map<string, { kind: string; claims: Claims }>()
  const silent = new Set<IssuerPart>()
  const [first, second, stranger] = await Promise.all([
    createSigningKey(algorithm),
    createSigningKey(algorithm),
    createSigningKey(algorithm),
  ])
  let [current, next]: [SigningKey, SigningKey] = [first, second]
  let published = [current, next]
  let url = 'https://issuer.example'
  let server: Listening | null = null
  const revokedSession = randomUUID()
  await feed.append('session', revokedSession)

  const routes = createIssuerRoutes({
    url: () => url,
    keys: () => published.map(({ publicJwk }) => publicJwk),
    feed,
    isSilent: (part) => silent.has(part),
    introspect: (authorization, token) => (authorization === `Bearer ${credential}` ? describe(token) : null),
  })
  const fetch: Fetch = (address, init) => routes(new Request(address, init))
  const token: MintToken = Object.assign(mint, {
    bad: (code: BadToken, input: TokenInput = {}) =>
      makeBadToken(code, { claims: claimsOf, sign, current: () => current, stranger, revokedSession }, input),
  })

  return {
    get url() {
      return url
    },
    get kid() {
      return current.kid
    },
    get trust() {
      return { issuer: url, audience, fetch, now: clock.now }
    },
    audience,
    clock,
    credential,
    fetch,
    token,
    opaque(kind, claims = {}) {
      const text = kind === 'api_key' ? randomApiKey() : `lks_${randomBytes(32).toString('base64url')}`
      minted.set(text, { kind, claims: { iss: url, sub: randomUUID(), ...claims } })
      return text
    },
    revoke,
    rotateKeys,
    dpopKey: () => createDpopKey(clock),
    silence(part) {
      silent.add(part)
      if (part === 'feed') feed.hangUp()
      return () => void silent.delete(part)
    },
    listen: startListening,
    close,
    [Symbol.asyncDispose]: close,
  }

  function mint(input: TokenInput = {}): string {
    const claims = claimsOf(input)
    const text = sign(claims)
    minted.set(text, { kind: 'access_token', claims })
    return text
  }

  function claimsOf({ audience: aud = audience, expiresIn = 900, ...given }: TokenInput): AccessTokenClaims {
    const iat = given.iat ?? Math.floor(clock.now() / 1000)
    return {
      iss: url,
      sub: randomUUID(),
      aud,
      client_id: 'first-party',
      iat,
      exp: iat + expiresIn,
      jti: randomUUID(),
      sid: randomUUID(),
      epoch: 0,
      roles: [],
      permissions: [],
      auth_time: iat,
      amr: ['pwd'],
      acr: 'aal1',
      ...given,
    }
  }

  function sign(claims: AccessTokenClaims, { typ = 'at+jwt' } = {}): string {
    return compactJws({ alg: algorithm, typ, kid: current.kid }, { ...claims }, signWith(current))
  }

  /** RFC 7662 §2.2. */
  function describe(text: string): Record<string, unknown> {
    const known = minted.get(text)
    if (!known || !isInForce(text, known.claims)) return { active: false }
    return { active: true, token_type: known.kind, ...known.claims }
  }

  function isInForce(text: string, claims: Claims): boolean {
    const { exp = Infinity, iat = 0, sid, sub, client_id: client, epoch, roles = [] } = claims
    const subjects: [RevocationKind, string | undefined][] = [
      ['session', sid],
      ['user', sub],
      ['user_sessions', sid && sub],
      ['client', client],
      ['epoch', sid ? `${sid}:${epoch}` : `${sub}:${epoch ?? 0}`],
      ['key', kidOf(text)],
      ...roles.map((role): [RevocationKind, string] => ['role', role]),
    ]
    const isRevoked = subjects.some(
      ([kind, subject]) => subject !== undefined && feed.has(kind, subject, iat),
    )
    return exp * 1000 > clock.now() && !isRevoked
  }

  async function revoke(what: Revocation): Promise<void> {
    const entries = Object.entries(what) as [RevocationKind, string][]
    if (entries.length === 0) throw new TypeError('revoke: name a session, user, client, key or epoch')
    if (what.key !== undefined) await takeOutOfService(what.key)
    for (const [kind, subject] of entries) await feed.append(kind, subject)
    await feed.told()
  }

  async function takeOutOfService(kid: string): Promise<void> {
    if (kid === current.kid || kid === next.kid) await rotateKeys()
    if (kid === current.kid) await rotateKeys()
    published = published.filter((key) => key.kid !== kid)
  }

  async function rotateKeys(): Promise<void> {
    const fresh = await createSigningKey(algorithm)
    published = [...published, fresh]
    ;[current, next] = [next, fresh]
  }

  async function startListening(): Promise<string> {
    if (minted.size > 0 || server)
      throw new Error('listen() comes once and before the first token: its address is the issuer of each.')
    server = await listen()
    url = server.url
    server.answerWith(toRequestListener(url, routes))
    return url
  }

  async function close(): Promise<void> {
    silent.add('feed')
    feed.hangUp()
    await server?.close()
  }
}

/** The claim `cnf` of a token that is bound to a client certificate (RFC 8705 §3.1), given its DER. */
export const certificateBinding = (der: Uint8Array): Confirmation => ({
  'x5t#S256': createHash('sha256').update(der).digest('base64url'),
})

function kidOf(token: string): string | undefined {
  const [header = '', ...others] = token.split('.')
  if (others.length === 0) return undefined
  return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid
}
