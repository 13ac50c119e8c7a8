import type { ApiKey, CreatedApiKey, Instant } from '@latchkey/contract'
import type { CredentialActor } from '../../accounts/authority/service-account-authority.ts'
import type { ApiKeyServices } from './api-key-services.ts'
import { createKey, type NewApiKey } from './create.ts'
import type { RightsOfServiceAccount } from '../feature.ts'
import { listKeys, listRights, renameKey } from './manage.ts'
import { createRecord } from './record.ts'
import { countKeysBefore, revokeKeysBefore, revokeKey } from './revoke.ts'
import { rotateKey } from './rotate.ts'
import type { OwnerRef } from './store.ts'
import { createKeyUse, type KeyUse } from './use.ts'

/** The use cases of keys, for people and for programs. Each use case documents its errors. */
export interface ApiKeys extends KeyUse {
  list(owner: OwnerRef): Promise<ApiKey[]>
  create(owner: OwnerRef, input: NewApiKey, by: CredentialActor): Promise<CreatedApiKey>
  /** `overlap` in seconds. */
  rotate(owner: OwnerRef, id: string, overlap: number, by: CredentialActor): Promise<CreatedApiKey>
  rename(owner: OwnerRef, id: string, name: string, by: CredentialActor): Promise<ApiKey>
  rightsOf: RightsOfServiceAccount
  revoke(owner: OwnerRef, id: string, by: CredentialActor): Promise<void>
  revokeBefore(before: Instant): Promise<number>
  countBefore(before: Instant): Promise<number>
}

/** Made for the routes, the command line and authentication by key. */
export function createApiKeys(below: Omit<ApiKeyServices, 'record'>): ApiKeys {
  const services = { ...below, record: createRecord(below.audit) }
  return {
    ...createKeyUse(services),
    list: (owner) => listKeys(services, owner),
    create: (owner, input, by) => createKey(services, owner, input, by),
    rotate: (owner, id, overlap, by) => rotateKey(services, owner, { id, overlap }, by),
    rename: (owner, id, name, by) => renameKey(services, owner, { id, name }, by),
    rightsOf: (tx, id) => listRights(services, tx, { kind: 'service_account', id }),
    revoke: (owner, id, by) => revokeKey(services, owner, id, by),
    revokeBefore: (before) => revokeKeysBefore(services, before),
    countBefore: (before) => countKeysBefore(services, before),
  }
}
