import { oauthRoutes, operationRoutes, sessionRoutes } from '@latchkey/contract'

export interface MetadataOptions {
  publicUrl: string
  basePath: string
  mtlsCa: string | null
}

/**
 * The server's metadata (RFC 8414 §2). The issuer is the configured address, never one that a request names: clients
 * that trust this document would follow it anywhere.
 */
export const describeAuthorizationServer = ({ publicUrl, basePath, mtlsCa }: MetadataOptions) => ({
  issuer: publicUrl,
  jwks_uri: publicUrl + operationRoutes.jwks.path,
  introspection_endpoint: publicUrl + oauthRoutes.introspect.path,
  introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'Bearer'],
  // Required by RFC 8414 §2, and empty: other applications cannot send users here to sign in yet.
  response_types_supported: [],
  grant_types_supported: [],
  tls_client_certificate_bound_access_tokens: mtlsCa !== null,
  revocation_feed_endpoint: `${publicUrl}${basePath}/auth${sessionRoutes.followRevocations.path}`,
  service_documentation: `${publicUrl}/docs`,
})
