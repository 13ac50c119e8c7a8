import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'

/** Revokes sessions that nobody ever had, for an hour, in one transaction. The servers on this database hear of it. */
export async function fillRevocations(url: string, rows: number): Promise<void> {
  const [at, until] = [Date.now(), Date.now() + 3_600_000]
  if (url.startsWith('sqlite:')) fillOnSqlite(url, rows, at, until)
  else await fillOnPostgres(url, rows, at, until)
}

function fillOnSqlite(url: string, rows: number, at: number, until: number): void {
  const database = new DatabaseSync(url.slice('sqlite:'.length), { timeout: 10_000 })
  database.exec(`
    BEGIN IMMEDIATE;
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${rows})
    INSERT INTO revocation (seq, kind, hash, at, until)
    SELECT head.seq + n, 'session', randomblob(16), ${at}, ${until} FROM number, revocation_head AS head;
    UPDATE revocation_head SET seq = seq + ${rows};
    COMMIT`)
  database.close()
}

async function fillOnPostgres(url: string, rows: number, at: number, until: number): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  // Several statements in one query are one transaction.
  await client.query(`
    UPDATE revocation_head SET seq = seq + ${rows};
    INSERT INTO revocation (seq, kind, hash, at, until)
    SELECT head.seq - ${rows} + n, 'session', uuid_send(gen_random_uuid()), ${at}, ${until}
    FROM generate_series(1, ${rows}) AS n, revocation_head AS head;
    SELECT pg_notify('latchkey_changes', '')`)
  await client.query('VACUUM ANALYZE revocation')
  await client.end()
}
