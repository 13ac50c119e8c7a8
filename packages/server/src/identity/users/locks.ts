import type { UserId } from '@latchkey/contract'
import { parseUuid } from '../../core/ports/uuid.ts'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import { type Account, type AccountRow, accountColumns, toAccount } from './account.ts'

/*
 * The two locks on a user, held until the transaction ends. SQLite needs none: there a transaction that writes is alone.
 */
const share = statement({
  sqlite: 'SELECT id FROM user_account WHERE id = :id AND disabled_at IS NULL',
  postgres: 'SELECT id FROM user_account WHERE id = :id AND disabled_at IS NULL FOR SHARE',
})
const lock = statement({
  sqlite: `SELECT ${accountColumns} FROM user_account WHERE id = :id`,
  postgres: `SELECT ${accountColumns} FROM user_account WHERE id = :id FOR NO KEY UPDATE`,
})

/**
 * For what only adds, such as a sign-in: many at once, while nobody disables or changes the user. False where the user is
 * gone or disabled. Whatever reads and then writes takes {@link lockUser} instead, for two who share see the same.
 */
export async function shareUser(tx: Queryable, id: UserId): Promise<boolean> {
  return (await tx.all(share, { id: parseUuid(id) })).length > 0
}

/**
 * For whatever reads, decides and writes: waits for those who share, and keeps everybody else out. The user as they are
 * now; null where there is none.
 */
export async function lockUser(tx: Queryable, id: UserId): Promise<Account | null> {
  const row = await findOne<AccountRow>(tx, lock, { id: parseUuid(id) })
  return row && toAccount(row)
}
