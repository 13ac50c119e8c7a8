import { type Algorithm, allAlgorithms, publicKeyAlgorithms } from '../token/algorithms.ts'
import type { Fetch } from '../issuer/fetch-json.ts'
import { isTrustworthyUrl } from '../issuer/metadata.ts'

/** The way to find out if a token was revoked. */
export type Mode =
  /** Not at all: a revoked access token works until it expires. */
  | 'local'
  /** By the issuer's revocation feed: within a second. */
  | 'local+feed'
  /** By asking the issuer about each token, with a short cache. */
  | 'introspect'

/** The behaviour while the feed has been silent for too long. */
export type OnFeedLoss =
  /** The issuer is asked about each token; those that it cannot be asked about are refused. */
  | 'introspect'
  /** Nothing is accepted. */
  | 'refuse'
  /** Tokens are accepted, flagged by `revocationChecked: false`. */
  | 'accept'

export interface VerifierOptions {
  /** The public URL of the Latchkey server, exactly as its tokens carry it in `iss`. */
  issuer: string
  /** The names of this service: one of these must be in the token's `aud`. Latchkey's setting `AUDIENCE`. */
  audience: string | readonly string[]
  /** Default `local+feed`. */
  mode?: Mode
  /**
   * `follow` keeps a connection to the feed; `on demand` looks twice a second while tokens come. Default `on demand` in
   * Cloudflare Workers, where a connection ends with the request that it was opened in, else `follow`.
   */
  feed?: 'follow' | 'on demand'
  /** Default `introspect` if there is a credential, else `refuse`. */
  onFeedLoss?: OnFeedLoss
  /** Seconds for which the feed may be silent before it counts as lost; default 15, at least 10: it speaks every 5. */
  maxFeedSilence?: number
  /** Seconds that this clock may be ahead of the issuer's; default 5. */
  clockTolerance?: number
  /** Default all with public keys: ES256, EdDSA, RS256, PS256. */
  algorithms?: readonly Algorithm[]
  /**
   * An API key (`lkk_…`) of a service account with scope `introspect`: for introspection, API keys, cookie sessions.
   */
  credential?: string
  /** Seconds for which an introspected answer is kept; default 2. */
  introspectionTtl?: number
  /** Verified tokens that are kept; default 20,000, some 2 kB each. */
  cachedTokens?: number
  /** Instead of the global `fetch`. */
  fetch?: Fetch
  /** Milliseconds since the epoch; for tests that move time. */
  now?: () => number
}

/** The options as the parts want them; times in milliseconds. */
export interface Settings {
  issuer: string
  audiences: readonly string[]
  mode: Mode
  feed: 'follow' | 'on demand'
  onFeedLoss: OnFeedLoss
  maxFeedSilence: number
  clockTolerance: number
  algorithms: readonly Algorithm[]
  credential: string | null
  introspectionTtl: number
  cachedTokens: number
  fetch: Fetch
  now: () => number
}

const modes: readonly Mode[] = ['local', 'local+feed', 'introspect']
const feeds = ['follow', 'on demand'] as const
const policies: readonly OnFeedLoss[] = ['introspect', 'refuse', 'accept']
const guide = 'See docs/verify.md.'

/** Throws TypeError that says what was given, what is expected, and where to read. */
export function readOptions(options: VerifierOptions): Settings {
  const given = options as { [Name in keyof VerifierOptions]: unknown }
  const unknown = Object.keys(given).find((name) => !(name in known))
  if (unknown !== undefined) throw misuse(`there is no option ${unknown}`)
  const { credential = null, mode = 'local+feed', feed = usualFeed() } = given
  const onFeedLoss = given.onFeedLoss ?? (credential === null ? 'refuse' : 'introspect')
  if (!modes.includes(mode as Mode)) throw misuse(`mode is ${show(mode)}, not one of ${modes.join(', ')}`)
  if (!feeds.includes(feed as 'follow')) throw misuse(`feed is ${show(feed)}, not one of ${feeds.join(', ')}`)
  if (!policies.includes(onFeedLoss as OnFeedLoss))
    throw misuse(`onFeedLoss is ${show(onFeedLoss)}, not one of ${policies.join(', ')}`)
  // Not shown: it is a secret.
  if (credential !== null && (typeof credential !== 'string' || !credential.startsWith('lkk_')))
    throw misuse('credential is not an API key (lkk_…) of a service account')
  if (credential === null && (mode === 'introspect' || onFeedLoss === 'introspect'))
    throw misuse(
      `introspection needs a credential: an API key of a service account with the scope introspect`,
    )
  return {
    issuer: readIssuer(given.issuer),
    audiences: readAudiences(given.audience),
    mode: mode as Mode,
    feed: feed as Settings['feed'],
    onFeedLoss: onFeedLoss as OnFeedLoss,
    maxFeedSilence: 1000 * readNumber('maxFeedSilence', given.maxFeedSilence ?? 15, 10, 3600),
    clockTolerance: 1000 * readNumber('clockTolerance', given.clockTolerance ?? 5, 0, 300),
    algorithms: readAlgorithms(given.algorithms ?? publicKeyAlgorithms),
    credential,
    introspectionTtl: 1000 * readNumber('introspectionTtl', given.introspectionTtl ?? 2, 0, 60),
    cachedTokens: readNumber('cachedTokens', given.cachedTokens ?? 20_000, 0, 10_000_000),
    fetch: readFunction<Fetch>('fetch', given.fetch, (url, init) => fetch(url, init)),
    now: readFunction('now', given.now, Date.now),
  }
}

const known = {
  issuer: true,
  audience: true,
  mode: true,
  feed: true,
  onFeedLoss: true,
  maxFeedSilence: true,
  clockTolerance: true,
  algorithms: true,
  credential: true,
  introspectionTtl: true,
  cachedTokens: true,
  fetch: true,
  now: true,
} satisfies Record<keyof VerifierOptions, true>

/** The default feed transport. Only Cloudflare Workers have this `navigator`. */
const usualFeed = (): Settings['feed'] =>
  globalThis.navigator?.userAgent === 'Cloudflare-Workers' ? 'on demand' : 'follow'

function readIssuer(value: unknown): string {
  const isUrl = typeof value === 'string' && URL.canParse(value)
  if (!isUrl) throw misuse(`issuer is ${show(value)}, not the public URL of a Latchkey server`)
  if (!isTrustworthyUrl(value))
    throw misuse(`issuer is ${show(value)}: only https can be trusted, or http on localhost`)
  const { search, hash } = new URL(value)
  // RFC 8414 §2
  if (search || hash) throw misuse(`issuer is ${show(value)}: it has no query and no fragment`)
  return value
}

function readAudiences(value: unknown): string[] {
  const list = [value].flat()
  const isList = list.length > 0 && list.every((each) => typeof each === 'string' && each !== '')
  if (!isList) throw misuse(`audience is ${show(value)}, not the name of this service or a list of names`)
  return list as string[]
}

function readAlgorithms(value: unknown): readonly Algorithm[] {
  const list = Array.isArray(value) ? (value as unknown[]) : []
  const isList = list.length > 0 && list.every((each) => allAlgorithms.includes(each as Algorithm))
  if (!isList)
    throw misuse(`algorithms is ${show(value)}, not a list out of ${publicKeyAlgorithms.join(', ')}`)
  if (list.includes('HS256'))
    throw misuse('HS256 has no public key: only the Latchkey server itself can verify its tokens')
  return list as Algorithm[]
}

function readNumber(name: string, value: unknown, least: number, most: number): number {
  const isNumber = typeof value === 'number' && value >= least && value <= most
  if (!isNumber) throw misuse(`${name} is ${show(value)}, not a number from ${least} to ${most}`)
  return value
}

function readFunction<Given>(name: string, value: unknown, usual: Given): Given {
  if (value === undefined) return usual
  if (typeof value !== 'function') throw misuse(`${name} is ${show(value)}, not a function`)
  return value as Given
}

const show = (value: unknown): string => JSON.stringify(value) ?? String(value)

const misuse = (what: string): TypeError => new TypeError(`createVerifier: ${what}. ${guide}`)
