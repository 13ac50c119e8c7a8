import type { RequestContext } from '../../core/request/request-context.ts'
import type { OpenSession } from '../../sessions/open-session.ts'
import type { PasswordServices } from './password-services.ts'
import { justNow, type Reproof, verifyAgain } from './verify.ts'

/** Throws AuthError as login; `no_session` without the session's refresh token. */
export async function stepUp(
  services: PasswordServices,
  input: Reproof,
  request: RequestContext,
): Promise<OpenSession> {
  await verifyAgain(services, input, request)
  const { tokens, attempt, claims } = input
  return await services.sessions.stepUp({
    tokens,
    sessionId: claims.sid,
    attempt,
    authentication: justNow(services, claims),
    evidence: request,
  })
}
