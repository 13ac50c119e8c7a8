import type { ActiveToken } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import type { CookieSessions } from '../../sessions/cookie-session.ts'
import type { Sessions } from '../../sessions/service.ts'
import { type AccessClaims, type AccessTokens, hasSession } from '../../sessions/tokens/access-token.ts'
import type { Introspector } from '../../sessions/tokens/introspector.ts'
import { sessionTokenPrefix } from '../../sessions/tokens/session-token.ts'

export interface AccessTokenIntrospectorOptions {
  accessTokens: AccessTokens
  sessions: Pick<Sessions, 'isCurrent'>
  /** True if an API key or a client certificate, and its owner, are alive. */
  isMachineAlive: (id: string) => Promise<boolean>
}

/** Introspects access tokens: a verifier's own checks, and the present state in the database. */
export function createAccessTokenIntrospector(options: AccessTokenIntrospectorOptions): Introspector {
  const { accessTokens, sessions, isMachineAlive } = options

  return {
    prefix: '',
    async introspect(token) {
      const claims = await verify(token)
      if (!claims) return null
      const isAlive = hasSession(claims)
        ? await sessions.isCurrent(claims)
        : await isMachineAlive(claims.client_id)
      return isAlive ? toActive(claims) : null
    },
  }

  async function verify(token: string): Promise<AccessClaims | null> {
    try {
      return await accessTokens.inspect(token)
    } catch (error) {
      // An unknown state is not an inactive token: a verifier must be able to tell the two apart.
      if (error instanceof AuthError && error.status === 401) return null
      throw error
    }
  }
}

const toActive = (claims: AccessClaims): ActiveToken => ({
  active: true,
  token_type: 'access_token',
  ...claims,
})

/** Introspects session cookies. Returns who is signed in, without extending the session. */
export function createSessionIntrospector({ find }: Pick<CookieSessions, 'find'>): Introspector {
  return {
    prefix: sessionTokenPrefix,
    async introspect(token) {
      const claims = await find(token)
      return claims && { active: true, token_type: 'session', ...claims }
    },
  }
}

/** Asks the first introspector whose prefix the token begins with. */
export async function introspect(
  introspectors: readonly Introspector[],
  token: string,
): Promise<ActiveToken | { active: false }> {
  const introspector = introspectors.find(({ prefix }) => token.startsWith(prefix))
  // RFC 7662 §2.2: the answer says nothing more about an inactive token.
  return (await introspector?.introspect(token)) ?? { active: false }
}
