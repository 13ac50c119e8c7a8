import { AuthError } from '../auth-error.ts'
import type { Log } from '../log/log.ts'
import { CannotOpen } from '../secrets/keyring.ts'
import { DatabaseUnavailable } from '../../db/database.ts'
import { ClientGone } from './incoming.ts'

/** Reduces any error to the facts that its caller may know; the rest is logged. */
export function toRefusal(error: unknown, requestId: string, log: Log): AuthError {
  const refusal = toAuthError(error)
  report(refusal, error, requestId, log)
  return refusal
}

function toAuthError(error: unknown): AuthError {
  if (error instanceof AuthError) return error
  // Nobody reads this answer.
  if (error instanceof ClientGone) return new AuthError('unavailable', { cause: error })
  if (error instanceof DatabaseUnavailable)
    return new AuthError('unavailable', { retryAfter: 1, cause: error })
  if (error instanceof CannotOpen)
    return new AuthError('unavailable', { cause: error, log: { remedy: 'latchkey doctor' } })
  return new AuthError('internal_error', { cause: error })
}

function report(refusal: AuthError, error: unknown, requestId: string, log: Log): void {
  const { code, status, options } = refusal
  const about = { requestId, code, ...options.log }
  // Refusing work beyond the places for hashes is intended; a metric and an alarm report it.
  if (code === 'overloaded') log.debug('request refused', about)
  else if (status >= 500 && !(error instanceof ClientGone)) log.error('request failed', { ...about, error })
  else log.info('request refused', about)
}
