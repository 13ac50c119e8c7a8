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
  'service_account',
  'api_key',
  'linked_account',
]

/** Everything that a request may change, to be compared before and after. */
export async function contentsOf({ parts }: Latchkey): Promise<string> {
  const rows = await Promise.all(tables.map((table) => parts.db.all(statement(`SELECT * FROM ${table}`))))
  return JSON.stringify(rows, inHex)
}

/** A buffer has made itself a list of numbers before its value comes here. */
function inHex(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const raw = this[key]
  return raw instanceof Uint8Array ? Buffer.from(raw).toString('hex') : value
}
