import type { Instant } from '@latchkey/contract'
import { normalizeEmail } from '../../core/mail/address.ts'
import { uuidV7 } from '../../core/ports/uuid.ts'
import { listRoles, lockRoles } from '../../identity/roles/store.ts'
import type { Account } from '../../identity/users/account.ts'
import { insertAccount } from '../../identity/users/store.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { Queryable } from '../../db/database.ts'
import { savePasswordHash } from '../../methods/password/store.ts'

export interface UserToInsert {
  email: string
  name: string | null
  locale: string | null
  emailVerifiedAt: Instant | null
  roles: readonly string[]
  /** Null: the user signs in by another way, or asks for a reset. */
  hash: string | null
}

/** Writes a user and their password. Throws UniqueViolation when the address is taken. */
export async function insertUser(
  { ports }: { ports: Ports },
  tx: Queryable,
  user: UserToInsert,
): Promise<Account> {
  const { hash, ...fields } = user
  const now = ports.now()
  const lookup = normalizeEmail(user.email)
  const account = await insertAccount(tx, {
    ...fields,
    id: uuidV7(ports),
    lookup,
    roles: [...user.roles],
    now,
  })
  if (hash !== null) await savePasswordHash(tx, account.id, hash, now)
  return account
}

/** The names of the roles there are; none is deleted until the transaction ends. */
export async function readRoleNames(tx: Queryable): Promise<ReadonlySet<string>> {
  await lockRoles(tx)
  return new Set((await listRoles(tx)).map(({ name }) => name))
}
