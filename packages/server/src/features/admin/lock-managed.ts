import type { UserId } from '@latchkey/contract'
import { type Actor, readAuthority } from '../../accounts/authority/authority.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Queryable } from '../../db/database.ts'
import type { Account } from '../../identity/users/account.ts'
import { lockUser } from '../../identity/users/locks.ts'

/** Returns the locked user if the actor may act on them. Throws AuthError `user_not_found`, `forbidden`. */
export async function lockManaged(
  tx: Queryable,
  actor: Actor,
  id: UserId,
  permission: string,
): Promise<Account> {
  const account = await lockUser(tx, id)
  if (!account) throw new AuthError('user_not_found')
  const authority = await readAuthority(tx, actor, permission)
  authority.requireOver(account)
  return account
}
