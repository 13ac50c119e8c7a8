import type { Milliseconds, SessionId, UserId } from '@latchkey/contract'
import type { ChallengePurpose } from './purpose.ts'

export interface NewChallenge {
  purpose: ChallengePurpose
  /** Whom it is about (an address, a user id); a newer challenge for the same subject ends the older ones. */
  subject: string
  userId: UserId | null
  /** The session that asks: what it has asked for ends with it. @default none */
  sessionId?: SessionId | null
  /** Sealed at rest. */
  payload: Record<string, unknown>
  ttl: Milliseconds
  /** A 6-digit code as a second way to answer, by whoever holds the ticket. */
  withCode?: boolean
}

export interface Challenge {
  purpose: ChallengePurpose
  /** What issuing gave to the browser that asked. */
  ticket: string
  userId: UserId | null
  payload: Record<string, unknown>
}

export interface IssuedChallenge {
  /** For the link: 128 bits or more, kept only as a hash. */
  token: string
  /** For the browser that asked: with it, a code can be answered. */
  ticket: string
  code: string | null
}

export type CodeAnswer = { code: string } & ({ ticket: string } | { subject: string })
