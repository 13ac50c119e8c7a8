import type { Audit } from '../../core/audit/audit.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import type { Database } from '../../db/database.ts'
import type { Permissions } from '../../identity/roles/permissions.ts'
import type { MachineTokens } from '../../sessions/tokens/machine-token.ts'
import type { TlsFiles } from './files.ts'

/** Services that the use cases of client certificates need. */
export interface MutualTlsServices {
  db: Database
  ports: Ports
  files: TlsFiles
  machineTokens: MachineTokens
  revocations: RevocationLog
  permissions: Permissions
  audit: Audit
}
