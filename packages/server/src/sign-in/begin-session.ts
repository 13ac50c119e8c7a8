import type { Instant } from '@latchkey/contract'
import { AuthError } from '../core/auth-error.ts'
import type { Factor } from './factor.ts'
import type { RequestContext } from '../core/request/request-context.ts'
import type { SessionCookies } from '../sessions/cookies/session-cookies.ts'
import type { OpenSession } from '../sessions/open-session.ts'
import type { Sessions } from '../sessions/service.ts'
import type { StartSession } from '../sessions/start-session.ts'
import type { Authentication } from '../sessions/session.ts'
import type { SignInRequest } from './first-proof.ts'

/** Starts the session of a sign-in whose steps are all done. */
export type BeginSession = (
  proven: Pick<StartSession, 'userId' | 'authentication' | 'stillValid'> & SignInRequest,
  request: RequestContext,
) => Promise<OpenSession>

export interface BeginSessionOptions {
  sessions: Sessions
  cookies: SessionCookies
}

export const createBeginSession =
  ({ sessions, cookies }: BeginSessionOptions): BeginSession =>
  ({ userId, authentication, stillValid, persistent, tokenTransport }, request) => {
    requireBindable(tokenTransport, request)
    const start = tokenTransport === 'session-cookie' ? sessions.startCookie : sessions.start
    return start({
      userId,
      authentication,
      stillValid,
      persistent,
      origin: request,
      jkt: request.provenKey,
      // A client that keeps its tokens itself may hold several accounts; a browser's cookies hold one.
      replaces: tokenTransport === 'body' ? [] : cookies.read(request),
      presentedProofs: request,
    })
  }

/** A session cookie is sent by the browser itself, which makes no proofs of this kind. */
export function requireBindable(
  tokenTransport: SignInRequest['tokenTransport'],
  { provenKey }: Pick<RequestContext, 'provenKey'>,
): void {
  if (tokenTransport !== 'session-cookie' || provenKey === null) return
  const message = 'must be left out where sessionKind is cookie'
  throw new AuthError('invalid_input', { errors: [{ path: 'header.dpop', message }] })
}

/** Returns the authentication of a session after a factor was verified. */
export function raised(
  before: readonly string[],
  factor: Factor,
  { isSecond, at }: { isSecond: boolean; at: Instant },
): Authentication {
  const amr = [...new Set([...before, ...factor.amr, ...(isSecond ? ['mfa'] : [])])]
  return { amr, aal: isSecond ? 2 : 1, authenticatedAt: at }
}
