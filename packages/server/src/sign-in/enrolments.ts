import type { FactorAnswer, FactorClaim } from './factor.ts'
import { type RequestContext } from '../core/request/request-context.ts'
import type { CookieSource } from '../core/request/cookie.ts'
import type { SessionClaims } from '../sessions/tokens/access-token.ts'
import type { FactorInput, FactorRequest, SignedInStep } from './sign-in-step.ts'
import { beginAtSignIn, finishAtSignIn, waiting } from './enrol-at-sign-in.ts'
import { begin, finish } from './enrol.ts'
import type { WaitingEnrolment, Enrolled, EnrolmentNeeds } from './enrolment-needs.ts'

/** Enrolments of a second factor: within a session, or at a sign-in that gets no session without one. */
export interface Enrolments {
  /** Null if the ticket is not valid here. */
  waiting(ticket: string, request: CookieSource): Promise<WaitingEnrolment | null>
  /** Throws `challenge_invalid`, `second_factor_invalid` for an unknown factor, `rate_limited`. */
  beginAtSignIn(input: FactorRequest, request: CookieSource): Promise<Record<string, unknown>>
  /** Throws as beginAtSignIn, and `invalid_credentials` when the user was disabled meanwhile. */
  finishAtSignIn(
    input: FactorRequest & FactorInput,
    request: RequestContext,
  ): Promise<SignedInStep & Enrolled>
  /** Throws `second_factor_invalid`, `rate_limited`. */
  begin(claims: SessionClaims, factor: string): Promise<{ ticket: string; options: Record<string, unknown> }>
  /** Throws as begin, and `challenge_invalid`. */
  finish(
    input: { claims: SessionClaims; ticket: string; answer: FactorAnswer; factor: string },
    origin: FactorClaim['origin'],
  ): Promise<Enrolled>
}

export function createEnrolments(services: EnrolmentNeeds): Enrolments {
  return {
    waiting: (ticket, request) => waiting(services, ticket, request),
    beginAtSignIn: (input, request) => beginAtSignIn(services, input, request),
    finishAtSignIn: (input, request) => finishAtSignIn(services, input, request),
    begin: (claims, factor) => begin(services, claims, factor),
    finish: (input, origin) => finish(services, input, origin),
  }
}
