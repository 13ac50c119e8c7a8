import { errorCatalogue, type ErrorCode, type Problem } from '@latchkey/contract'
import { AuthError } from '../core/auth-error.ts'
import type { Log } from '../core/log.ts'
import { DatabaseUnavailable } from '../db/database.ts'

/** Any error on the way, as the answer for the caller (RFC 9457); what only the operator may know goes to the log. */
export function toProblem(error: unknown, requestId: string, log: Log): Response {
  return problemResponse(toRefusal(error, requestId, log), requestId)
}

/** Any error as what its caller may know; the rest is logged. */
export function toRefusal(error: unknown, requestId: string, log: Log): AuthError {
  const refusal = toAuthError(error)
  report(refusal, error, requestId, log)
  return refusal
}

export function problemResponse(refusal: AuthError, requestId: string): Response {
  const { code, status, options } = refusal
  const body: Problem = {
    type: `/docs#error-${code}`,
    title: errorCatalogue[code].title,
    status,
    code,
    ...(options.detail !== undefined && { detail: options.detail }),
    requestId,
    ...(options.errors && { errors: options.errors }),
  }
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(options.retryAfter !== undefined && { 'retry-after': String(options.retryAfter) }),
      ...(status === 401 && { 'www-authenticate': bearerChallenge(refusal) }),
    },
  })
}

function toAuthError(error: unknown): AuthError {
  if (error instanceof AuthError) return error
  if (error instanceof DatabaseUnavailable)
    return new AuthError('unavailable', { retryAfter: 1, cause: error })
  return new AuthError('internal_error', { cause: error })
}

function report(refusal: AuthError, error: unknown, requestId: string, log: Log): void {
  const { code, status, options } = refusal
  if (status >= 500) log.error('request failed', { requestId, code, ...options.log, error })
  else log.info('request refused', { requestId, code, ...options.log })
}

const isInvalidToken = (code: ErrorCode): boolean =>
  /^(invalid_token|token_(expired|revoked)|api_key_(invalid|expired|revoked))$/.test(code)

/** RFC 6750 §3.1, and RFC 9470 §3 where a fresher or stronger sign-in is asked for. */
function bearerChallenge({ code, options }: AuthError): string {
  if (code === 'insufficient_user_authentication') {
    const { acr, maxAge } = options.stepUp ?? {}
    const parameters = [
      `error="insufficient_user_authentication"`,
      `error_description="${errorCatalogue[code].title}"`,
      ...(acr === undefined ? [] : [`acr_values="${acr}"`]),
      ...(maxAge === undefined ? [] : [`max_age="${maxAge}"`]),
    ]
    return `Bearer ${parameters.join(', ')}`
  }
  if (isInvalidToken(code)) {
    return `Bearer error="invalid_token", error_description="${errorCatalogue[code].title}"`
  }
  return 'Bearer'
}
