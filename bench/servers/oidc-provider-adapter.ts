import { Pool } from 'pg'
import { openSqlite } from './sqlite.ts'

interface Payload {
  readonly grantId?: string
  readonly uid?: string
  readonly userCode?: string
  readonly [claim: string]: unknown
}

interface Row {
  readonly payload: string
  /** Text from PostgreSQL, where they are bigints. */
  readonly expires_at: number | string
  readonly consumed_at: number | string | null
}

type Value = string | number | null
type Query = (statement: string, values: Value[]) => Promise<Row[]>

const schema = `
  CREATE TABLE IF NOT EXISTS oidc (
    model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, grant_id TEXT, uid TEXT, user_code TEXT,
    expires_at BIGINT, consumed_at BIGINT, PRIMARY KEY (model, id));
  CREATE INDEX IF NOT EXISTS oidc_grant ON oidc (grant_id);
  CREATE INDEX IF NOT EXISTS oidc_uid ON oidc (uid);
  CREATE INDEX IF NOT EXISTS oidc_user_code ON oidc (user_code)`

const upsert = `INSERT INTO oidc VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)
  ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at`

const epoch = () => Math.floor(Date.now() / 1000)

/** After the project's own examples of adapters: one table for all models, the payload as JSON. */
export async function openAdapter(url: string): Promise<unknown> {
  const query = url.startsWith('sqlite:') ? onSqlite(url) : await onPostgres(url)
  return class Adapter {
    readonly model: string

    constructor(model: string) {
      this.model = model
    }

    async upsert(id: string, payload: Payload, expiresIn: number) {
      const { grantId = null, uid = null, userCode = null } = payload
      const until = expiresIn ? epoch() + expiresIn : null
      await query(upsert, [this.model, id, JSON.stringify(payload), grantId, uid, userCode, until])
    }

    find(id: string) {
      return this.#findBy('id', id)
    }

    findByUid(uid: string) {
      return this.#findBy('uid', uid)
    }

    findByUserCode(userCode: string) {
      return this.#findBy('user_code', userCode)
    }

    async consume(id: string) {
      await query('UPDATE oidc SET consumed_at = $1 WHERE model = $2 AND id = $3', [epoch(), this.model, id])
    }

    async destroy(id: string) {
      await query('DELETE FROM oidc WHERE model = $1 AND id = $2', [this.model, id])
    }

    async revokeByGrantId(grantId: string) {
      await query('DELETE FROM oidc WHERE grant_id = $1', [grantId])
    }

    async #findBy(column: string, value: string) {
      const statement = `SELECT payload, expires_at, consumed_at FROM oidc WHERE model = $1 AND ${column} = $2`
      const [row] = await query(statement, [this.model, value])
      if (row === undefined || (row.expires_at !== null && Number(row.expires_at) < epoch())) return undefined
      const payload = JSON.parse(row.payload) as Payload
      return row.consumed_at === null ? payload : { ...payload, consumed: Number(row.consumed_at) }
    }
  }
}

function onSqlite(url: string): Query {
  const database = openSqlite(url)
  database.exec(schema)
  const prepare = (statement: string) => database.prepare(statement.replaceAll('$', '?'))
  const prepared = new Map<string, ReturnType<typeof prepare>>()
  return async (statement, values) => {
    const kept = prepared.get(statement) ?? prepare(statement)
    prepared.set(statement, kept)
    return kept.all(...values) as unknown as Row[]
  }
}

async function onPostgres(url: string): Promise<Query> {
  const pool = new Pool({ connectionString: url, max: 10 })
  await pool.query(schema)
  return async (statement, values) => (await pool.query<Row>(statement, values)).rows
}
