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
  /** Cookies set beside the session's own. */
  cookies: string[]
}

/** A sign-in that waits. Its ticket is valid in the browser that keeps the cookies. */
export interface WaitingStep {
  next: 'second_factor' | 'second_factor_enrolment'
  ticket: string
  /** Any one of them will do. */
  factors: string[]
  /** True if this browser may be remembered in place of a factor; only in the step that asks for a factor. */
  canTrustDevice?: boolean
  cookies: string[]
}

/** The state of a sign-in. */
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

/** The view of a sign-in for the holder of its ticket. */
export interface WaitingSignIn {
  factors: AskableFactor[]
  canTrustDevice: boolean
}

export interface AskableFactor {
  name: string
  /** True if it has to be started before it can be answered. */
  asks: boolean
}

export interface FactorReproof extends FactorInput {
  /** The ticket of the question; null for factors that do not ask. */
  ticket: string | null
  claims: SessionClaims
  tokens: readonly string[]
  attempt: Uint8Array | null
}
