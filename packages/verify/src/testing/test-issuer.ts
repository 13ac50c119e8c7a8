import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Fetch } from '../issuer/fetch-json.ts'
import type { Claims, Confirmation } from '../token/claims.ts'
import { type Clock, createClock } from './clock.ts'
import { createDpopKey, type DpopKey } from './dpop-key.ts'
import { createIssuerRoutes, type IssuerPart } from './issuer-routes.ts'
import { listen, type Listening } from './listen.ts'
import { createMint, type MintToken } from './mint.ts'
import { createMintedTokens } from './minted-tokens.ts'
import { toRequestListener } from './node-listener.ts'
import { randomApiKey } from './random-api-key.ts'
import { refuseProduction } from './refuse-production.ts'
import { revoke } from './revoke.ts'
import type { TestAlgorithm } from './signing-key.ts'
import { createTestFeed, type Revocation } from './test-feed.ts'
import { createTestKeys } from './test-keys.ts'

export interface TestIssuerOptions {
  /** Default `ES256`. */
  algorithm?: TestAlgorithm
  /** The audience of tokens that name no other; default `https://api.example.com`. */
  audience?: string
}

/** An issuer of its own: keys, tokens, revocations and time, without a server and without a database. */
export interface TestIssuer extends AsyncDisposable {
  /** The `iss` of its tokens. */
  readonly url: string
  readonly audience: string
  readonly clock: Clock
  /** An API key with which verifiers may introspect. */
  readonly credential: string
  /** The key that signs now; `revoke({ key: issuer.kid })` takes it out of service. */
  readonly kid: string
  /** Options with which `createVerifier` trusts this issuer: `createVerifier({ ...issuer.trust })`. */
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
  /** Makes a key to which tokens are bound (RFC 9449). */
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

/** Makes an issuer with new keys and secrets: only verifiers configured for it accept its tokens. Throws TypeError. */
export async function createTestIssuer({
  algorithm = 'ES256',
  audience = 'https://api.example.com',
}: TestIssuerOptions = {}): Promise<TestIssuer> {
  refuseProduction('createTestIssuer')
  const clock = createClock()
  const feed = createTestFeed(clock)
  const credential = randomApiKey()
  const minted = createMintedTokens(feed, clock)
  const silent = new Set<IssuerPart>()
  const keys = await createTestKeys(algorithm)
  let url = 'https://issuer.example'
  let server: Listening | null = null
  const revokedSession = randomUUID()
  await feed.append('session', revokedSession)
  const routes = createIssuerRoutes({
    url: () => url,
    keys: keys.publicJwks,
    feed,
    isSilent: (part) => silent.has(part),
    introspect: (authorization, token) =>
      authorization === `Bearer ${credential}` ? minted.describe(token) : null,
  })
  const fetch: Fetch = (address, init) => routes(new Request(address, init))
  const token = await createMint({
    algorithm,
    url: () => url,
    audience,
    clock,
    keys,
    minted,
    revokedSession,
  })

  return {
    get url() {
      return url
    },
    get kid() {
      return keys.current().kid
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
      minted.add(text, kind, { iss: url, sub: randomUUID(), ...claims })
      return text
    },
    revoke: (what) => revoke(feed, keys, what),
    rotateKeys: keys.rotate,
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

  async function startListening(): Promise<string> {
    if (!minted.isEmpty() || server)
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
