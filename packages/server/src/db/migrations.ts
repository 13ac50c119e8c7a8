import { createHash } from 'node:crypto'
import { type Database, findOne, type Queryable } from './database.ts'
import { type Dialect, statement } from './statement.ts'
import { watchWaits } from './waits.ts'

/** One step of the schema. `id` is `slice/0001-what`; once released it never changes. */
export interface Migration {
  id: string
  /**
   * True if the previous release still works on a schema that has this step: it adds only optional things and removes
   * nothing. A release that does not know a step starts only if the ledger says so. @default false
   */
  compatible?: boolean
  up: (words: DdlWords) => string[]
}

/** The words in which the dialects' table definitions differ. */
export interface DdlWords {
  dialect: Dialect
  bytes: string
  integer: string
  /** Ends a CREATE TABLE whose rows are found by key. */
  keyed: string
  /** Ends a CREATE TABLE whose rows are updated all the time: leaves room on the page for HOT updates. */
  hot: string
}

export interface MigrationStatus {
  id: string
  appliedAt: number | null
}

const words: Record<Dialect, DdlWords> = {
  sqlite: {
    dialect: 'sqlite',
    bytes: 'BLOB',
    integer: 'INTEGER',
    keyed: 'WITHOUT ROWID',
    hot: 'WITHOUT ROWID',
  },
  postgres: {
    dialect: 'postgres',
    bytes: 'BYTEA',
    integer: 'BIGINT',
    keyed: '',
    hot: 'WITH (fillfactor = 80)',
  },
}

const createLedger = statement({
  sqlite:
    'CREATE TABLE IF NOT EXISTS latchkey_migration (id TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL, compatible INTEGER NOT NULL)',
  postgres:
    'CREATE TABLE IF NOT EXISTS latchkey_migration (id TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL, compatible BIGINT NOT NULL)',
})
const findLedger = statement({
  sqlite: `SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'latchkey_migration'`,
  postgres: `SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = 'latchkey_migration'`,
})
const listLedger = statement(
  'SELECT id, checksum, applied_at, compatible FROM latchkey_migration ORDER BY applied_at, id',
)
const findEntry = statement('SELECT checksum FROM latchkey_migration WHERE id = :id')
const insertEntry = statement(
  'INSERT INTO latchkey_migration (id, checksum, applied_at, compatible) VALUES (:id, :checksum, :now, :compatible)',
)

/** A migration that was applied does not read as it did then: this program does not fit this database. */
export class MigrationMismatch extends Error {
  override readonly name = 'MigrationMismatch'
}

/** The schema has steps that this program does not know and that the ledger does not mark as compatible. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew'
}

/**
 * Applies the missing steps in order, each in a transaction together with its entry in the ledger, so that a killed run
 * leaves no half step and the next one continues where it stopped. One process at a time; `onWait` receives a sentence
 * about who holds the lock. Returns the ids it applied. Throws {@link SchemaTooNew}, {@link MigrationMismatch}.
 */
export async function migrate(
  db: Database,
  migrations: readonly Migration[],
  now: number,
  onWait: (holder: string) => void = () => {},
): Promise<string[]> {
  const unwatch = watchWaits(db, onWait)
  try {
    return await db.exclusively('migrate', async () => {
      await db.transaction((tx) => tx.all(createLedger))
      await requireFittingSchema(db, migrations)
      const applied: string[] = []
      for (const migration of migrations) {
        if (await db.transaction((tx) => apply(tx, migration, now))) applied.push(migration.id)
      }
      return applied
    })
  } finally {
    unwatch()
  }
}

/** Throws {@link SchemaTooNew} if a newer release has changed the schema in a way that this one cannot work with. */
export async function requireFittingSchema(db: Queryable, migrations: readonly Migration[]): Promise<void> {
  if (!(await findOne(db, findLedger))) return
  const known = new Set(migrations.map(({ id }) => id))
  const ledger = await db.all<{ id: string; compatible: number }>(listLedger)
  const foreign = ledger.filter(({ id, compatible }) => !known.has(id) && compatible === 0)
  if (foreign.length === 0) return
  throw new SchemaTooNew(
    `its schema is of a newer release, which has applied ${foreign.map(({ id }) => id).join(', ')}; start that release or a later one, or restore the backup of before the upgrade`,
  )
}

export async function migrationStatus(
  db: Database,
  migrations: readonly Migration[],
): Promise<MigrationStatus[]> {
  const ledger = (await findOne(db, findLedger))
    ? await db.all<{ id: string; applied_at: number }>(listLedger)
    : []
  const appliedAt = new Map(ledger.map((entry) => [entry.id, entry.applied_at]))
  return migrations.map(({ id }) => ({ id, appliedAt: appliedAt.get(id) ?? null }))
}

/** The statements a migration would run, for `--dry-run`. */
export const statementsOf = (migration: Migration, dialect: Dialect): string[] => migration.up(words[dialect])

async function apply(tx: Queryable, migration: Migration, now: number): Promise<boolean> {
  const statements = statementsOf(migration, tx.dialect)
  const checksum = createHash('sha256').update(statements.join(';\n')).digest('hex')
  // Looked up inside the transaction: another process may just have applied it.
  const entry = await findOne<{ checksum: string }>(tx, findEntry, { id: migration.id })
  if (entry && entry.checksum !== checksum) {
    throw new MigrationMismatch(
      `migration ${migration.id} was applied in another form than this release has it`,
    )
  }
  if (entry) return false
  for (const text of statements) await tx.all(statement(text))
  await tx.all(insertEntry, { id: migration.id, checksum, now, compatible: migration.compatible ? 1 : 0 })
  return true
}
