import { errorCatalogue, type ErrorCode } from '@latchkey/contract/errors'

export interface ChallengeOptions {
  /** Default `Bearer`. */
  scheme?: 'Bearer' | 'DPoP'
  /** RFC 9449 §7.1: it is the proof that is wrong, not the token. */
  isProofWrong?: boolean
  /** Signature algorithms for proofs, space-separated (RFC 9449 §7.1). */
  algs?: string | undefined
  /** The scopes that would do (RFC 6750 §3). */
  scope?: string | undefined
  /** The assurance level that would do (RFC 9470 §3). */
  acr?: string | undefined
  /** Largest age of the sign-in in seconds (RFC 9470 §3). */
  maxAge?: number | undefined
}

/** The names of our refusals in RFC 6750 §3.1 and RFC 9470 §3; others that are 401 name the scheme alone. */
const errors: Partial<Record<ErrorCode, string>> = {
  invalid_token: 'invalid_token',
  token_expired: 'invalid_token',
  token_revoked: 'invalid_token',
  api_key_invalid: 'invalid_token',
  api_key_expired: 'invalid_token',
  api_key_revoked: 'invalid_token',
  insufficient_scope: 'insufficient_scope',
  insufficient_user_authentication: 'insufficient_user_authentication',
  invalid_dpop_proof: 'invalid_dpop_proof',
  use_dpop_nonce: 'use_dpop_nonce',
}

/** The `WWW-Authenticate` header of a refusal; null where none belongs (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3). */
export function challengeOf(code: ErrorCode, options: ChallengeOptions = {}): string | null {
  const { scheme = 'Bearer', isProofWrong = false, algs, scope, acr, maxAge } = options
  const { status, title } = errorCatalogue[code]
  const error = isProofWrong ? 'invalid_dpop_proof' : errors[code]
  if (error === undefined) return status === 401 ? scheme : null
  const parameters = {
    error,
    error_description: title,
    scope: code === 'insufficient_scope' ? scope : undefined,
    acr_values: acr,
    max_age: maxAge,
    algs,
  }
  const written = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value}"`],
  )
  return `${scheme} ${written.join(', ')}`
}
