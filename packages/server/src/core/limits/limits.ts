import { type Milliseconds, seconds } from '@latchkey/contract'
import { sha256 } from '../bytes.ts'
import type { Database } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import { AuthError } from '../auth-error.ts'
import type { Ports } from '../ports/ports.ts'

/** So many in so long. */
export interface Limit {
  name: string
  most: number
  window: Milliseconds
  /** Exempts the limit from the scale: somebody was promised this very figure. */
  isExact?: boolean
}

export interface Limits {
  /** Counts one hit for `subject`. Throws AuthError `rate_limited` with `Retry-After` beyond the limit. */
  take(limit: Limit, subject: string): Promise<void>
  /** Counts so many hits, and refuses nothing; resolves to how many there are in the window. */
  add(limit: Limit, subject: string, hits: number): Promise<number>
  /** True if the next hit would be refused. Counts nothing. */
  isReached(limit: Limit, subject: string): Promise<boolean>
  /** How many hits there are in the window. Counts nothing. */
  count(limit: Limit, subject: string): Promise<number>
  /** Counts one hit; true if there was none in this window and the one before. Of concurrent hits, one gets true. */
  isFirst(limit: Limit, subject: string): Promise<boolean>
  /** Takes back one hit: it was no guess. */
  giveBack(limit: Limit, subject: string): Promise<void>
  /** Forgets the hits of `subject`, after a success that shows that they were honest. */
  forget(limit: Limit, subject: string): Promise<void>
}

// One statement, so that no two requests, nodes or processes count the same hit. Refused tries beyond the limit are not
// counted: trying on does not extend the block. A slot in the future comes from a wrong clock and is ignored, unless it
// is about to begin. The row expires with its slot, so that hits within one slot leave the index unchanged.
const isPresent = 'c.slot BETWEEN excluded.slot AND :latest'
const hit = statement(`
  INSERT INTO limit_counter AS c (key, slot, hits, previous_hits, expires_at) VALUES (:key, :slot, 1, 0, :expiresAt)
  ON CONFLICT (key) DO UPDATE SET
    previous_hits = CASE WHEN ${isPresent} THEN c.previous_hits WHEN c.slot = excluded.slot - 1 THEN c.hits ELSE 0 END,
    hits = CASE WHEN ${isPresent} THEN CASE WHEN c.hits <= :most THEN c.hits + 1 ELSE c.hits END ELSE 1 END,
    slot = CASE WHEN ${isPresent} THEN c.slot ELSE excluded.slot END,
    expires_at = CASE WHEN ${isPresent} THEN c.expires_at ELSE excluded.expires_at END
  RETURNING slot, hits, previous_hits`)
const more = statement(`
  INSERT INTO limit_counter AS c (key, slot, hits, previous_hits, expires_at) VALUES (:key, :slot, :count, 0, :expiresAt)
  ON CONFLICT (key) DO UPDATE SET
    previous_hits = CASE WHEN ${isPresent} THEN c.previous_hits WHEN c.slot = excluded.slot - 1 THEN c.hits ELSE 0 END,
    hits = CASE WHEN ${isPresent} THEN c.hits + excluded.hits ELSE excluded.hits END,
    slot = CASE WHEN ${isPresent} THEN c.slot ELSE excluded.slot END,
    expires_at = CASE WHEN ${isPresent} THEN c.expires_at ELSE excluded.expires_at END
  RETURNING slot, hits, previous_hits`)
const look = statement('SELECT slot, hits, previous_hits FROM limit_counter WHERE key = :key')
const release = statement('UPDATE limit_counter SET hits = hits - 1 WHERE key = :key AND hits > 0')
const drop = statement('DELETE FROM limit_counter WHERE key = :key')
const removeExpired = statement(`DELETE FROM limit_counter WHERE key IN
  (SELECT key FROM limit_counter WHERE expires_at < :now ORDER BY expires_at LIMIT :limit) RETURNING slot`)

interface Counter {
  slot: number
  hits: number
  previous_hits: number
}

/**
 * `scale` multiplies every limit: for networks whose people share one address.
 * A sliding window: the hits of this slot, and of the last one as far as it still reaches into the window.
 * Counts are committed without waiting for the disk: what a crash of the database may forget is a few tries of the last
 * moment, and every sign-in would wait four times.
 */
export function createLimits({ relaxed: db }: Database, ports: Ports, scale: number): Limits {
  return {
    async take(limit, subject) {
      const { name, window } = limit
      const now = ports.now()
      const [counter] = await db.all<Counter>(hit, { ...at(limit, subject, now), most: mostOf(limit) })
      if (hitsOf(counter!, limit, now) <= mostOf(limit)) return
      throw new AuthError('rate_limited', {
        retryAfter: Math.max(1, Math.ceil((window - (now % window)) / 1000)),
        log: { limit: name },
      })
    },
    async add(limit, subject, hits) {
      const now = ports.now()
      const [counter] = await db.all<Counter>(more, { ...at(limit, subject, now), count: hits })
      return hitsOf(counter!, limit, now)
    },
    async isReached(limit, subject) {
      return (await count(limit, subject)) >= mostOf(limit)
    },
    count,
    async isFirst(limit, subject) {
      const [counter] = await db.all<Counter>(hit, { ...at(limit, subject, ports.now()), most: 1 })
      return counter!.hits === 1 && counter!.previous_hits === 0
    },
    async giveBack({ name }, subject) {
      await db.all(release, { key: keyOf(name, subject) })
    },
    async forget({ name }, subject) {
      await db.all(drop, { key: keyOf(name, subject) })
    },
  }

  async function count(limit: Limit, subject: string): Promise<number> {
    const [counter] = await db.all<Counter>(look, { key: keyOf(limit.name, subject) })
    return counter === undefined ? 0 : hitsOf(counter, limit, ports.now())
  }

  function mostOf({ most, isExact = false }: Limit): number {
    return isExact ? most : most * scale
  }
}

/** Clocks of two processes may be on both sides of the moment at which a slot begins. */
const allowance: Milliseconds = seconds(30)

const latestSlot = (window: Milliseconds, now: number): number => Math.floor((now + allowance) / window)

const at = ({ name, window }: Limit, subject: string, now: number) => ({
  key: keyOf(name, subject),
  slot: Math.floor(now / window),
  latest: latestSlot(window, now),
  expiresAt: (Math.floor(now / window) + 2) * window,
})

/** Those of the slot now, and of the one before as far as it still reaches into the window. */
function hitsOf({ slot, hits, previous_hits: previous }: Counter, { window }: Limit, now: number): number {
  const present = Math.floor(now / window)
  const share = 1 - (now % window) / window
  if (slot >= present && slot <= latestSlot(window, now)) return hits + Math.floor(previous * share)
  return slot === present - 1 ? Math.floor(hits * share) : 0
}

/** The table names no address and no account. */
const keyOf = (name: string, subject: string): Uint8Array => sha256(`${name}\0${subject}`).subarray(0, 16)

export const removeExpiredCounters = (db: Database, now: number, limit: number): Promise<unknown[]> =>
  db.all(removeExpired, { now, limit })
