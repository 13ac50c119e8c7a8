import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'

/**
 * `owner_arrived`: somebody proved the address of an account that had never been proven. Whatever stands there may be a
 * stranger's, who waited for the owner: every credential goes. `email_change_undone`: the owner took the account back by
 * the link that a thief's change of address had mailed to them; whatever the thief may have added goes.
 * `factors_reset`: an administrator lets a user in again who has lost their second factor: what is asked for at sign-in
 * after another method goes.
 */
export type CredentialChange = 'email_changed' | 'owner_arrived' | 'email_change_undone' | 'factors_reset'

/**
 * What a method of signing in answers when something happens to a user. No defaults: a method that has nothing to do
 * says so, with the reason. Each runs inside the transaction of the event and awaits only `tx`.
 */
export interface Lifecycle {
  onUserDeleted: (tx: Queryable, userId: UserId) => Promise<void>
  onUserDisabled: (tx: Queryable, userId: UserId) => Promise<void>
  onCredentialsChanged: (tx: Queryable, userId: UserId, reason: CredentialChange) => Promise<void>
  /** How many credentials of this method could sign the user in. */
  countUsable: (db: Queryable, userId: UserId) => Promise<number>
  /** What this method holds of the user, without anything that signs in. */
  exportUserData: (db: Queryable, userId: UserId) => Promise<Record<string, unknown>>
}
