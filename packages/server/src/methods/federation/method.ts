import { defineMethod } from '../method.ts'
import { createBrowserCookie } from './browser-cookie.ts'
import { createFederationLifecycle } from './lifecycle.ts'
import { createLinks } from './links.ts'
import { sealedTokens } from './store.ts'
import { linkedAccountTable } from './migrations/0001-linked-account.ts'
import { amr } from './options.ts'
import { createFederationPages } from './pages.ts'
import { createProtocolServices } from './protocol/protocol-services.ts'
import { createTokenBox } from './provider-token-box.ts'
import { createProviderTokens } from './provider-tokens.ts'
import { providersOf } from './providers.ts'
import { createRegistry } from './registry.ts'
import { createFederationRoutes } from './routes.ts'
import { refusals } from './words.ts'

/** Signing in with others: Google, Microsoft, Apple, GitHub, GitLab, Discord, and any issuer of OpenID Connect. */
export const federationMethod = defineMethod({
  name: 'federation',
  amr: [amr],
  migrations: [linkedAccountTable],
  sealed: [sealedTokens],
  refusals,
  prepare({ config, ports, outgoing, secretBox }) {
    const registry = createRegistry(providersOf(config))
    const tokenBox = createTokenBox(secretBox)
    const protocol = createProtocolServices({
      outgoing,
      ports,
      redirectUri: (id) => `${config.publicUrl}${config.basePath}/auth/federation/${id}/callback`,
    })
    return {
      lifecycle: createFederationLifecycle(registry),
      serve(services) {
        const links = createLinks({ ...services, tokenBox })
        const browserCookie = createBrowserCookie(ports, config.publicUrl.startsWith('https:'))
        const providerTokens = createProviderTokens({ ...services, protocol, tokenBox })
        const own = { registry, protocol, links, browserCookie, providerTokens }
        return {
          routes: createFederationRoutes({ ...services, ...own }),
          pages: (site) => createFederationPages(site, services),
        }
      },
    }
  },
})
