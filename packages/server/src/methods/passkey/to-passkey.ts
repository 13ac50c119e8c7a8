import type { Passkey } from '@latchkey/contract'
import { isoTime, isoTimeOrNull } from '../../core/iso-time.ts'
import { formatUuid } from '../../core/ports/uuid.ts'
import { providerOf } from './providers.ts'
import type { PasskeyRow } from './store.ts'

export const toPasskey = (row: PasskeyRow): Passkey => ({
  id: formatUuid(row.id),
  name: row.name,
  credentialId: Buffer.from(row.credential_id).toString('base64url'),
  provider: providerOf(row.aaguid),
  backupEligible: row.backup_eligible === 1,
  backedUp: row.backed_up === 1,
  createdAt: isoTime(row.created_at),
  lastUsedAt: isoTimeOrNull(row.last_used_at),
  suspectedAt: isoTimeOrNull(row.suspected_at),
})
