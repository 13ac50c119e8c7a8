import { errorCatalogue, type ErrorCode } from '@latchkey/contract'
import type { AuthError } from '../core/auth-error.ts'
import type { Answer } from '../sessions/route.ts'

/** RFC 6749 §5.2, RFC 6750 §3.1, and for the machine's own faults RFC 6749 §4.1.2.1. */
type OAuthCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'access_denied'
  | 'temporarily_unavailable'
  | 'server_error'

const input = ['invalid_input', 'unsupported_media_type'] satisfies ErrorCode[] as ErrorCode[]

/** A refusal as OAuth clients read it. `authorization` is the header that was sent. */
export function oauthError(refusal: AuthError, authorization: string | null): Answer {
  const { code, options } = refusal
  const status = oauthStatusOf(code)
  const error = oauthCodeOf(code, status, authorization)
  return {
    status,
    body: { error, error_description: describe(refusal) },
    headers: {
      'content-type': 'application/json',
      ...(options.retryAfter !== undefined && { 'retry-after': String(options.retryAfter) }),
      ...((status === 401 || status === 403) && { 'www-authenticate': challenge(error, authorization) }),
    },
  }
}

export const oauthStatusOf = (code: ErrorCode): number =>
  input.includes(code) ? 400 : errorCatalogue[code].status

export function oauthCodeOf(code: ErrorCode, status: number, authorization: string | null = null): OAuthCode {
  if (code === 'insufficient_scope') return 'insufficient_scope'
  // RFC 6750 names the error for a bearer token, RFC 6749 for every other client.
  if (status === 401) return isBearer(authorization) ? 'invalid_token' : 'invalid_client'
  if (status === 403) return 'access_denied'
  if (status === 429 || status === 503) return 'temporarily_unavailable'
  return status < 500 ? 'invalid_request' : 'server_error'
}

function challenge(error: OAuthCode, authorization: string | null): string {
  if (error === 'insufficient_scope') return 'Bearer error="insufficient_scope", scope="introspect"'
  if (isBearer(authorization)) return `Bearer error="${error}"`
  // RFC 6749 §5.2: the scheme that the client used; if it used none, both are offered.
  return authorization === null ? 'Bearer, Basic realm="latchkey"' : 'Basic realm="latchkey"'
}

const isBearer = (authorization: string | null): boolean => /^bearer /i.test(authorization ?? '')

/** RFC 6749 §5.2 allows printable ASCII without quotes and backslashes. */
function describe({ code, options: { errors = [], detail } }: AuthError): string {
  const faults = errors.map(({ path, message }) => `${path.replace(/^body\./, '')} ${message}`)
  const sentence = faults.length > 0 ? faults.join('; ') : (detail ?? errorCatalogue[code].title)
  return sentence.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')
}
