import { seconds, toSeconds } from '@latchkey/contract'
import * as oauth from 'oauth4webapi'
import { clientAuthOf } from '../client-authentication.ts'
import { unusable } from '../metadata.ts'
import type { Provider } from '../providers.ts'
import type { Exchange, ProtocolServices, ProviderTokens } from './protocol-services.ts'

/** Seconds. */
export const clockTolerance = 30

/** Null if the refresh token is no longer valid. Throws AuthError `provider_unavailable`. */
export async function renewTokens(
  services: ProtocolServices,
  provider: Provider,
  refreshToken: string,
): Promise<ProviderTokens | null> {
  const { metadata } = await services.findServer(provider)
  const client = clientOf(services, provider)
  try {
    const response = await oauth.refreshTokenGrantRequest(
      metadata,
      client,
      clientAuthOf(provider.authentication, services.ports),
      refreshToken,
      services.calls,
    )
    const answer = await oauth.processRefreshTokenResponse(metadata, client, await withoutIdToken(response))
    const tokens = tokensOf(services, provider, answer)
    return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken }
  } catch (error) {
    // RFC 6749 §5.2: only this error is permanent; every other one may pass.
    if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') return null
    throw unusable(metadata.issuer, error instanceof Error ? error.message : 'unknown fault')
  }
}

/** Removes the ID token from a renewal's answer: it is not used. */
async function withoutIdToken(response: Response): Promise<Response> {
  if (response.status !== 200) return response
  const { id_token: _, ...body } = (await response.json()) as Record<string, unknown>
  return Response.json(body)
}

export async function sendCode(
  services: ProtocolServices,
  { server, provider, parameters, secrets }: Exchange,
): Promise<Response> {
  return await oauth.authorizationCodeGrantRequest(
    server.metadata,
    clientOf(services, provider),
    clientAuthOf(provider.authentication, services.ports),
    parameters,
    services.redirectUri(provider.id),
    secrets.verifier,
    services.calls,
  )
}

/** This server, as a client of the provider. */
export const clientOf = (
  { ports }: Pick<ProtocolServices, 'ports'>,
  { clientId }: Provider,
): oauth.Client => ({
  client_id: clientId,
  [oauth.clockSkew]: toSeconds(ports.now() - Date.now()),
  [oauth.clockTolerance]: clockTolerance,
})

export function tokensOf(
  { ports }: Pick<ProtocolServices, 'ports'>,
  { scopes }: Provider,
  answer: oauth.TokenEndpointResponse,
): ProviderTokens {
  const {
    access_token: accessToken,
    refresh_token: refreshToken = null,
    expires_in: expiresIn,
    scope,
  } = answer
  return {
    accessToken,
    refreshToken,
    expiresAt: expiresIn === undefined ? null : ports.now() + seconds(expiresIn),
    // RFC 6749 §5.1: omitted if it is as requested. GitHub separates by commas.
    scopes: scope === undefined ? [...scopes] : scope.split(/[ ,]+/).filter((each) => each !== ''),
  }
}
