import type { ActiveToken, ApiKey, CreatedApiKey, ServiceAccount } from '@latchkey/contract'
import { expect } from 'vitest'
import { startAdministration, type Administration } from './administration.ts'
import type { Browser, Reply, Store, TestLatchkey, TestOptions } from './test-latchkey.ts'

/** A request without cookies, with an API key as bearer. */
export const withKey = <Body = Record<string, unknown>>(
  { browser }: Pick<TestLatchkey, 'browser'>,
  path: string,
  key: string,
  method = 'GET',
): Promise<Reply<Body>> =>
  browser().send<Body>(path, { method, bare: true, headers: { authorization: `Bearer ${key}` } })

export interface Exchanged {
  accessToken: string
  tokenType: 'Bearer'
  expiresIn: number
  scope: string
}

export const exchange = (instance: Pick<TestLatchkey, 'browser'>, key: string): Promise<Reply<Exchanged>> =>
  withKey<Exchanged>(instance, '/api/auth/api-keys/token', key, 'POST')

/** Creates a key for whoever is signed in. */
export async function createKey(
  person: Browser,
  fields: Record<string, unknown> = {},
): Promise<CreatedApiKey> {
  const answer = await person.post<CreatedApiKey>('/api-keys', { name: 'deploy', ...fields })
  expect([answer.status, answer.code]).toEqual([201, undefined])
  return answer.body
}

export const keysOf = async (person: Browser): Promise<ApiKey[]> =>
  (await person.get<{ items: ApiKey[] }>('/api-keys')).body.items

/** Introspects a token, with `key` as the caller's. */
export const introspectWith = (
  { browser }: Pick<TestLatchkey, 'browser'>,
  key: string,
  token: string,
): Promise<Reply<ActiveToken | { active: false }>> =>
  browser().send('/oauth/introspect', {
    method: 'POST',
    bare: true,
    body: new URLSearchParams({ token }).toString(),
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
  })

export interface Machinery extends Administration {
  newServiceAccount(name: string, fields?: Record<string, unknown>): Promise<ServiceAccount>
  newServiceKey(account: ServiceAccount, fields?: Record<string, unknown>): Promise<CreatedApiKey>
  /** A key that may introspect. */
  checker: string
}

/** An instance with an administrator who can make service accounts. */
export async function startMachinery(store: Store, options: TestOptions = {}): Promise<Machinery> {
  const administration = await startAdministration(store, options)
  const { call, root } = administration
  const made = async <Made>(path: string, body: unknown): Promise<Made> => {
    const answer = await call('POST', path, { token: root.accessToken, body })
    expect([answer.status, answer.body.code]).toEqual([201, undefined])
    return answer.body as unknown as Made
  }
  const newServiceAccount = (name: string, fields = {}) =>
    made<ServiceAccount>('/admin/service-accounts', { name, ...fields })
  const newServiceKey = ({ id }: ServiceAccount, fields = {}) =>
    made<CreatedApiKey>(`/admin/service-accounts/${id}/api-keys`, { name: 'key', ...fields })
  const gateway = await newServiceAccount('gateway')
  const { key: checker } = await newServiceKey(gateway, { scopes: ['introspect'] })
  return { ...administration, newServiceAccount, newServiceKey, checker }
}
