import type { SessionManagerOptions } from './transport.ts'

/** A session manager's memory, and the steps in which the kinds differ. `Kept`: held while somebody is signed in. */
export interface SessionContext<Kept = unknown> extends SessionManagerOptions {
  kept?: Kept | undefined
  /** Rises with every sign-in and sign-out: what was asked before is old news. */
  signInCount: number
  /** Once somebody has asked if there is a session. */
  started?: Promise<void> | undefined
  /** The session that ended last: what another tab still says of it is late. */
  ended?: string | undefined
  /** The question to the server that is under way. */
  asking?: Promise<void> | undefined
  /** When refusals of a server last made us ask, newest first, on the monotonic clock. */
  forcedAt: number[]
  /** In a row. */
  failures: number
  timer?: ReturnType<typeof setTimeout>
  /** In the hint cookie while there may be such a session. */
  hint: string
  /** Asks the server for the session, and keeps it or signs out. */
  ask(): Promise<void>
  /** Signed out, with the server to be told or asked again; throws nothing. */
  comeBack(): Promise<void>
  /** Sets the timer again if it is too early to ask; else returns false. */
  replan(): boolean
}
