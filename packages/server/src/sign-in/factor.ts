import type { Lifecycle } from '../accounts/lifecycle.ts'
import type { UserId, Instant } from '@latchkey/contract'
import type { Queryable, Database } from '../db/database.ts'
import type { CredentialNotice } from '../identity/mails/mails.ts'
import type { Account } from '../identity/users/account.ts'

/** What somebody sends to prove a factor. */
export type FactorAnswer = { code: string } | { response: Record<string, unknown> }

/** What a factor asks for, where it has to ask: a code that was sent, a challenge that is to be signed. */
export interface FactorChallenge {
  /** For the client. */
  options: Record<string, unknown>
  /** For {@link Factor.verify}; kept sealed with the sign-in that waits for it. Plain JSON. */
  state: Record<string, unknown>
}

export interface FactorClaim {
  userId: UserId
  answer: FactorAnswer
  /** Of the last {@link Factor.begin} of this very sign-in; null without one. */
  state: Record<string, unknown> | null
  /** Where the request comes from: for mails and the audit trail. */
  origin: { ip: string | null; userAgent: string | null }
}

/**
 * Uses the proof up, in the transaction that counts it, by a statement that works once; awaits only `tx`. False when
 * somebody was faster.
 */
export type UseProof = (tx: Queryable) => Promise<boolean>

/** What somebody has of a factor. */
export interface Enrolled {
  /** Null where that is not known. */
  since: Instant | null
  /** How many times it can still be used; null where it does not wear out. */
  left: number | null
}

/** What was kept, and what its owner is told by mail. */
export interface Kept {
  as: 'added' | 'replaced'
  notice: CredentialNotice
}

/**
 * Keeps what was proven, in the transaction that uses the ceremony up; awaits only `tx`. With `'first'` it takes nobody's
 * place. Null when somebody was faster.
 */
export type StoreCredential = (tx: Queryable, as: 'first' | 'any') => Promise<Kept | null>

/** How a user comes to have a factor: what it needs, then a proof that they have it. No transaction is open in either. */
export interface Enrolment {
  /** Nothing counts yet. */
  begin: (db: Database, account: Account) => Promise<FactorChallenge>
  /** Null for a wrong answer. `state` is that of the last begin of this very ceremony. */
  verify: (db: Queryable, claim: FactorClaim) => Promise<StoreCredential | null>
}

/** A method as the second factor of those who signed in by another one. */
export interface Factor {
  /** As the API calls it: `totp`. */
  name: string
  /** What a session proven by it says of itself (RFC 8176); `mfa` is added. */
  amr: readonly string[]
  /** Stands in for other factors and asks nobody for a second one by itself: recovery codes. */
  isBackup?: boolean
  /**
   * Methods after which it would prove the same thing again and is not asked for: a code by mail after a link by mail.
   * @default only its own method
   */
  notAfter?: readonly string[]
  /**
   * False where it is a second step and no second factor: a session that it finishes stays at aal1, without `mfa`.
   * @default true
   */
  isFactor?: false
  /** Whether this user is asked for it after another method. */
  isEnrolled: (db: Queryable, userId: UserId) => Promise<boolean>
  /**
   * Whether this user may prove it within a session, where that is more than being asked for it at sign-in: a code by mail
   * for whoever has no password. @default isEnrolled
   */
  canStepUp?: (db: Queryable, userId: UserId) => Promise<boolean>
  /** For factors that ask. May take its time: no transaction is open. */
  begin?: (db: Database, userId: UserId) => Promise<FactorChallenge>
  /**
   * Holds the answer against what the user has enrolled, if anything. Null for a wrong one; tries and limits are counted
   * before. No transaction is open and nothing may be used up yet: that is for what it returns.
   */
  verify: (db: Queryable, claim: FactorClaim) => Promise<UseProof | null>
  /** After what was redeemed is committed. */
  afterUse?: (userId: UserId, origin: FactorClaim['origin']) => void
  /** Where it can be set up at sign-in, by whoever must have a second factor and has none. */
  enrolment?: Enrolment
  /** For the list of factors. @default enrolled, and nothing else is known */
  describe?: (db: Queryable, userId: UserId) => Promise<Enrolled | null>
  /** Takes it off the user as a whole; false where there was none. */
  remove?: (tx: Queryable, userId: UserId) => Promise<boolean>
  /** Of a stand-in: made with the user's first factor, and shown once. */
  makeBackupCodes?: (tx: Queryable, userId: UserId) => Promise<string[]>
}

/** What sign-in knows of a method. */
export interface FactorMethod {
  name: string
  factor?: Factor
  lifecycle: Lifecycle
}
