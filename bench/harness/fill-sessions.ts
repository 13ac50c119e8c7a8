import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'

/** Copies one row of a table again and again, each time with a new 16-byte id. Its process must be stopped. */
export async function fillTable(url: string, table: string, rows: number): Promise<void> {
  if (url.startsWith('sqlite:')) fillOnSqlite(url, table, rows)
  else await fillOnPostgres(url, table, rows)
}

function fillOnSqlite(url: string, table: string, rows: number): void {
  const database = new DatabaseSync(url.slice('sqlite:'.length))
  const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}') WHERE name <> 'id'`).all()
  const others = columns.map(({ name }) => String(name)).join(', ')
  database.exec(`
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${rows})
    INSERT INTO ${table} (id, ${others}) SELECT randomblob(16), ${others} FROM number, (SELECT * FROM ${table} LIMIT 1)`)
  database.close()
}

async function fillOnPostgres(url: string, table: string, rows: number): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const columns = await client.query<{ names: string }>(
    `SELECT string_agg(column_name, ', ') AS names FROM information_schema.columns WHERE table_name = $1 AND column_name <> 'id'`,
    [table],
  )
  const others = columns.rows[0]?.names ?? ''
  await client.query(`
    INSERT INTO ${table} (id, ${others})
    SELECT uuid_send(uuidv7()), ${others} FROM generate_series(1, ${rows}), (SELECT * FROM ${table} LIMIT 1) AS one`)
  await client.query(`VACUUM ANALYZE ${table}`)
  await client.end()
}
