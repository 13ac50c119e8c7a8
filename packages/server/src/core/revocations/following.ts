import { milliseconds, type Milliseconds, seconds } from '@latchkey/contract'
import type { Database } from '../../db/database.ts'
import type { Loss, RevocationReader } from './reader.ts'
import { type LogPosition } from './store.ts'

/** Events of the log to be reported. */
export interface RevocationListener {
  /** Signing keys or roles have changed. */
  onChange: () => Promise<void>
  /** The log cannot be read; once, until it can. */
  onError: (error: unknown) => void
  /** Acknowledged entries had gone from the database and have been written back. */
  onLoss: (loss: Loss) => Promise<void>
}

/** Polls the log, and reports the changes in it. */
export interface Following {
  /** Reads the entries of other processes. Returns true if signing keys or roles have changed as well. */
  catchUp(): Promise<boolean>
  /** Resolves once the log was looked at a moment ago. */
  confirm(): Promise<void>
  /** Resolves once the log was compared with the position that somebody has read. */
  testify(seen: LogPosition): Promise<void>
  /** Resolves after the first catch-up. */
  start(listener: RevocationListener): Promise<void>
  stop(): Promise<void>
  losses(): number
  countLoss(): void
  lag(): Milliseconds
  isStale(): boolean
}

/** Milliseconds between two looks for revocations of other processes, on top of notifications. */
const pollInterval = 200

/** Milliseconds for which one look at the log is recent enough for those who read sessions. */
const confirmedFor = 500

/** Time for which a process without a database goes on trusting the entries it knows; then it refuses. */
const staleAfter: Milliseconds = seconds(30)

export function createFollowing(db: Database, reader: RevocationReader): Following {
  let changes = -1
  let losses = 0
  let untold: Loss[] = []
  let completeAt = 0
  let timer: NodeJS.Timeout | undefined
  let unlisten: (() => Promise<void>) | undefined
  let reading: Promise<boolean> | undefined
  let listener: RevocationListener | undefined

  return {
    catchUp,
    confirm,
    testify,
    start,
    stop,
    losses: () => losses,
    countLoss: () => void losses++,
    lag,
    isStale: () => timer !== undefined && lag() > staleAfter,
  }

  function lag(): Milliseconds {
    return milliseconds(performance.now() - completeAt)
  }

  /** Allows one look at a time; a caller during a look gets its answer. */
  function catchUp(): Promise<boolean> {
    reading ??= read().finally(() => (reading = undefined))
    return reading
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
    await reading?.catch(() => {})
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
        // Reported once, not five times a second while it lasts.
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
    await unlisten?.().catch(() => {})
    await reading?.catch(() => {})
  }
}
