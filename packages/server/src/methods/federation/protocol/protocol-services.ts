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
  /** The callback of a provider: one each, so that one provider's answer cannot pass for another's (RFC 9700 §4.4). */
  redirectUri: (providerId: string) => string
}

/** The client's side of the protocol: OpenID Connect and OAuth 2, always with PKCE, state and nonce. */
export interface ProtocolServices extends ProtocolOptions {
  findServer: FindServer
  /** Options for the library's HTTP calls. */
  calls: ReturnType<typeof callsBy>
}

/** Kept sealed until the browser returns. */
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

/** An identity that the user proved to the provider, and whose answer was verified as the provider's. */
export interface ProvenIdentity extends Omit<Profile, 'subject'> {
  issuer: string
  subject: string
  /** True if the provider asked for a second factor and is trusted on it. */
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

/** The result of redeeming a code. */
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
  // `outgoing` decides which hosts may be called, and which without TLS.
  [oauth.allowInsecureRequests]: true as const,
  [oauth.customFetch]: async (
    url: string,
    { method, headers, body }: oauth.CustomFetchOptions<string, URLSearchParams | undefined>,
  ) => await outgoing.fetch(url, { method, headers, body: body?.toString() ?? null, patience }),
})
