import type { Loads } from '../core/nodes/loads.ts'
import type { Nodes } from '../core/nodes/nodes.ts'
import type { Metrics } from '../core/metrics/metrics.ts'
import type { DatabaseClock } from '../core/ports/database-clock.ts'
import type { SigningKeys } from '../core/signing-keys/signing-keys.ts'
import type { Migration } from '../db/migrations.ts'
import type { Permissions } from '../identity/roles/permissions.ts'
import type { MethodServices } from '../methods/method-services.ts'
import type { OwnPasswordServices } from '../methods/password/method.ts'
import type { CookieSessions } from '../sessions/cookie-session.ts'
import type { AccessTokens } from '../sessions/tokens/access-token.ts'
import type { MachineTokens } from '../sessions/tokens/machine-token.ts'

/** All services available to a feature when it serves; it takes those that it needs. */
export interface FeatureServices extends MethodServices, OwnPasswordServices {
  clock: DatabaseClock
  metrics: Metrics
  nodes: Nodes
  loads: Loads
  keys: SigningKeys
  permissions: Permissions
  /** The whole schema. */
  migrations: readonly Migration[]
  isTrustedProxy: (address: string) => boolean
  accessTokens: AccessTokens
  machineTokens: MachineTokens
  cookieSessions: CookieSessions
}
