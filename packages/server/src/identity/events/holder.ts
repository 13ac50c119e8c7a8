import type { Instant, SessionId } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import type { Revoked } from '../../core/revocations/log.ts'
import type { Account } from '../users/account.ts'
import type { AccountEvent, Effects, EndReason } from './table.ts'

/** An event of an account, with its context. */
export interface Happening {
  event: AccountEvent
  /** As it will be; locked. */
  account: Account
  /** The session that the event comes from or concerns; null if none. */
  sessionId: SessionId | null
  /** Reason given for each ending. */
  reason: EndReason
  /** Time since which the account was in other hands: for `added since go`. */
  since: Instant
}

/**
 * Applies a cell of the table, inside the transaction of the event. Awaits only `tx`, and is not called if the cell
 * says `stay`. Returns the claims of access tokens that are no longer true, if any.
 */
export type End<Effect> = (
  tx: Queryable,
  effect: Exclude<Effect, 'stay'>,
  happening: Happening,
) => Promise<readonly Revoked[] | void>

/** The data of one part of the system about a user, under the columns of the table of events. */
export type Holder = { [Column in keyof Effects]?: End<Effects[Column]> }
