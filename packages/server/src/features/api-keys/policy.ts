import type { ErrorCode, Instant } from '@latchkey/contract'
import { type FoundKey } from './store.ts'

/**
 * Returns the reason why a presented key is not valid; null if it is. The caller holds the key, so the reason tells a
 * guesser nothing.
 */
export function decideUse({ row, owner }: FoundKey, now: Instant): ErrorCode | null {
  if (row.revoked_at !== null) return 'api_key_revoked'
  if (row.expires_at !== null && row.expires_at <= now) return 'api_key_expired'
  if (owner.account.disabledAt === null) return null
  return owner.kind === 'user' ? 'api_key_revoked' : 'service_account_disabled'
}
