import { sha256 } from '../../../core/bytes.ts'
import type { Provider } from '../providers.ts'
import type { ProtocolServices, RequestSecrets } from './protocol-services.ts'

/** Returns the authorization URL. Throws AuthError `provider_unavailable`. */
export async function authorizationUrl(
  { findServer, redirectUri }: ProtocolServices,
  provider: Provider,
  { state, verifier, nonce }: RequestSecrets & { state: string },
): Promise<string> {
  const { metadata } = await findServer(provider)
  const url = new URL(metadata.authorization_endpoint as string)
  const parameters = {
    ...provider.parameters,
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: redirectUri(provider.id),
    scope: provider.scopes.join(' '),
    state,
    code_challenge: sha256(verifier).toString('base64url'),
    code_challenge_method: 'S256',
    ...(provider.protocol.kind === 'oidc' && { nonce }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}
