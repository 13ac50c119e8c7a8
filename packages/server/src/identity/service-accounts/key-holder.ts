import type { Instant } from '@latchkey/contract'
import type { Account } from '../users/account.ts'

/** The owner of an API key. */
export type KeyOwner =
  | { kind: 'user'; account: Account }
  | { kind: 'service_account'; account: ServiceAccount }

/** A program with an identity of its own. */
export interface ServiceAccount {
  id: string
  name: string
  description: string
  roles: string[]
  createdAt: Instant
  updatedAt: Instant
  disabledAt: Instant | null
  /** Rises with each disabling: tokens of an older one are refused, and stay so when it is enabled again. */
  epoch: number
}

/** An API key that was presented and is alive. */
export interface KeyHolder {
  keyId: string
  name: string
  scopes: string[]
  owner: KeyOwner
  /** Roles of the owner, if the key passes them on; else none. */
  roles: string[]
  createdAt: Instant
  expiresAt: Instant | null
}
