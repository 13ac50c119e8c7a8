import { type Instant, seconds } from '@latchkey/contract'
import type { Database } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

/**
 * The time that all processes on one database share: PostgreSQL's. SQLite is on this machine, whose clock it has. In
 * between it goes on steadily: a clock of this machine that is set or jumps moves nothing.
 */
export interface DatabaseClock {
  now: () => Instant
  /** Asks the database what time it is. */
  ask(db: Database): Promise<void>
  /** Asks again every few seconds until {@link stop}. */
  follow(db: Database): void
  stop(): void
  /** How far the clock of this machine is ahead of the database's, in milliseconds. */
  offset(): number
  /** Whether it is so far away that certificates, other servers and the log lines would not agree with it. */
  isWrong(): boolean
}

const interval = seconds(10)
/** More than clocks that are kept by NTP ever differ. */
const tolerance = seconds(30)
/** An answer that took longer says too little; better than none is the first. */
const longestUseful = seconds(1)

const ask = statement({
  sqlite: 'SELECT NULL AS now',
  postgres: 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
})

interface Reference {
  /** The database's time at a moment of the steady clock. */
  time: Instant
  steady: number
}

export function createDatabaseClock(machine: () => Instant = Date.now): DatabaseClock {
  let reference: Reference | null = null
  let offset = 0
  let timer: NodeJS.Timeout | undefined

  return {
    now: () => Math.floor(read()),
    ask: askNow,
    follow(db) {
      // A database that is away is asked again; others say that it is.
      timer = setInterval(() => void askNow(db).catch(() => {}), interval)
      timer.unref()
    },
    stop: () => clearInterval(timer),
    offset: () => offset,
    isWrong: () => Math.abs(offset) > tolerance,
  }

  function read(): number {
    return reference ? reference.time + performance.now() - reference.steady : machine()
  }

  async function askNow(db: Database): Promise<void> {
    const before = performance.now()
    const [row] = await db.all<{ now: Instant | null }>(ask)
    const steady = performance.now()
    const took = steady - before
    if (row?.now === null || row === undefined || (reference && took > longestUseful)) return
    // It was asked at some moment in between: what lies within is no difference.
    const time = row.now + took / 2
    if (!reference || Math.abs(time - read()) > took / 2 + 1) reference = { time, steady }
    offset = Math.round(machine() - read())
  }
}
