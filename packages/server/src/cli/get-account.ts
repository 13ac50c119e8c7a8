import { isId, type UserId } from '@latchkey/contract'
import { normalizeEmail } from '../core/mail/address.ts'
import type { Account } from '../identity/users/account.ts'
import { findAccount, findAccountByEmail } from '../identity/users/store.ts'
import type { Services } from '../services/create-services.ts'
import { CommandError } from './command.ts'

/** Returns the user with this e-mail address or id. Throws {@link CommandError} if there is none. */
export async function getAccount({ db }: Pick<Services, 'db'>, who: string): Promise<Account> {
  const account = isId(who)
    ? await findAccount(db, who as UserId)
    : await findAccountByEmail(db, normalizeEmail(who))
  if (!account) throw new CommandError(`There is no user ${who}.`)
  return account
}
