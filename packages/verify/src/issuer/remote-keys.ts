import type { KeySource, VerificationKey } from '../token/access-token-check.ts'
import type { Algorithm } from '../token/algorithms.ts'
import type { FetchJson } from './fetch-json.ts'
import { readJwkSet } from './jwk-set.ts'
import type { Metadata } from './metadata.ts'
import { shared } from './shared.ts'
import { VerifyError } from '../token/verify-error.ts'

export interface RemoteKeysOptions {
  metadata: () => Promise<Metadata>
  fetchJson: FetchJson
  algorithms: readonly Algorithm[]
  now: () => number
  /** A key has gone: what it has verified must be forgotten. */
  onRemoved: () => void
}

export interface RemoteKeys extends KeySource {
  /** Fetches the set anew, now. */
  renew(): Promise<void>
  status(): KeysStatus
}

export interface KeysStatus {
  count: number
  /** When the set was last fetched, in milliseconds since the epoch; null before the first time. */
  fetchedAt: number | null
  /** The error of the last try; null if it succeeded. */
  error: Error | null
}

const [minute, hour] = [60_000, 3_600_000]
/** Limits for how long a fetched set is used without asking again, whatever `Cache-Control` says. */
const freshness = { least: minute, usual: 5 * minute, most: hour }
/** The time for which the last good set is used while the issuer is unreachable; its tokens expire much sooner. */
const lastGood = hour
/** The pause between two fetches for unknown key ids, and between two failed tries. */
const cooldown = 5000

/** The issuer's JWK set, cached: renewed in the background, and once in a while for a key id that is not in it. */
export function createRemoteKeys(options: RemoteKeysOptions): RemoteKeys {
  const { metadata, fetchJson, algorithms, now } = options
  let keys = new Map<string, VerificationKey>()
  let fetchedAt: number | null = null
  let triedAt = -Infinity
  let freshFor = freshness.usual
  let error: Error | null = null
  const renew = shared(fetchKeys)

  return { find, renew, status: () => ({ count: keys.size, fetchedAt, error }) }

  function find(kid: string): VerificationKey | null | Promise<VerificationKey | null> {
    const key = keys.get(kid)
    // Twice the time: within the first the set is fresh, in the second it is renewed beside the work.
    if (key && age() < 2 * freshFor) {
      if (age() >= freshFor && mayTry()) void renew().catch(() => {})
      return key
    }
    return findAgain(kid)
  }

  async function findAgain(kid: string): Promise<VerificationKey | null> {
    if (mayTry()) await renew().catch(() => {})
    if (age() >= lastGood) throw new VerifyError('keys_unavailable', { cause: error })
    return keys.get(kid) ?? null
  }

  async function fetchKeys(): Promise<void> {
    try {
      const { jwksUri } = await metadata()
      const { body, headers } = await fetchJson(jwksUri)
      const fetched = await readJwkSet(body, algorithms, jwksUri)
      const hasLost = [...keys.keys()].some((kid) => !fetched.has(kid))
      keys = fetched
      fetchedAt = now()
      freshFor = maxAgeOf(headers)
      error = null
      if (hasLost) options.onRemoved()
    } catch (caught) {
      error = caught as Error
      throw caught
    } finally {
      // At the end: earlier callers join the fetch under way.
      triedAt = now()
    }
  }

  /** A clock that was set back makes the set old, not young. */
  function age(): number {
    const elapsed = fetchedAt === null ? Infinity : now() - fetchedAt
    return elapsed < 0 ? Infinity : elapsed
  }

  function mayTry(): boolean {
    return Math.abs(now() - triedAt) >= cooldown
  }
}

/** RFC 9111 §5.2.2.1, within bounds. */
function maxAgeOf(headers: Headers): number {
  const seconds = /(?:^|,)\s*max-age=(\d{1,9})/i.exec(headers.get('cache-control') ?? '')?.[1]
  if (seconds === undefined) return freshness.usual
  return Math.min(freshness.most, Math.max(freshness.least, Number(seconds) * 1000))
}
