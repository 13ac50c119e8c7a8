import { hash } from 'node:crypto'
import { type Instant, seconds, toSeconds } from '@latchkey/contract'
import { parseJws, requireSoundKey } from '@latchkey/verify/core'
import * as oauth from 'oauth4webapi'
import { sha256 } from '../../core/bytes.ts'
import { AuthError } from '../../core/auth-error.ts'
import { type Outgoing, OutgoingError } from '../../core/outgoing/outgoing.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { clientAuthOf } from './client-authentication.ts'
import { createFindServer, type Server, unusable } from './metadata.ts'
import { patience } from './options.ts'
import { type Claims, type Profile, type Provider, tidyName } from './providers.ts'

/** What a provider is spoken to: OpenID Connect and OAuth 2, with PKCE, state and nonce always. */
export interface Protocol {
  /** Where the browser is sent. Throws AuthError `provider_unavailable`. */
  authorizationUrl(provider: Provider, secrets: RequestSecrets & { state: string }): Promise<string>
  /** What the code is worth. Throws AuthError `federation_failed`, `federation_denied`, `provider_unavailable`. */
  redeem(provider: Provider, answer: AuthorizationAnswer, secrets: RequestSecrets): Promise<ProvenIdentity>
  /** Null where the refresh token is good for nothing any more. Throws AuthError `provider_unavailable`. */
  renew(provider: Provider, refreshToken: string): Promise<ProviderTokens | null>
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

export interface ProtocolOptions {
  outgoing: Outgoing
  ports: Ports
  /** The callback of a provider: one for each, so that no answer of one can be taken for another's (RFC 9700 §4.4). */
  redirectUri: (providerId: string) => string
}

/** A JWK set without the keys by which others than the provider could sign. */
async function withoutWeakKeys(response: Response): Promise<Response> {
  // What is no set is for the library to refuse.
  const set = (await response
    .clone()
    .json()
    .catch(() => null)) as { keys?: unknown } | null
  if (!Array.isArray(set?.keys)) return response
  return new Response(JSON.stringify({ ...set, keys: set.keys.filter(isSound) }), response)
}

function isSound(jwk: unknown): boolean {
  try {
    requireSoundKey(jwk as Record<string, unknown>)
    return true
  } catch {
    return false
  }
}

/** What ID tokens may be signed with: asymmetric, so that nothing that we hold can forge one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const clockTolerance = 30
/** An ID token comes straight from its making. */
const oldest = seconds(900)

export function createProtocol({ outgoing, ports, redirectUri }: ProtocolOptions): Protocol {
  const findServer = createFindServer({ outgoing, ports })
  const request = {
    // Which hosts may be called, and without TLS, is for `outgoing` to say.
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (
      url: string,
      { method, headers, body }: oauth.CustomFetchOptions<string, URLSearchParams | undefined>,
    ) => await outgoing.fetch(url, { method, headers, body: body?.toString() ?? null, patience }),
  }

  return { authorizationUrl, redeem, renew }

  async function authorizationUrl(
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

  async function redeem(
    provider: Provider,
    answer: AuthorizationAnswer,
    secrets: RequestSecrets,
  ): Promise<ProvenIdentity> {
    const server = await findServer(provider)
    try {
      const parameters = readAnswer(server, provider, answer)
      const exchange = { server, provider, parameters, secrets }
      const { claims, issuer, tokens } =
        provider.protocol.kind === 'oidc'
          ? await redeemForIdentity(exchange)
          : await redeemForProfile(exchange)
      const { subject, ...profile } = provider.readProfile(claims)
      if (subject === null) throw new Untrue('names no subject')
      const name = profile.name ?? appleName(answer.user)
      const isMultiFactor = provider.trustsMfa && listsMfa(claims)
      return { ...profile, name, subject, issuer, isMultiFactor, tokens }
    } catch (error) {
      throw toRefusal(error, server)
    }
  }

  interface Exchange {
    server: Server
    provider: Provider
    parameters: URLSearchParams
    secrets: RequestSecrets
  }

  interface Redeemed {
    claims: Claims
    issuer: string
    tokens: ProviderTokens
  }

  /** RFC 6749 §4.1.2, RFC 9207: `state` was compared before, by the browser and the provider that it belongs to. */
  function readAnswer(
    { metadata }: Server,
    provider: Provider,
    answer: AuthorizationAnswer,
  ): URLSearchParams {
    const { user: _, ...given } = answer
    const entries = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return oauth.validateAuthResponse(
      metadata,
      clientOf(provider),
      new URLSearchParams(entries),
      answer.state,
    )
  }

  async function redeemForIdentity({ server, provider, parameters, secrets }: Exchange): Promise<Redeemed> {
    const { metadata } = server
    const response = await sendCode({ server, provider, parameters, secrets })
    const idToken = await readIdToken(response.clone())
    const issuer = issuerOf(provider, metadata, idToken.payload)
    const asIssuer = { ...metadata, issuer }
    const client = clientOf(provider)
    // OpenID Connect Core §3.1.3.7
    const answer = await oauth.processAuthorizationCodeResponse(asIssuer, client, response, {
      expectedNonce: secrets.nonce,
      requireIdToken: true,
    })
    await oauth.validateApplicationLevelSignature(asIssuer, response, {
      ...request,
      [oauth.customFetch]: async (...asked) =>
        await withoutWeakKeys(await request[oauth.customFetch](...asked)),
      [oauth.jwksCache]: server.keys,
    })
    const claims = oauth.getValidatedIdTokenClaims(answer)!
    // (5) of §3.1.3.7, also where the audience is one: issued for another client, and handed on.
    if (claims['azp'] !== undefined && claims['azp'] !== provider.clientId)
      throw new Untrue('was issued to another party')
    requireRecent(claims.iat)
    requireHash(claims['at_hash'], idToken.algorithm, answer.access_token)
    const more =
      claims['email'] === undefined && metadata.userinfo_endpoint !== undefined
        ? await askUserInfo(metadata, client, claims.sub, answer.access_token)
        : {}
    return { claims: { ...more, ...claims }, issuer, tokens: tokensOf(provider, answer) }
  }

  /** §5.3.4: of the very subject of the ID token. */
  async function askUserInfo(
    metadata: oauth.AuthorizationServer,
    client: oauth.Client,
    subject: string,
    accessToken: string,
  ): Promise<Claims> {
    const response = await oauth.userInfoRequest(metadata, client, accessToken, request)
    return await oauth.processUserInfoResponse(metadata, client, subject, response)
  }

  async function redeemForProfile(exchange: Exchange): Promise<Redeemed> {
    const { server, provider } = exchange
    const response = await sendCode(exchange)
    const answer = await oauth.processAuthorizationCodeResponse(server.metadata, clientOf(provider), response)
    const profile = provider.protocol.kind === 'oauth2' ? provider.protocol.profile : {}
    const claims: Record<string, unknown> = {}
    for (const [name, url] of Object.entries(profile)) claims[name] = await ask(url, answer.access_token)
    return { claims, issuer: server.metadata.issuer, tokens: tokensOf(provider, answer) }
  }

  async function ask(url: string, accessToken: string): Promise<unknown> {
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${accessToken}`,
      // GitHub answers nobody without a name.
      'user-agent': 'Latchkey',
    }
    const response = await outgoing.fetch(url, { headers, patience })
    if (response.status >= 500) throw new OutgoingError('unreachable', `answered ${response.status}`)
    if (response.status !== 200) throw new Untrue(`answered ${response.status} when asked who it is`)
    return (await response.json()) as unknown
  }

  async function sendCode({ server, provider, parameters, secrets }: Exchange): Promise<Response> {
    return await oauth.authorizationCodeGrantRequest(
      server.metadata,
      clientOf(provider),
      clientAuthOf(provider.authentication, ports),
      parameters,
      redirectUri(provider.id),
      secrets.verifier,
      request,
    )
  }

  async function renew(provider: Provider, refreshToken: string): Promise<ProviderTokens | null> {
    const server = await findServer(provider)
    const [{ metadata }, client] = [server, clientOf(provider)]
    try {
      const authentication = clientAuthOf(provider.authentication, ports)
      const response = await oauth.refreshTokenGrantRequest(
        metadata,
        client,
        authentication,
        refreshToken,
        request,
      )
      const answer = await oauth.processRefreshTokenResponse(metadata, client, await withoutIdToken(response))
      const tokens = tokensOf(provider, answer)
      return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken }
    } catch (error) {
      // RFC 6749 §5.2: this alone says that it will never work again; whatever else went wrong may pass.
      if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') return null
      throw unusable(metadata.issuer, error instanceof Error ? error.message : 'unknown fault')
    }
  }

  function clientOf({ clientId }: Provider): oauth.Client {
    return {
      client_id: clientId,
      [oauth.clockSkew]: toSeconds(ports.now() - Date.now()),
      [oauth.clockTolerance]: clockTolerance,
    }
  }

  function tokensOf({ scopes }: Provider, answer: oauth.TokenEndpointResponse): ProviderTokens {
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
      // RFC 6749 §5.1: left out where it is as asked. GitHub separates by commas.
      scopes: scope === undefined ? [...scopes] : scope.split(/[ ,]+/).filter((each) => each !== ''),
    }
  }

  function requireRecent(iat: number): void {
    const age = ports.now() - seconds(iat)
    if (age > oldest || age < seconds(-clockTolerance))
      throw new Untrue('has sent an ID token of another time')
  }
}

/** The provider has said something that is not so, or not in the form that it has to have. */
class Untrue extends Error {}

interface ReadIdToken {
  payload: Claims
  algorithm: string
}

/** Before anything else looks at it: read so that no other reader could read it otherwise. Proves nothing yet. */
async function readIdToken(response: Response): Promise<ReadIdToken> {
  const body: unknown = response.status === 200 ? await response.json() : null
  const token = typeof body === 'object' && body !== null && 'id_token' in body ? body.id_token : null
  // What is no answer at all is for the library to refuse.
  if (typeof token !== 'string') return { payload: {}, algorithm: '' }
  const jws = parseJws(token)
  const algorithm = jws?.header['alg']
  if (!jws || typeof algorithm !== 'string' || !algorithms.includes(algorithm))
    throw new Untrue('has sent an ID token of a form or algorithm that is not accepted')
  return { payload: jws.payload, algorithm }
}

function issuerOf({ protocol }: Provider, metadata: oauth.AuthorizationServer, claims: Claims): string {
  if (protocol.kind !== 'oidc' || !protocol.issuerOf) return metadata.issuer
  const issuer = protocol.issuerOf(claims)
  if (issuer === null) throw new Untrue('has sent an ID token of a directory that may not sign in')
  return issuer
}

/** OpenID Connect Core §3.1.3.8: the left half of the hash, where it is given. */
function requireHash(claim: unknown, algorithm: string, accessToken: string): void {
  if (claim === undefined) return
  const digest = algorithm === 'EdDSA' ? 'sha512' : `sha${algorithm.slice(2)}`
  const whole = hash(digest, accessToken, 'buffer')
  if (claim !== whole.subarray(0, whole.length / 2).toString('base64url'))
    throw new Untrue('has sent an access token that does not belong to its ID token')
}

/** One that comes along with a renewal says nothing that anybody asks. */
async function withoutIdToken(response: Response): Promise<Response> {
  if (response.status !== 200) return response
  const { id_token: _, ...body } = (await response.json()) as Record<string, unknown>
  return Response.json(body)
}

const listsMfa = ({ amr }: Claims): boolean => Array.isArray(amr) && amr.includes('mfa')

/** Said once, at the very first sign-in, by the browser: good for a greeting and for nothing else. */
function appleName(user: string | undefined): string | null {
  try {
    const { name } = JSON.parse(user ?? '{}') as { name?: { firstName?: unknown; lastName?: unknown } }
    const parts = [name?.firstName, name?.lastName].filter((part) => typeof part === 'string')
    return tidyName(parts.join(' '))
  } catch {
    return null
  }
}

/** No cause goes along: those of the library hold tokens and claims. */
function toRefusal(error: unknown, { metadata: { issuer } }: Server): AuthError {
  if (error instanceof AuthError) return error
  if (error instanceof oauth.AuthorizationResponseError) {
    const code = error.error === 'access_denied' ? 'federation_denied' : 'federation_failed'
    return new AuthError(code, { log: { issuer, reason: `answered ${error.error.slice(0, 64)}` } })
  }
  if (error instanceof OutgoingError) return unusable(issuer, error.message)
  if (error instanceof Error && error.cause instanceof Response && error.cause.status >= 500)
    return unusable(issuer, `answered ${error.cause.status}`)
  const reason = error instanceof Error ? error.message : 'unknown fault'
  return new AuthError('federation_failed', { log: { issuer, reason } })
}
