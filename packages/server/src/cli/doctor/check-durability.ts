import { randomBytes } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import { type Database, DatabaseUnavailable } from '../../db/database.ts'
import { removeHeartbeat } from '../../features/health/store.ts'
import { tryWriting } from '../../features/health/try-writing.ts'
import { fail, type Finding, ok, warn } from './check.ts'
import { findDamage, type PostgresState, readPostgresState } from './store.ts'

/** Reports if the database durably keeps what is written to it. */
export async function checkDurability(db: Database, config: Config): Promise<Finding[]> {
  const writing = await checkWriting(db)
  if (db.dialect === 'sqlite') return [writing, await checkDamage(db)]
  return [writing, ...decidePostgres(await readPostgresState(db), config)]
}

export const decidePostgres = (state: PostgresState, config: Config): Finding[] => [
  decideDisk(state, config),
  decideStandbys(state),
  decideConnections(state),
]

/** The same that `/readyz` does; the row is taken away again. */
async function checkWriting(db: Database): Promise<Finding> {
  const process = randomBytes(16)
  try {
    await tryWriting(db, process, Date.now())
    await removeHeartbeat(db, process)
    return ok('writing', 'A durable and a relaxed write were taken, and there is room on the disk.')
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error
    return fail('writing', `Nothing can be written: ${error.message}.`, 'See docs/runbooks.')
  }
}

async function checkDamage(db: Database): Promise<Finding> {
  const damage = await findDamage(db).catch((error: unknown) => {
    if (error instanceof DatabaseUnavailable) return error.message
    throw error
  })
  if (damage === null) return ok('database file', 'SQLite finds no damage (quick_check).')
  return fail('database file', `SQLite finds damage: ${damage}`, 'Stop the server and restore a backup.')
}

function decideDisk({ fsync, fullPageWrites }: PostgresState, { nodeEnv }: Config): Finding {
  const off = [...(fsync ? [] : ['fsync']), ...(fullPageWrites ? [] : ['full_page_writes'])]
  if (off.length === 0)
    return ok(
      'durability',
      'fsync and full_page_writes are on; synchronous_commit is set by each connection.',
    )
  const found = nodeEnv === 'production' ? fail : warn
  return found(
    'durability',
    `${off.join(' and ')} of PostgreSQL ${off.length > 1 ? 'are' : 'is'} off: a power cut can damage or lose everything.`,
    'Switch them on in postgresql.conf, and reload.',
  )
}

function decideStandbys({ standbys, synchronousStandbys }: PostgresState): Finding {
  if (synchronousStandbys !== '')
    return standbys > 0
      ? ok('replication', `Commits wait for a standby (${synchronousStandbys}).`)
      : fail(
          'replication',
          `Commits wait for a standby (${synchronousStandbys}), and none is connected.`,
          'Start it, or empty synchronous_standby_names and reload.',
        )
  if (standbys === 0) return ok('replication', 'There is no standby: what was acknowledged is on one disk.')
  return ok(
    'replication',
    `${standbys} follow asynchronously: after a failover the last moments can be missing. synchronous_standby_names prevents it.`,
  )
}

function decideConnections({ connections, mostConnections }: PostgresState): Finding {
  const sentence = `${connections} of ${mostConnections} connections of PostgreSQL are in use.`
  if (connections < 0.9 * mostConnections) return ok('connections', sentence)
  return warn('connections', sentence, 'Raise max_connections, or put a pooler before PostgreSQL.')
}
