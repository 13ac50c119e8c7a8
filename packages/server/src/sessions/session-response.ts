import {
  type signInRoutes,
  type Milliseconds,
  type SignedIn,
  type SignedInByCookie,
  toSeconds,
} from '@latchkey/contract'
import type { RememberMethod } from './cookies/last-method.ts'
import type { DeviceSessions } from './device-bound/device-sessions.ts'
import type { KnownDevices } from '../core/limits/known-device.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Permissions } from '../identity/roles/permissions.ts'
import type { Answer } from './route.ts'
import { type TokenClaims, type AccessTokens, firstPartyClient } from './tokens/access-token.ts'
import { toUser } from '../identity/users/account.ts'
import type { SessionCookies } from './cookies/session-cookies.ts'
import type { OpenCookieSession, OpenSession, OpenTokenSession } from './open-session.ts'
import { sessionIdOf, toSession } from './session.ts'

/** The transport of a session: its refresh token in a cookie or in the body, or the session itself as a cookie. */
export type TokenTransport = 'cookie' | 'body' | 'session-cookie'

/** Returns the transport that the body of a sign-in asks for. */
export const requestedTransport = ({
  tokenDelivery,
  sessionKind,
}: signInRoutes.RequestedSession): TokenTransport =>
  sessionKind === 'cookie' ? 'session-cookie' : tokenDelivery

export interface SessionResponse {
  status?: 200 | 201
  /** The transport of tokens; a cookie session has its cookie only. */
  tokenTransport: TokenTransport
  /** `refreshed` leaves the cookie of the other parity alone; a new sign-in clears it, and marks the device as known. */
  as: 'signedIn' | 'refreshed'
  /** The method of a sign-in, for the browser to remember. */
  rememberAs?: string
}

/** Turns an open session into the answer that carries its tokens or its cookie. */
export type SessionResponder = (open: OpenSession, answer: SessionResponse) => Promise<Answer>

export interface SessionResponderOptions {
  accessTokens: AccessTokens
  permissions: Permissions
  cookies: SessionCookies
  knownDevices: KnownDevices
  rememberMethod: RememberMethod
  deviceSessions: Pick<DeviceSessions, 'offer'>
  ports: Ports
}

export function createSessionResponder(options: SessionResponderOptions): SessionResponder {
  const { accessTokens, permissions, cookies, knownDevices, rememberMethod, deviceSessions, ports } = options

  return async (open, answer) =>
    open.kind === 'cookie' ? respondWithCookie(open, answer) : await respondWithTokens(open, answer)

  function respondWithCookie(
    open: OpenCookieSession,
    { status = 200, as, rememberAs }: SessionResponse,
  ): Answer {
    const { account, session, sessionToken } = open
    const body: SignedInByCookie = {
      sessionKind: 'cookie',
      user: toUser(account),
      session: toSession(session),
    }
    if (as === 'refreshed') return { status, body, cookies: cookies.raised(sessionToken, maxAge(open)) }
    const carried = cookies.started(sessionToken, maxAge(open))
    return { status, body, cookies: [...carried, ...remembered(open, rememberAs)], ...offer(open) }
  }

  async function respondWithTokens(
    open: OpenTokenSession,
    { status = 200, tokenTransport, as, rememberAs }: SessionResponse,
  ): Promise<Answer> {
    const { account, session, refreshToken } = open
    await permissions.catchUp(open.changes)
    const body: SignedIn = {
      user: toUser(account),
      accessToken: await accessTokens.issue({
        ...tokenClaimsOf(open, permissions),
        ...(open.jkt !== null && { cnf: { jkt: open.jkt } }),
      }),
      tokenType: open.jkt === null ? 'Bearer' : 'DPoP',
      expiresIn: toSeconds(accessTokens.ttl),
      session: toSession(session),
    }
    if (tokenTransport === 'body') return { status, body: { ...body, refreshToken } }
    const carried = cookies[as](refreshToken, session.generation, maxAge(open))
    if (as === 'refreshed') return { status, body, cookies: carried }
    return { status, body, cookies: [...carried, ...remembered(open, rememberAs)], ...offer(open) }
  }

  /**
   * Offers the browser to bind the session to its device. Only at a sign-in: a thief with a refresh token could
   * otherwise bind the session and take it from its owner.
   */
  function offer({ session, kind }: OpenSession): Pick<Answer, 'headers'> {
    const registration = deviceSessions.offer(session, kind)
    return registration === null ? {} : { headers: { 'secure-session-registration': registration } }
  }

  /** Returns the cookies kept beside the session; only essential ones if the session ends with the browser. */
  function remembered({ account, session }: OpenSession, rememberAs: string | undefined): string[] {
    const known = knownDevices.remember(account.id)
    return rememberAs !== undefined && session.persistent ? [known, rememberMethod(rememberAs)] : [known]
  }

  function maxAge({ session }: OpenSession): Milliseconds | null {
    return session.persistent ? ((session.expires_at - ports.now()) as Milliseconds) : null
  }
}

/** Returns the claims of an access token for an open session. */
export function tokenClaimsOf(
  { account, session }: Pick<OpenSession, 'account' | 'session'>,
  permissions: Permissions,
): TokenClaims {
  return {
    sub: account.id,
    client_id: session.client_id ?? firstPartyClient,
    sid: sessionIdOf(session),
    auth_time: toSeconds(session.authenticated_at),
    amr: session.amr.split(' '),
    acr: `aal${session.aal}`,
    epoch: session.epoch,
    roles: account.roles,
    permissions: permissions.ofRoles(account.roles),
  }
}
