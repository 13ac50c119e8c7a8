import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser's address of a running PostgreSQL; take a database of your own from `createDatabase`. */
    postgresUrl: string
  }
}

/** One server for the whole run, or the one that `DATABASE_URL` names. */
export default async function setUpPostgres(
  project: TestProject,
): Promise<(() => Promise<void>) | undefined> {
  const running = process.env['DATABASE_URL']
  if (running?.startsWith('postgres')) {
    project.provide('postgresUrl', running)
    return undefined
  }
  const server = await startPostgres()
  project.provide('postgresUrl', server.url)
  return () => server.remove()
}
