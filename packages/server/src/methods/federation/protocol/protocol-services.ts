import type { Instant } from '@latchkey/contract'
import * as oauth from 'oauth4webapi'
import type { Outgoing } from '../../../core/outgoing/outgoing.ts'
import type { Ports } from '../../../core/ports/ports.ts'
import { createFindServer, type FindServer, type Server } from '../metadata.ts'
import { patience } from '../options.ts'
import type { Claims, Profile, Provider } from '../providers.ts'

interface ProtocolOptions {
  outgoing: Outgoing
  ports: Ports
  /** The callback of a provider: one for each, so that no answer of one can be taken for another's (RFC 9700 §4.4). */
  redirectUri: (providerId: string) => string
}

/** What a provider is spoken to with: OpenID Connect and OAuth 2, with PKCE, state and nonce always. */
export interface ProtocolServices extends ProtocolOptions {
  findServer: FindServer
  /** How the library calls. */
  calls: ReturnType<typeof callsBy>
}

/** Kept sealed between the way there and the way back. */
export interface RequestSecrets {
  /** PKCE (RFC 7636). */
  verifier: string
  nonce: string
}

/** The parameters with which the browser came back. */
export interface AuthorizationAnswer {
  state: string
  code?: string | undefined
  error?: string | undefined
  iss?: string | undefined
  user?: string | undefined
}

/** Somebody has proven to the provider who they are, and the provider to us that it is the provider. */
export interface ProvenIdentity extends Omit<Profile, 'subject'> {
  issuer: string
  subject: string
  /** Whether a second factor was asked for there, and the provider's word on it counts. */
  isMultiFactor: boolean
  tokens: ProviderTokens
}

export interface ProviderTokens {
  accessToken: string
  refreshToken: string | null
  expiresAt: Instant | null
  scopes: string[]
}

/** A code that is being redeemed. */
export interface Exchange {
  server: Server
  provider: Provider
  parameters: URLSearchParams
  secrets: RequestSecrets
}

/** What it was worth. */
export interface Redeemed {
  claims: Claims
  issuer: string
  tokens: ProviderTokens
}

export const createProtocolServices = (options: ProtocolOptions): ProtocolServices => ({
  ...options,
  findServer: createFindServer(options),
  calls: callsBy(options.outgoing),
})

const callsBy = (outgoing: Outgoing) => ({
  // Which hosts may be called, and without TLS, is for `outgoing` to say.
  [oauth.allowInsecureRequests]: true as const,
  [oauth.customFetch]: async (
    url: string,
    { method, headers, body }: oauth.CustomFetchOptions<string, URLSearchParams | undefined>,
  ) => await outgoing.fetch(url, { method, headers, body: body?.toString() ?? null, patience }),
})
