import type { FirstProof } from './first-proof.ts'
import type { StepUpMethod } from '@latchkey/contract'
import { createGuesses } from '../core/limits/guesses.ts'
import { type RequestContext } from '../core/request/request-context.ts'
import type { CookieSource } from '../core/request/cookie.ts'
import type { OpenSession } from '../sessions/open-session.ts'
import type { SessionClaims } from '../sessions/tokens/access-token.ts'
import { begin, finish, waiting } from './finish.ts'
import { guessing } from './options.ts'
import { proceed, start } from './proceed.ts'
import type { SignInOptions } from './sign-in-needs.ts'
import type {
  FactorInput,
  FactorReproof,
  FactorRequest,
  SignedInStep,
  SignInStep,
  WaitingSignIn,
} from './sign-in-step.ts'
import { beginStepUp, stepUp, stepUpMethods } from './step-up.ts'

/** Leads from the first factor to the session. */
export interface SignIn {
  /** Starts the session of an account too new to have a second factor, unless it must have one. */
  start(proof: FirstProof, request: RequestContext): Promise<SignInStep>
  /**
   * Starts the session, or holds it back until one of the user's second factors is verified, or until a required one is
   * enrolled.
   */
  proceed(proof: FirstProof, request: RequestContext): Promise<SignInStep>
  /** Returns what the sign-in of a ticket waits for; null if the ticket is not valid here. */
  waiting(ticket: string, request: CookieSource): Promise<WaitingSignIn | null>
  /** Returns the question of a factor. Throws `challenge_invalid`, `second_factor_invalid`, `rate_limited`. */
  begin(input: FactorRequest, request: CookieSource): Promise<Record<string, unknown>>
  /** Throws as {@link begin}, and `invalid_credentials` when the user was disabled meanwhile. */
  finish(
    input: FactorRequest & FactorInput & { trustDevice: boolean },
    request: RequestContext,
  ): Promise<SignedInStep>
  /** Lists the methods by which the user could step up. */
  stepUpMethods(claims: SessionClaims): Promise<StepUpMethod[]>
  /** Returns the question of a factor within a session. Throws `second_factor_invalid`, `rate_limited`. */
  beginStepUp(
    claims: SessionClaims,
    factor: string,
  ): Promise<{ ticket: string; options: Record<string, unknown> }>
  /**
   * Verifies a factor within a session, which rises to aal2. Throws `second_factor_invalid`, `challenge_invalid`,
   * `rate_limited`, and as a step-up.
   */
  stepUp(input: FactorReproof, request: RequestContext): Promise<OpenSession>
}

export function createSignIn(options: SignInOptions): SignIn {
  const services = { ...options, guesses: createGuesses(options.limits, options.knownDevices, guessing) }
  return {
    start: (proof, request) => start(services, proof, request),
    proceed: (proof, request) => proceed(services, proof, request),
    waiting: (ticket, request) => waiting(services, ticket, request),
    begin: (input, request) => begin(services, input, request),
    finish: (input, request) => finish(services, input, request),
    stepUpMethods: (claims) => stepUpMethods(services, claims),
    beginStepUp: (claims, factor) => beginStepUp(services, claims, factor),
    stepUp: (input, request) => stepUp(services, input, request),
  }
}
