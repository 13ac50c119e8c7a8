import { type Milliseconds, seconds } from '@latchkey/contract'
import { compareBytes, isSame, sha256 } from '../bytes.ts'
import type { Database, Queryable } from '../../db/database.ts'
import { type Params, statement } from '../../db/statement.ts'
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
  /** Takes from both in one statement. What the first refuses costs nothing of the second. */
  takeBoth(first: Hit, second: Hit): Promise<void>
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
  /** Forgets those of the one and takes back one of the other, in one statement. */
  forgive(forgotten: Hit, returned: Hit): Promise<void>
}

/** A limit and its subject. */
export type Hit = readonly [limit: Limit, subject: string]

// One statement, so that no two requests, nodes or processes count the same hit. Refused tries beyond the limit are not
// counted: trying on does not extend the block. A slot in the future comes from a wrong clock and is ignored, unless it
// is about to begin. The row expires with its slot, so that hits within one slot leave the index unchanged.
const isPresent = 'c.slot BETWEEN excluded.slot AND :latest'
const takeText = (rows: string, { most, isPresent }: { most: string; isPresent: string }): string => `
  INSERT INTO limit_counter AS c (key, slot, hits, previous_hits, expires_at) VALUES ${rows}
  ON CONFLICT (key) DO UPDATE SET
    previous_hits = CASE WHEN ${isPresent} THEN c.previous_hits WHEN c.slot = excluded.slot - 1 THEN c.hits ELSE 0 END,
    hits = CASE WHEN ${isPresent} THEN CASE WHEN c.hits <= ${most} THEN c.hits + 1 ELSE c.hits END ELSE 1 END,
    slot = CASE WHEN ${isPresent} THEN c.slot ELSE excluded.slot END,
    expires_at = CASE WHEN ${isPresent} THEN c.expires_at ELSE excluded.expires_at END
  RETURNING key, slot, hits, previous_hits`
const hit = statement(takeText('(:key, :slot, 1, 0, :expiresAt)', { most: ':most', isPresent }))
const ofEither = (name: string): string =>
  `CASE c.key WHEN :key THEN CAST(:${name} AS bigint) ELSE CAST(:other_${name} AS bigint) END`
const hitBoth = statement(
  takeText('(:key, :slot, 1, 0, :expiresAt), (:other_key, :other_slot, 1, 0, :other_expiresAt)', {
    most: ofEither('most'),
    isPresent: `c.slot BETWEEN excluded.slot AND ${ofEither('latest')}`,
  }),
)
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
const settle = (lock: string): string => `
  UPDATE limit_counter SET
    hits = CASE WHEN key = :forgotten THEN 0 WHEN hits > 0 THEN hits - 1 ELSE 0 END,
    previous_hits = CASE WHEN key = :forgotten THEN 0 ELSE previous_hits END
   WHERE key IN (SELECT key FROM limit_counter WHERE key = :forgotten OR key = :returned ${lock})`
// In the order in which they are taken, so that nobody waits for one row while holding the other.
const forgiveOne = statement({ sqlite: settle(''), postgres: settle('ORDER BY key FOR UPDATE') })
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
      const now = ports.now()
      const [counter] = await db.all<Counter>(hit, { ...at(limit, subject, now), most: mostOf(limit) })
      if (isBeyond(counter!, limit, now)) throw refusalOf(limit, now)
    },
    takeBoth,
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
    giveBack,
    async forget({ name }, subject) {
      await db.all(drop, { key: keyOf(name, subject) })
    },
    async forgive([forgotten, subject], [returned, other]) {
      const keys = { forgotten: keyOf(forgotten.name, subject), returned: keyOf(returned.name, other) }
      await db.all(forgiveOne, keys)
    },
  }

  async function takeBoth(first: Hit, second: Hit): Promise<void> {
    const now = ports.now()
    const asked = [first, second].map(([limit, subject]) => ({
      limit,
      row: { ...at(limit, subject, now), most: mostOf(limit) },
    }))
    // Everybody who takes both locks them in this order.
    const [one, other] = asked.toSorted((a, b) => compareBytes(a.row.key, b.row.key)).map(({ row }) => row)
    const counters = await db.all<Counter & { key: Uint8Array }>(hitBoth, { ...one!, ...prefixed(other!) })
    const [own, others] = asked.map(({ row }) => counters.find(({ key }) => isSame(key, row.key))!)
    const isSecondFull = isBeyond(others!, second[0], now)
    if (isBeyond(own!, first[0], now)) {
      // A full counter counts no more hits: many requests at once would take back more than they added.
      if (!isSecondFull) await giveBack(...second)
      throw refusalOf(first[0], now)
    }
    if (isSecondFull) throw refusalOf(second[0], now)
  }

  async function giveBack({ name }: Limit, subject: string): Promise<void> {
    await db.all(release, { key: keyOf(name, subject) })
  }

  function isBeyond(counter: Counter, limit: Limit, now: number): boolean {
    return hitsOf(counter, limit, now) > mostOf(limit)
  }

  async function count(limit: Limit, subject: string): Promise<number> {
    const [counter] = await db.all<Counter>(look, { key: keyOf(limit.name, subject) })
    return counter === undefined ? 0 : hitsOf(counter, limit, ports.now())
  }

  function mostOf({ most, isExact = false }: Limit): number {
    return isExact ? most : most * scale
  }
}

const refusalOf = ({ name, window }: Limit, now: number): AuthError =>
  new AuthError('rate_limited', {
    retryAfter: Math.max(1, Math.ceil((window - (now % window)) / 1000)),
    log: { limit: name },
  })

/** Clocks of two processes may be on both sides of the moment at which a slot begins. */
const allowance: Milliseconds = seconds(30)

const latestSlot = (window: Milliseconds, now: number): number => Math.floor((now + allowance) / window)

/** As the parameters of the second of two are named. */
const prefixed = (row: Params): Params =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [`other_${name}`, value]))

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

export const removeExpiredCounters = (db: Queryable, now: number, limit: number): Promise<unknown[]> =>
  db.all(removeExpired, { now, limit })
