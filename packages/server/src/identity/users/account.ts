import { isoTime } from '../../core/iso-time.ts'
import type { Instant, User, UserId } from '@latchkey/contract'
import { formatUuid } from '../../core/ports/uuid.ts'

/** A user as the system knows them; never holds a credential. */
export interface Account {
  id: UserId
  /** As the user typed it. */
  email: string
  emailVerifiedAt: Instant | null
  name: string | null
  locale: string | null
  roles: string[]
  createdAt: Instant
  updatedAt: Instant
  disabledAt: Instant | null
}

export interface AccountRow {
  id: Uint8Array
  email: string
  email_verified_at: Instant | null
  name: string | null
  locale: string | null
  roles: string
  created_at: Instant
  updated_at: Instant
  disabled_at: Instant | null
}

/** As {@link toAccount} reads them. */
export const accountColumns =
  'id, email, email_verified_at, name, locale, roles, created_at, updated_at, disabled_at'

export const toAccount = (row: AccountRow): Account => ({
  id: formatUuid(row.id) as UserId,
  email: row.email,
  emailVerifiedAt: row.email_verified_at,
  name: row.name,
  locale: row.locale,
  roles: JSON.parse(row.roles) as string[],
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  disabledAt: row.disabled_at,
})

/** The account as its owner sees it on the wire. */
export const toUser = (account: Account): User => ({
  id: account.id,
  email: account.email,
  emailVerified: account.emailVerifiedAt !== null,
  name: account.name,
  locale: account.locale,
  roles: account.roles,
  createdAt: isoTime(account.createdAt),
})
