import { toRefusal } from '../core/request/to-refusal.ts'
import { errorCatalogue, type Problem } from '@latchkey/contract'
import { challengeOf, publicKeyAlgorithms } from '@latchkey/verify/core'
import type { AuthError } from '../core/auth-error.ts'
import type { Log } from '../core/log/log.ts'
import type { Answer } from '../sessions/route.ts'

/** Makes the caller's answer of any error (RFC 9457); details for the operator alone go to the log. */
export function toProblem(error: unknown, requestId: string, log: Log, scheme?: Scheme): Answer {
  return problemOf(toRefusal(error, requestId, log), requestId, scheme)
}

/** The scheme of the request's `Authorization` header; the challenge of a refusal uses the same one. */
export type Scheme = 'Bearer' | 'DPoP'

/** True if the proof is refused, not the token. */
export const isAboutProof = ({ code }: AuthError): boolean =>
  code === 'invalid_dpop_proof' || code === 'use_dpop_nonce'

export function problemOf(refusal: AuthError, requestId: string, sent: Scheme = 'Bearer'): Answer {
  const { code, status, options } = refusal
  const scheme = isAboutProof(refusal) ? 'DPoP' : (options.scheme ?? sent)
  const algs = scheme === 'DPoP' ? publicKeyAlgorithms.join(' ') : undefined
  const challenge = challengeOf(code, { ...options.stepUp, scope: options.scope, scheme, algs })
  const body: Problem = {
    type: `/docs#error-${code}`,
    title: errorCatalogue[code].title,
    status,
    code,
    ...(options.detail !== undefined && { detail: options.detail }),
    requestId,
    ...(options.errors && { errors: options.errors }),
  }
  return {
    status,
    body,
    headers: {
      'content-type': 'application/problem+json',
      ...(options.retryAfter !== undefined && { 'retry-after': String(options.retryAfter) }),
      ...(challenge !== null && { 'www-authenticate': challenge }),
      ...(options.deviceChallenge !== undefined && { 'secure-session-challenge': options.deviceChallenge }),
    },
  }
}
