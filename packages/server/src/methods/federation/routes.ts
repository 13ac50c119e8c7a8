import { federationRoutes, type LinkedAccount as WireLinkedAccount, type UserId } from '@latchkey/contract'
import { answerStep } from '../../sign-in/step-answer.ts'
import { AuthError } from '../../core/auth-error.ts'
import { createFloodGate } from '../../core/limits/flood.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { type Answer, type Route, serve } from '../../sessions/route.ts'
import type { Grant } from '../../sessions/session-response.ts'
import { isoTime, isoTimeOrNull } from '../../core/iso-time.ts'
import type { ProviderTokensOf } from './provider-tokens.ts'
import type { ProviderRegistry } from './registry.ts'
import type { Federation, Finished } from './service.ts'
import type { LinkedAccount } from './store.ts'

export interface FederationRoutesOptions {
  ports: Ports
  grant: Grant
  federation: Federation
  registry: ProviderRegistry
  providerTokens: ProviderTokensOf
}

/** Of one caller, in one process. */
const tokensPerMinute = 3000

export function createFederationRoutes(options: FederationRoutesOptions): Route[] {
  const { ports, grant, federation, registry, providerTokens } = options
  const passGate = createFloodGate(ports, tokensPerMinute)

  return [
    serve(federationRoutes.listProviders, async () => {
      const providers = await registry.list()
      return { status: 200, body: { items: providers.map(({ id, label }) => ({ id, label })) } }
    }),

    serve(federationRoutes.beginFederation, async ({ params, body, request }) => {
      const { returnTo = null, remember: persistent, sessionKind } = body
      const delivery = sessionKind === 'cookie' ? 'session-cookie' : 'cookie'
      const wish = { returnTo, persistent, delivery } as const
      const { url, cookies } = await federation.begin(params.provider, wish, request)
      return { status: 200, body: { url }, cookies }
    }),

    serve(federationRoutes.beginLink, async ({ params, body, caller, request }) => {
      const { returnTo = null } = body
      const { url, cookies } = await federation.beginLink(params.provider, caller.claims, returnTo, request)
      return { status: 200, body: { url }, cookies }
    }),

    serve(federationRoutes.finishFederation, async ({ params, body, request }) => {
      return await answerFinished(await federation.finish(params.provider, body, request))
    }),

    serve(federationRoutes.listLinkedAccounts, async ({ caller }) => {
      const accounts = await federation.linkedAccounts(caller.claims.sub)
      return { status: 200, body: { items: await Promise.all(accounts.map(toWire)) } }
    }),

    serve(federationRoutes.confirmLink, async ({ body, caller, request }) => ({
      status: 201,
      body: await toWire(await federation.confirmLink(body.ticket, caller.claims, request)),
    })),

    serve(federationRoutes.unlinkAccount, async ({ params, caller, request }) => {
      await federation.unlink(params.id, caller.claims, request)
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

  async function answerFinished({ returnTo, result }: Finished): Promise<Answer> {
    if (result.next === 'link' || result.next === 'linked') return { status: 200, body: { returnTo, result } }
    const answer = await answerStep(result, grant)
    return { ...answer, body: { returnTo, result: answer.body } }
  }

  async function toWire({
    id,
    provider,
    email,
    name,
    linkedAt,
    lastUsedAt,
  }: LinkedAccount): Promise<WireLinkedAccount> {
    const label = (await registry.find(provider))?.label ?? provider
    const times = { linkedAt: isoTime(linkedAt), lastUsedAt: isoTime(lastUsedAt) }
    return { id, provider, label, email, name, ...times }
  }
}
