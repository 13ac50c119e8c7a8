import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import type { Holder } from '../identity/events/holder.ts'

/** The data of a sign-in method about a user, and its lifecycle. */
export interface Lifecycle {
  /**
   * Endings under the columns of the table of events: `credentials`, as a rule. `go` removes all, `added since go`
   * those not older than `since`, `factors go` those asked for after another method.
   */
  holds: Holder
  /** How many credentials of this method could sign the user in. */
  countUsable: (db: Queryable, userId: UserId) => Promise<number>
  /** Exports this method's data about the user, without anything that signs in. */
  exportUserData: (db: Queryable, userId: UserId) => Promise<Record<string, unknown>>
}
