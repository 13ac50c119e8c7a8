import type { SignInRequest } from './first-proof.ts'
import type { FactorAnswer } from './factor.ts'
import type { OpenSession } from '../sessions/open-session.ts'
import type { SessionClaims } from '../sessions/tokens/access-token.ts'

/** A sign-in that is done; its session goes out as it was asked for. */
export interface SignedInStep {
  next: 'done'
  open: OpenSession
  tokenTransport: SignInRequest['tokenTransport']
  /** The name that the browser remembers the method by. */
  rememberAs: string
  /** What is set beside the session's own. */
  cookies: string[]
}

/** A sign-in that waits. Its ticket is good in the browser that keeps the cookies. */
export interface WaitingStep {
  next: 'second_factor' | 'second_factor_enrolment'
  ticket: string
  /** Any one of them will do. */
  factors: string[]
  /** Whether this browser may be remembered in place of a factor; of the step of that name only. */
  canTrustDevice?: boolean
  cookies: string[]
}

/** Where a sign-in has got to. */
export type SignInStep = SignedInStep | WaitingStep

/** A factor of the sign-in that a ticket stands for. */
export interface FactorRequest {
  ticket: string
  factor: string
}

export interface FactorInput {
  factor: string
  answer: FactorAnswer
}

/** What is shown to whoever holds a ticket. */
export interface WaitingSignIn {
  factors: AskableFactor[]
  canTrustDevice: boolean
}

export interface AskableFactor {
  name: string
  /** Whether it has to be started before it can be answered. */
  asks: boolean
}

export interface FactorReproof extends FactorInput {
  /** Of the question that was asked; null for factors that do not ask. */
  ticket: string | null
  claims: SessionClaims
  tokens: readonly string[]
  attempt: Uint8Array | null
}
