import { bytesOfBase64url } from '../token/crypto.ts'
import { IssuerError } from '../issuer/fetch-json.ts'
import { fingerprintLength, type RevocationKind, revocationKinds } from '../token/fingerprint.ts'
import type { Revocation } from './revocation-set.ts'

/** A piece of the revocation log, as the feed sends it. */
export interface FeedPage {
  /** The name of the log that it belongs to. */
  log: string
  /** The cursor that it follows on: what came before must be here already. */
  since: number
  entries: Revocation[]
  cursor: number
  /** Proves to the issuer that it has said so; null from servers older than marks. */
  mark: string | null
  /** The cursor was of another log: this is the beginning of this one. */
  reset: boolean
  /** True if this is all there is. */
  complete: boolean
  /** The server's clock when it looked, in milliseconds since the epoch. */
  at: number
}

const kinds = new Set<unknown>(revocationKinds)
const logName = /^[\w-]{1,64}$/
/** 16 bytes in base64url without stray bits. */
const hash = /^[A-Za-z0-9_-]{21}[AQgw]$/

/** Throws IssuerError for anything but a page. */
export function readFeedPage(value: Record<string, unknown>): FeedPage {
  const { log, since, entries, cursor, reset, complete } = value
  const mark = typeof value.mark === 'string' && logName.test(value.mark) ? value.mark : null
  const at = timeOf(value.at)
  const isPage =
    typeof log === 'string' &&
    logName.test(log) &&
    isPosition(since) &&
    isPosition(cursor) &&
    Array.isArray(entries) &&
    typeof reset === 'boolean' &&
    typeof complete === 'boolean' &&
    at !== null
  if (!isPage) throw malformed()
  return { log, since, cursor, mark, reset, complete, at, entries: (entries as unknown[]).map(readEntry) }
}

function readEntry(value: unknown): Revocation {
  const { kind, hash: text, ...times } = (value ?? {}) as Record<string, unknown>
  const [at, until] = [timeOf(times.at), timeOf(times.until)]
  // A kind not known yet revokes something all the same, and must not be overlooked.
  if (!kinds.has(kind) || typeof text !== 'string' || !hash.test(text) || at === null || until === null)
    throw malformed()
  return {
    kind: kind as RevocationKind,
    fingerprint: bytesOfBase64url(text).subarray(0, fingerprintLength),
    at,
    until,
  }
}

const isPosition = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isNaN(time) ? null : time
}

const malformed = (): IssuerError =>
  new IssuerError('the revocation feed sent something else than a page of it')
