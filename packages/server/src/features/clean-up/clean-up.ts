import { setTimeout as sleep } from 'node:timers/promises'
import { days, type Instant, type Milliseconds, minutes } from '@latchkey/contract'
import { type Database, DatabaseUnavailable } from '../../db/database.ts'
import { removeExpiredTrust } from '../../sessions/trusted-devices/store.ts'
import { removeOldAuditEvents } from '../../core/audit/store.ts'
import { removeExpiredChallenges } from '../../core/challenges/store.ts'
import { removeDeadOutbox } from '../../core/outbox/outbox-store.ts'
import { removeRetiredKeys } from '../../core/signing-keys/store.ts'
import { removeExpiredCounters } from '../../core/limits/limits.ts'
import { removeExpiredProofs } from '../../sessions/bindings/used-proofs.ts'
import type { Log } from '../../core/log/log.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { removeExpiredRevocations } from '../../core/revocations/store.ts'
import { removeOldSessions } from '../../sessions/store.ts'
import type { RemoveExpired } from '../feature.ts'

/** Removes expired rows, a few at a time, so that no request waits for it. */
export interface CleanUp {
  /** One pass over every table; returns how many rows went, by table. */
  run(): Promise<Record<string, number>>
  start(): void
  stop(): Promise<void>
}

/** Rows that go at once. */
const batch = 100
/** Milliseconds that everybody else has after a removal, and after a checkpoint. */
const pause = 10
const interval: Milliseconds = minutes(5)
/** Kept for as long after the last moment they could have lived, so that support can say why somebody was signed out. */
const sessionsKept: Milliseconds = days(30)
const auditKept: Milliseconds = days(365)
const keysKept: Milliseconds = days(30)
/** After their end, so that their owners see what has become of them. */
const endedKept: Milliseconds = days(30)
/** Mails that were given up. */
const mailsKept: Milliseconds = days(30)

export interface CleanUpOptions {
  db: Database
  ports: Ports
  log: Log
  /** Removals of other features, by table. */
  expired: readonly (readonly [table: string, remove: RemoveExpired])[]
}

export function createCleanUp(options: CleanUpOptions): CleanUp {
  const { db, ports, log } = options
  // A removal that a crash forgets is done again.
  const { relaxed } = db
  let timer: NodeJS.Timeout | undefined
  let running: Promise<unknown> = Promise.resolve()
  let stopped = false

  const tables: Record<string, (now: number) => Promise<number>> = {
    revocation: async (now) => (await removeExpiredRevocations(relaxed, now, batch)).length,
    challenge: async (now) => (await removeExpiredChallenges(relaxed, now, batch)).length,
    limit_counter: async (now) => (await removeExpiredCounters(relaxed, now, batch)).length,
    used_proof: async (now) => (await removeExpiredProofs(relaxed, now, batch)).length,
    session: async (now) => (await removeOldSessions(relaxed, now - sessionsKept, batch)).length,
    audit_event: async (now) =>
      (await removeOldAuditEvents(relaxed, timeAsId(now - auditKept), batch)).length,
    ...Object.fromEntries(
      options.expired.map(([table, remove]) => [
        table,
        async (now: Instant) => (await remove(relaxed, now - endedKept, batch)).length,
      ]),
    ),
    outbox: async (now) => (await removeDeadOutbox(relaxed, now - mailsKept, batch)).length,
    trusted_device: async (now) => (await removeExpiredTrust(relaxed, now, batch)).length,
    signing_key: async (now) => (await removeRetiredKeys(relaxed, now - keysKept)).length,
  }

  return {
    run,
    start() {
      stopped = false
      timer = setInterval(() => {
        running = attempt()
      }, interval)
      timer.unref()
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      await running
    },
  }

  async function attempt(): Promise<void> {
    try {
      const removed = await run()
      log.debug('expired rows removed', removed)
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) log.error('expired rows cannot be removed', { error })
    }
  }

  async function run(): Promise<Record<string, number>> {
    const removed: Record<string, number> = {}
    // Rows that look old may be recent.
    if (ports.isTimeInDoubt()) return removed
    for (const [table, remove] of Object.entries(tables)) removed[table] = await inBatches(remove)
    await db.checkpoint()
    return removed
  }

  async function inBatches(remove: (now: number) => Promise<number>): Promise<number> {
    let total = 0
    for (;;) {
      const count = await remove(ports.now())
      total += count
      if (count < batch || stopped) return total
      await sleep(pause)
      // Few pages each time: left to SQLite, a checkpoint moves a thousand, and all wait for it.
      await db.checkpoint()
      await sleep(pause)
    }
  }
}

/** The smallest UUIDv7 of a moment. */
function timeAsId(time: number): Uint8Array {
  const id = Buffer.alloc(16)
  id.writeUIntBE(Math.max(0, time), 0, 6)
  return id
}
