import type { Instant, Requirement } from '@latchkey/contract'
import { AuthError } from '../auth-error.ts'
import { covers } from '../roles/permissions.ts'
import type { AccessClaims } from '../tokens/access-token.ts'

/**
 * Holds verified claims against what is asked. Throws AuthError `forbidden` where a role or permission is missing,
 * `insufficient_user_authentication` where proving oneself again would help (RFC 9470).
 */
export function requireProof(claims: AccessClaims, requirement: Requirement, now: Instant): void {
  const { role, permission, mfa, maxAge } = requirement
  if (role !== undefined && !claims.roles?.includes(role)) {
    throw new AuthError('forbidden', { detail: `The role ${role} is needed.` })
  }
  if (permission !== undefined && !covers(claims.permissions ?? [], permission)) {
    throw new AuthError('forbidden', { detail: `The permission ${permission} is needed.` })
  }
  const lacksFactor = mfa === true && levelOf(claims) < 2
  const isStale = maxAge !== undefined && claims.auth_time * 1000 + maxAge * 1000 < now
  if (!lacksFactor && !isStale) return
  throw new AuthError('insufficient_user_authentication', {
    stepUp: { ...(mfa && { acr: 'aal2' }), ...(maxAge !== undefined && { maxAge }) },
  })
}

/** `aal2` is 2. */
export const levelOf = ({ acr }: AccessClaims): number => Number(/^aal([1-3])$/.exec(acr)?.[1] ?? 0)
