import { AuthError } from '../../core/auth-error.ts'
import { networkOfCaller, type RequestContext } from '../../core/request/request-context.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import { proofOf } from '../../sign-in/demands.ts'
import type { FederationServices } from './federation-services.ts'
import { startsPerNetwork, signInTtl } from './options.ts'
import { newSubject, purpose, type SignInIntent, type Started } from './pending.ts'
import { authorizationUrl } from './protocol/authorize.ts'
import type { RequestSecrets } from './protocol/protocol-services.ts'
import type { Provider } from './providers.ts'

/** The provider's address for the browser, and the cookies that identify the browser on its return. */
export interface AuthorizationRequest {
  url: string
  cookies: string[]
}

interface SignInInput extends Omit<SignInIntent, 'kind'> {
  returnTo: string | null
}

/** Throws AuthError `provider_not_found`, `provider_unavailable`, `rate_limited`. */
export async function beginSignIn(
  services: FederationServices,
  providerId: string,
  { returnTo, ...how }: SignInInput,
  request: RequestContext,
): Promise<AuthorizationRequest> {
  return await start(services, providerId, { returnTo, intent: { kind: 'sign-in', ...how } }, request)
}

/** As {@link beginSignIn}, to add an identity to the account of a session. */
export async function beginLink(
  services: FederationServices,
  providerId: string,
  { claims, returnTo }: { claims: SessionClaims; returnTo: string | null },
  request: RequestContext,
): Promise<AuthorizationRequest> {
  const intent = { kind: 'link', sid: claims.sid, proof: proofOf(claims) } as const
  return await start(services, providerId, { returnTo, intent }, request)
}

async function start(
  services: FederationServices,
  providerId: string,
  { returnTo, intent }: Pick<Started, 'returnTo' | 'intent'>,
  request: RequestContext,
): Promise<AuthorizationRequest> {
  const { db, challenges, limits, protocol, browserCookie } = services
  const provider = await getProvider(services, providerId)
  await limits.take(startsPerNetwork, networkOfCaller(request))
  const { hash: browser, cookie } = browserCookie.bind(request)
  const secrets: RequestSecrets = { verifier: randomText(services), nonce: randomText(services) }
  const { token: state } = await db.transaction((tx) =>
    challenges.issue(tx, {
      purpose,
      subject: newSubject(services),
      userId: intent.kind === 'link' ? intent.proof.userId : null,
      sessionId: intent.kind === 'link' ? intent.sid : null,
      payload: { ...secrets, provider: provider.id, browser, returnTo, intent } satisfies Started,
      ttl: signInTtl,
    }),
  )
  const url = await authorizationUrl(protocol, provider, { ...secrets, state })
  return { url, cookies: [cookie] }
}

/** Throws AuthError `provider_not_found`. */
export async function getProvider(
  { registry }: Pick<FederationServices, 'registry'>,
  id: string,
): Promise<Provider> {
  const provider = await registry.find(id)
  if (!provider) throw new AuthError('provider_not_found')
  return provider
}

/** 256 bits, as PKCE wants them (RFC 7636 §4.1). */
const randomText = ({ ports }: Pick<FederationServices, 'ports'>): string =>
  Buffer.from(ports.randomBytes(32)).toString('base64url')
