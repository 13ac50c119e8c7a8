import { errorCatalogue, type ErrorCode, type FieldError } from '@latchkey/contract'

export interface AuthErrorOptions {
  /** A sentence for the caller that adds to the catalogue's title. Never holds a secret. */
  detail?: string
  /** Faults by field, for `invalid_input`. */
  errors?: FieldError[]
  /** Seconds for `Retry-After`. */
  retryAfter?: number
  /** What RFC 9470 §3 asks for in `WWW-Authenticate`. */
  stepUp?: { acr?: string; maxAge?: number }
  /** The scopes that would do, for `WWW-Authenticate` (RFC 6750 §3). */
  scope?: string
  /** The token has to come with a proof of its key: the scheme of `WWW-Authenticate` (RFC 9449 §7.1). */
  scheme?: 'DPoP'
  /** A challenge for the device that holds the key of the session (DBSC). */
  deviceChallenge?: string
  /** For the operator's log, never for the caller. */
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
