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
  /** Whether an API key or a client certificate, and its owner, are alive. */
  isMachineAlive: (id: string) => Promise<boolean>
}

/** Answers for access tokens: what a verifier checks by itself, and what stands in the database at this moment. */
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
      // Not to know is not to say no: a verifier must be able to tell the two apart.
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

/** Answers for session cookies. Says who is signed in, and keeps nobody signed in. */
export function createSessionIntrospector({ find }: Pick<CookieSessions, 'find'>): Introspector {
  return {
    prefix: sessionTokenPrefix,
    async introspect(token) {
      const claims = await find(token)
      return claims && { active: true, token_type: 'session', ...claims }
    },
  }
}

/** By the first introspector whose prefix the token begins with. */
export async function introspect(
  introspectors: readonly Introspector[],
  token: string,
): Promise<ActiveToken | { active: false }> {
  const introspector = introspectors.find(({ prefix }) => token.startsWith(prefix))
  // RFC 7662 §2.2: nothing more is said of a token that does not count.
  return (await introspector?.introspect(token)) ?? { active: false }
}
