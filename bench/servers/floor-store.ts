import { Pool } from 'pg'
import { openSqlite } from './sqlite.ts'

export interface Rotation {
  readonly id: Buffer
  readonly generation: number
}

export interface Row {
  readonly user_id: Uint8Array
  /** Text from PostgreSQL, where it is a bigint. */
  readonly generation: number | string
}

/** The least storage that rotates a session: one row, one statement. */
export interface FloorStore {
  insert: (ids: readonly Buffer[]) => Promise<void>
  /** One statement of its own. */
  rotate: (rotation: Rotation) => Promise<Row | null> | Row | null
  /** All of them in one commit; answers in the same order. */
  rotateAll: (rotations: readonly Rotation[]) => Promise<(Row | null)[]> | (Row | null)[]
}

export async function openFloorStore(url: string): Promise<FloorStore> {
  return url.startsWith('sqlite:') ? openOnSqlite(url) : openOnPostgres(url)
}

const update = `UPDATE session SET generation = generation + 1, rotated_at = $3
  WHERE id = $1 AND generation = $2 RETURNING user_id, generation`

const columns = (bytes: string, integer: string) => `
  id ${bytes} PRIMARY KEY, user_id ${bytes} NOT NULL, generation ${integer} NOT NULL, rotated_at ${integer} NOT NULL,
  secret_hash ${bytes} NOT NULL, expires_at ${integer} NOT NULL`

function openOnSqlite(url: string): FloorStore {
  const database = openSqlite(url)
  database.exec(`
    CREATE TABLE IF NOT EXISTS session (${columns('BLOB', 'INTEGER')}) STRICT, WITHOUT ROWID`)
  const rotating = database.prepare(update.replaceAll('$', '?'))
  const inserting = database.prepare('INSERT INTO session VALUES (?, ?, 0, 0, ?, ?)')
  // all(), not get(): get() leaves the statement open, and the WAL is then never checkpointed.
  const rotate = ({ id, generation }: Rotation) =>
    (rotating.all(id, generation, Date.now())[0] as unknown as Row | undefined) ?? null
  const together = <T>(work: () => T): T => {
    database.exec('BEGIN IMMEDIATE')
    const result = work()
    database.exec('COMMIT')
    return result
  }
  return {
    rotate,
    rotateAll: (rotations) => together(() => rotations.map(rotate)),
    insert: async (ids) =>
      together(() => ids.forEach((id) => inserting.run(id, id, Buffer.alloc(32), Date.now() * 2))),
  }
}

async function openOnPostgres(url: string): Promise<FloorStore> {
  const pool = new Pool({ connectionString: url, max: 10 })
  // The types let $3 through as text otherwise, and unnest wants arrays of the columns' types.
  await pool.query(
    `CREATE TABLE IF NOT EXISTS session (${columns('bytea', 'bigint')}) WITH (fillfactor = 50)`,
  )
  const batch = `UPDATE session SET generation = session.generation + 1, rotated_at = $3
    FROM unnest($1::bytea[], $2::bigint[]) AS wanted (id, generation)
    WHERE session.id = wanted.id AND session.generation = wanted.generation
    RETURNING session.id, session.user_id, session.generation`
  const rotateAll = async (rotations: readonly Rotation[]) => {
    const values = [rotations.map(({ id }) => id), rotations.map(({ generation }) => generation), Date.now()]
    const { rows } = await pool.query<Row & { id: Buffer }>({ name: 'rotate-all', text: batch, values })
    const byId = new Map(rows.map((row) => [row.id.toString('latin1'), row]))
    return rotations.map(({ id }) => byId.get(id.toString('latin1')) ?? null)
  }
  const rotate = async ({ id, generation }: Rotation) => {
    const { rows } = await pool.query<Row>({
      name: 'rotate',
      text: update,
      values: [id, generation, Date.now()],
    })
    return rows[0] ?? null
  }
  const insert = async (ids: readonly Buffer[]) => {
    const text = 'INSERT INTO session SELECT id, id, 0, 0, $2, $3 FROM unnest($1::bytea[]) AS new (id)'
    await pool.query(text, [ids, Buffer.alloc(32), Date.now() * 2])
  }
  return { insert, rotate, rotateAll }
}
