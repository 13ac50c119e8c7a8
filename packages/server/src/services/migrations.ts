import { coreMigrations } from './core-migrations.ts'
import type { Migration } from '../db/migrations.ts'
import { apiKeyTable } from '../features/api-keys/migrations/0001-api-key.ts'
import { heartbeatTable } from '../features/health/migrations/0001-heartbeat.ts'
import { certificateMappingTable } from '../features/mutual-tls/migrations/0001-certificate-mapping.ts'
import { mappingIssuer } from '../features/mutual-tls/migrations/0002-mapping-issuer.ts'
import { methodMigrations } from '../methods/index.ts'

/** The whole schema, in the order in which it grows. */
export const migrations: readonly Migration[] = [
  ...coreMigrations,
  ...methodMigrations,
  apiKeyTable,
  certificateMappingTable,
  heartbeatTable,
  mappingIssuer,
]
