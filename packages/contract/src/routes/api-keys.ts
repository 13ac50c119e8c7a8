import { z } from 'zod'
import { permitted, permittedAct, provenAgainOrKey, signedIn } from '../asks.ts'
import { defineRoute } from '../route.ts'
import * as schema from '../schemas/index.ts'

const tag = 'API keys'
const byId = z.strictObject({ id: schema.uuid })
const byBoth = z.strictObject({ id: schema.uuid, keyId: schema.uuid })
const list = {
  200: {
    description: 'Sorted newest first. Ended ones are kept for a month, at most a hundred.',
    body: z.object({ items: z.array(schema.apiKey) }),
  },
}
const made = { 201: { description: 'The key, shown only once.', body: schema.createdApiKey } }

export const listApiKeys = defineRoute({
  id: 'listApiKeys',
  method: 'GET',
  path: '/api-keys',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'List your API keys',
  answers: list,
  errors: [],
})

export const createApiKey = defineRoute({
  id: 'createApiKey',
  method: 'POST',
  path: '/api-keys',
  access: 'bearer',
  asks: provenAgainOrKey,
  tag,
  summary: 'Create an API key',
  description: 'The response is the only place that shows the key. Sends you a mail.',
  body: z.strictObject(schema.newApiKey),
  answers: made,
  errors: ['api_key_limit_reached'],
})

const renamed = { 200: { description: 'The key as it is now, without its secret.', body: schema.apiKey } }
const newName = z.strictObject({ name: schema.newApiKey.name })

export const renameApiKey = defineRoute({
  id: 'renameApiKey',
  method: 'PATCH',
  path: '/api-keys/{id}',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'Rename an API key',
  description: 'Only the name can be changed. For other scopes or another expiry, create a new key.',
  params: byId,
  body: newName,
  answers: renamed,
  errors: ['api_key_not_found'],
})

export const rotateApiKey = defineRoute({
  id: 'rotateApiKey',
  method: 'POST',
  path: '/api-keys/{id}/rotate',
  access: 'bearer',
  asks: provenAgainOrKey,
  tag,
  summary: 'Rotate an API key',
  description:
    'The old key works for `overlap` seconds more. With 0 it ends at once, and so do the tokens that were given for it.',
  params: byId,
  body: z.strictObject({ overlap: schema.overlap }),
  answers: made,
  errors: ['api_key_not_found', 'api_key_rotated', 'api_key_limit_reached'],
})

export const revokeApiKey = defineRoute({
  id: 'revokeApiKey',
  method: 'DELETE',
  path: '/api-keys/{id}',
  access: 'bearer',
  asks: provenAgainOrKey,
  tag,
  summary: 'Revoke an API key',
  description: 'Tokens issued for it are refused everywhere within a second.',
  params: byId,
  answers: { 204: { description: 'Revoked.' } },
  errors: ['api_key_not_found'],
})

export const exchangeApiKey = defineRoute({
  id: 'exchangeApiKey',
  method: 'POST',
  path: '/api-keys/token',
  access: 'machine',
  asks: { callers: { apiKey: true, serviceAccountKey: true }, fresh: false, strong: false },
  tag,
  summary: 'Exchange an API key for an access token',
  description:
    'Services verify it as every other access token; it belongs to no session and cannot be refreshed.',
  answers: {
    200: {
      description: 'The token.',
      body: z.object({
        accessToken: z.string(),
        tokenType: z.literal('Bearer'),
        /** Seconds from now. */
        expiresIn: z.number().int(),
        /** Separated by spaces. */
        scope: z.string(),
      }),
    },
  },
  errors: ['rate_limited'],
})

const accounts = 'Administration: service accounts'
const fields = {
  name: schema.text(100),
  description: schema.note(500),
  roles: z.array(schema.roleName).max(50),
}
const account = { 200: { description: 'The service account as it is now.', body: schema.serviceAccount } }

export const listServiceAccounts = defineRoute({
  id: 'listServiceAccounts',
  method: 'GET',
  path: '/service-accounts',
  access: 'admin',
  asks: permitted('service-accounts:read'),
  tag: accounts,
  summary: 'List the service accounts by name',
  query: z.strictObject(schema.pageQuery),
  answers: { 200: { description: 'The service accounts.', body: schema.page(schema.serviceAccount) } },
  errors: [],
})

export const createServiceAccount = defineRoute({
  id: 'createServiceAccount',
  method: 'POST',
  path: '/service-accounts',
  access: 'admin',
  asks: permittedAct('latchkey:createServiceAccount'),
  tag: accounts,
  summary: 'Create a service account',
  description: 'You can grant only what you hold.',
  body: z.strictObject({
    name: fields.name,
    description: fields.description.default(''),
    roles: fields.roles.default([]),
  }),
  answers: { 201: { description: 'The service account.', body: schema.serviceAccount } },
  errors: ['service_account_taken', 'role_not_found'],
})

export const getServiceAccount = defineRoute({
  id: 'getServiceAccount',
  method: 'GET',
  path: '/service-accounts/{id}',
  access: 'admin',
  asks: permitted('service-accounts:read'),
  tag: accounts,
  summary: 'Get a service account',
  params: byId,
  answers: account,
  errors: ['service_account_not_found'],
})

export const updateServiceAccount = defineRoute({
  id: 'updateServiceAccount',
  method: 'PATCH',
  path: '/service-accounts/{id}',
  access: 'admin',
  asks: permittedAct('latchkey:updateServiceAccount'),
  tag: accounts,
  summary: 'Change some fields of a service account',
  description: 'Tokens with the old roles stay valid for at most five minutes.',
  params: byId,
  body: z.strictObject(fields).partial(),
  answers: account,
  errors: ['service_account_not_found', 'service_account_taken', 'role_not_found'],
})

export const deleteServiceAccount = defineRoute({
  id: 'deleteServiceAccount',
  method: 'DELETE',
  path: '/service-accounts/{id}',
  access: 'admin',
  asks: permittedAct('latchkey:deleteServiceAccount'),
  tag: accounts,
  summary: 'Delete a service account and its API keys',
  params: byId,
  answers: { 204: { description: 'Deleted.' } },
  errors: ['service_account_not_found'],
})

export const disableServiceAccount = defineRoute({
  id: 'disableServiceAccount',
  method: 'POST',
  path: '/service-accounts/{id}/disable',
  access: 'admin',
  asks: permittedAct('latchkey:disableServiceAccount'),
  tag: accounts,
  summary: 'Disable a service account; its keys and tokens stop working at once',
  params: byId,
  answers: account,
  errors: ['service_account_not_found'],
})

export const enableServiceAccount = defineRoute({
  id: 'enableServiceAccount',
  method: 'POST',
  path: '/service-accounts/{id}/enable',
  access: 'admin',
  asks: permittedAct('latchkey:enableServiceAccount'),
  tag: accounts,
  summary: 'Enable a service account again',
  description:
    'Its keys and certificates work again at once, so it takes the right to give what they open. Tokens issued before it was disabled stay refused.',
  params: byId,
  answers: account,
  errors: ['service_account_not_found'],
})

export const listServiceAccountKeys = defineRoute({
  id: 'listServiceAccountKeys',
  method: 'GET',
  path: '/service-accounts/{id}/api-keys',
  access: 'admin',
  asks: permitted('service-accounts:read'),
  tag: accounts,
  summary: 'List the API keys of a service account',
  params: byId,
  answers: list,
  errors: ['service_account_not_found'],
})

export const createServiceAccountKey = defineRoute({
  id: 'createServiceAccountKey',
  method: 'POST',
  path: '/service-accounts/{id}/api-keys',
  access: 'admin',
  asks: permittedAct('latchkey:createServiceAccountKey'),
  tag: accounts,
  summary: 'Create an API key for a service account',
  description: 'You need every permission of the key, as whoever reads it can use it.',
  params: byId,
  body: z.strictObject(schema.newApiKey),
  answers: made,
  errors: ['service_account_not_found', 'api_key_limit_reached'],
})

export const renameServiceAccountKey = defineRoute({
  id: 'renameServiceAccountKey',
  method: 'PATCH',
  path: '/service-accounts/{id}/api-keys/{keyId}',
  access: 'admin',
  asks: permitted('service-accounts:write'),
  tag: accounts,
  summary: 'Rename an API key of a service account',
  params: byBoth,
  body: newName,
  answers: renamed,
  errors: ['service_account_not_found', 'api_key_not_found'],
})

export const rotateServiceAccountKey = defineRoute({
  id: 'rotateServiceAccountKey',
  method: 'POST',
  path: '/service-accounts/{id}/api-keys/{keyId}/rotate',
  access: 'admin',
  asks: permittedAct('latchkey:rotateServiceAccountKey'),
  tag: accounts,
  summary: 'Rotate an API key of a service account',
  params: byBoth,
  body: z.strictObject({ overlap: schema.overlap }),
  answers: made,
  errors: ['service_account_not_found', 'api_key_not_found', 'api_key_rotated', 'api_key_limit_reached'],
})

export const revokeServiceAccountKey = defineRoute({
  id: 'revokeServiceAccountKey',
  method: 'DELETE',
  path: '/service-accounts/{id}/api-keys/{keyId}',
  access: 'admin',
  asks: permittedAct('latchkey:revokeServiceAccountKey'),
  tag: accounts,
  summary: 'Revoke an API key of a service account',
  params: byBoth,
  answers: { 204: { description: 'Revoked.' } },
  errors: ['service_account_not_found', 'api_key_not_found'],
})

const users = 'Administration: users'

export const listUserApiKeys = defineRoute({
  id: 'listUserApiKeys',
  method: 'GET',
  path: '/users/{id}/api-keys',
  access: 'admin',
  asks: permitted('users:read'),
  tag: users,
  summary: "A user's API keys",
  params: byId,
  answers: list,
  errors: ['user_not_found'],
})

export const revokeUserApiKey = defineRoute({
  id: 'revokeUserApiKey',
  method: 'DELETE',
  path: '/users/{id}/api-keys/{keyId}',
  access: 'admin',
  asks: permittedAct('latchkey:revokeUserApiKey'),
  tag: users,
  summary: 'Revoke an API key of a user',
  params: byBoth,
  answers: { 204: { description: 'Revoked.' } },
  errors: ['user_not_found', 'api_key_not_found'],
})
