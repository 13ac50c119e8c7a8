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
 * What is revoked: a session id, `session id:epoch`, a user id, a key id or a client id. As `user_sessions` what the
 * sessions of a user hold until now, as `role` what names a role until now: one entry, however many there are.
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
  /** Makes this process refuse at once what it has just committed. */
  remember(entries: readonly RevocationRow[]): void
  /** Up to when, in seconds since the epoch, what says this is revoked: what is issued now must say that it is younger. */
  issuedUntil(claims: UnsignedClaims): Promise<number>
  /** Tells other processes that something changed, where the database can. */
  announce(): Promise<void>
  /** Reads what other processes have appended. Returns true when signing keys or roles have changed as well. */
  catchUp(): Promise<boolean>
  /**
   * Resolves once the log was looked at a moment ago. Asked before a session is read: a database that has come back
   * without its last commits would otherwise serve what it has forgotten to be revoked.
   */
  confirm(): Promise<void>
  /** Somebody has proven to have read this: resolves once the log was held against it, and what it lost is told. */
  testify(seen: LogPosition): Promise<void>
  /** How far the log is known to go; null before {@link start}. */
  position(): LogPosition | null
  /** Follows the log until {@link stop}. Resolves after the first catch-up. */
  start(listener: RevocationListener): Promise<void>
  stop(): Promise<void>
  /** Resolves when entries arrive, after `wait`, or at {@link release}. */
  changed(wait: Milliseconds, signal: AbortSignal): Promise<void>
  /** Lets go of everybody who waits, now and from now on: the server is about to stop. */
  release(): void
  isReleased(): boolean
  size(): number
  /** How often the log was found to have lost what was known of it. */
  losses(): number
  /** It was found so by other means. */
  countLoss(): void
  /** Milliseconds since the log was last known to be complete. */
  lag(): Milliseconds
  /** Whether it is followed and has not been complete for too long to say that anything is not revoked. */
  isStale(): boolean
}

/** Clocks of verifiers may be behind by as much. */
const skew: Milliseconds = minutes(1)

/** Clocks of processes that issue tokens may be ahead by as much: what they issued before is still taken for older. */
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
