import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import type { OnDemand } from './on-demand.ts'
import { createDatabase, startPostgres } from './postgres.ts'
import { portOf } from './listen.ts'

type CleanUp = () => Promise<void>

/** Starts what the tests of a run have in common when the first of them asks for it: most runs ask for little. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const cleanUps: CleanUp[] = []
  const makers: { [Name in keyof OnDemand]: (cleanUps: CleanUp[]) => Promise<OnDemand[Name]> } = {
    postgres,
    sqlite,
    console: buildConsole,
  }
  const made = new Map<string, Promise<unknown>>()
  const make = (name: string): Promise<unknown> => {
    const maker = Object.entries(makers).find(([known]) => known === name)?.[1]
    if (!maker) return Promise.reject(new Error(`nobody makes ${name}`))
    const pending = made.get(name) ?? maker(cleanUps)
    made.set(name, pending)
    return pending
  }
  const server = createServer((request, response) => {
    make(request.url?.slice(1) ?? '').then(
      (answer) => response.end(JSON.stringify(answer)),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.stack : String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  project.provide('onDemand', `http://127.0.0.1:${portOf(server)}`)
  return async () => {
    server.closeAllConnections()
    server.close()
    await Promise.all(cleanUps.map((cleanUp) => cleanUp()))
  }
}

/** One PostgreSQL for the whole run, or the one that `DATABASE_URL` names. */
async function postgres(cleanUps: CleanUp[]): Promise<OnDemand['postgres']> {
  const { DATABASE_URL: running = '' } = process.env
  const server = running.startsWith('postgres') ? null : await startPostgres()
  const url = server?.url ?? running
  const template = await createDatabase(url)
  cleanUps.push(server ? server.remove : template.drop)
  await applyMigrations(template.url)
  return { url, template: template.name }
}

async function sqlite(cleanUps: CleanUp[]): Promise<OnDemand['sqlite']> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-migrated-'))
  cleanUps.push(async () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'migrated.sqlite')
  await applyMigrations(`sqlite:${file}`)
  return { file }
}

async function applyMigrations(url: string): Promise<void> {
  const [{ migrate }, { openDatabase }, { migrations }] = await Promise.all([
    import('../../packages/server/src/db/migrations.ts'),
    import('../../packages/server/src/db/open-database.ts'),
    import('../../packages/server/src/services/migrations.ts'),
  ])
  const db = openDatabase(url)
  await migrate(db, migrations, Date.now())
  await db.close()
}

async function buildConsole(): Promise<null> {
  const script = join(import.meta.dirname, '../../scripts/build-console.ts')
  await promisify(execFile)(process.execPath, [script])
  return null
}
