import type { RequestContext } from '../../core/request/request-context.ts'
import type { OpenSession } from '../../sessions/open-session.ts'
import type { StepUp } from '../../sessions/step-up/raise-fence.ts'
import type { PasswordServices } from './password-services.ts'
import { justNow, type Reproof, verifyAgain } from './verify.ts'

/** Throws AuthError as login; `no_session` without the session's refresh token. */
export async function stepUp(
  services: PasswordServices,
  input: Reproof,
  request: RequestContext,
): Promise<OpenSession> {
  await verifyAgain(services, input, request)
  return await renew(services, input, request)
}

/** Renews the session of the request as recently authenticated, after the password was given. */
export async function renew(
  services: PasswordServices,
  { claims, tokens, attempt }: Reproof,
  request: RequestContext,
  more: Pick<StepUp, 'endsEarlier' | 'within'> = {},
): Promise<OpenSession> {
  return await services.sessions.stepUp({
    tokens,
    sessionId: claims.sid,
    attempt,
    authentication: justNow(services, claims),
    presentedProofs: request,
    ...more,
  })
}
