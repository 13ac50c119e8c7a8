import type { ChangeServices, MethodServices } from '../method-services.ts'
import type { BrowserCookie } from './browser-cookie.ts'
import type { Links } from './links.ts'
import type { ProtocolServices } from './protocol/protocol-services.ts'
import type { ProviderRegistry } from './registry.ts'

/** Services that the use cases of federation need. */
export type FederationServices = ChangeServices &
  Pick<
    MethodServices,
    | 'config'
    | 'knownDevices'
    | 'mails'
    | 'sessions'
    | 'cookies'
    | 'signIn'
    | 'demands'
    | 'newAccounts'
    | 'credentials'
    | 'emailProof'
    | 'events'
  > & { registry: ProviderRegistry; protocol: ProtocolServices; links: Links; browserCookie: BrowserCookie }
