import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../packages/server/src/db/migrations.ts'
import { openDatabase } from '../../packages/server/src/db/open-database.ts'
import { migrations } from '../../packages/server/src/services/migrations.ts'
import { createDatabase, startPostgres } from './postgres.ts'

/** One PostgreSQL for the whole run, or the one that `DATABASE_URL` names, and what new databases are copied from. */
export default async function setUpDatabases(project: TestProject): Promise<() => Promise<void>> {
  const { DATABASE_URL: running = '' } = process.env
  const server = running.startsWith('postgres') ? null : await startPostgres()
  const postgresUrl = server?.url ?? running
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-migrated-'))
  const file = join(folder, 'migrated.sqlite')
  const template = await createDatabase(postgresUrl)
  await Promise.all([applyMigrations(template.url), applyMigrations(`sqlite:${file}`)])
  project.provide('postgresUrl', postgresUrl)
  project.provide('migrated', { template: template.name, file })
  return async () => {
    rmSync(folder, { recursive: true, force: true })
    if (server) await server.remove()
    else await template.drop()
  }
}

async function applyMigrations(url: string): Promise<void> {
  const db = openDatabase(url)
  await migrate(db, migrations, Date.now())
  await db.close()
}
