import * as oauth from 'oauth4webapi'
import { type Outgoing, OutgoingError } from '../../../core/outgoing/outgoing.ts'
import { patience } from '../options.ts'
import type { Exchange, ProtocolServices, Redeemed } from './protocol-services.ts'
import { clientOf, sendCode, tokensOf } from './tokens.ts'
import { Untrue } from './untrue.ts'

/**
 * Redeems a code where there are no ID tokens: asks whose the access token is. Throws {@link Untrue}, and as the
 * library.
 */
export async function redeemForProfile(services: ProtocolServices, exchange: Exchange): Promise<Redeemed> {
  const { server, provider } = exchange
  const response = await sendCode(services, exchange)
  const client = clientOf(services, provider)
  const answer = await oauth.processAuthorizationCodeResponse(server.metadata, client, response)
  const profile = provider.protocol.kind === 'oauth2' ? provider.protocol.profile : {}
  const claims: Record<string, unknown> = {}
  for (const [name, url] of Object.entries(profile))
    claims[name] = await ask(services.outgoing, url, answer.access_token)
  return { claims, issuer: server.metadata.issuer, tokens: tokensOf(services, provider, answer) }
}

async function ask(outgoing: Outgoing, url: string, accessToken: string): Promise<unknown> {
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${accessToken}`,
    // GitHub refuses requests without a user agent.
    'user-agent': 'Latchkey',
  }
  const response = await outgoing.fetch(url, { headers, patience })
  if (response.status >= 500) throw new OutgoingError('unreachable', `answered ${response.status}`)
  if (response.status !== 200) throw new Untrue(`answered ${response.status} when asked who it is`)
  return (await response.json()) as unknown
}
