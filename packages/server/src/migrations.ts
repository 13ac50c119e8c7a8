import { coreMigrations } from './core/migrations.ts'
import type { Migration } from './db/migrations.ts'
import { methodMigrations } from './methods/index.ts'

/** The whole schema, in the order in which it grows. */
export const migrations: readonly Migration[] = [...coreMigrations, ...methodMigrations]
