import type { CoreParts } from '../core/core-parts.ts'
import type { Method } from '../core/method.ts'
import type { Migration } from '../db/migrations.ts'
import { createFederationMethod, federationMigrations } from './federation/method.ts'
import { passwordMigrations } from './password/method.ts'

/** The tables of every method, in order. */
export const methodMigrations: readonly Migration[] = [...passwordMigrations, ...federationMigrations]

/** Every built-in method beside the password, in the order in which they are offered. */
export const createMethods = (core: CoreParts): Method[] => [createFederationMethod(core)]
