import type { Instant, UserId } from '@latchkey/contract'
import { parseUuid } from '../../core/ports/uuid.ts'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { SealedValues } from '../../core/secrets/sealed-values.ts'

export interface TotpRow {
  id: Uint8Array
  /** Sealed. */
  seed: Uint8Array
  /** The newest step whose code was accepted: it and all before it are used for ever. */
  last_step: number
  created_at: Instant
}

export interface NewTotp {
  userId: UserId
  id: Uint8Array
  seed: Uint8Array
  /** Step of the code that proved the enrolment. */
  step: number
  now: Instant
}

const columns = 'user_id, id, seed, last_step, created_at, last_used_at'

const find = statement('SELECT id, seed, last_step, created_at FROM totp WHERE user_id = :userId')
const insert = statement(`INSERT INTO totp (${columns}) VALUES (:userId, :id, :seed, :step, :now, :now)
  ON CONFLICT (user_id) DO NOTHING RETURNING id`)
const replace = statement(`UPDATE totp SET id = :id, seed = :seed, last_step = :step, created_at = :now,
  last_used_at = :now WHERE user_id = :userId RETURNING id`)
// Only one of several requests with the same code advances the step; none moves it back.
const use = statement(`UPDATE totp SET last_step = :step, last_used_at = :now, seed = :seed
  WHERE user_id = :userId AND id = :id AND last_step < :step RETURNING id`)
const countByKey = statement('SELECT substr(seed, 1, 1) AS "keyId", count(*) AS count FROM totp GROUP BY 1')
const remove = statement('DELETE FROM totp WHERE user_id = :userId RETURNING id')

export const sealedSeeds: SealedValues = { name: 'authenticator apps', purpose: 'credentials', countByKey }

export const findTotp = (db: Queryable, userId: UserId): Promise<TotpRow | null> =>
  findOne<TotpRow>(db, find, { userId: parseUuid(userId) })

/** False if the user has one already. */
export async function insertTotp(tx: Queryable, { userId, ...row }: NewTotp): Promise<boolean> {
  return (await tx.all(insert, { userId: parseUuid(userId), ...row })).length > 0
}

/** False if the user has none. */
export async function replaceTotp(tx: Queryable, { userId, ...row }: NewTotp): Promise<boolean> {
  return (await tx.all(replace, { userId: parseUuid(userId), ...row })).length > 0
}

/** False if this step or a later one was used before, or the seed has been replaced. */
export async function useStep(
  tx: Queryable,
  used: Pick<NewTotp, 'userId' | 'id' | 'seed' | 'step' | 'now'>,
): Promise<boolean> {
  return (await tx.all(use, { ...used, userId: parseUuid(used.userId) })).length > 0
}

export async function deleteTotp(tx: Queryable, userId: UserId): Promise<boolean> {
  return (await tx.all(remove, { userId: parseUuid(userId) })).length > 0
}
