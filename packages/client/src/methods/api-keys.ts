import { accepted, type BearerCode, type Result, resultOf } from '../wire/errors.ts'
import { call } from './call.ts'
import type { Method } from './method.ts'
import type { ApiKey, CreatedApiKey } from '../wire/wire.ts'

export interface NewApiKey {
  name: string
  /** @default none */
  scopes?: string[]
  /** Seconds; null for a key without an end, where that is allowed. @default 90 days */
  expiresIn?: number | null
  /** Tokens for the key carry the user's roles and permissions. @default false */
  inheritRoles?: boolean
  requestsPerMinute?: number | null
}

/** Every call answers `{ data, error }` and throws nothing; `create` and `rotate` ask for a fresh sign-in. */
export interface ApiKeysApi {
  /** Newest first; those that have ended as well, for a month. */
  list(): Promise<Result<ApiKey[], BearerCode>>
  /** The answer is the only place where the key ever stands. */
  create(input: NewApiKey): Promise<Result<CreatedApiKey, 'api_key_limit_reached' | BearerCode>>
  rename(id: string, name: string): Promise<Result<ApiKey, 'api_key_not_found' | BearerCode>>
  /** A new key in place of the old one, which works for `overlap` seconds more. @default 3600 */
  rotate(
    id: string,
    options?: { overlap?: number },
  ): Promise<
    Result<CreatedApiKey, 'api_key_not_found' | 'api_key_rotated' | 'api_key_limit_reached' | BearerCode>
  >
  revoke(id: string): Promise<Result<true, 'api_key_not_found' | BearerCode>>
}

/** The keys by which programs act for the user. */
export const apiKeys = (): Method<'apiKeys', ApiKeysApi> => ({
  name: 'apiKeys',
  create: (context) => ({
    list: () =>
      resultOf(async () => (await call<{ items: ApiKey[] }>(context, '/api-keys', { method: 'GET' })).items),
    create: (input) => resultOf(() => call(context, '/api-keys', { body: input })),
    rename: (id, name) => resultOf(() => call(context, pathOf(id), { method: 'PATCH', body: { name } })),
    rotate: (id, options = {}) => resultOf(() => call(context, `${pathOf(id)}/rotate`, { body: options })),
    revoke: (id) => accepted(() => call(context, pathOf(id), { method: 'DELETE' })),
  }),
})

const pathOf = (id: string): string => `/api-keys/${encodeURIComponent(id)}`
