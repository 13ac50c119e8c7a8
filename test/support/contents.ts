import { statement } from '../../packages/server/src/db/statement.ts'
import type { Latchkey } from '../../packages/server/src/latchkey.ts'

const tables = [
  'user_account',
  'session',
  'challenge',
  'outbox',
  'role',
  'password_credential',
  'signing_key',
  'revocation',
]

/** Everything that a request may change, to be compared before and after. */
export async function contentsOf({ parts }: Latchkey): Promise<string> {
  const rows = await Promise.all(tables.map((table) => parts.db.all(statement(`SELECT * FROM ${table}`))))
  return JSON.stringify(rows)
}
