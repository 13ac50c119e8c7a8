import { milliseconds, type Milliseconds, minutes, seconds } from '@latchkey/contract'
import type { Database, Queryable } from '../../db/database.ts'
import type { Ports } from '../ports/ports.ts'
import {
  createRevocationSet,
  fingerprint,
  fingerprintsOf,
  isTimed,
  type RevocationKind,
  type RevocationSource,
} from '@latchkey/verify/core'
import { createRevocationReader, type Loss, toRevocation } from './reader.ts'
import {
  appendRevocations,
  type LogPosition,
  notifyChanges,
  type RevocationEntry,
  type RevocationRow,
} from './store.ts'
import { createWaiting } from './waiting.ts'

/**
 * What is revoked: a session id, `session id:epoch`, a user id, a key id or a client id. As `user_sessions` what the
 * sessions of a user hold until now, as `role` what names a role until now: one entry, however many there are.
 */
export interface Revoked {
  kind: RevocationKind
  subject: string
}

/** What stands in a token that is about to be issued. */
type Grant = Parameters<typeof fingerprintsOf>[1]

/** What is to be told of the log. */
export interface RevocationListener {
  /** Signing keys or roles have changed. */
  onChange: () => Promise<void>
  /** The log cannot be read; once, until it can. */
  onError: (error: unknown) => void
  /** What had been acknowledged had gone from the database; the entries are back in it. */
  onLoss: (loss: Loss) => Promise<void>
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
  issuedUntil(grant: Grant): Promise<number>
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

/** How often a process looks for what others have revoked, on top of notifications. */
const pollInterval = 200

/** For as long a look at the log does for those who read sessions. */
const confirmedFor = 500

/** For as long a process that cannot reach the database goes on trusting what it knows; then it refuses. */
const staleAfter: Milliseconds = seconds(30)

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
  const revoked = createRevocationSet(ports.now)
  const kinds = new Set<RevocationKind>()
  const waiting = createWaiting()
  const reader = createRevocationReader({ db, ports, revoked, remember: take })
  let changes = -1
  let version = 0
  let losses = 0
  let untold: Loss[] = []
  let completeAt = 0
  let timer: NodeJS.Timeout | undefined
  let unlisten: (() => Promise<void>) | undefined
  let underWay: Promise<boolean> | undefined
  let listener: RevocationListener | undefined

  return {
    append,
    remember,
    isRevoked: (fingerprints, issuedAt) => fingerprints.some((each) => revoked.has(each, issuedAt)),
    issuedUntil,
    announce: async () => void (await notifyChanges(db)),
    catchUp,
    confirm,
    testify,
    position: reader.position,
    start,
    stop,
    version: () => version,
    kinds: () => kinds,
    changed: waiting.wait,
    release: waiting.release,
    isReleased: waiting.isReleased,
    size: revoked.size,
    losses: () => losses,
    countLoss: () => void losses++,
    lag,
    isStale: () => timer !== undefined && lag() > staleAfter,
  }

  function lag(): Milliseconds {
    return milliseconds(performance.now() - completeAt)
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
    take(entries)
    reader.expect(entries)
  }

  function take(entries: readonly RevocationRow[]): void {
    if (entries.length === 0) return
    for (const entry of entries) {
      revoked.add(toRevocation(entry))
      kinds.add(entry.kind)
    }
    version++
    waiting.wake()
  }

  async function issuedUntil(grant: Grant): Promise<number> {
    const prints = await fingerprintsOf([...kinds].filter(isTimed), grant)
    return Math.max(-1, ...prints.map(revoked.issuedUntil))
  }

  /** One look at a time; whoever asks meanwhile gets the answer of the look under way. */
  function catchUp(): Promise<boolean> {
    underWay ??= read().finally(() => (underWay = undefined))
    return underWay
  }

  async function read(): Promise<boolean> {
    const startedAt = performance.now()
    const { changes: counted, loss } = await reader.read()
    completeAt = startedAt
    if (loss) {
      losses++
      untold.push(loss)
    }
    for (const each of untold) await listener?.onLoss(each)
    untold = []
    const hasChanged = changes !== counted
    changes = counted
    return hasChanged
  }

  async function confirm(): Promise<void> {
    if (timer !== undefined && lag() > confirmedFor) await follow()
  }

  async function testify(seen: LogPosition): Promise<void> {
    reader.expectSeen(seen)
    // A look that is under way may have begun before.
    await underWay?.catch(() => {})
    await follow()
  }

  async function follow(): Promise<void> {
    if (await catchUp()) await listener?.onChange()
  }

  async function start(told: RevocationListener): Promise<void> {
    listener = told
    let failing = false
    const look = async () => {
      try {
        await follow()
        failing = false
      } catch (error) {
        // Said once, not five times a second for as long as it lasts.
        if (!failing) told.onError(error)
        failing = true
      }
    }
    await follow()
    timer = setInterval(() => void look(), pollInterval)
    timer.unref()
    unlisten = await db.listen('latchkey_changes', () => void look())
    await look()
  }

  async function stop(): Promise<void> {
    clearInterval(timer)
    waiting.release()
    await unlisten?.().catch(() => {})
    await underWay?.catch(() => {})
  }
}
