import * as oauth from 'oauth4webapi'
import { AuthError } from '../../../core/auth-error.ts'
import { OutgoingError } from '../../../core/outgoing/outgoing.ts'
import { type Server, unusable } from '../metadata.ts'
import { type Claims, type Provider, tidyName } from '../providers.ts'
import { redeemForIdentity } from './identity.ts'
import { redeemForProfile } from './profile.ts'
import type {
  AuthorizationAnswer,
  ProtocolServices,
  ProvenIdentity,
  RequestSecrets,
} from './protocol-services.ts'
import { clientOf } from './tokens.ts'
import { Untrue } from './untrue.ts'

/** Redeems the code. Throws AuthError `federation_failed`, `federation_denied`, `provider_unavailable`. */
export async function redeem(
  services: ProtocolServices,
  provider: Provider,
  answer: AuthorizationAnswer,
  secrets: RequestSecrets,
): Promise<ProvenIdentity> {
  const server = await services.findServer(provider)
  try {
    const parameters = readAnswer(services, server, provider, answer)
    const exchange = { server, provider, parameters, secrets }
    const { claims, issuer, tokens } =
      provider.protocol.kind === 'oidc'
        ? await redeemForIdentity(services, exchange)
        : await redeemForProfile(services, exchange)
    const { subject, ...profile } = provider.readProfile(claims)
    if (subject === null) throw new Untrue('names no subject')
    const name = profile.name ?? appleName(answer.user)
    const isMultiFactor = provider.trustsMfa && listsMfa(claims)
    return { ...profile, name, subject, issuer, isMultiFactor, tokens }
  } catch (error) {
    throw toRefusal(error, server)
  }
}

/** RFC 6749 §4.1.2, RFC 9207. `state` was already compared, with the browser and provider that it belongs to. */
function readAnswer(
  services: ProtocolServices,
  { metadata }: Server,
  provider: Provider,
  answer: AuthorizationAnswer,
): URLSearchParams {
  const { user: _, ...given } = answer
  const entries = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const client = clientOf(services, provider)
  return oauth.validateAuthResponse(metadata, client, new URLSearchParams(entries), answer.state)
}

/** Sent only once, at the first sign-in, by the browser: good only for a greeting. */
function appleName(user: string | undefined): string | null {
  try {
    const { name } = JSON.parse(user ?? '{}') as { name?: { firstName?: unknown; lastName?: unknown } }
    const parts = [name?.firstName, name?.lastName].filter((part) => typeof part === 'string')
    return tidyName(parts.join(' '))
  } catch {
    return null
  }
}

const listsMfa = ({ amr }: Claims): boolean => Array.isArray(amr) && amr.includes('mfa')

/** Omits the cause: the library's errors hold tokens and claims. */
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
