import { seconds } from '@latchkey/contract'
import * as oauth from 'oauth4webapi'
import type { Ports } from '../../../core/ports/ports.ts'
import type { Claims, Provider } from '../providers.ts'
import { readIdToken, requireHash } from './id-token.ts'
import type { Exchange, ProtocolServices, Redeemed } from './protocol-services.ts'
import { clientOf, clockTolerance, sendCode, tokensOf } from './tokens.ts'
import { Untrue } from './untrue.ts'
import { withoutWeakKeys } from './weak-keys.ts'

/** The age limit of an ID token, which comes straight from its issuer. */
const oldest = seconds(900)

/** Redeems a code for an ID token. Throws {@link Untrue}, and as the library. */
export async function redeemForIdentity(services: ProtocolServices, exchange: Exchange): Promise<Redeemed> {
  const { server, provider, secrets } = exchange
  const { metadata } = server
  const { calls, ports } = services
  const response = await sendCode(services, exchange)
  const idToken = await readIdToken(response.clone())
  const issuer = issuerOf(provider, metadata, idToken.payload)
  const asIssuer = { ...metadata, issuer }
  const client = clientOf(services, provider)
  // OpenID Connect Core §3.1.3.7
  const answer = await oauth.processAuthorizationCodeResponse(asIssuer, client, response, {
    expectedNonce: secrets.nonce,
    requireIdToken: true,
  })
  await oauth.validateApplicationLevelSignature(asIssuer, response, {
    ...calls,
    [oauth.customFetch]: async (...asked) => await withoutWeakKeys(await calls[oauth.customFetch](...asked)),
    [oauth.jwksCache]: server.keys,
  })
  const claims = oauth.getValidatedIdTokenClaims(answer)!
  // (5) of §3.1.3.7, also if there is one audience: the token was issued for another client and handed on.
  if (claims['azp'] !== undefined && claims['azp'] !== provider.clientId)
    throw new Untrue('was issued to another party')
  requireRecent(ports, claims.iat)
  requireHash(claims['at_hash'], idToken.algorithm, answer.access_token)
  const more =
    claims['email'] === undefined && metadata.userinfo_endpoint !== undefined
      ? await askUserInfo(services, exchange, { subject: claims.sub, accessToken: answer.access_token })
      : {}
  return { claims: { ...more, ...claims }, issuer, tokens: tokensOf(services, provider, answer) }
}

function issuerOf({ protocol }: Provider, metadata: oauth.AuthorizationServer, claims: Claims): string {
  if (protocol.kind !== 'oidc' || !protocol.issuerOf) return metadata.issuer
  const issuer = protocol.issuerOf(claims)
  if (issuer === null) throw new Untrue('has sent an ID token of a directory that may not sign in')
  return issuer
}

function requireRecent(ports: Pick<Ports, 'now'>, iat: number): void {
  const age = ports.now() - seconds(iat)
  if (age > oldest || age < seconds(-clockTolerance)) throw new Untrue('has sent an ID token of another time')
}

/** §5.3.4: the answer must be about the subject of the ID token. */
async function askUserInfo(
  services: ProtocolServices,
  { server: { metadata }, provider }: Exchange,
  { subject, accessToken }: { subject: string; accessToken: string },
): Promise<Claims> {
  const client = clientOf(services, provider)
  const response = await oauth.userInfoRequest(metadata, client, accessToken, services.calls)
  return await oauth.processUserInfoResponse(metadata, client, subject, response)
}
