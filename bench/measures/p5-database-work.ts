import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { type Contender, withContenders } from '../harness/contest.ts'
import { figure } from '../harness/format.ts'
import type { Findings, Goal } from '../harness/result.ts'
import { entriesOn, type Scope } from '../harness/scope.ts'

interface Work {
  readonly name: string
  readonly refreshes: number
  readonly statements: number
  /** Without full-page images: those depend on how long ago the last checkpoint was. */
  readonly walBytes: number
  readonly imageBytes: number
  /** The growth of tables with their indexes and TOAST. */
  readonly growth: number
  /** Updates that touched no index, of all. */
  readonly hotShare: number
  readonly queries: readonly { readonly calls: number; readonly query: string }[]
}

interface Mark {
  readonly lsn: string
  readonly bytes: number
  readonly updates: number
  readonly hot: number
}

const connections = 8

/** P5: what one refresh makes PostgreSQL do. One subject at a time, since the WAL is everybody's. */
export async function measureDatabaseWork(scope: Scope): Promise<Findings> {
  const works: Work[] = []
  await countStatements(scope.postgres.url, true)
  for (const entry of entriesOn(['postgres'], scope)) {
    await withContenders([entry], scope.postgres, 6 * connections, async ([contender]) => {
      works.push(await observe(contender!, scope.quick ? 500 : 5000))
    })
  }
  await countStatements(scope.postgres.url, false)
  const own = works.find(({ name }) => name === 'latchkey')
  return {
    title: 'P5: database work per refresh on PostgreSQL',
    tables: [
      {
        title: 'Per refresh',
        columns: [
          '',
          'statements',
          'WAL bytes',
          'of full-page images besides',
          'growth, bytes',
          'HOT updates',
        ],
        rows: works.map((work) => [
          work.name,
          figure(work.statements),
          figure(work.walBytes),
          figure(work.imageBytes),
          figure(work.growth),
          Number.isNaN(work.hotShare) ? 'no updates' : `${(work.hotShare * 100).toFixed(0)} %`,
        ]),
      },
    ],
    goals: own === undefined ? [] : goalsOf(own),
    samples: works,
  }
}

/** Turns pg_stat_statements on or off for the whole server. */
export async function countStatements(url: string, on: boolean): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`ALTER SYSTEM SET pg_stat_statements.track = '${on ? 'top' : 'none'}'`)
  await client.query('SELECT pg_reload_conf()')
  await client.end()
}

function goalsOf({ statements, walBytes, growth }: Work): Goal[] {
  return [
    // Background work of the server itself (limits swept, keys read) may add a statement now and then.
    { goal: '1 statement', reached: figure(statements), met: statements < 1.05 },
    { goal: '≤ 250 WAL bytes', reached: figure(walBytes), met: walBytes <= 250 },
    { goal: 'no growth', reached: `${figure(growth)} bytes`, met: growth < 1 },
  ]
}

async function observe({ name, load, database }: Contender, refreshes: number): Promise<Work> {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_walinspect')
    await load.order({ do: 'refresh', connections, seconds: 60, most: 1000 })
    await client.query('VACUUM ANALYZE')
    await client.query('SELECT pg_stat_statements_reset()')
    const before = await mark(client)
    const { exchanges } = await load.order({ do: 'refresh', connections, seconds: 120, most: refreshes })
    const after = await mark(client)
    const wal = await walBetween(client, before.lsn, after.lsn)
    const queries = await statementsOf(client)
    return {
      name,
      refreshes: exchanges,
      statements: queries.reduce((sum, { calls }) => sum + calls, 0) / exchanges,
      walBytes: wal.records / exchanges,
      imageBytes: wal.images / exchanges,
      growth: (after.bytes - before.bytes) / exchanges,
      hotShare: (after.hot - before.hot) / (after.updates - before.updates),
      queries: queries.slice(0, 12),
    }
  } finally {
    await client.end()
  }
}

async function mark(client: Client): Promise<Mark> {
  await sleep(1500) // backends hand in their counts once a second
  const { rows } = await client.query<Record<keyof Mark, string>>(`
    SELECT pg_current_wal_lsn() AS lsn, sum(pg_total_relation_size(relid)) AS bytes,
      sum(n_tup_upd) AS updates, sum(n_tup_hot_upd) AS hot
    FROM pg_stat_user_tables`)
  const [{ lsn, bytes, updates, hot }] = rows as [Record<keyof Mark, string>]
  return { lsn, bytes: Number(bytes), updates: Number(updates), hot: Number(hot) }
}

async function walBetween(
  client: Client,
  from: string,
  to: string,
): Promise<{ records: number; images: number }> {
  const { rows } = await client.query<{ records: string; images: string }>(
    'SELECT sum(record_length - fpi_length) AS records, sum(fpi_length) AS images FROM pg_get_wal_records_info($1, $2)',
    [from, to],
  )
  return { records: Number(rows[0]?.records), images: Number(rows[0]?.images) }
}

async function statementsOf(client: Client): Promise<{ calls: number; query: string }[]> {
  const { rows } = await client.query<{ calls: string; query: string }>(`
    SELECT calls, left(regexp_replace(query, '\\s+', ' ', 'g'), 160) AS query
    FROM pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg_stat%'
    ORDER BY calls DESC`)
  return rows.map(({ calls, query }) => ({ calls: Number(calls), query }))
}
