import type { Instant } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { Algorithm } from '@latchkey/verify/core'

/** A key is published as `next`, signs as `current`, only verifies as `previous`, and is gone as `retired`. */
export type KeyState = 'next' | 'current' | 'previous' | 'retired'

export interface SigningKeyRow {
  kid: string
  algorithm: Algorithm
  state: KeyState
  /** Sealed by the secret ring, purpose `signing-keys`, context = kid. */
  private_key: Uint8Array
  created_at: Instant
  /** When it entered its present state. */
  state_since: Instant
}

const columns = 'kid, algorithm, state, private_key, created_at, state_since'

const list = statement(`SELECT ${columns} FROM signing_key ORDER BY created_at DESC, kid`)
const insert = statement(
  `INSERT INTO signing_key (${columns}) VALUES (:kid, :algorithm, :state, :private_key, :created_at, :state_since)`,
)
const move = statement(
  `UPDATE signing_key SET state = :to, state_since = :now WHERE kid = :kid AND state = :from RETURNING kid`,
)
const reseal = statement('UPDATE signing_key SET private_key = :sealed WHERE kid = :kid')
const remove = statement(
  `DELETE FROM signing_key WHERE state = 'retired' AND state_since < :before RETURNING kid`,
)

export const listKeys = (db: Queryable): Promise<SigningKeyRow[]> => db.all<SigningKeyRow>(list)
export const insertKey = (tx: Queryable, row: SigningKeyRow): Promise<unknown[]> => tx.all(insert, { ...row })
export const resealKey = (tx: Queryable, kid: string, sealed: Uint8Array): Promise<unknown[]> =>
  tx.all(reseal, { kid, sealed })
export const removeRetiredKeys = (db: Queryable, before: Instant): Promise<unknown[]> =>
  db.all(remove, { before })

export async function moveKey(
  tx: Queryable,
  kid: string,
  from: KeyState,
  to: KeyState,
  now: Instant,
): Promise<boolean> {
  return (await tx.all(move, { kid, from, to, now })).length > 0
}
