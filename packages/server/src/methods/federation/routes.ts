import { federationRoutes, type LinkedAccount as WireLinkedAccount, type UserId } from '@latchkey/contract'
import { answerStep } from '../../sign-in/step-answer.ts'
import { AuthError } from '../../core/auth-error.ts'
import { createFloodGate } from '../../core/limits/flood.ts'
import { type Answer, type Route, serve } from '../../sessions/route.ts'
import { isoTime, isoTimeOrNull } from '../../core/iso-time.ts'
import type { MethodServices } from '../method-services.ts'
import { beginLink, beginSignIn } from './begin.ts'
import type { FederationServices } from './federation-services.ts'
import { type Finished, finishFederation } from './finish.ts'
import { confirmLink, linkedAccountsOf, unlink } from './link.ts'
import type { ProviderTokensOf } from './provider-tokens.ts'
import type { LinkedAccount } from './store.ts'

type FederationRouteServices = FederationServices &
  Pick<MethodServices, 'respond'> & { providerTokens: ProviderTokensOf }

/** Limit for one caller, in one process. */
const tokensPerMinute = 3000

export function createFederationRoutes(services: FederationRouteServices): Route[] {
  const { ports, registry, providerTokens } = services
  const passGate = createFloodGate(ports, tokensPerMinute)

  return [
    serve(federationRoutes.listProviders, async () => {
      const providers = await registry.list()
      return { status: 200, body: { items: providers.map(({ id, label }) => ({ id, label })) } }
    }),

    serve(federationRoutes.beginFederation, async ({ params, body, request }) => {
      const { returnTo = null, remember: persistent, sessionKind } = body
      const tokenTransport = sessionKind === 'cookie' ? 'session-cookie' : 'cookie'
      const input = { returnTo, persistent, tokenTransport } as const
      const { url, cookies } = await beginSignIn(services, params.provider, input, request)
      return { status: 200, body: { url }, cookies }
    }),

    serve(federationRoutes.beginLink, async ({ params, body, caller, request }) => {
      const input = { claims: caller.claims, returnTo: body.returnTo ?? null }
      const { url, cookies } = await beginLink(services, params.provider, input, request)
      return { status: 200, body: { url }, cookies }
    }),

    serve(federationRoutes.finishFederation, async ({ params, body, request }) =>
      answerFinished(services, await finishFederation(services, params.provider, body, request)),
    ),

    serve(federationRoutes.listLinkedAccounts, async ({ caller }) => {
      const accounts = await linkedAccountsOf(services, caller.claims.sub)
      const items = await Promise.all(accounts.map((account) => toWire(services, account)))
      return { status: 200, body: { items } }
    }),

    serve(federationRoutes.confirmLink, async ({ body, caller, request }) => ({
      status: 201,
      body: await toWire(services, await confirmLink(services, body.ticket, caller.claims, request)),
    })),

    serve(federationRoutes.unlinkAccount, async ({ params, caller, request }) => {
      await unlink(services, params.id, caller.claims, request)
      return { status: 204 }
    }),

    serve(federationRoutes.getProviderToken, async ({ params, query, caller: { holder } }) => {
      passGate(Buffer.from(holder.keyId))
      const provider = await registry.find(params.provider)
      if (!provider?.keepsTokens) throw new AuthError('provider_token_not_found')
      const { accessToken, expiresAt, scopes } = await providerTokens.get(provider, query.user as UserId)
      return { status: 200, body: { accessToken, expiresAt: isoTimeOrNull(expiresAt), scopes } }
    }),
  ]
}

async function answerFinished(
  { respond }: FederationRouteServices,
  { returnTo, result }: Finished,
): Promise<Answer> {
  if (result.next === 'link' || result.next === 'linked') return { status: 200, body: { returnTo, result } }
  const answer = await answerStep(result, respond)
  return { ...answer, body: { returnTo, result: answer.body } }
}

async function toWire(
  { registry }: FederationRouteServices,
  { id, provider, email, name, linkedAt, lastUsedAt }: LinkedAccount,
): Promise<WireLinkedAccount> {
  const label = (await registry.find(provider))?.label ?? provider
  const times = { linkedAt: isoTime(linkedAt), lastUsedAt: isoTime(lastUsedAt) }
  return { id, provider, label, email, name, ...times }
}
