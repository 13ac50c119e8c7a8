import type { User } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import { requireEmailAddress } from '../../core/mail/require-email-address.ts'
import { toUser } from '../../identity/users/account.ts'
import { UniqueViolation } from '../../db/database.ts'
import type { NewAccounts } from '../../accounts/new-accounts.ts'
import { insertUser, readRoleNames, type UserToInsert } from './insert-user.ts'
import type { Audit } from '../../core/audit/audit.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { Database } from '../../db/database.ts'
import type { Passwords } from '../../methods/password/passwords.ts'

interface CreateUserServices {
  db: Database
  ports: Ports
  audit: Audit
  passwords: Passwords
  newAccounts: NewAccounts
}

export interface NewUser {
  email: string
  password: string
  name?: string | null
  roles?: readonly string[]
  /** True if the address is known to be theirs. */
  emailVerified?: boolean
}

/**
 * Makes a user without a request; `by` is for the audit log. Throws AuthError `invalid_input`, `email_taken`,
 * `password_too_common`, `role_not_found`, `overloaded`.
 */
export async function createUser(
  services: CreateUserServices,
  { email: address, password, name = null, roles = [], emailVerified = false }: NewUser,
  by: string,
): Promise<User> {
  const email = requireEmailAddress(address)
  const hash = await services.passwords.hash(password, { email, name })
  const user = { email, name, locale: null, isVerified: emailVerified, roles: [...new Set(roles)], hash }
  return await create(services, user, by)
}

async function create(services: CreateUserServices, user: UserToInsert, by: string): Promise<User> {
  try {
    const account = await services.db.transaction(async (tx) => {
      const known = await readRoleNames(tx)
      const unknown = user.roles.find((role) => !known.has(role))
      if (unknown !== undefined)
        throw new AuthError('role_not_found', { detail: `${unknown} is none of ${[...known].join(', ')}.` })
      return await insertUser(services, tx, user)
    })
    services.audit.record({ kind: 'user.created', userId: account.id, detail: { roles: user.roles, by } })
    return toUser(account)
  } catch (error) {
    if (error instanceof UniqueViolation) throw new AuthError('email_taken', { cause: error })
    throw error
  }
}
