import type { Milliseconds, SessionId, UserId } from '@latchkey/contract'
import type { ChallengePurpose } from './purpose.ts'

export interface NewChallenge {
  purpose: ChallengePurpose
  /** Whom it is about (an address, a user id); a newer challenge for the same subject ends the older ones. */
  subject: string
  userId: UserId | null
  /** The requesting session; the challenge ends with it. @default none */
  sessionId?: SessionId | null
  /** Sealed at rest. */
  payload: Record<string, unknown>
  ttl: Milliseconds
  /** Adds a 6-digit code as a second way to answer, for the holder of the ticket. */
  withCode?: boolean
}

export interface Challenge {
  purpose: ChallengePurpose
  /** The ticket that the requesting browser got when the challenge was issued. */
  ticket: string
  userId: UserId | null
  payload: Record<string, unknown>
}

export interface IssuedChallenge {
  /** Token for the link: 128 bits or more, stored only as a hash. */
  token: string
  /** Ticket for the requesting browser: a code is answered together with it. */
  ticket: string
  code: string | null
}

export type CodeAnswer = { code: string } & ({ ticket: string } | { subject: string })
