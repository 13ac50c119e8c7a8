import { type CertificateProxies, createTrust } from '@latchkey/verify/core'
import { type ApiKeys, createApiKeys } from '../features/api-keys/service.ts'
import { removeOldKeys } from '../features/api-keys/store.ts'
import { type CleanUp, createCleanUp } from '../features/clean-up/clean-up.ts'
import { createReadiness, type Readiness } from '../features/health/readiness.ts'
import { createTlsFiles, type TlsFiles } from '../features/mutual-tls/files.ts'
import { createMutualTls, type MutualTls } from '../features/mutual-tls/service.ts'
import { removeOldCertificates } from '../features/mutual-tls/store.ts'
import {
  createAccessTokenIntrospector,
  createSessionIntrospector,
} from '../features/oauth-provider/introspection.ts'
import { apiKeyPrefix } from '../sessions/tokens/api-key.ts'
import type { Introspector } from '../sessions/tokens/introspector.ts'
import type { Core } from './create-core.ts'
import type { SessionServices } from './create-session-services.ts'

export interface Features {
  apiKeys: ApiKeys
  isTrustedProxy: (address: string) => boolean
  /** Null where no proxy hands on the certificates of its clients. */
  certificateProxies: CertificateProxies | null
  tlsFiles: TlsFiles
  mutualTls: MutualTls
  /** By the prefix of the token, access tokens last: what `POST /oauth/introspect` knows. */
  introspectors: readonly Introspector[]
  cleanUp: CleanUp
  readiness: Readiness
}

export function createFeatures(below: Core & SessionServices): Features {
  const { config, log } = below
  const apiKeys = createApiKeys(below)
  // The settings have been checked: nobody is trusted by a list that says nothing.
  const isTrusted = createTrust(config.trustedProxies) ?? (() => false)
  const tlsFiles = createTlsFiles(config, log)
  const mutualTls = createMutualTls({ ...below, files: tlsFiles })
  const isMachineAlive = async (id: string): Promise<boolean> =>
    (await apiKeys.isAlive(id)) || (await mutualTls.isAlive(id))
  return {
    apiKeys,
    isTrustedProxy: isTrusted,
    certificateProxies: config.mtlsProxyHeader && { header: config.mtlsProxyHeader, isTrusted },
    tlsFiles,
    mutualTls,
    introspectors: [
      { prefix: apiKeyPrefix, introspect: apiKeys.introspect },
      createSessionIntrospector(below.cookieSessions),
      createAccessTokenIntrospector({ ...below, isMachineAlive }),
    ],
    cleanUp: createCleanUp({ ...below, removeOldKeys, removeOldCertificates }),
    readiness: createReadiness(below),
  }
}
