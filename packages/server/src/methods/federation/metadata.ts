import { parseStrictJson } from '@latchkey/contract/strict-json'
import type { AuthorizationServer, JWKSCacheInput } from 'oauth4webapi'
import { AuthError } from '../../core/auth-error.ts'
import { type Outgoing, OutgoingError } from '../../core/outgoing/outgoing.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { metadataFreshness, metadataLastGood, patience } from './options.ts'
import type { OpenIdConnect, Provider } from './providers.ts'

/** A provider as it describes itself. */
export interface Server {
  metadata: AuthorizationServer
  /** Filled when signatures are verified. */
  keys: JWKSCacheInput
}

/** Finds a provider's endpoints. Throws AuthError `provider_unavailable`. */
export type FindServer = (provider: Provider) => Promise<Server>

interface Known {
  server: Server
  fetchedAt: number
}

export function createFindServer({ outgoing, ports }: { outgoing: Outgoing; ports: Ports }): FindServer {
  const known = new Map<string, Known>()
  const loading = new Map<string, Promise<Server>>()

  return async (provider) => {
    const { protocol, id } = provider
    if (protocol.kind === 'oauth2') {
      const { issuer, authorizationEndpoint, tokenEndpoint } = protocol
      const metadata = {
        issuer,
        authorization_endpoint: authorizationEndpoint,
        token_endpoint: tokenEndpoint,
      }
      return { metadata, keys: {} }
    }
    const present = known.get(id)
    if (present && age(present) < metadataFreshness) return present.server
    try {
      return await discoverOnce(id, protocol)
    } catch (error) {
      if (present && age(present) < metadataLastGood) return present.server
      throw error
    }
  }

  /** Concurrent callers share one request. */
  function discoverOnce(id: string, protocol: OpenIdConnect): Promise<Server> {
    const pending = loading.get(id)
    if (pending) return pending
    const asked = discover(protocol)
      .then((metadata) => {
        const server: Server = { metadata, keys: {} }
        known.set(id, { server, fetchedAt: ports.now() })
        return server
      })
      .finally(() => loading.delete(id))
    loading.set(id, asked)
    return asked
  }

  /** OpenID Connect Discovery §4. */
  async function discover({ issuer, announced = issuer }: OpenIdConnect): Promise<AuthorizationServer> {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    try {
      const response = await outgoing.fetch(url, { headers: { accept: 'application/json' }, patience })
      if (response.status !== 200) throw unusable(issuer, `answered ${response.status}`)
      return readMetadata(parseStrictJson(await response.text()), { issuer, announced })
    } catch (error) {
      if (error instanceof AuthError) throw error
      if (error instanceof OutgoingError) throw unusable(issuer, error.message)
      throw unusable(issuer, 'answered no JSON')
    }
  }

  function age({ fetchedAt }: Known): number {
    const elapsed = ports.now() - fetchedAt
    return elapsed < 0 ? Infinity : elapsed
  }
}

const endpoints = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const

/** Refuses faulty metadata: it would send secrets to, or take keys from, a wrong place. */
function readMetadata(
  value: unknown,
  { issuer, announced }: { issuer: string; announced: string },
): AuthorizationServer {
  const metadata = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  // §4.3: exactly the same text; otherwise one issuer could pass for another.
  if (metadata['issuer'] !== announced) throw unusable(issuer, 'says that it is another issuer')
  const isSecure = issuer.startsWith('https:')
  for (const name of [...endpoints, ...('userinfo_endpoint' in metadata ? ['userinfo_endpoint'] : [])]) {
    const url = typeof metadata[name] === 'string' ? URL.parse(metadata[name]) : null
    if (url?.protocol !== 'https:' && (isSecure || url?.protocol !== 'http:'))
      throw unusable(issuer, `has no ${name} that can be used`)
  }
  return metadata as unknown as AuthorizationServer
}

export const unusable = (issuer: string, reason: string): AuthError =>
  new AuthError('provider_unavailable', { log: { issuer, reason } })
