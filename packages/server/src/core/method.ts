import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import type { Migration } from '../db/migrations.ts'
import type { Route } from './route.ts'

export type CredentialChange = 'password_changed' | 'password_reset' | 'email_changed' | 'email_verified'

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

/** A way to prove who one is: a folder under `methods/`, or a third party's. */
export interface Method {
  name: string
  /** RFC 8176. */
  amr: readonly string[]
  routes: readonly Route[]
  migrations: readonly Migration[]
  lifecycle: Lifecycle
}

export const defineMethod = (method: Method): Method => method
