import type { FieldError } from './wire.ts'

/**
 * The errors of this side of the wire. `offline`: no answer came; `timeout`: none in time; `not_latchkey`: an
 * answer that no Latchkey server gives (wrong `baseURL`, a proxy's page); `unexpected_answer`: an error without a
 * problem document, such as a gateway's 502; the others say what to do in their message.
 */
export type ClientErrorCode =
  | 'offline'
  | 'timeout'
  | 'not_latchkey'
  | 'unexpected_answer'
  | 'cookies_blocked'
  | 'storage_blocked'
  | 'second_instance'
  | 'insecure_context'
  | 'no_randomness'
  | 'signed_out'
  | 'disposed'

/** The refusals on which a client signs out; on anything else it keeps the session and tries again. */
export type SignOutCode =
  | 'no_session'
  | 'refresh_token_invalid'
  | 'session_expired'
  | 'session_revoked'
  | 'refresh_token_reused'
  | 'user_disabled'

/** The codes that any call may be answered with, besides its own. */
export type CommonCode =
  | ClientErrorCode
  | 'invalid_input'
  | 'rate_limited'
  | 'overloaded'
  | 'unavailable'
  | 'internal_error'
  | 'cross_site_request'

/** The codes that any call with an access token may be answered with, too. */
export type BearerCode =
  | 'unauthenticated'
  | 'invalid_token'
  | 'token_expired'
  | 'token_revoked'
  | 'insufficient_user_authentication'
  | 'forbidden'
  | SignOutCode

/** The codes that any step-up may be answered with, too. */
export type StepUpCode = BearerCode | 'refresh_token_outdated'

export interface ErrorDetails {
  /** HTTP status; 0 when no answer came. */
  status?: number
  /** Seconds, as the server asked. */
  retryAfter?: number | undefined
  /** To be given to support. */
  requestId?: string | undefined
  /** One entry for each faulty field. */
  errors?: readonly FieldError[]
  /** Requirements for a fresher or stronger sign-in (RFC 9470). */
  stepUp?: StepUpChallenge
  cause?: unknown
}

/** RFC 9470 §3. */
export interface StepUpChallenge {
  /** A second factor is needed. */
  mfa: boolean
  /** Largest age of the sign-in in seconds. */
  maxAge: number | null
}

/** Every error of this package. `code` is literal where a call's type says so. */
export class AuthClientError<Code extends string = string> extends Error {
  override readonly name = 'AuthClientError'
  readonly code: Code
  readonly status: number = 0
  readonly retryAfter: number | undefined
  readonly requestId: string | undefined
  readonly errors: readonly FieldError[] = []
  readonly stepUp: StepUpChallenge | null = null

  constructor(code: Code, message: string, details?: ErrorDetails) {
    super(message)
    this.code = code
    Object.assign(this, details)
  }
}

/** `data` or `error`, never both. */
export type Result<Data, Code extends string> =
  | { data: Data; error: null }
  | { data: null; error: AuthClientError<Code | CommonCode> }

/** Answers instead of throwing; what is not an error of ours is a defect and passes through. */
export async function resultOf<Data, Code extends string>(
  work: () => Promise<Data>,
): Promise<Result<Data, Code>> {
  try {
    return { data: await work(), error: null }
  } catch (error) {
    if (error instanceof AuthClientError) return { data: null, error: error as AuthClientError<Code> }
    throw error
  }
}

/** The same for calls that answer nothing. */
export const accepted = <Code extends string>(work: () => Promise<unknown>): Promise<Result<true, Code>> =>
  resultOf(async () => {
    await work()
    return true as const
  })

const signsOut = /^(no_session|session_(expired|revoked)|refresh_token_(invalid|reused)|user_disabled)$/

/** Only our server's own refusal of the session signs out (its problem document with one of six codes). */
export const isSignOut = (error: unknown): error is AuthClientError<SignOutCode> =>
  error instanceof AuthClientError && error.status === 401 && signsOut.test(error.code)
