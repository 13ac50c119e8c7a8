import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'
import { firstOf } from './must.ts'

/**
 * Runs everything at once. On PostgreSQL nothing is written to `table` until all have read what they decide by and wait;
 * then they write in the order given. Whatever reads and then writes without a lock is seen to, every time. On SQLite a transaction that writes is alone.
 */
export async function race<Result>(
  databaseUrl: string,
  table: string,
  works: readonly (() => Promise<Result>)[],
): Promise<Result[]> {
  if (!databaseUrl.startsWith('postgres')) return await Promise.all(works.map((work) => work()))
  const gate = new Client({ connectionString: databaseUrl })
  await gate.connect()
  try {
    // Lets everybody read and lock rows, and nobody write.
    await gate.query(`BEGIN; LOCK TABLE ${table} IN SHARE MODE`)
    const running: Promise<Result>[] = []
    let settled = 0
    // One after the other, so that they write in this order.
    for (const work of works) {
      const started = work().finally(() => settled++)
      started.catch(() => {})
      running.push(started)
      for (let looks = 0; looks < 100 && settled + (await waiting(gate)) < running.length; looks++)
        await setTimeout(20)
    }
    await gate.query('COMMIT')
    return await Promise.all(running)
  } finally {
    await gate.end()
  }
}

async function waiting(gate: Client): Promise<number> {
  const { rows } = await gate.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  )
  return firstOf(rows).count
}
