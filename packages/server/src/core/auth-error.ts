import { errorCatalogue, type ErrorCode, type FieldError } from '@latchkey/contract'

export interface AuthErrorOptions {
  /** A sentence for the caller that adds to the catalogue's title. Never holds a secret. */
  detail?: string
  /** Faults by field, for `invalid_input`. */
  errors?: FieldError[]
  /** Seconds for `Retry-After`. */
  retryAfter?: number
  /** The values that RFC 9470 §3 requires in `WWW-Authenticate`. */
  stepUp?: { acr?: string; maxAge?: number }
  /** The scopes that would do, for `WWW-Authenticate` (RFC 6750 §3). */
  scope?: string
  /** The scheme of `WWW-Authenticate` if the token requires a proof of its key (RFC 9449 §7.1). */
  scheme?: 'DPoP'
  /** A challenge for the device that holds the key of the session (DBSC). */
  deviceChallenge?: string
  /** Details for the operator's log, never for the caller. */
  log?: Record<string, unknown>
  cause?: unknown
}

/** A refusal with two readers: code and sentence go to the caller, `options.log` to the operator. */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly code: ErrorCode
  readonly options: AuthErrorOptions

  constructor(code: ErrorCode, options: AuthErrorOptions = {}) {
    super(errorCatalogue[code].title, { cause: options.cause })
    this.code = code
    this.options = options
  }

  get status(): number {
    return errorCatalogue[this.code].status
  }
}
