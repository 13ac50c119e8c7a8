import { coreMigrations } from './core-migrations.ts'
import type { Migration } from '../db/migrations.ts'
import { apiKeyTable } from '../features/api-keys/migrations/0001-api-key.ts'
import { heartbeatTable } from '../features/health/migrations/0001-heartbeat.ts'
import { certificateMappingTable } from '../features/mutual-tls/migrations/0001-certificate-mapping.ts'
import { mappingIssuer } from '../features/mutual-tls/migrations/0002-mapping-issuer.ts'
import { builtInMethods } from '../methods/index.ts'
import { createPasswordMethod } from '../methods/password/method.ts'

/** The whole schema, in the order in which it grows. */
export const migrations: readonly Migration[] = [
  ...coreMigrations,
  ...[createPasswordMethod(), ...builtInMethods].flatMap((method) => method.migrations),
  apiKeyTable,
  certificateMappingTable,
  heartbeatTable,
  mappingIssuer,
]
