import type { RevocationSource } from '../token/access-token-check.ts'
import type { FeedPage } from './feed-page.ts'
import { IssuerError } from '../issuer/fetch-json.ts'
import { base64urlOf } from '../token/crypto.ts'
import type { Fingerprint, RevocationKind } from '../token/fingerprint.ts'
import { createRevocationSet } from './revocation-set.ts'

/** The issuer's revocation log as far as it is known here, and how old that knowledge is. */
export interface FeedLog extends RevocationSource {
  /**
   * Takes in a page. `base` is the first page of the same connection, which was asked for at `asked`. Throws IssuerError
   * when something before it is missing, and RangeError when there is too much to keep.
   */
  apply(page: FeedPage, base: FeedPage, asked: Moment): void
  cursor(): number
  /** How far it is known here, as the feed asks for it. */
  position(): string
  /** Revocations in force. */
  size(): number
  /** Milliseconds since the log was last known here as a whole; infinite if it never was. */
  lag(): number
}

/** Two clocks: one does not go on while the machine sleeps, the other may be set. Whichever says later is believed. */
export interface Moment {
  steady: number
  wall: number
}

export const moment = (): Moment => ({ steady: performance.now(), wall: Date.now() })

export function createFeedLog(onKeyRevoked: () => void): FeedLog {
  const revoked = createRevocationSet(Date.now)
  const kinds = new Set<RevocationKind>()
  let version = 0
  let cursor = 0
  let name: string | null = null
  let last: Fingerprint | null = null
  let mark: string | null = null
  let completeAt: Moment | null = null

  return {
    apply,
    version: () => version,
    kinds: () => kinds,
    isRevoked: (fingerprints, issuedAt) => fingerprints.some((each) => revoked.has(each, issuedAt)),
    cursor: () => cursor,
    position,
    size: revoked.size,
    lag,
  }

  function apply(page: FeedPage, base: FeedPage, asked: Moment): void {
    // Entries held stay in force: a truncated log may have lost them, and they were revoked all the same.
    if (page.reset) [name, cursor, last] = [page.log, 0, null]
    name ??= page.log
    // A page in between is missing, or it belongs to another log: asked for again from here.
    if (page.log !== name || (page.since > cursor && !page.reset))
      throw new IssuerError('a piece of the revocation feed is missing')
    for (const entry of page.entries) {
      revoked.add(entry)
      kinds.add(entry.kind)
    }
    if (page.entries.length > 0 || page.reset) version++
    if (page.entries.some(({ kind }) => kind === 'key')) onKeyRevoked()
    if (page.cursor > cursor) [cursor, last] = [page.cursor, page.entries.at(-1)?.fingerprint ?? last]
    if (page.cursor === cursor) mark = page.mark
    if (page.complete) becomeComplete(page.at - base.at, asked)
  }

  /**
   * The first page shows the log at some time after it was asked for; a later one as much later as the server's own
   * clock says. So a page that was held up on the way is as old as it is, and no clock needs to agree with another.
   */
  function becomeComplete(later: number, asked: Moment): void {
    const [now, delay] = [moment(), Math.max(0, later)]
    const at = {
      steady: Math.min(now.steady, asked.steady + delay),
      wall: Math.min(now.wall, asked.wall + delay),
    }
    if (!completeAt || at.steady >= completeAt.steady) completeAt = at
  }

  function position(): string {
    const query = new URLSearchParams({ since: String(cursor) })
    if (name !== null) query.set('log', name)
    if (last) query.set('entry', base64urlOf(last))
    if (mark !== null) query.set('mark', mark)
    return query.toString()
  }

  function lag(): number {
    if (!completeAt) return Infinity
    // A clock that was set back says nothing.
    return Math.max(performance.now() - completeAt.steady, Date.now() - completeAt.wall)
  }
}
