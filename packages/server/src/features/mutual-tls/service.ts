import type { CertificateIssuer, CertificateMapping } from '@latchkey/contract'
import type { CredentialActor } from '../../accounts/authority/service-account-authority.ts'
import type { CertificateHolder } from '../../identity/service-accounts/certificate-holder.ts'
import type { RightsOfServiceAccount } from '../feature.ts'
import { authenticateCertificate } from './authenticate.ts'
import { exchangeCertificate, isCertificateAlive } from './exchange.ts'
import {
  createMapping,
  findOwnerOfMapping,
  listIssuers,
  listMappings,
  listRights,
  type NewMapping,
  removeMapping,
} from './mappings.ts'
import type { MutualTlsServices } from './mutual-tls-services.ts'
import type { Origin } from './record.ts'
import { endRevoked } from './revoke.ts'

/** The use cases of client certificates, for people and for programs. Each use case documents its errors. */
export interface MutualTls {
  list(serviceAccountId: string): Promise<CertificateMapping[]>
  issuers(): CertificateIssuer[]
  create(serviceAccountId: string, mapping: NewMapping, by: CredentialActor): Promise<CertificateMapping>
  rightsOf: RightsOfServiceAccount
  remove(serviceAccountId: string, id: string, by: CredentialActor): Promise<void>
  ownerOf(id: string): Promise<string | null>
  authenticate(der: Uint8Array | undefined, origin: Origin): Promise<CertificateHolder>
  exchange(holder: CertificateHolder): Promise<{ accessToken: string; lifetime: number }>
  isAlive(id: string): Promise<boolean>
  endRevoked(): Promise<number>
}

/** Made for the routes, the command line and authentication by certificate. */
export const createMutualTls = (services: MutualTlsServices): MutualTls => ({
  list: (serviceAccountId) => listMappings(services, serviceAccountId),
  issuers: () => listIssuers(services),
  create: (serviceAccountId, mapping, by) => createMapping(services, serviceAccountId, mapping, by),
  rightsOf: listRights,
  remove: (serviceAccountId, id, by) => removeMapping(services, serviceAccountId, id, by),
  ownerOf: (id) => findOwnerOfMapping(services, id),
  authenticate: (der, origin) => authenticateCertificate(services, der, origin),
  exchange: (holder) => exchangeCertificate(services, holder),
  isAlive: (id) => isCertificateAlive(services, id),
  endRevoked: () => endRevoked(services),
})
