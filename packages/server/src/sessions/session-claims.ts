import { toSeconds } from '@latchkey/contract'
import type { Permissions } from '../identity/roles/permissions.ts'
import { tokenClaimsOf } from './session-response.ts'
import { type Authentication, sessionIdOf } from './session.ts'
import type { SessionWithAccount } from './store.ts'
import type { AccessClaims } from './tokens/access-token.ts'

/** Returns the claims of a cookie session as an access token would state them, limited to what the cookie may claim. */
export type SessionClaimsOf = (found: SessionWithAccount, as: Authentication) => AccessClaims

export interface SessionClaimsOptions {
  permissions: Permissions
  issuer: string
  audience: string
}

export function createSessionClaims({
  permissions,
  issuer,
  audience,
}: SessionClaimsOptions): SessionClaimsOf {
  return ({ session, account }, as) => {
    const { roles, permissions: held, ...claims } = tokenClaimsOf({ session, account }, permissions)
    const end = Math.min(session.expires_at, session.rotated_at + session.idle_ttl)
    return {
      ...claims,
      iss: issuer,
      aud: audience,
      iat: toSeconds(session.created_at),
      exp: toSeconds(end),
      jti: sessionIdOf(session),
      auth_time: toSeconds(as.authenticatedAt),
      amr: as.amr,
      acr: `aal${as.aal}`,
      ...(roles.length > 0 && { roles }),
      ...(held.length > 0 && { permissions: held }),
    }
  }
}
