import { type Milliseconds, minutes, seconds } from '@latchkey/contract'
import type { Database, Queryable } from '../../db/database.ts'
import type { Ports } from '../ports/ports.ts'
import { fingerprint, isTimed, type RevocationKind, type RevocationSource } from '@latchkey/verify/core'
import { createRevocationReader } from './reader.ts'
import {
  appendRevocations,
  type LogPosition,
  notifyChanges,
  type RevocationEntry,
  type RevocationRow,
} from './store.ts'
import { createWaiting } from './waiting.ts'
import { createFollowing, type RevocationListener } from './following.ts'
import { createKnown, type UnsignedClaims } from './known.ts'

/**
 * A revocation. `subject` is a session id, `session id:epoch`, a user id, a key id or a client id. `user_sessions`
 * revokes everything that the user's sessions hold until now; `role` revokes everything that names the role until now.
 * Each takes one entry, however many there are.
 */
export interface Revoked {
  kind: RevocationKind
  subject: string
}

export interface RevocationLog extends RevocationSource {
  /**
   * Writes entries inside the transaction that makes them true; its last statement, for it holds a lock that every
   * other revocation needs. Hand the result to {@link remember} once the transaction has committed. `isChange`: roles or
   * signing keys change with it, so that every process reads them anew.
   */
  append(
    tx: Queryable,
    revoked: readonly Revoked[],
    options?: { isChange?: boolean },
  ): Promise<RevocationRow[]>
  /** Makes this process refuse at once the tokens that it has just revoked. */
  remember(entries: readonly RevocationRow[]): void
  /**
   * Returns the time, in seconds since the epoch, up to which tokens with these claims are revoked. A new token must
   * claim a later one.
   */
  issuedUntil(claims: UnsignedClaims): Promise<number>
  /** Notifies other processes of a change, if the database can. */
  announce(): Promise<void>
  /** Reads the entries of other processes. Returns true if signing keys or roles have changed as well. */
  catchUp(): Promise<boolean>
  /**
   * Resolves once the log was looked at a moment ago. Call before reading a session: a database that came back without
   * its last commits would otherwise serve revoked sessions as valid.
   */
  confirm(): Promise<void>
  /**
   * Takes a position that somebody has proven to have read. Resolves once the log was compared with it and any loss is
   * reported.
   */
  testify(seen: LogPosition): Promise<void>
  /** How far the log is known to go; null before {@link start}. */
  position(): LogPosition | null
  /** Follows the log until {@link stop}. Resolves after the first catch-up. */
  start(listener: RevocationListener): Promise<void>
  stop(): Promise<void>
  /** Resolves when entries arrive, after `wait`, or at {@link release}. */
  changed(wait: Milliseconds, signal: AbortSignal): Promise<void>
  /** Releases all waiting callers, now and from now on: the server is about to stop. */
  release(): void
  isReleased(): boolean
  size(): number
  /** Number of times that the log was found to have lost known entries. */
  losses(): number
  /** Counts a loss that was found by other means. */
  countLoss(): void
  /** Milliseconds since the log was last known to be complete. */
  lag(): Milliseconds
  /**
   * True if the log is followed but has been incomplete for so long that an absent entry no longer means "not revoked".
   */
  isStale(): boolean
}

/** Limit by which the clocks of verifiers may be behind. */
const skew: Milliseconds = minutes(1)

/**
 * Limit by which the clocks of issuing processes may be ahead: tokens issued before the revocation still count as
 * older.
 */
const allowance: Milliseconds = seconds(1)

export interface RevocationLogOptions {
  db: Database
  ports: Ports
  accessTokenTtl: Milliseconds
}

export function createRevocationLog({ db, ports, accessTokenTtl }: RevocationLogOptions): RevocationLog {
  const waiting = createWaiting()
  const known = createKnown(ports.now, waiting.wake)
  const reader = createRevocationReader({ db, ports, revoked: known.set, remember: known.take })
  const following = createFollowing(db, reader)

  return {
    append,
    remember,
    isRevoked: known.isRevoked,
    kinds: known.kinds,
    version: known.version,
    issuedUntil: known.issuedUntil,
    size: known.set.size,
    announce: async () => void (await notifyChanges(db)),
    position: reader.position,
    ...following,
    async stop() {
      waiting.release()
      await following.stop()
    },
    changed: waiting.wait,
    release: waiting.release,
    isReleased: waiting.isReleased,
  }

  async function append(
    tx: Queryable,
    ended: readonly Revoked[],
    { isChange = false } = {},
  ): Promise<RevocationRow[]> {
    if (ended.length === 0 && !isChange) return []
    const now = ports.now()
    const entries: RevocationEntry[] = []
    for (const { kind, subject } of ended) {
      const at = isTimed(kind) ? now + allowance : now
      entries.push({ kind, hash: await fingerprint(kind, subject), at, until: at + accessTokenTtl + skew })
    }
    return await appendRevocations(tx, entries, isChange ? 1 : 0)
  }

  function remember(entries: readonly RevocationRow[]): void {
    known.take(entries)
    reader.expect(entries)
  }
}
