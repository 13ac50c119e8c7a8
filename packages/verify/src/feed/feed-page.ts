import { bytesOfBase64url } from '../token/crypto.ts'
import { IssuerError } from '../issuer/fetch-json.ts'
import { type Fingerprint, fingerprintLength, type RevocationKind } from '../token/fingerprint.ts'

/** A piece of the revocation log, as the feed sends it. */
export interface FeedPage {
  /** The cursor that it follows on: what came before must be here already. */
  since: number
  entries: FeedEntry[]
  cursor: number
  /** The log was restored from a backup: what is held is no longer what is revoked. */
  reset: boolean
  /** Whether this is all there is. */
  complete: boolean
  /** The server's clock when it looked, in milliseconds since the epoch. */
  at: number
}

export interface FeedEntry {
  kind: RevocationKind
  fingerprint: Fingerprint
  /** Milliseconds since the epoch. */
  until: number
}

const kinds = new Set<unknown>(['session', 'epoch', 'user', 'key', 'client'] satisfies RevocationKind[])
/** 16 bytes in base64url without stray bits. */
const hash = /^[A-Za-z0-9_-]{21}[AQgw]$/

/** Throws IssuerError for what is no page. */
export function readFeedPage(value: Record<string, unknown>): FeedPage {
  const { since, entries, cursor, reset, complete } = value
  const at = timeOf(value.at)
  const isPage =
    isPosition(since) &&
    isPosition(cursor) &&
    Array.isArray(entries) &&
    typeof reset === 'boolean' &&
    typeof complete === 'boolean' &&
    at !== null
  if (!isPage) throw malformed()
  return { since, cursor, reset, complete, at, entries: (entries as unknown[]).map(readEntry) }
}

function readEntry(value: unknown): FeedEntry {
  const { kind, hash: text, until } = (value ?? {}) as Record<string, unknown>
  const end = timeOf(until)
  // A kind that is not known yet revokes something all the same: nobody may overlook it.
  if (!kinds.has(kind) || typeof text !== 'string' || !hash.test(text) || end === null) throw malformed()
  return {
    kind: kind as RevocationKind,
    fingerprint: bytesOfBase64url(text).subarray(0, fingerprintLength),
    until: end,
  }
}

const isPosition = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isNaN(time) ? null : time
}

const malformed = (): IssuerError =>
  new IssuerError('the revocation feed sent something else than a page of it')
