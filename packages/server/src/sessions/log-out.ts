import type { SessionId, UserId } from '@latchkey/contract'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import type { RequestContext } from '../core/request/request-context.ts'
import type { SessionCookies } from './cookies/session-cookies.ts'
import { mayLeave } from './read-standing.ts'
import type { Sessions } from './service.ts'
import { sessionIdOf } from './session.ts'
import { isLive } from './standing.ts'
import type { AccessTokens } from './tokens/access-token.ts'
import { looksLikeRefreshToken } from './tokens/refresh-token.ts'

export type Scope = 'this' | 'others' | 'all'

/**
 * Ends the session of a request, the others of its user, or all; nothing if nobody is signed in. `token`: the refresh
 * token in the body, instead of cookies. Throws AuthError `invalid_token` for a bound access token without its proof.
 * Throws the credential's fault if it may end only its own session and more was asked for.
 */
export type LogOut = (scope: Scope, token: string | undefined, request: RequestContext) => Promise<void>

export interface LogOutOptions {
  sessions: Sessions
  cookies: SessionCookies
  accessTokens: AccessTokens
  audit: Audit
}

interface LeavingSession {
  userId: UserId
  sessionId: SessionId
  /** Null if the credential may end other sessions as well: only a live and proven one may. */
  barrier: AuthError | null
}

export function createLogOut({ sessions, cookies, accessTokens, audit }: LogOutOptions): LogOut {
  return async (scope, token, request) => {
    const leaving = await findLeaving(request, token)
    if (leaving) await endScope(leaving, scope, request)
  }

  /** Finds the session by a cookie or the refresh token, else by the access token; null if there is none to end. */
  async function findLeaving(
    request: RequestContext,
    token: string | undefined,
  ): Promise<LeavingSession | null> {
    const tokens = token === undefined ? cookies.read(request) : [token].filter(looksLikeRefreshToken)
    const read = await sessions.readStanding(tokens, request)
    if (read && mayLeave(read)) {
      const {
        account: { id: userId },
        session,
      } = read.found
      const barrier = isLive(read.standing) ? null : new AuthError('unauthenticated')
      return { userId, sessionId: sessionIdOf(session), barrier }
    }
    const accessToken = request.dpopToken ?? request.bearer
    return accessToken === null ? null : await findLeavingByToken(accessToken, request)
  }

  /**
   * Finds the session of an access token. An expired token, or one from before a password change, ends only its own
   * session.
   */
  async function findLeavingByToken(token: string, request: RequestContext): Promise<LeavingSession | null> {
    const claims = await accessTokens.identify(token, request)
    if (claims?.sid === undefined || !(await sessions.findLive(claims.sid))) return null
    return { userId: claims.sub, sessionId: claims.sid, barrier: await refusalOf(token, request) }
  }

  async function refusalOf(token: string, request: RequestContext): Promise<AuthError | null> {
    try {
      await accessTokens.verify(token, request)
      return null
    } catch (error) {
      if (error instanceof AuthError) return error
      throw error
    }
  }

  async function endScope(
    { userId, sessionId, barrier }: LeavingSession,
    scope: Scope,
    { ip, userAgent }: RequestContext,
  ): Promise<void> {
    // Throws: a caller told that the others have ended would rely on it.
    if (scope !== 'this' && barrier) throw barrier
    if (scope === 'this') await sessions.end(sessionId, 'logged_out')
    else if (scope === 'others') await sessions.endAll({ userId, except: sessionId }, 'others_logged_out')
    else await sessions.endAll({ userId }, 'all_logged_out')
    audit.record({
      kind: 'session.ended',
      userId,
      sessionId,
      ip,
      userAgent,
      detail: { reason: 'logout', scope },
    })
  }
}
