import { coreMigrations } from './core-migrations.ts'
import type { Migration } from '../db/migrations.ts'
import { builtInFeatures } from '../features/index.ts'
import { builtInMethods } from '../methods/index.ts'
import { createPasswordMethod } from '../methods/password/method.ts'

/** The whole schema, in the order in which it grows. */
export const migrations: readonly Migration[] = [
  ...coreMigrations,
  ...[createPasswordMethod(), ...builtInMethods].flatMap((method) => method.migrations),
  ...builtInFeatures.flatMap((feature) => feature.migrations),
]
