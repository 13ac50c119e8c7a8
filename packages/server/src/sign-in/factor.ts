import type { Lifecycle } from '../accounts/lifecycle.ts'
import type { UserId, Instant } from '@latchkey/contract'
import type { Queryable, Database } from '../db/database.ts'
import type { CredentialNotice } from '../identity/mails/mails.ts'
import type { Account } from '../identity/users/account.ts'

/** The answer to a factor's question. */
export type FactorAnswer = { code: string } | { response: Record<string, unknown> }

/** The question of a factor that has to ask: a code that was sent, a challenge to be signed. */
export interface FactorChallenge {
  /** Sent to the client. */
  options: Record<string, unknown>
  /** Passed to {@link Factor.verify}; kept sealed with the sign-in that waits for it. Plain JSON. */
  state: Record<string, unknown>
}

export interface FactorClaim {
  userId: UserId
  answer: FactorAnswer
  /** The state from the last {@link Factor.begin} of this very sign-in; null without one. */
  state: Record<string, unknown> | null
  /** The source of the request: for mails and the audit trail. */
  origin: { ip: string | null; userAgent: string | null }
}

/**
 * Uses the proof up, in the transaction that counts it, by a statement that works once; awaits only `tx`. False if
 * another request was faster.
 */
export type UseProof = (tx: Queryable) => Promise<boolean>

/** A user's enrolment of a factor. */
export interface Enrolled {
  /** Null if unknown. */
  since: Instant | null
  /** Number of uses left; null if unlimited. */
  left: number | null
}

/** The outcome of an enrolment, and the notice to its owner by mail. */
export interface Kept {
  as: 'added' | 'replaced'
  notice: CredentialNotice
}

/**
 * Stores the credential, in the transaction that uses the ceremony up; awaits only `tx`. With `'first'` it replaces
 * none. Null if another request was faster.
 */
export type StoreCredential = (tx: Queryable, as: 'first' | 'any') => Promise<Kept | null>

/** Enrols a factor: returns its options, then verifies that the user has it. No transaction is open in either. */
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
  /** The methods added to a session authenticated by it (RFC 8176); `mfa` is added. */
  amr: readonly string[]
  /** Stands in for other factors, and never causes a second step by itself: recovery codes. */
  isBackup?: boolean
  /**
   * Methods after which it would verify the same thing again and is not asked for: a code by mail after a link by mail.
   * @default only its own method
   */
  notAfter?: readonly string[]
  /**
   * False if it is a second step but no second factor: a session finished by it stays at aal1, without `mfa`. @default
   * true
   */
  isFactor?: false
  /**
   * True if this user is asked for it after another method. A condition in SQL on `:userId`, the 16 bytes of the id, is
   * read together with those of the other factors, in one statement.
   */
  isEnrolled: string | ((db: Queryable, userId: UserId) => Promise<boolean>)
  /**
   * True if this user may step up with it, if that differs from being asked at sign-in: a code by mail for users
   * without a password. @default isEnrolled
   */
  canStepUp?: (db: Queryable, userId: UserId) => Promise<boolean>
  /** Asks; only in factors that ask. May take its time: no transaction is open. */
  begin?: (db: Database, userId: UserId) => Promise<FactorChallenge>
  /**
   * Checks the answer against the user's enrolment, if any. Null if it is wrong; tries and limits are counted before.
   * No transaction is open and nothing may be used up yet: the returned function does that.
   */
  verify: (db: Queryable, claim: FactorClaim) => Promise<UseProof | null>
  /** Called once the use of the proof is committed. */
  afterUse?: (userId: UserId, origin: FactorClaim['origin']) => void
  /** Enrols it at sign-in, for users who must have a second factor and have none. */
  enrolment?: Enrolment
  /** Describes it for the list of factors. @default enrolled, and nothing else is known */
  describe?: (db: Queryable, userId: UserId) => Promise<Enrolled | null>
  /** Removes it from the user completely; false if there was none. */
  remove?: (tx: Queryable, userId: UserId) => Promise<boolean>
  /** Makes the codes of a stand-in, with the user's first factor; shown once. */
  makeBackupCodes?: (tx: Queryable, userId: UserId) => Promise<string[]>
}

/** The part of a method that sign-in uses. */
export interface FactorMethod {
  name: string
  factor?: Factor
  lifecycle: Lifecycle
}
