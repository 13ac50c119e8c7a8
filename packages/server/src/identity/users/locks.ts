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
 * Takes a shared lock, for work that only adds, such as a sign-in: many at once, while the user is not disabled or
 * changed. False if the user is gone or disabled. Work that reads and then writes takes {@link lockUser} instead,
 * because two sharers see the same state.
 */
export async function shareUser(tx: Queryable, id: UserId): Promise<boolean> {
  return (await tx.all(share, { id: parseUuid(id) })).length > 0
}

/**
 * Takes an exclusive lock, for work that reads, decides and writes: waits for sharers, and keeps all others out.
 * Returns the present user; null if there is none.
 */
export async function lockUser(tx: Queryable, id: UserId): Promise<Account | null> {
  const row = await findOne<AccountRow>(tx, lock, { id: parseUuid(id) })
  return row && toAccount(row)
}
