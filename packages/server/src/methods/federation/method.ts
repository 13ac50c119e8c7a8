import type { Lifecycle } from '../../accounts/lifecycle.ts'
import type { CoreParts } from '../method-services.ts'
import { defineMethod, type Method } from '../method.ts'
import { createBrowserCookie } from './browser-cookie.ts'
import { createLinks } from './links.ts'
import { linkedAccountTable } from './migrations/0001-linked-account.ts'
import { amr } from './options.ts'
import { createProtocol } from './protocol.ts'
import { createProviderTokens } from './provider-tokens.ts'
import type { ProviderRegistry } from './registry.ts'
import { createFederationRoutes } from './routes.ts'
import { createFederation } from './service.ts'
import { createTokenVault } from './provider-token-box.ts'

export const federationMigrations = [linkedAccountTable]

/** Signing in with others: Google, Microsoft, Apple, GitHub, GitLab, Discord, and any issuer of OpenID Connect. */
export function createFederationMethod(
  core: CoreParts,
  { registry, lifecycle }: { registry: ProviderRegistry; lifecycle: Lifecycle },
): Method {
  const { config, ports, outgoing } = core
  const tokenVault = createTokenVault(core.vault)
  const protocol = createProtocol({
    outgoing,
    ports,
    redirectUri: (id) => `${config.publicUrl}${config.basePath}/auth/federation/${id}/callback`,
  })
  const federation = createFederation({
    core,
    registry,
    protocol,
    links: createLinks({ ...core, tokenVault }),
    browserCookie: createBrowserCookie(ports, config.publicUrl.startsWith('https:')),
  })
  const providerTokens = createProviderTokens({ ...core, protocol, tokenVault })

  return defineMethod({
    name: 'federation',
    amr: [amr],
    routes: createFederationRoutes({ ...core, federation, registry, providerTokens }),
    migrations: federationMigrations,
    lifecycle,
  })
}
