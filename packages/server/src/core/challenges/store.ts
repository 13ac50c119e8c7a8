import type { Instant, UserId } from '@latchkey/contract'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import { formatUuid, parseUuid } from '../ports/uuid.ts'
import type { ChallengePurpose } from './purpose.ts'

export interface ChallengeRow {
  id: Uint8Array
  purpose: ChallengePurpose
  subject: Uint8Array
  user_id: Uint8Array | null
  /** The session that asked for it; null for none. */
  session_id: Uint8Array | null
  secret_hash: Uint8Array
  code_hash: Uint8Array | null
  tries_left: number
  payload: Uint8Array
  created_at: Instant
  expires_at: Instant
}

const columns =
  'id, purpose, subject, user_id, session_id, secret_hash, code_hash, tries_left, payload, created_at, expires_at'

const insert = statement(`INSERT INTO challenge (${columns}) VALUES
  (:id, :purpose, :subject, :user_id, :session_id, :secret_hash, :code_hash, :tries_left, :payload, :created_at, :expires_at)`)
// Two that are issued at the same moment do not see each other, and neither ends the other: the newer one counts alone.
const findById = statement(`SELECT ${columns} FROM challenge c WHERE id = :id AND NOT EXISTS
  (SELECT 1 FROM challenge n WHERE n.purpose = c.purpose AND n.subject = c.subject AND n.id > c.id)`)
const findBySubject = statement(
  `SELECT ${columns} FROM challenge WHERE purpose = :purpose AND subject = :subject ORDER BY id DESC LIMIT 1`,
)
// Removes the outdated ones as well: they must not count again.
const remove = statement(`DELETE FROM challenge WHERE (purpose, subject) =
  (SELECT purpose, subject FROM challenge WHERE id = :id) AND id <= :id RETURNING id`)
const removeOfSubject = statement('DELETE FROM challenge WHERE purpose = :purpose AND subject = :subject')
const voidOfUser = statement('DELETE FROM challenge WHERE user_id = :userId AND purpose = :purpose')
const voidLaterOfUser = statement(
  'DELETE FROM challenge WHERE user_id = :userId AND purpose = :purpose AND id > :id',
)
const listOfUser = statement(
  `SELECT ${columns} FROM challenge WHERE user_id = :userId AND purpose = :purpose ORDER BY id`,
)
const leaveUser = statement(
  'UPDATE challenge SET user_id = NULL WHERE user_id = :userId AND purpose = :purpose',
)
const take = statement(
  'UPDATE challenge SET tries_left = tries_left - 1 WHERE id = :id AND tries_left > 0 RETURNING tries_left',
)
const amend = statement('UPDATE challenge SET payload = :payload WHERE id = :id')
const bind = statement('UPDATE challenge SET user_id = :userId WHERE id = :id')
const recode = statement('UPDATE challenge SET code_hash = :codeHash WHERE id = :id')
const removeExpired = statement(`DELETE FROM challenge WHERE id IN
  (SELECT id FROM challenge WHERE expires_at < :now ORDER BY expires_at LIMIT :limit) RETURNING id`)

export const insertChallenge = (tx: Queryable, row: ChallengeRow): Promise<unknown[]> =>
  tx.all(insert, { ...row })

export const findChallenge = (
  db: Queryable,
  by: { id: Uint8Array } | { purpose: ChallengePurpose; subject: Uint8Array },
): Promise<ChallengeRow | null> => findOne<ChallengeRow>(db, 'id' in by ? findById : findBySubject, { ...by })

export async function deleteChallenge(tx: Queryable, id: Uint8Array): Promise<boolean> {
  const removed = await tx.all<Pick<ChallengeRow, 'id'>>(remove, { id })
  return removed.some((row) => formatUuid(row.id) === formatUuid(id))
}

export async function takeTry(tx: Queryable, id: Uint8Array): Promise<boolean> {
  return (await tx.all(take, { id })).length > 0
}

export const replacePayload = (tx: Queryable, id: Uint8Array, payload: Uint8Array): Promise<unknown[]> =>
  tx.all(amend, { id, payload })

export const replaceCode = (tx: Queryable, id: Uint8Array, codeHash: Uint8Array): Promise<unknown[]> =>
  tx.all(recode, { id, codeHash })

/** Binds a challenge to a user: from now on, events that end the user's codes end it too. */
export const bindChallenge = (tx: Queryable, id: Uint8Array, userId: UserId | null): Promise<unknown[]> =>
  tx.all(bind, { id, userId: userId && parseUuid(userId) })

export const replaceChallenges = (
  tx: Queryable,
  purpose: ChallengePurpose,
  subject: Uint8Array,
): Promise<unknown[]> => tx.all(removeOfSubject, { purpose, subject })

export const voidChallengesOfUser = (
  tx: Queryable,
  purpose: ChallengePurpose,
  userId: UserId,
): Promise<unknown[]> => tx.all(voidOfUser, { purpose, userId: parseUuid(userId) })

/** Oldest first. */
export const listChallengesOfUser = (
  db: Queryable,
  purpose: ChallengePurpose,
  userId: UserId,
): Promise<ChallengeRow[]> => db.all(listOfUser, { purpose, userId: parseUuid(userId) })

export async function outliveUser(tx: Queryable, purpose: ChallengePurpose, userId: UserId): Promise<void> {
  await tx.all(leaveUser, { purpose, userId: parseUuid(userId) })
}

/** Voids the user's challenges issued after challenge `id`: ids are in the order of time. */
export async function voidLaterChallenges(
  tx: Queryable,
  later: { purpose: ChallengePurpose; userId: UserId; id: Uint8Array },
): Promise<void> {
  await tx.all(voidLaterOfUser, { ...later, userId: parseUuid(later.userId) })
}

export const removeExpiredChallenges = (db: Queryable, now: Instant, limit: number): Promise<unknown[]> =>
  db.all(removeExpired, { now, limit })
