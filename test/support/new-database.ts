import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { onDemand } from './on-demand.ts'
import { createDatabase } from './postgres.ts'

export type Store = 'sqlite' | 'postgres'
/** `TEST_STORES=sqlite` for the inner loop: what is said twice is said once then. */
export const stores: readonly Store[] =
  process.env['TEST_STORES'] === 'sqlite' ? ['sqlite'] : ['sqlite', 'postgres']

/** A folder that goes away with the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The address of a database of the test's own, with the whole schema: a copy, which is faster than migrating. */
export async function newDatabase(store: Store, folder = newFolder()): Promise<string> {
  if (store === 'sqlite') {
    const { file } = await onDemand('sqlite')
    const copy = join(folder, 'test.sqlite')
    copyFileSync(file, copy)
    return `sqlite:${copy}`
  }
  const server = await onDemand('postgres')
  const { url, drop } = await createDatabase(server.url, server.template)
  onTestFinished(drop)
  return url
}
