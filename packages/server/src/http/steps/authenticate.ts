import { levelOf } from '@latchkey/verify/core'
import { AuthError } from '../../core/auth-error.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { Permissions } from '../../identity/roles/permissions.ts'
import type { Holder, Principal } from '../../sessions/route.ts'
import type { Sessions } from '../../sessions/service.ts'
import type { SessionClaimsOf } from '../../sessions/session-claims.ts'
import type { SessionCookies } from '../../sessions/cookies/session-cookies.ts'
import { sessionIdOf, userIdOf } from '../../sessions/session.ts'
import { isLive } from '../../sessions/standing.ts'
import type { CookieSessions } from '../../sessions/cookie-session.ts'
import { type AccessTokens, hasSession, type SessionClaims } from '../../sessions/tokens/access-token.ts'
import type { ApiKeys } from '../../features/api-keys/service.ts'
import type { Exchange, Step } from '../exchange.ts'
import type { MutualTls } from '../../features/mutual-tls/service.ts'
import { type PresentedKey, presentedKey } from './presented-key.ts'
import { requireUnforgeable } from './source.ts'

export interface AuthenticateOptions {
  accessTokens: AccessTokens
  cookieSessions: CookieSessions
  apiKeys: ApiKeys
  mutualTls: MutualTls
}

/**
 * Authenticates the caller by an access token in `Authorization`, verified and not revoked, else by the session cookie;
 * or by an API key or a client certificate if the route takes one. One kind of credential never stands in for another.
 */
export function createAuthenticateStep({
  accessTokens,
  cookieSessions,
  apiKeys,
  mutualTls,
}: AuthenticateOptions): Step {
  return async (exchange) => {
    const { contract, context } = exchange
    if (contract.access === 'certificate') return await byCertificate(exchange)
    const isForKeys = contract.access === 'machine'
    const presented = isForKeys || contract.asks?.callers.apiKey ? presentedKey(context) : null
    if (presented) return await byKey(presented, exchange)
    if (isForKeys) throw new AuthError(context.bearer === null ? 'api_key_needed' : 'api_key_invalid')
    // Empty: another scheme, such as the Basic that a proxy asks for, does not identify the caller.
    const token = context.dpopToken ?? context.bearer
    exchange.caller = token ? await byToken(token, exchange) : await byCookie(exchange)
  }

  async function byToken(token: string, { context }: Exchange): Promise<Principal> {
    // Passes the context as the proof: its certificate is read only for tokens that are bound to one.
    return { claims: await accessTokens.verify(token, context) }
  }

  async function byKey({ key, as }: PresentedKey, exchange: Exchange): Promise<void> {
    const holder = await apiKeys.authenticate(key, originOf(exchange.context))
    if (as !== null && as !== holder.keyId && as !== holder.owner.account.id)
      throw new AuthError('api_key_invalid', { log: { reason: 'the key of another client' } })
    exchange.caller = { holder }
  }

  async function byCertificate(exchange: Exchange): Promise<void> {
    const { context } = exchange
    exchange.caller = { certified: await mutualTls.authenticate(context.certificate, originOf(context)) }
  }

  async function byCookie(exchange: Exchange): Promise<Principal> {
    const claims = await cookieSessions.authenticate(exchange.context)
    requireUnforgeable(exchange)
    return { claims }
  }
}

/** Authenticates a person for the handler of a public route, with the step that authenticates callers. */
export async function provePerson(authenticate: Step, exchange: Exchange): Promise<Principal<SessionClaims>> {
  const asked: Exchange = { ...exchange }
  await authenticate(asked)
  const { caller } = asked
  if (!caller || !('claims' in caller) || !hasSession(caller.claims)) throw new AuthError('session_required')
  return { claims: caller.claims }
}

export interface BrowserOptions {
  sessions: Pick<Sessions, 'readStanding'>
  cookies: Pick<SessionCookies, 'read'>
  permissions: Permissions
  claimsOf: SessionClaimsOf
}

/**
 * Authenticates the person who opened a page by the browser's cookies of either kind, with the claims they are entitled
 * to and no more. A token in `Authorization` is ignored, because no browser sends one with a page.
 */
export function createBrowserStep({ sessions, cookies, permissions, claimsOf }: BrowserOptions): Step {
  return async (exchange) => {
    const { contract, context } = exchange
    if (contract.access !== 'bearer' && contract.access !== 'public')
      throw new TypeError(`${contract.id} is not for people with a browser: no page calls it`)
    const read = await sessions.readStanding(cookies.read(context), context)
    if (!read || !isLive(read.standing)) throw new AuthError('unauthenticated')
    requireUnforgeable(exchange)
    await permissions.catchUp(read.found.changes)
    exchange.caller = { claims: claimsOf(read.found, read.standing.authentication) }
  }
}

/** See {@link Call.findHolder}. */
export type FindHolder = (request: RequestContext) => Promise<Holder | null>

export type FindHolderOptions = Pick<AuthenticateOptions, 'accessTokens'> &
  Pick<BrowserOptions, 'sessions' | 'cookies'>

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
