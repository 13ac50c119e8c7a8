import { apiKeyRoutes as routes } from '@latchkey/contract'
import { actorOf } from '../../accounts/authority/authority.ts'
import { type Route, serve } from '../../sessions/route.ts'
import type { ServiceAccounts } from './service.ts'

/** Below `/admin`. The pipeline has checked the route's permission against the token before. */
export function createServiceAccountRoutes(accounts: ServiceAccounts): Route[] {
  return [
    serve(routes.listServiceAccounts, async ({ query }) => ({
      status: 200,
      body: await accounts.list(query),
    })),
    serve(routes.createServiceAccount, async ({ body, ...call }) => ({
      status: 201,
      body: await accounts.create(actorOf(call), body),
    })),
    serve(routes.getServiceAccount, async ({ params }) => ({
      status: 200,
      body: await accounts.get(params.id),
    })),
    serve(routes.updateServiceAccount, async ({ params, body, ...call }) => ({
      status: 200,
      body: await accounts.change(actorOf(call), params.id, body),
    })),
    serve(routes.deleteServiceAccount, async ({ params, ...call }) => {
      await accounts.remove(actorOf(call), params.id)
      return { status: 204 }
    }),
    serve(routes.disableServiceAccount, async ({ params, ...call }) => ({
      status: 200,
      body: await accounts.disable(actorOf(call), params.id),
    })),
    serve(routes.enableServiceAccount, async ({ params, ...call }) => ({
      status: 200,
      body: await accounts.enable(actorOf(call), params.id),
    })),
  ]
}
