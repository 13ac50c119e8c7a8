import type { ApiKey, CreatedApiKey } from '@latchkey/contract'
import type { Ports } from '../../core/ports/ports.ts'
import { formatUuid, parseUuid, uuidV7 } from '../../core/ports/uuid.ts'
import { hashApiKey, mintApiKey } from '../../sessions/tokens/api-key.ts'
import { isoTime, isoTimeOrNull } from '../../core/iso-time.ts'
import type { ApiKeyRow, OwnerRef } from './store.ts'

export type Given = Pick<
  ApiKeyRow,
  'name' | 'scopes' | 'inherits_roles' | 'requests_per_minute' | 'created_at' | 'expires_at'
>

/** A new key: its row, and the one answer in which it stands. */
export function mintRow(
  ports: Ports,
  { kind, id }: OwnerRef,
  given: Given,
): { row: ApiKeyRow; answer: CreatedApiKey } {
  const key = mintApiKey(ports)
  const owner = parseUuid(id)
  const { name, scopes, inherits_roles, requests_per_minute, created_at, expires_at } = given
  const row: ApiKeyRow = {
    id: uuidV7(ports),
    user_id: kind === 'user' ? owner : null,
    service_account_id: kind === 'service_account' ? owner : null,
    name,
    secret_hash: hashApiKey(key) as Uint8Array,
    last_four: key.slice(-4),
    scopes,
    inherits_roles,
    requests_per_minute,
    created_at,
    expires_at,
    last_used_at: null,
    refused_at: null,
    successor_id: null,
    revoked_at: null,
    revoke_reason: null,
  }
  return { row, answer: { apiKey: toApiKey(row), key } }
}

export const scopesOf = ({ scopes }: ApiKeyRow): string[] => (scopes === '' ? [] : scopes.split(' '))

export const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: formatUuid(row.id),
  name: row.name,
  lastFour: row.last_four,
  scopes: scopesOf(row),
  inheritRoles: row.inherits_roles === 1,
  requestsPerMinute: row.requests_per_minute,
  createdAt: isoTime(row.created_at),
  expiresAt: isoTimeOrNull(row.expires_at),
  lastUsedAt: isoTimeOrNull(row.last_used_at),
  refusedAt: isoTimeOrNull(row.refused_at),
  successorId: row.successor_id && formatUuid(row.successor_id),
  revokedAt: isoTimeOrNull(row.revoked_at),
})
