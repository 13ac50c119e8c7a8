import { levelOf } from '@latchkey/verify/core'
import type { RequestContext } from '../core/request/request-context.ts'
import type { SessionCookies } from '../sessions/cookies/session-cookies.ts'
import type { Sessions } from '../sessions/service.ts'
import { sessionIdOf, userIdOf } from '../sessions/session.ts'
import { isLive } from '../sessions/standing.ts'
import { type AccessTokens, hasSession } from '../sessions/tokens/access-token.ts'
import type { Holder } from './email-proof-needs.ts'

/**
 * Who is signed in where a link is opened: by the access token, else by the browser's cookies. Null for nobody, for a
 * link is opened in many a browser. An access token that is refused throws, as everywhere.
 */
export type FindHolder = (request: RequestContext) => Promise<Holder | null>

export interface FindHolderOptions {
  sessions: Sessions
  cookies: SessionCookies
  accessTokens: AccessTokens
}

export function createFindHolder({ sessions, cookies, accessTokens }: FindHolderOptions): FindHolder {
  return async (request) => {
    const token = request.dpopToken ?? request.bearer
    return token === null ? await byCookies(request) : await byToken(token, request)
  }

  async function byToken(token: string, request: RequestContext): Promise<Holder | null> {
    const claims = await accessTokens.verify(token, request)
    if (!hasSession(claims)) return null
    const { sub: userId, sid: sessionId, auth_time: authTime } = claims
    return { userId, sessionId, authenticatedAt: authTime * 1000, aal: levelOf(claims) }
  }

  async function byCookies(request: RequestContext): Promise<Holder | null> {
    const read = await sessions.readStanding(cookies.read(request), request)
    if (!read || !isLive(read.standing)) return null
    const { session } = read.found
    const { authenticatedAt, aal } = read.standing.authentication
    return { userId: userIdOf(session), sessionId: sessionIdOf(session), authenticatedAt, aal }
  }
}
