import type { NewAccounts } from '../../accounts/new-accounts.ts'
import { listRoles, lockRoles } from '../../identity/roles/store.ts'
import type { Account } from '../../identity/users/account.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { Queryable } from '../../db/database.ts'
import { savePasswordHash } from '../../methods/password/store.ts'

export interface UserToInsert {
  email: string
  name: string | null
  locale: string | null
  isVerified: boolean
  roles: readonly string[]
  /** Null: the user signs in by another way, or asks for a reset. */
  hash: string | null
}

/** Writes a user and their password. Throws `email_taken`, and UniqueViolation if a concurrent request was faster. */
export async function insertUser(
  { ports, newAccounts }: { ports: Ports; newAccounts: Pick<NewAccounts, 'insert'> },
  tx: Queryable,
  { hash, isVerified, ...user }: UserToInsert,
): Promise<Account> {
  const account = await newAccounts.insert(tx, { ...user, isVerified })
  if (hash !== null) await savePasswordHash(tx, account.id, hash, ports.now())
  return account
}

/** The names of the roles there are; none is deleted until the transaction ends. */
export async function readRoleNames(tx: Queryable): Promise<ReadonlySet<string>> {
  await lockRoles(tx)
  return new Set((await listRoles(tx)).map(({ name }) => name))
}
