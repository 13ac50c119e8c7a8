import type { CertificateMapping, CreatedApiKey, ServiceAccount } from '@latchkey/contract'
import { expect } from 'vitest'
import { createKey, exchange, introspectWith } from '#test/support/machines.ts'
import { must } from '#test/support/must.ts'
import type { Browser, Reply, TestLatchkey } from '#test/support/test-latchkey.ts'
import { operation, type Operations, toUnavailable } from './operation.ts'
import { ca, type Scene } from './stage.ts'

export const machines: Operations = {
  'create an API key': operation({
    run: ({ ada }) => ada.post('/api-keys', { name: 'deploy' }),
    done: 201,
  }),
  'rotate an API key': operation({
    prepare: ({ ada }) => createKey(ada),
    run: async ({ ada, instance }, made) => {
      const { apiKey, key } = made
      const answer = await ada.post<CreatedApiKey>(`/api-keys/${apiKey.id}/rotate`)
      const found = await exchange(instance, key)
      // Whatever became of the rotation, the program that has the old key goes on.
      expect([200, 503]).toContain(found.status)
      return answer
    },
    done: 201,
    repeated: ['api_key_rotated'],
  }),
  'revoke an API key': operation({
    prepare: ({ ada }) => createKey(ada),
    run: ({ ada }, made) => ada.send(`/api/auth/api-keys/${made.apiKey.id}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['api_key_not_found'],
  }),
  'exchange an API key': operation({
    prepare: ({ ada }) => createKey(ada, { requestsPerMinute: 10 }),
    run: ({ instance }, made) => exchange(instance, made.key),
    done: 200,
  }),
  introspect: operation({
    prepare: async ({ admin }) => {
      const account = await admin.send<ServiceAccount>('/api/admin/service-accounts', {
        body: { name: 'gateway' },
      })
      const path = `/api/admin/service-accounts/${account.body.id}/api-keys`
      return (await admin.send<CreatedApiKey>(path, { body: { name: 'key', scopes: ['introspect'] } })).body
        .key
    },
    run: async ({ ada, instance }, key) => {
      const answer = await introspectWith(instance, key, must(ada.token))
      // OAuth's own word.
      if (answer.status === 503) return toUnavailable()
      expect(answer.body.active).toBe(true)
      return answer
    },
    done: 200,
  }),
  'map a certificate': operation({
    prepare: newServiceAccount,
    run: ({ admin }, id) => map(admin, id),
    done: 201,
    repeated: ['certificate_mapping_taken'],
  }),
  'exchange a certificate': operation({
    prepare: async (scene) => await map(scene.admin, await newServiceAccount(scene)),
    run: ({ instance }) => exchangeCertificate(instance),
    done: 200,
  }),
  'remove a certificate mapping': operation({
    prepare: async (scene) => {
      const account = await newServiceAccount(scene)
      const { id } = (await map(scene.admin, account)).body
      await exchangeCertificate(scene.instance)
      return `/api/admin/service-accounts/${account}/certificates/${id}`
    },
    run: ({ admin }, path) => admin.send(path, { method: 'DELETE' }),
    done: 204,
    repeated: ['certificate_mapping_not_found'],
  }),
  'create a service account': operation({
    run: ({ admin }) => admin.send('/api/admin/service-accounts', { body: { name: 'builder' } }),
    done: 201,
    repeated: ['service_account_taken'],
  }),
  'disable a service account': operation({
    prepare: async ({ admin }) =>
      (await admin.send<ServiceAccount>('/api/admin/service-accounts', { body: { name: 'builder' } })).body
        .id,
    run: ({ admin }, id) => admin.send(`/api/admin/service-accounts/${id}/disable`, { method: 'POST' }),
    done: 200,
  }),
  'delete a service account': operation({
    prepare: async ({ admin }) =>
      (await admin.send<ServiceAccount>('/api/admin/service-accounts', { body: { name: 'builder' } })).body
        .id,
    run: ({ admin }, id) => admin.send(`/api/admin/service-accounts/${id}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['service_account_not_found'],
  }),
}

const client = ca.issue('CN=builder')

async function newServiceAccount({ admin }: Scene): Promise<string> {
  const body = { name: 'builder' }
  return (await admin.send<ServiceAccount>('/api/admin/service-accounts', { body })).body.id
}

const map = (admin: Browser, id: string): Promise<Reply<CertificateMapping>> =>
  admin.send(`/api/admin/service-accounts/${id}/certificates`, {
    body: { name: 'x', kind: 'thumbprint', value: client.thumbprint },
  })

const exchangeCertificate = ({ browser }: TestLatchkey): Promise<Reply> =>
  browser().send('/api/auth/certificates/token', {
    method: 'POST',
    headers: { 'client-cert': `:${Buffer.from(client.der).toString('base64')}:` },
  })
