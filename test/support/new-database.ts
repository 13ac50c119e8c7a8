import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject, onTestFinished } from 'vitest'
import { createDatabase } from './postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser's address of a running PostgreSQL; take a database of your own from `createDatabase`. */
    postgresUrl: string
    /** A database with the whole schema and nothing in it, to be copied; one of PostgreSQL's, and a file of SQLite's. */
    migrated: { template: string; file: string }
  }
}

export type Store = 'sqlite' | 'postgres'
/** `LATCHKEY_STORES=sqlite` for the inner loop: what is said twice is said once then. */
export const stores: readonly Store[] =
  process.env['LATCHKEY_STORES'] === 'sqlite' ? ['sqlite'] : ['sqlite', 'postgres']

/** A folder that goes away with the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The address of a database of the test's own, with the whole schema: a copy, which is faster than migrating. */
export async function newDatabase(store: Store, folder = newFolder()): Promise<string> {
  const { template, file } = inject('migrated')
  if (store === 'sqlite') {
    const copy = join(folder, 'test.sqlite')
    copyFileSync(file, copy)
    return `sqlite:${copy}`
  }
  const { url, drop } = await createDatabase(inject('postgresUrl'), template)
  onTestFinished(drop)
  return url
}
