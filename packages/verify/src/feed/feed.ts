import type { FeedStatus } from './feed-transport.ts'
import type { RevocationSource } from '../token/access-token-check.ts'
import { createFeedLog } from './feed-log.ts'
import { type Fetch, type FetchJson, IssuerError } from '../issuer/fetch-json.ts'
import { askFeed } from './feed-on-demand.ts'
import { followFeed } from './feed-follower.ts'
import type { Metadata } from '../issuer/metadata.ts'

export interface FeedOptions {
  metadata: () => Promise<Metadata>
  fetch: Fetch
  fetchJson: FetchJson
  /** The API key of the service; null for none. */
  credential: string | null
  /** Milliseconds after which what is known is too old to say that something is not revoked. */
  maxSilence: number
  /** A signing key was retired. */
  onKeyRevoked: () => void
  /** True if connections may be held: false where each ends with the request that it was opened in. */
  isFollowed: boolean
}

/** The issuer's revocation feed, brought here. */
export interface Feed extends RevocationSource {
  /** True if the log here is as new as it can be, so that callers need not wait. */
  isCurrent(): boolean
  /** Resolves when that is so, or when a try has failed. */
  catchUp(): Promise<void>
  /** True if the log here is whole, and young enough. */
  isLive(): boolean
  status(): FeedStatus
  close(): void
}

/** Keeps what it knows when a connection breaks, and reports how old that is. */
export function createFeed({
  metadata,
  credential,
  maxSilence,
  onKeyRevoked,
  isFollowed,
  ...wire
}: FeedOptions): Feed {
  const log = createFeedLog(onKeyRevoked)
  const open = isFollowed ? followFeed : askFeed
  const headers: Record<string, string> = credential === null ? {} : { authorization: `Bearer ${credential}` }
  const transport = open({ ...wire, headers, log, maxSilence, address })
  const isLive = () => log.lag() <= maxSilence

  return {
    version: log.version,
    kinds: log.kinds,
    isRevoked: log.isRevoked,
    isCurrent: transport.isCurrent,
    catchUp: transport.catchUp,
    isLive,
    status,
    close: transport.close,
  }

  async function address(): Promise<string> {
    const { revocationFeedEndpoint } = await metadata()
    if (!revocationFeedEndpoint) throw new IssuerError('the issuer has no revocation feed')
    return revocationFeedEndpoint
  }

  function status(): FeedStatus {
    const [lag, error] = [log.lag(), transport.error()]
    const isKnown = lag !== Infinity
    return {
      state: isLive() ? 'live' : isKnown || error ? 'lost' : 'connecting',
      transport: transport.kind(),
      entries: log.size(),
      cursor: log.cursor(),
      lag: isKnown ? lag : null,
      error,
    }
  }
}
