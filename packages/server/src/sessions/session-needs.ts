import type { AccountEvents } from '../identity/events/account-events.ts'
import type { Milliseconds } from '@latchkey/contract'
import type { RefreshOptions } from './refresh-needs.ts'
import { type SessionKind } from './session.ts'
import type { EndForgotten } from './forgotten.ts'
import type { ReadStandings } from './read-standing.ts'

/** The dependencies of sessions. */
export interface SessionsOptions extends RefreshOptions {
  events: AccountEvents
  /** The number of sessions that one user may have. */
  mostSessions: number
  /** By the kind of session. */
  lifetimes: Record<SessionKind, { idleTtl: Milliseconds; absoluteTtl: Milliseconds }>
}

export interface SessionNeeds extends SessionsOptions {
  readStandings: ReadStandings
  endForgotten: EndForgotten
}
