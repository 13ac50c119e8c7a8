import type { Migration } from '../db/migrations.ts'
import { passwordMigrations } from './password/method.ts'

/** The tables of every method, in order. */
export const methodMigrations: readonly Migration[] = [...passwordMigrations]
