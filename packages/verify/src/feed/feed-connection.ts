import type { FeedLog } from './feed-log.ts'
import type { FeedTransportOptions } from './feed-transport.ts'

/** One connection of a follower to the feed, until it breaks. */
export interface FeedConnection extends Omit<FeedTransportOptions, 'address'> {
  url: string
  connection: AbortController
  /** Aborts when nobody follows any more. */
  closing: AbortSignal
  /** Takes over a page. */
  hear(...page: Parameters<FeedLog['apply']>): void
  /** Has the next connection use another transport. */
  switchTo(transport: 'stream' | 'poll'): void
}

/** Milliseconds within which the issuer must answer. */
export const connectPatience = 5000
