import { errorCatalogue, type ErrorCode } from '@latchkey/contract/errors'
import { publicKeyAlgorithms } from '../token/algorithms.ts'
import { challengeOf, type ChallengeOptions } from '../token/challenge.ts'
import type { Shortfall } from '../token/requirement.ts'
import type { VerifyError, VerifyErrorCode } from '../token/verify-error.ts'

/** The refusals that a service of yours may answer; the same codes as Latchkey's own. */
export type RefusalCode = Extract<
  ErrorCode,
  | 'unauthenticated'
  | 'invalid_token'
  | 'token_expired'
  | 'token_revoked'
  | 'insufficient_user_authentication'
  | 'forbidden'
  | 'insufficient_scope'
  | 'invalid_input'
  | 'cross_site_request'
  | 'unavailable'
>

/** The reason why a request is refused, and the whole answer: `application/problem+json` (RFC 9457). */
export interface Refusal {
  code: RefusalCode
  /** The fault of the token, with its `cause`, for your log; null if it is not about the token. */
  error: VerifyError | null
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  body: string
}

interface Details extends ChallengeOptions {
  error?: VerifyError
  detail?: string
  /** A challenge other than the usual one of the code. */
  challenge?: string
}

/** Seconds after which the issuer may be there again: for `Retry-After`. */
const patience = 5

/** `issuer` is where the code is explained. */
export function createRefusal(issuer: string, code: RefusalCode, details: Details = {}): Refusal {
  const { error = null, detail, ...options } = details
  const { status, title } = errorCatalogue[code]
  const challenge = details.challenge ?? challengeOf(code, options)
  const problem = {
    type: new URL(`/docs#error-${code}`, issuer).href,
    title,
    status,
    code,
    ...(detail !== undefined && { detail }),
    ...(error && { reason: error.code }),
  }
  return {
    code,
    error,
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(challenge !== null && { 'www-authenticate': challenge }),
      ...(status === 503 && { 'retry-after': String(patience) }),
    },
    body: JSON.stringify(problem),
  }
}

/**
 * The refusals by fault of the token. A token that cannot be checked now gets 503, never 401: on 401 clients would
 * refresh, and sign out in the end.
 */
const codes: Partial<Record<VerifyErrorCode, RefusalCode>> = {
  missing: 'unauthenticated',
  expired: 'token_expired',
  revoked: 'token_revoked',
  revocation_unknown: 'unavailable',
  keys_unavailable: 'unavailable',
  introspection_failed: 'unavailable',
}

/** `scheme` is the one that the request came with. */
export function refusalOfToken(issuer: string, error: VerifyError, scheme: string): Refusal {
  const code = codes[error.code] ?? 'invalid_token'
  if (code === 'unauthenticated' || code === 'unavailable') return createRefusal(issuer, code, { error })
  const isDpop = scheme.toLowerCase() === 'dpop'
  // RFC 9449 §7.1: also for a bound token sent as `Bearer`, which learns here which scheme it needs.
  if (!isDpop && error.code !== 'proof_missing') return createRefusal(issuer, code, { error })
  return createRefusal(issuer, code, {
    error,
    scheme: 'DPoP',
    isProofWrong: isDpop && (error.code === 'proof_missing' || error.code === 'proof_invalid'),
    algs: publicKeyAlgorithms.join(' '),
  })
}

export function refusalOfShortfall(
  issuer: string,
  { code, ...details }: Shortfall,
  scheme: 'Bearer' | 'DPoP',
): Refusal {
  return createRefusal(issuer, code, { ...details, scheme })
}
