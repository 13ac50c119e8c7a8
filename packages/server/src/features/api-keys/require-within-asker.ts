import type { CredentialActor } from '../../accounts/authority/service-account-authority.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Queryable } from '../../db/database.ts'
import { findKey } from './store.ts'

/** The end and limit of a key also apply to the credentials that it makes. Throws AuthError `forbidden`. */
export async function requireWithinAsker(
  tx: Queryable,
  { byKey }: CredentialActor,
  given: { ttl: number | null; requestsPerMinute: number | null },
): Promise<void> {
  const asker = byKey === undefined ? null : await findKey(tx, byKey)
  if (!asker) return
  const { row } = asker
  if ((given.ttl ?? Infinity) > (row.expires_at ?? Infinity) - row.created_at)
    throw new AuthError('forbidden', { detail: 'The key that asks does not live as long itself.' })
  if ((given.requestsPerMinute ?? Infinity) > (row.requests_per_minute ?? Infinity))
    throw new AuthError('forbidden', { detail: 'The key that asks may not be used as often itself.' })
}
