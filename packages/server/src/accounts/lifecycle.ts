import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import type { Holder } from '../identity/events/holder.ts'

/** What a method of signing in keeps of a user, and what becomes of it. */
export interface Lifecycle {
  /**
   * What it holds, under the columns of the table of events: `credentials`, as a rule. `go` empties it, `added since go`
   * what is not older than `since`, `factors go` what is asked for after another method.
   */
  holds: Holder
  /** How many credentials of this method could sign the user in. */
  countUsable: (db: Queryable, userId: UserId) => Promise<number>
  /** What this method holds of the user, without anything that signs in. */
  exportUserData: (db: Queryable, userId: UserId) => Promise<Record<string, unknown>>
}
