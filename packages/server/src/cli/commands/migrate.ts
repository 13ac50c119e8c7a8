import { existsSync } from 'node:fs'
import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/load-config.ts'
import { noteChange } from '../../core/revocations/store.ts'
import { systemPorts } from '../../core/ports/ports.ts'
import type { Database } from '../../db/database.ts'
import { migrate as applyMigrations, migrationStatus, statementsOf } from '../../db/migrations.ts'
import { openDatabase } from '../../db/open-database.ts'
import { migrations } from '../../services/migrations.ts'
import { type Command, exitCodes, print } from '../command.ts'
import { renderTable } from '../render-table.ts'
import { sqliteFileOf } from '../with-services.ts'

export const migrate: Command = {
  name: 'migrate',
  summary: 'Bring the database to the schema of this release',
  description:
    'The server does this by itself when it starts. Steps are applied one after the other, each in a transaction; a run that was killed goes on where it stopped. On PostgreSQL it says whose lock it waits for. A schema of a newer release is left alone.',
  options: {
    status: { type: 'boolean', help: 'Only say which steps have been applied.' },
    'dry-run': { type: 'boolean', help: 'Only print the statements that would run.' },
  },
  async run({ flags, json }) {
    const onlyLooks = flags.status === true || flags['dry-run'] === true
    const db = openDatabase(onlyLooks ? existing(config()) : config().databaseUrl)
    try {
      if (flags.status === true) await printStatus(db, json)
      else if (flags['dry-run'] === true) await printStatements(db, json)
      else await apply(db, json)
    } finally {
      await db.close()
    }
    return exitCodes.done
  },
}

const config = (): Config => loadConfig({ env: process.env })

/** Returns an empty database in place of one that does not exist yet: looking creates nothing. */
function existing(config: Config): string {
  const file = sqliteFileOf(config)
  return file === null || existsSync(file) ? config.databaseUrl : 'sqlite::memory:'
}

async function printStatus(db: Database, json: boolean): Promise<void> {
  const steps = (await migrationStatus(db, migrations)).map(({ id, appliedAt }) => ({
    id,
    appliedAt: appliedAt === null ? null : new Date(appliedAt).toISOString(),
  }))
  print({ migrations: steps }, json, () =>
    renderTable(steps.map(({ id, appliedAt }) => [id, appliedAt ?? 'missing'])),
  )
}

async function printStatements(db: Database, json: boolean): Promise<void> {
  const missing = (await migrationStatus(db, migrations)).filter(({ appliedAt }) => appliedAt === null)
  const ids = new Set(missing.map(({ id }) => id))
  const steps = migrations
    .filter(({ id }) => ids.has(id))
    .map((migration) => ({ id: migration.id, statements: statementsOf(migration, db.dialect) }))
  const script = ({ id, statements }: (typeof steps)[number]) => [
    `-- ${id}`,
    ...statements.map((text) => `${text};`),
  ]
  print({ migrations: steps }, json, () => steps.flatMap(script).join('\n') || 'Nothing is missing.')
}

async function apply(db: Database, json: boolean): Promise<void> {
  const onWait = (holder: string) => void process.stderr.write(`Waits for ${holder}.\n`)
  const applied = await applyMigrations(db, migrations, systemPorts.now(), onWait)
  // Servers that run look whether they fit.
  if (applied.length > 0) await db.transaction((tx) => noteChange(tx))
  print({ applied }, json, () => applied.map((id) => `applied ${id}`).join('\n') || 'Nothing was missing.')
}
