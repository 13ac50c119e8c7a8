import type { Instant, UserId } from '@latchkey/contract'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { SealedValues } from '../../core/secrets/sealed-values.ts'
import { formatUuid, parseUuid } from '../../core/ports/uuid.ts'

/** An account at a provider that signs a user in. */
export interface LinkedAccount {
  id: string
  userId: UserId
  provider: string
  issuer: string
  subject: string
  email: string | null
  name: string | null
  linkedAt: Instant
  lastUsedAt: Instant
  /** Sealed; null if none are kept. */
  tokens: Uint8Array | null
}

/** An identity's key, which never changes hands: it is the same person at the provider for ever. */
export interface IdentityKey {
  provider: string
  issuer: string
  subject: string
}

interface Row {
  id: Uint8Array
  user_id: Uint8Array
  provider: string
  issuer: string
  subject: string
  email: string | null
  name: string | null
  linked_at: Instant
  last_used_at: Instant
  tokens: Uint8Array | null
}

const columns = 'id, user_id, provider, issuer, subject, email, name, linked_at, last_used_at, tokens'

const insert = statement(`INSERT INTO linked_account (${columns})
  VALUES (:id, :userId, :provider, :issuer, :subject, :email, :name, :now, :now, :tokens)`)
const findByKey = statement(
  `SELECT ${columns} FROM linked_account WHERE provider = :provider AND issuer = :issuer AND subject = :subject`,
)
const listOfUser = statement(`SELECT ${columns} FROM linked_account WHERE user_id = :userId ORDER BY id`)
const countOfUser = statement('SELECT COUNT(*) AS count FROM linked_account WHERE user_id = :userId')
const use = statement(`
  UPDATE linked_account SET email = :email, name = COALESCE(:name, name), last_used_at = :now,
         tokens = COALESCE(:tokens, tokens)
   WHERE id = :id AND user_id = :userId RETURNING id`)
const remove = statement(
  `DELETE FROM linked_account WHERE id = :id AND user_id = :userId RETURNING ${columns}`,
)
const removeSince = statement('DELETE FROM linked_account WHERE user_id = :userId AND linked_at >= :since')
const newestWithTokens = statement(`
  SELECT ${columns} FROM linked_account
   WHERE user_id = :userId AND provider = :provider AND tokens IS NOT NULL ORDER BY last_used_at DESC, id DESC LIMIT 1`)
// When several processes find the token expired, one renews it: refresh tokens are often valid for one use.
const takeRenewal = statement(`
  UPDATE linked_account SET renewing_until = :until
   WHERE id = :id AND tokens = :tokens AND (renewing_until IS NULL OR renewing_until <= :now) RETURNING id`)
const endRenewal = statement(`
  UPDATE linked_account SET tokens = :renewed, renewing_until = NULL
   WHERE id = :id AND tokens = :tokens AND renewing_until = :until RETURNING id`)
const countByKey = statement(`SELECT substr(tokens, 1, 1) AS "keyId", count(*) AS count FROM linked_account
  WHERE tokens IS NOT NULL GROUP BY 1`)

export const sealedTokens: SealedValues = { name: 'provider tokens', purpose: 'credentials', countByKey }

export interface NewLinkedAccount extends IdentityKey {
  id: Uint8Array
  userId: UserId
  email: string | null
  name: string | null
  tokens: Uint8Array | null
  now: Instant
}

export async function countLinkedAccounts(tx: Queryable, userId: UserId): Promise<number> {
  const found = await findOne<{ count: number }>(tx, countOfUser, { userId: parseUuid(userId) })
  return found!.count
}

/** Throws UniqueViolation if the identity is linked already. */
export const insertLinkedAccount = (
  tx: Queryable,
  { userId, ...account }: NewLinkedAccount,
): Promise<unknown[]> => tx.all(insert, { ...account, userId: parseUuid(userId) })

export async function findByIdentity(
  db: Queryable,
  { provider, issuer, subject }: IdentityKey,
): Promise<LinkedAccount | null> {
  const row = await findOne<Row>(db, findByKey, { provider, issuer, subject })
  return row && toLinkedAccount(row)
}

export async function listLinkedAccounts(db: Queryable, userId: UserId): Promise<LinkedAccount[]> {
  return (await db.all<Row>(listOfUser, { userId: parseUuid(userId) })).map(toLinkedAccount)
}

export interface Use {
  id: string
  userId: UserId
  email: string | null
  name: string | null
  /** Null leaves the existing ones. */
  tokens: Uint8Array | null
  now: Instant
}

/** Notes the provider's claims. False if the identity is no longer linked. */
export async function noteUse(tx: Queryable, { id, userId, ...said }: Use): Promise<boolean> {
  return (await tx.all(use, { ...said, id: parseUuid(id), userId: parseUuid(userId) })).length > 0
}

export async function removeLinkedAccount(
  tx: Queryable,
  id: string,
  userId: UserId,
): Promise<LinkedAccount | null> {
  const row = await findOne<Row>(tx, remove, { id: parseUuid(id), userId: parseUuid(userId) })
  return row && toLinkedAccount(row)
}

export const removeLinkedAccountsSince = (
  tx: Queryable,
  userId: UserId,
  since: Instant,
): Promise<unknown[]> => tx.all(removeSince, { userId: parseUuid(userId), since })

/** The most recently used link with tokens. */
export async function findWithTokens(
  db: Queryable,
  userId: UserId,
  provider: string,
): Promise<LinkedAccount | null> {
  const row = await findOne<Row>(db, newestWithTokens, { userId: parseUuid(userId), provider })
  return row && toLinkedAccount(row)
}

export interface Renewal {
  id: string
  /** The tokens that were found expired. */
  tokens: Uint8Array
  until: Instant
}

export async function beginRenewal(
  db: Queryable,
  { id, tokens, until }: Renewal,
  now: Instant,
): Promise<boolean> {
  return (await db.all(takeRenewal, { id: parseUuid(id), tokens, until, now })).length > 0
}

/** `renewed` replaces the tokens; null removes them. */
export const finishRenewal = (
  db: Queryable,
  { id, tokens, until }: Renewal,
  renewed: Uint8Array | null,
): Promise<unknown[]> => db.all(endRenewal, { id: parseUuid(id), tokens, until, renewed })

const toLinkedAccount = (row: Row): LinkedAccount => ({
  id: formatUuid(row.id),
  userId: formatUuid(row.user_id) as UserId,
  provider: row.provider,
  issuer: row.issuer,
  subject: row.subject,
  email: row.email,
  name: row.name,
  linkedAt: row.linked_at,
  lastUsedAt: row.last_used_at,
  tokens: row.tokens,
})
