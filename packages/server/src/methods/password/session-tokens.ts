import type { RequestContext } from '../../core/request/request-context.ts'
import { looksLikeRefreshToken } from '../../sessions/tokens/refresh-token.ts'
import type { PasswordRouteServices } from './password-services.ts'

interface BodyWithToken {
  refreshToken?: string | undefined
}

/** The refresh tokens that came along, in the body or in cookies. */
export function tokensOf(
  { cookies }: Pick<PasswordRouteServices, 'cookies'>,
  body: BodyWithToken,
  request: RequestContext,
): string[] {
  if (body.refreshToken === undefined) return cookies.read(request)
  return [body.refreshToken].filter(looksLikeRefreshToken)
}

/** A refresh token that came in the body goes back in the body. */
export const transportOf = (body: BodyWithToken): 'cookie' | 'body' =>
  body.refreshToken === undefined ? 'cookie' : 'body'
