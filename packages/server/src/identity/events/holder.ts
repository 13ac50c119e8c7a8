import type { Instant, SessionId } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import type { Revoked } from '../../core/revocations/log.ts'
import type { Account } from '../users/account.ts'
import type { AccountEvent, Effects, EndReason } from './table.ts'

/** Something that happens to an account. */
export interface Happening {
  event: AccountEvent
  /** As it will be; locked. */
  account: Account
  /** The session that the event comes from, or is about; null for none. */
  sessionId: SessionId | null
  /** What ends gives this as its reason. */
  reason: EndReason
  /** Since when the account was in other hands: for `added since go`. */
  since: Instant
}

/**
 * Does what a cell of the table says, inside the transaction of the event; awaits only `tx`, and is not asked where the
 * cell says `stay`. Returns what access tokens say and is true no more, if anything.
 */
export type End<Effect> = (
  tx: Queryable,
  effect: Exclude<Effect, 'stay'>,
  happening: Happening,
) => Promise<readonly Revoked[] | void>

/** What a part of the system holds of a user, under the columns of the table of events. */
export type Holder = { [Column in keyof Effects]?: End<Effects[Column]> }
