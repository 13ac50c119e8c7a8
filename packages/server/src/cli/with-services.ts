import { existsSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load-config.ts'
import { getSecretRing } from '../config/secret-file.ts'
import { createDatabaseClock } from '../core/ports/database-clock.ts'
import { systemPorts } from '../core/ports/ports.ts'
import { type Services, createServices } from '../services/create-services.ts'
import { patiently } from '../db/budget.ts'
import { migrationStatus, requireFittingSchema } from '../db/migrations.ts'
import { migrations } from '../services/migrations.ts'
import { CommandError, exitCodes } from './command.ts'

/**
 * Opens the installation for one command: reads database, keys, roles and revocations, and starts no background work. A
 * running server learns of changes through the revocation log. Throws {@link CommandError} if there is no database yet
 * or the schema is behind.
 */
export async function withServices<Result>(work: (services: Services) => Promise<Result>): Promise<Result> {
  const config = loadConfig({ env: process.env })
  requireDatabaseFile(config)
  const clock = createDatabaseClock()
  const ports = { ...systemPorts, now: clock.now, isTimeInDoubt: clock.isWrong }
  const services = createServices({ config, secrets: getSecretRing(config), ports, clock })
  try {
    await clock.ask(services.db)
    await requireMigrations(services)
    await services.keys.load()
    await services.permissions.load()
    await services.revocations.catchUp()
    // A person waits, and may stop it.
    const result = await patiently(() => work(services))
    await services.audit.flush()
    return result
  } finally {
    await services.db.close().catch(() => {})
  }
}

/** The path of the SQLite file; null for PostgreSQL and in memory. */
export function sqliteFileOf({ databaseUrl }: Pick<Config, 'databaseUrl'>): string | null {
  const path = /^sqlite:(?:\/\/)?(.*)$/.exec(databaseUrl)?.[1]
  return path === undefined || path === ':memory:' ? null : path
}

function requireDatabaseFile(config: Config): void {
  const file = sqliteFileOf(config)
  if (file === null || existsSync(file)) return
  throw new CommandError(
    `There is no database at ${file}. Run latchkey migrate, or start the server once.`,
    exitCodes.unavailable,
  )
}

async function requireMigrations({ db }: Pick<Services, 'db'>): Promise<void> {
  await requireFittingSchema(db, migrations)
  const missing = (await migrationStatus(db, migrations)).filter(({ appliedAt }) => appliedAt === null)
  if (missing.length === 0) return
  throw new CommandError(
    `The database lacks ${missing.length} migrations. Run latchkey migrate, or start the server once.`,
  )
}
