import type { Instant, Requirement } from '@latchkey/contract'
import { decideRequirement } from '@latchkey/verify/core'
import { AuthError } from '../core/auth-error.ts'
import { type AccessClaims, hasSession } from './tokens/access-token.ts'

/**
 * Holds verified claims against what is asked. Throws AuthError `forbidden` where a role or permission is missing,
 * `insufficient_scope` where the token is too narrow, `insufficient_user_authentication` where proving oneself again
 * would help (RFC 9470), `session_required` where that is asked of a machine, which cannot.
 */
export function requireProof(claims: AccessClaims, requirement: Requirement, now: Instant): void {
  const shortfall = decideRequirement(claims, requirement, now)
  if (!shortfall) return
  switch (shortfall.code) {
    case 'forbidden':
      throw new AuthError('forbidden', { detail: shortfall.detail })
    case 'insufficient_scope':
      throw new AuthError('insufficient_scope', { scope: shortfall.scope })
    case 'insufficient_user_authentication':
      if (!hasSession(claims)) throw new AuthError('session_required')
      throw new AuthError('insufficient_user_authentication', { stepUp: shortfall })
  }
}
