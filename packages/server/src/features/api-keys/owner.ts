import type { UserId } from '@latchkey/contract'
import type { CredentialActor } from '../../accounts/authority/service-account-authority.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Queryable } from '../../db/database.ts'
import type { ApiKeyChange } from '../../identity/mails/mails.ts'
import { lockServiceAccount } from '../../identity/service-accounts/store.ts'
import { lockUser } from '../../identity/users/locks.ts'
import { findAccount } from '../../identity/users/store.ts'
import type { ApiKeyServices } from './api-key-services.ts'
import type { OwnerRef } from './store.ts'

/**
 * Waits for concurrent requests that make keys for the same owner or disable it. Throws AuthError `token_revoked`,
 * `service_account_not_found`.
 */
export async function lockOwner(tx: Queryable, { kind, id }: OwnerRef): Promise<void> {
  if (kind === 'user' && (await lockUser(tx, id as UserId))?.disabledAt !== null)
    throw new AuthError('token_revoked')
  if (kind === 'service_account' && !(await lockServiceAccount(tx, id)))
    throw new AuthError('service_account_not_found')
}

/** The owner of a user's key is told of every change; a service account reads no mail. */
export async function mailOwner(
  { ports, mails, outbox, events }: ApiKeyServices,
  tx: Queryable,
  { owner: { kind, id }, ...about }: { owner: OwnerRef; change: ApiKeyChange; name: string },
  { ip, actorId }: CredentialActor,
): Promise<void> {
  const account = kind === 'user' ? await findAccount(tx, id as UserId) : null
  if (!account) return
  // Users learn that an administrator acted, not from where.
  const from = actorId === null ? ip : null
  const address = mails.apiKeyChanged({ account, at: ports.now(), ip: from, ...about })
  if (about.change === 'revoked') await outbox.mail(tx, address)
  else await events.apply(tx, account, 'api_key_made', { mails: { address } })
}
