import type { Queryable } from '../../db/database.ts'
import type { NewAccount } from '../../accounts/new-accounts.ts'
import type { Account } from '../../identity/users/account.ts'
import type { PasswordContext } from './hash.ts'
import type { PasswordServices } from './password-services.ts'
import { savePasswordHash } from './store.ts'

/** The account to create; without a hash where passwords are off. */
interface AccountToCreate extends PasswordContext, Pick<NewAccount, 'isVerified' | 'roles'> {
  hash: string | null
}

/** Version that {@link savePasswordHash} gives a new account. */
export const newVersion = 1

/** `also` is done in the same transaction. Throws AuthError `email_taken`. */
export async function createAccount(
  services: PasswordServices,
  account: AccountToCreate,
  also: (tx: Queryable, account: Account) => Promise<void>,
): Promise<Account> {
  return await services.newAccounts.unlessTaken(async (tx) => {
    const made = await insertWithPassword(services, tx, account)
    await also(tx, made)
    return made
  })
}

export async function insertWithPassword(
  { ports, newAccounts }: PasswordServices,
  tx: Queryable,
  { hash, ...about }: AccountToCreate,
): Promise<Account> {
  const account = await newAccounts.insert(tx, about)
  if (hash !== null) await savePasswordHash(tx, account.id, hash, ports.now())
  return account
}
