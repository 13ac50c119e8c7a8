import { setImmediate as nextTurn } from 'node:timers/promises'
import { milliseconds, type Milliseconds, minutes, seconds } from '@latchkey/contract'
import type { Database, Queryable } from '../../db/database.ts'
import type { Ports } from '../ports/ports.ts'
import {
  createRevocationSet,
  type Fingerprint,
  fingerprint,
  type RevocationKind,
  type RevocationSource,
} from '@latchkey/verify/core'
import {
  advanceHead,
  insertRevocation,
  listRevocations,
  notifyChanges,
  readHead,
  type RevocationRow,
} from './store.ts'

/** What is revoked: a session id, `session id:epoch`, a user id, a key id or a client id. */
export interface Revoked {
  kind: RevocationKind
  subject: string
}

export interface RevocationLog extends RevocationSource {
  /**
   * Writes entries inside the transaction that makes them true; its last statement, for it holds a lock that every
   * other revocation needs. Hand the result to {@link remember} once the transaction has committed.
   */
  append(tx: Queryable, revoked: readonly Revoked[]): Promise<RevocationRow[]>
  /** Makes this process refuse at once what it has just committed. */
  remember(entries: readonly RevocationRow[]): void
  /** Tells other processes that something changed, where the database can. */
  announce(): Promise<void>
  /** Reads what other processes have appended. Returns true when signing keys or roles have changed as well. */
  catchUp(): Promise<boolean>
  /** Follows the log until {@link stop}. Resolves after the first catch-up. */
  start(onChange: () => Promise<void>, onError: (error: unknown) => void): Promise<void>
  stop(): Promise<void>
  /** Resolves when entries arrive, after `wait`, or at {@link release}. */
  changed(wait: Milliseconds, signal: AbortSignal): Promise<void>
  /** Lets go of everybody who waits, now and from now on: the server is about to stop. */
  release(): void
  isReleased(): boolean
  size(): number
  /** Milliseconds since the log was last known to be complete. */
  lag(): Milliseconds
  /** Whether it is followed and has not been complete for too long to say that anything is not revoked. */
  isStale(): boolean
}

/** How often a process looks for what others have revoked, on top of notifications. */
const pollInterval = 200

/** For as long a process that cannot reach the database goes on trusting what it knows; then it refuses. */
const staleAfter: Milliseconds = seconds(30)

/** Clocks of verifiers may be behind by as much. */
const skew: Milliseconds = minutes(1)

export interface RevocationLogOptions {
  db: Database
  ports: Ports
  accessTokenTtl: Milliseconds
}

export function createRevocationLog({ db, ports, accessTokenTtl }: RevocationLogOptions): RevocationLog {
  const revoked = createRevocationSet(ports.now)
  const kinds = new Set<RevocationKind>()
  const waiting = new Set<() => void>()
  let cursor = 0
  let changes = -1
  let version = 0
  let completeAt = 0
  let timer: NodeJS.Timeout | undefined
  let unlisten: (() => Promise<void>) | undefined
  let underWay: Promise<boolean> | undefined
  let released = false

  return {
    append,
    remember,
    isRevoked: (fingerprints) => fingerprints.some(revoked.has),
    announce: async () => void (await notifyChanges(db)),
    catchUp,
    start,
    stop,
    version: () => version,
    kinds: () => kinds,
    changed,
    release,
    isReleased: () => released,
    size: revoked.size,
    lag,
    isStale: () => timer !== undefined && lag() > staleAfter,
  }

  function lag(): Milliseconds {
    return milliseconds(performance.now() - completeAt)
  }

  async function append(tx: Queryable, ended: readonly Revoked[]): Promise<RevocationRow[]> {
    if (ended.length === 0) return []
    const now = ports.now()
    const hashes: Fingerprint[] = []
    for (const { kind, subject } of ended) hashes.push(await fingerprint(kind, subject))
    const last = await advanceHead(tx, ended.length)
    const rows = ended.map(({ kind }, index) => ({
      seq: last - ended.length + 1 + index,
      kind,
      hash: hashes[index]!,
      at: now,
      until: now + accessTokenTtl + skew,
    }))
    for (const row of rows) await insertRevocation(tx, row)
    await notifyChanges(tx)
    return rows
  }

  function remember(entries: readonly RevocationRow[]): void {
    if (entries.length === 0) return
    for (const { kind, hash, until } of entries) {
      revoked.add(hash, until)
      kinds.add(kind)
    }
    version++
    for (const wake of waiting) wake()
  }

  /** One look at a time; whoever asks meanwhile gets the answer of the look under way. */
  function catchUp(): Promise<boolean> {
    underWay ??= read().finally(() => (underWay = undefined))
    return underWay
  }

  async function read(): Promise<boolean> {
    const startedAt = performance.now()
    const head = await readHead(db)
    // A restored backup is behind what this process has seen: read it again from its beginning.
    if (head.seq < cursor) cursor = 0
    while (cursor < head.seq) {
      const rows = await listRevocations(db, cursor, 1000)
      remember(rows)
      cursor = rows.at(-1)?.seq ?? head.seq
      // On SQLite nothing here waits, and a million of them would hold up everybody.
      await nextTurn()
    }
    completeAt = startedAt
    const hasChanged = changes !== head.changes
    changes = head.changes
    return hasChanged
  }

  async function start(onChange: () => Promise<void>, onError: (error: unknown) => void): Promise<void> {
    let failing = false
    const look = async () => {
      try {
        if (await catchUp()) await onChange()
        failing = false
      } catch (error) {
        // Said once, not five times a second for as long as it lasts.
        if (!failing) onError(error)
        failing = true
      }
    }
    if (await catchUp()) await onChange()
    timer = setInterval(() => void look(), pollInterval)
    timer.unref()
    unlisten = await db.listen('latchkey_changes', () => void look())
    await look()
  }

  async function stop(): Promise<void> {
    clearInterval(timer)
    release()
    await unlisten?.().catch(() => {})
    await underWay?.catch(() => {})
  }

  function release(): void {
    released = true
    for (const wake of waiting) wake()
  }

  async function changed(wait: Milliseconds, signal: AbortSignal): Promise<void> {
    if (released) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const limit = setTimeout(resolve, wait)
    waiting.add(resolve)
    const leave = () => resolve()
    signal.addEventListener('abort', leave)
    await promise
    signal.removeEventListener('abort', leave)
    waiting.delete(resolve)
    clearTimeout(limit)
  }
}
