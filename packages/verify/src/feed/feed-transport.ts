import type { FeedLog } from './feed-log.ts'
import type { Fetch, FetchJson } from '../issuer/fetch-json.ts'

export interface FeedStatus {
  state: 'connecting' | 'live' | 'lost'
  /** Server-sent events; long polls where a proxy lets no stream through; or a look on demand, twice a second. */
  transport: 'stream' | 'poll' | 'on demand'
  /** Revocations that are in force. */
  entries: number
  /** Position in the issuer's log. */
  cursor: number
  /** Milliseconds since the log was last known here as a whole; null if it never was. */
  lag: number | null
  /** The error of the last try; null while it goes well. */
  error: Error | null
}

/** Brings pages into the log. */
export interface FeedTransport {
  isCurrent(): boolean
  catchUp(): Promise<void>
  kind(): FeedStatus['transport']
  error(): Error | null
  close(): void
}

export interface FeedTransportOptions {
  log: FeedLog
  /** The address of the feed. Rejects with IssuerError. */
  address: () => Promise<string>
  fetch: Fetch
  fetchJson: FetchJson
  /** The headers that identify the service: the issuer keeps places for those that it knows. */
  headers: Readonly<Record<string, string>>
  maxSilence: number
}
