import type { Database } from './database.ts'
import { statement } from './statement.ts'

interface Holder {
  pid: number
  application: string
  address: string | null
  state: string | null
  seconds: number
}

// SQLite has one lock, and waits for it by itself for a few seconds at most.
const listHolders = statement({
  sqlite: `SELECT 0 AS pid, '' AS application, NULL AS address, NULL AS state, 0 AS seconds WHERE 0`,
  postgres: `SELECT DISTINCT holder.pid, holder.application_name AS application, holder.client_addr::text AS address,
      holder.state, extract(epoch FROM clock_timestamp() - coalesce(holder.xact_start, holder.backend_start))::int AS seconds
    FROM pg_stat_activity AS waiting
    CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS held (pid)
    JOIN pg_stat_activity AS holder ON holder.pid = held.pid
    WHERE waiting.datname = current_database() AND waiting.usename = current_user`,
})

const interval = 1000

/** Tells once of each connection that something of ours waits for, until the returned function is called. */
export function watchWaits(db: Database, onWait: (holder: string) => void): () => void {
  const told = new Set<number>()
  const timer = setInterval(() => void look(), interval)
  timer.unref()
  return () => clearInterval(timer)

  async function look(): Promise<void> {
    // Only a report: a fault here also fails the work itself.
    const holders = await db.all<Holder>(listHolders).catch(() => [])
    for (const holder of holders) {
      if (told.has(holder.pid)) continue
      told.add(holder.pid)
      onWait(describe(holder))
    }
  }
}

const describe = ({ pid, application, address, state, seconds }: Holder): string =>
  `process ${pid} of the database (${[application || 'unnamed program', address ?? 'this machine', state ?? 'unknown state'].join(', ')}, for ${seconds} s)`
