import { type Instant, minutes, seconds } from '@latchkey/contract'
import { type Database, DatabaseUnavailable } from '../../db/database.ts'
import type { Log } from '../log/log.ts'
import type { Ports } from '../ports/ports.ts'
import { formatUuid } from '../ports/uuid.ts'
import { type Breaker, createBreaker } from './breaker.ts'
import {
  markExpiredOutboxDead,
  claimOutbox,
  listDueLanes,
  type OutboxRow,
  releaseOutbox,
} from './outbox-store.ts'

/** The queues of the outbox. Each has places of its own and waits for no other. */
export interface Lanes {
  /** Looks for due entries in every lane, and begins as many as there are places for. Never rejects. */
  look(): Promise<void>
  /** Works until nothing is due that can be done now. */
  drain(): Promise<void>
  start(): void
  /** Works for at most `grace`, begins nothing new, then gives back the unfinished entries. */
  stop(grace: number): Promise<void>
  breakerOf(topic: string): Breaker
}

export interface LanesOptions {
  db: Database
  ports: Ports
  log: Log
  /** How many entries of a lane are under way at once in this process. */
  placesOf: (lane: string) => number
  /** Does the work of an entry, and records how it went. */
  processEntry: (row: OutboxRow, breaker: Breaker) => Promise<void>
  /** True if work of this topic may leave more to do. */
  mayLeaveMore: (topic: string) => boolean
}

/** A worker that dies gives its entries back after this long; longer than the slowest mail server may take. */
const claimFor = minutes(2)
const round = seconds(2)

export function createLanes({ db, ports, log, placesOf, processEntry, mayLeaveMore }: LanesOptions): Lanes {
  const breakers = new Map<string, Breaker>()
  /** How many places of a lane are taken. */
  const busy = new Map<string, number>()
  const running = new Map<OutboxRow, Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let again = false
  /** True before the start as well: a command leaves its entries to a server, which has a transport and time. */
  let stopped = true
  const mayBegin = (): boolean => !stopped

  return { look, drain, start, stop, breakerOf }

  function start(): void {
    stopped = false
    timer = setInterval(() => void look(), round)
    timer.unref()
  }

  async function drain(): Promise<void> {
    do {
      await Promise.all(running.values())
      await look()
    } while (running.size > 0)
  }

  /** Looks for due entries in every lane. A call during a look causes another one. */
  function look(): Promise<void> {
    again = true
    if (!stopped) looking ??= attempt(log, lookAround)
    return looking ?? Promise.resolve()
  }

  async function lookAround(): Promise<void> {
    try {
      while (again && mayBegin()) {
        again = false
        const now = ports.now()
        const lanes = await listDueLanes(db, now)
        if (lanes.some(({ expires_at: end }) => end !== null && end <= now)) await markExpiredDead(now)
        await Promise.all(lanes.map(({ lane }) => fill(lane)))
      }
    } finally {
      // Cleared at once, so that no caller joins a look that is over.
      looking = undefined
    }
  }

  async function markExpiredDead(now: Instant): Promise<void> {
    for (const { id, topic, attempts } of await markExpiredOutboxDead(db, now))
      log.warn('a mail or task has expired', { id: formatUuid(id), topic, attempts })
  }

  /** Begins as many entries of a lane as it has places for, without waiting for them. */
  async function fill(lane: string): Promise<void> {
    const breaker = breakerOf(topicOf(lane))
    for (;;) {
      const now = ports.now()
      const taken = busy.get(lane) ?? 0
      const free = mayBegin() ? breaker.take(placesOf(lane) - taken, now) : 0
      if (free === 0) return
      busy.set(lane, taken + free)
      const until = now + claimFor
      const rows = await claimOutbox(db, { lane, now, until, limit: free }).catch((error: unknown) => {
        leave(lane, free, breaker)
        throw error
      })
      leave(lane, free - rows.length, breaker)
      for (const row of rows) begin(row, breaker)
      if (rows.length < free) return
    }
  }

  function leave(lane: string, free: number, breaker: Breaker): void {
    busy.set(lane, (busy.get(lane) ?? 0) - free)
    breaker.giveBack(free)
  }

  function begin(row: OutboxRow, breaker: Breaker): void {
    running.set(
      row,
      work(row, breaker).finally(() => running.delete(row)),
    )
  }

  async function work(row: OutboxRow, breaker: Breaker): Promise<void> {
    await attempt(log, () => processEntry(row, breaker))
    leave(row.lane, 1, breaker)
    // Its place is free for the next entry of its lane.
    await (mayLeaveMore(row.topic) ? look() : attempt(log, () => fill(row.lane)))
  }

  async function stop(grace: number): Promise<void> {
    clearInterval(timer)
    const limit = new Promise<void>((resolve) => setTimeout(resolve, grace).unref())
    await Promise.race([drain(), limit])
    stopped = true
    const now = ports.now()
    // A mail still on its way may arrive and also be sent again by another worker: its Message-ID is the same.
    await attempt(log, async () => {
      for (const row of running.keys()) await releaseOutbox(db, row, now)
    })
  }

  function breakerOf(topic: string): Breaker {
    let breaker = breakers.get(topic)
    if (!breaker) breakers.set(topic, (breaker = createBreaker()))
    return breaker
  }
}

/** Reports a failure to the operator instead of throwing: no caller waits for background work, which is retried. */
async function attempt(log: Log, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) log.error('the outbox cannot be worked on', { error })
  }
}

/** The topic, which all lanes of one transport share. */
const topicOf = (lane: string): string => lane.split('/')[0] as string
