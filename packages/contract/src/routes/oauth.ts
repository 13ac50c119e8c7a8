import { z } from 'zod'
import { defineRoute } from '../route.ts'

const tag = 'OAuth'

/** RFC 8414 §2; members left out are not supported. */
const metadata = z
  .object({
    issuer: z.url(),
    jwks_uri: z.url(),
    introspection_endpoint: z.url(),
    introspection_endpoint_auth_methods_supported: z.array(z.string()),
    response_types_supported: z.array(z.string()),
    grant_types_supported: z.array(z.string()),
    /** RFC 8705 §3.3 */
    tls_client_certificate_bound_access_tokens: z.boolean(),
    /** Ours: the address of the revocation feed. */
    revocation_feed_endpoint: z.url(),
    service_documentation: z.url(),
  })
  .meta({ id: 'AuthorizationServerMetadata' })

export const getMetadata = defineRoute({
  id: 'getAuthorizationServerMetadata',
  method: 'GET',
  path: '/.well-known/oauth-authorization-server',
  access: 'operation',
  tag,
  summary: 'Authorization server metadata (RFC 8414)',
  answers: { 200: { description: 'The metadata.', body: metadata } },
  errors: [],
})

/** One claims shape for every kind of token, so that a verifier reads them alike (RFC 7662 §2.2). */
const active = z
  .object({
    active: z.literal(true),
    token_type: z.enum(['access_token', 'api_key', 'session']),
    iss: z.string(),
    /** The id of a user or of a service account. */
    sub: z.string(),
    aud: z.string().optional(),
    /** The OAuth client; the id of the API key or client certificate if the caller is a machine. */
    client_id: z.string(),
    scope: z.string().optional(),
    exp: z.number().int().optional(),
    iat: z.number().int(),
    jti: z.string().optional(),
    sid: z.string().optional(),
    epoch: z.number().int().optional(),
    auth_time: z.number().int().optional(),
    amr: z.array(z.string()).optional(),
    acr: z.string().optional(),
    roles: z.array(z.string()).optional(),
    permissions: z.array(z.string()).optional(),
    /** The key or certificate that the token is bound to (RFC 7800). */
    cnf: z.object({ jkt: z.string().optional(), 'x5t#S256': z.string().optional() }).optional(),
  })
  .meta({ id: 'ActiveToken' })
export type ActiveToken = z.infer<typeof active>

export const introspect = defineRoute({
  id: 'introspect',
  method: 'POST',
  path: '/oauth/introspect',
  access: 'machine',
  // RFC 7662 §2.1: for authenticated callers only, or somebody who finds tokens could try them here (§4).
  asks: { callers: { serviceAccountKey: 'introspect' }, fresh: false, strong: false },
  protocol: 'oauth',
  tag,
  summary: 'Introspect a token (RFC 7662)',
  description:
    'Asked by services that check tokens, with the API key of a service account that has the scope `introspect`: as `Authorization: Bearer`, as `X-API-Key`, or as the password of HTTP Basic. Knows access tokens and API keys. What is expired, revoked, foreign or garbage is `{"active": false}`, without a reason.',
  body: z.object({
    token: z
      .string()
      .min(1, 'is missing')
      .max(8192)
      .meta({ example: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…' }),
    /** Ignored: tokens say themselves what kind they are. */
    token_type_hint: z.string().max(256).optional().meta({ example: 'access_token' }),
  }),
  answers: {
    200: {
      description: "The token's state and claims.",
      body: z.union([active, z.object({ active: z.literal(false) })]),
    },
  },
  errors: ['insufficient_scope', 'rate_limited'],
})
