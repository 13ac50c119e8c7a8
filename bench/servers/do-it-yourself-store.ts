import { Pool } from 'pg'
import { openSqlite } from './sqlite.ts'

export interface User {
  readonly id: string
  readonly email: string
  readonly password_hash: string
}

export interface Token {
  readonly id: string
  readonly user_id: string
  readonly token_hash: string
  /** Text from PostgreSQL, where it is a bigint. */
  readonly expires_at: number | string
}

export interface Store {
  insertUser(user: User): Promise<void>
  findUser(id: string): Promise<User | undefined>
  findUserByEmail(email: string): Promise<User | undefined>
  insertToken(token: Token): Promise<void>
  findToken(hash: string): Promise<Token | undefined>
  deleteToken(hash: string): Promise<void>
}

type Query = (statement: string, values: (string | number)[]) => Promise<unknown[]>

const schema = `
  CREATE TABLE IF NOT EXISTS app_user (id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS refresh_token (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES app_user (id), token_hash TEXT NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL);
  CREATE INDEX IF NOT EXISTS refresh_token_user ON refresh_token (user_id)`

export async function openStore(url: string): Promise<Store> {
  const query = url.startsWith('sqlite:') ? onSqlite(url) : await onPostgres(url)
  const find = async <T>(statement: string, value: string) =>
    (await query(statement, [value]))[0] as T | undefined
  return {
    findUser: (id) => find('SELECT * FROM app_user WHERE id = $1', id),
    findUserByEmail: (email) => find('SELECT * FROM app_user WHERE email = $1', email),
    findToken: (hash) => find('SELECT * FROM refresh_token WHERE token_hash = $1', hash),
    async insertUser({ id, email, password_hash }) {
      await query('INSERT INTO app_user VALUES ($1, $2, $3)', [id, email, password_hash])
    },
    async insertToken({ id, user_id, token_hash, expires_at }) {
      await query('INSERT INTO refresh_token VALUES ($1, $2, $3, $4)', [id, user_id, token_hash, expires_at])
    },
    async deleteToken(hash) {
      await query('DELETE FROM refresh_token WHERE token_hash = $1', [hash])
    },
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
    return kept.all(...values)
  }
}

async function onPostgres(url: string): Promise<Query> {
  const pool = new Pool({ connectionString: url, max: 10 })
  await pool.query(schema)
  return async (statement, values) => (await pool.query<Record<string, unknown>>(statement, values)).rows
}
