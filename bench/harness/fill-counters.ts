import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'

/** Counters of limits that expired long ago. Its process must be stopped where it is SQLite. */
export async function fillCounters(url: string, rows: number): Promise<void> {
  if (url.startsWith('sqlite:')) {
    onSqlite(url, (database) =>
      database.exec(`
        WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${rows})
        INSERT INTO limit_counter (key, slot, hits, previous_hits, expires_at) SELECT randomblob(16), 0, 1, 0, n FROM number`),
    )
    return
  }
  await onPostgres(url, async (client) => {
    await client.query(`
      INSERT INTO limit_counter (key, slot, hits, previous_hits, expires_at)
      SELECT uuid_send(gen_random_uuid()), 0, 1, 0, n FROM generate_series(1, ${rows}) AS n`)
    await client.query('VACUUM ANALYZE limit_counter')
  })
}

/** Returns the number of them that are left. */
export async function countRows(url: string): Promise<number> {
  const count = 'SELECT count(*) AS n FROM limit_counter WHERE expires_at < 2000000'
  if (url.startsWith('sqlite:'))
    return onSqlite(url, (database) => Number(database.prepare(count).get()?.['n']))
  return await onPostgres(url, async (client) => Number((await client.query(count)).rows[0].n))
}

function onSqlite<Result>(url: string, work: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(url.slice('sqlite:'.length))
  try {
    return work(database)
  } finally {
    database.close()
  }
}

async function onPostgres<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
