import { mkdtempSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, type Postgres } from '../../test/support/postgres.ts'
import type { DatabaseKind } from './subject.ts'

export interface Database {
  readonly kind: DatabaseKind
  readonly url: string
  /** The environment of a subject's process. */
  readonly environment: Record<string, string>
  drop(): Promise<void>
}

// On the disk, not in memory as /dev/shm would be: the cost of durability is part of what is measured.
const root = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
process.once('exit', () => rmSync(root, { recursive: true, force: true }))

/** A fresh database of this kind; on PostgreSQL, one on the given server. */
export async function openDatabase(kind: DatabaseKind, server: Postgres): Promise<Database> {
  if (kind === 'sqlite' || kind === 'sqlite-full') return openSqlite(kind)
  const { url, drop } = await createDatabase(server.url)
  const own = kind === 'postgres' ? url : `${url}?options=${encodeURIComponent('-c synchronous_commit=off')}`
  return { kind, url: own, environment: { DATABASE_URL: own }, drop }
}

async function openSqlite(kind: 'sqlite' | 'sqlite-full'): Promise<Database> {
  const folder = await mkdtemp(join(root, 'sqlite-'))
  const url = `sqlite:${join(folder, 'bench.sqlite')}`
  return {
    kind,
    url,
    environment: { DATABASE_URL: url, SQLITE_SYNCHRONOUS: kind === 'sqlite' ? 'NORMAL' : 'FULL' },
    drop: () => rm(folder, { recursive: true, force: true }),
  }
}
