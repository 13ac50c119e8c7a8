import { uptime } from 'node:os'
import { type Instant, seconds } from '@latchkey/contract'
import type { Database } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

/**
 * The time that all processes on one database share: PostgreSQL's; SQLite has one process, which takes the time of its
 * machine when it starts. From then on it goes on steadily: a clock of this machine that is set or jumps moves nothing.
 */
export interface DatabaseClock {
  now: () => Instant
  /** Asks the database for the time. */
  ask(db: Database): Promise<void>
  /** Asks again every few seconds until {@link stop}. Tells when {@link isWrong} changes. */
  follow(db: Database, onChange: (isWrong: boolean) => void): void
  stop(): void
  /** How far the clock of this machine is ahead of this one, in milliseconds. */
  offset(): number
  /**
   * True if the two clocks differ so much that neither can be trusted: certificates, other servers and log lines
   * disagree with this one.
   */
  isWrong(): boolean
}

const interval = seconds(10)
/** More than clocks that are kept by NTP ever differ. */
const tolerance = seconds(30)
/** Limit for a precise enough answer. The first answer is used however slow it is, being better than none. */
const longestUseful = seconds(1)

// SQLite is not asked: its time is that of this machine.
const ask = statement({
  sqlite: 'SELECT NULL AS now',
  postgres: 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
})

export interface Machine {
  now: () => Instant
  /** Seconds since it was started, those that it slept included. */
  uptime: () => number
}

interface Reference {
  /** The time at a moment of the steady clock, which stands still while the machine sleeps. */
  time: Instant
  steady: number
  uptime: number
}

export function createDatabaseClock(machine: Machine = { now: Date.now, uptime }): DatabaseClock {
  let reference: Reference | null = null
  let offset = 0
  let timer: NodeJS.Timeout | undefined

  return {
    now: () => Math.floor(read()),
    ask: askNow,
    follow(db, onChange) {
      timer = setInterval(() => void look(db, onChange), interval)
      timer.unref()
    },
    stop: () => clearInterval(timer),
    offset: () => offset,
    isWrong,
  }

  function isWrong(): boolean {
    return Math.abs(offset) > tolerance
  }

  function read(): number {
    return reference ? reference.time + performance.now() - reference.steady : machine.now()
  }

  async function look(db: Database, onChange: (isWrong: boolean) => void): Promise<void> {
    const before = isWrong()
    // A database that is away is asked again; others say that it is.
    await askNow(db).catch(() => {})
    if (isWrong() !== before) onChange(isWrong())
  }

  async function askNow(db: Database): Promise<void> {
    if (db.dialect === 'sqlite') followMachine()
    else await followDatabase(db)
    offset = Math.round(machine.now() - read())
  }

  /** Follows small steps, as time services make them, and a sleep; never an unexplained jump. */
  function followMachine(): void {
    const time = machine.now()
    if (!reference || Math.abs(time - read() - sleptSince(reference)) <= tolerance) setTo(time)
  }

  function sleptSince({ steady, uptime }: Reference): number {
    return (machine.uptime() - uptime) * 1000 - (performance.now() - steady)
  }

  async function followDatabase(db: Database): Promise<void> {
    const before = performance.now()
    const [row] = await db.all<{ now: Instant }>(ask)
    const took = performance.now() - before
    if (row === undefined || (reference && took > longestUseful)) return
    // The server read its clock at some moment in between: a difference within that time is none.
    const time = row.now + took / 2
    if (!reference || Math.abs(time - read()) > took / 2 + 1) setTo(time)
  }

  function setTo(time: Instant): void {
    reference = { time, steady: performance.now(), uptime: machine.uptime() }
  }
}
