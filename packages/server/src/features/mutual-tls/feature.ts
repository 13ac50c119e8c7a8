import type { CertificateProxies } from '@latchkey/verify/core'
import { defineFeature } from '../feature.ts'
import { createTlsFiles, type TlsFiles } from './files.ts'
import { certificateMappingTable } from './migrations/0001-certificate-mapping.ts'
import { mappingIssuer } from './migrations/0002-mapping-issuer.ts'
import { createMutualTlsAdminRoutes, createMutualTlsRoutes } from './routes.ts'
import { createMutualTls, type MutualTls } from './service.ts'
import { removeOldCertificates } from './store.ts'

export interface OwnMutualTlsServices {
  tlsFiles: TlsFiles
  mutualTls: MutualTls
  /** Null if no proxy forwards its clients' certificates. */
  certificateProxies: CertificateProxies | null
}

/** Client certificates of service accounts, and the files of TLS. */
export const mutualTlsFeature = defineFeature<OwnMutualTlsServices>({
  name: 'mutual-tls',
  migrations: [certificateMappingTable, mappingIssuer],
  serve(services) {
    const { config, log, isTrustedProxy: isTrusted } = services
    const tlsFiles = createTlsFiles(config, log)
    const mutualTls = createMutualTls({ ...services, files: tlsFiles })
    const certificateProxies = config.mtlsProxyHeader && { header: config.mtlsProxyHeader, isTrusted }
    return {
      own: { tlsFiles, mutualTls, certificateProxies },
      routes: {
        auth: createMutualTlsRoutes({ mutualTls }),
        admin: createMutualTlsAdminRoutes({ mutualTls }),
      },
      expired: { client_certificate: removeOldCertificates },
      isClientAlive: mutualTls.isAlive,
      rightsOfServiceAccount: mutualTls.rightsOf,
    }
  },
})
