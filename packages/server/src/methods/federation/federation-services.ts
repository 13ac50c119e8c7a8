import type { MethodServices } from '../method-services.ts'
import type { BrowserCookie } from './browser-cookie.ts'
import type { Links } from './links.ts'
import type { ProtocolServices } from './protocol/protocol-services.ts'
import type { ProviderRegistry } from './registry.ts'

/** What the use cases of federation stand on. */
export type FederationServices = Pick<
  MethodServices,
  | 'config'
  | 'ports'
  | 'db'
  | 'revocations'
  | 'audit'
  | 'limits'
  | 'knownDevices'
  | 'challenges'
  | 'mails'
  | 'outbox'
  | 'sessions'
  | 'cookies'
  | 'signIn'
  | 'demands'
  | 'newAccounts'
  | 'credentials'
  | 'emailProof'
  | 'events'
> & { registry: ProviderRegistry; protocol: ProtocolServices; links: Links; browserCookie: BrowserCookie }
