import { apiKeyRoutes as routes, type UserId } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import { actorOf, readAuthority } from '../../accounts/authority/authority.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import { type Principal, type Route, serve } from '../../sessions/route.ts'
import { permissionToGive } from '../../accounts/authority/own-scopes.ts'
import { hasSession } from '../../sessions/tokens/access-token.ts'
import {
  type CredentialActor,
  keyOf,
  actorOverServiceAccount,
} from '../../accounts/authority/service-account-authority.ts'
import { findServiceAccount } from '../../identity/service-accounts/store.ts'
import { findAccount } from '../../identity/users/store.ts'
import type { Database } from '../../db/database.ts'
import type { ApiKeys } from './service.ts'
import type { OwnerRef } from './store.ts'

export interface ApiKeyRoutesOptions {
  db: Database
  apiKeys: ApiKeys
}

type By = { caller: Principal; request: RequestContext }

/** People's own keys, and what a key itself can do. */
export function createApiKeyRoutes({ apiKeys }: ApiKeyRoutesOptions): Route[] {
  return [
    serve(routes.listApiKeys, async ({ caller }) => ({
      status: 200,
      body: { items: await apiKeys.list(self(caller)) },
    })),
    serve(routes.createApiKey, async ({ caller, body, request }) => ({
      status: 201,
      body: await apiKeys.create(self(caller), body, byOwner({ caller, request })),
    })),
    serve(routes.renameApiKey, async ({ caller, params, body, request }) => ({
      status: 200,
      body: await apiKeys.rename(self(caller), params.id, body.name, byOwner({ caller, request })),
    })),
    serve(routes.rotateApiKey, async ({ caller, params, body, request }) => ({
      status: 201,
      body: await apiKeys.rotate(self(caller), params.id, body.overlap, byOwner({ caller, request })),
    })),
    serve(routes.revokeApiKey, async ({ caller, params, request }) => {
      await apiKeys.revoke(self(caller), params.id, byOwner({ caller, request }))
      return { status: 204 }
    }),
    serve(routes.exchangeApiKey, async ({ caller: { holder } }) => {
      const { accessToken, lifetime } = await apiKeys.exchange(holder)
      const scope = holder.scopes.join(' ')
      return { status: 200, body: { accessToken, tokenType: 'Bearer', expiresIn: lifetime, scope } }
    }),
  ]
}

/**
 * Keys of others, below `/admin`. An actor cannot touch the keys of an account with more permissions than their own.
 */
export function createApiKeyAdminRoutes({ db, apiKeys }: ApiKeyRoutesOptions): Route[] {
  return [
    serve(routes.listServiceAccountKeys, async ({ params: { id } }) => {
      if (!(await findServiceAccount(db, id))) throw new AuthError('service_account_not_found')
      return { status: 200, body: { items: await apiKeys.list(serviceAccount(id)) } }
    }),
    serve(routes.createServiceAccountKey, async ({ params: { id }, body, ...call }) => ({
      status: 201,
      body: await apiKeys.create(serviceAccount(id), body, actorOverServiceAccount(id, call)),
    })),
    serve(routes.renameServiceAccountKey, async ({ params: { id, keyId }, body, ...call }) => ({
      status: 200,
      body: await apiKeys.rename(serviceAccount(id), keyId, body.name, actorOverServiceAccount(id, call)),
    })),
    serve(routes.rotateServiceAccountKey, async ({ params: { id, keyId }, body, ...call }) => ({
      status: 201,
      body: await apiKeys.rotate(serviceAccount(id), keyId, body.overlap, actorOverServiceAccount(id, call)),
    })),
    serve(routes.revokeServiceAccountKey, async ({ params: { id, keyId }, ...call }) => {
      await apiKeys.revoke(serviceAccount(id), keyId, actorOverServiceAccount(id, call))
      return { status: 204 }
    }),
    serve(routes.listUserApiKeys, async ({ params }) => {
      const id = params.id as UserId
      if (!(await findAccount(db, id))) throw new AuthError('user_not_found')
      return { status: 200, body: { items: await apiKeys.list(user(id)) } }
    }),
    serve(routes.revokeUserApiKey, async ({ params: { id, keyId }, ...call }) => {
      await apiKeys.revoke(user(id as UserId), keyId, overUser(id as UserId, call))
      return { status: 204 }
    }),
  ]
}

const user = (id: UserId): OwnerRef => ({ kind: 'user', id })
const serviceAccount = (id: string): OwnerRef => ({ kind: 'service_account', id })
const self = ({ claims }: Principal): OwnerRef => user(claims.sub)

const byOwner = (call: By): CredentialActor => ({
  actorId: null,
  ...originOf(call.request),
  byKey: keyOf(call.caller),
  async mayGive(tx, given) {
    // Most people's keys hold scopes of the application alone: roles are not locked for them.
    const isPlain = given.scopes.every((scope) => permissionToGive(scope) === null)
    if (isPlain && hasSession(call.caller.claims)) return
    const authority = await readAuthority(tx, actorOf(call), null)
    authority.requireToGive(given)
  },
})

function overUser(id: UserId, call: By): CredentialActor {
  return {
    actorId: call.caller.claims.sub,
    ...originOf(call.request),
    async guard(tx) {
      const authority = await readAuthority(tx, actorOf(call), 'users:write')
      const account = await findAccount(tx, id)
      if (!account) throw new AuthError('user_not_found')
      authority.requireOver(account)
    },
  }
}
