import type { Instant, Requirement } from '@latchkey/contract'
import { decideRequirement } from '@latchkey/verify/core'
import { AuthError } from '../core/auth-error.ts'
import { type AccessClaims, hasSession } from './tokens/access-token.ts'

/**
 * Checks verified claims against a requirement. Throws AuthError `forbidden` if a role or permission is missing,
 * `insufficient_scope` if the token is too narrow, `insufficient_user_authentication` if a step-up would help (RFC
 * 9470), `session_required` if a machine, which cannot step up, would need to.
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
