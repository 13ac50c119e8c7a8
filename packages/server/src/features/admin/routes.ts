import { adminRoutes as routes, type SessionId, type UserId } from '@latchkey/contract'
import { actorOf } from '../../accounts/authority/authority.ts'
import { type Route, serve } from '../../sessions/route.ts'
import { createMailAdministration, type MailAdministrationOptions } from './mail-service.ts'
import { createRoleAdministration, type RoleAdministrationOptions } from './roles-service.ts'
import {
  createSecondFactorAdministration,
  type SecondFactorAdministrationOptions,
} from './second-factors-service.ts'
import { createSprayAdministration, type SprayAdministrationOptions } from './sprays-service.ts'
import { createUserAdministration, type UserAdministrationOptions } from './users-service.ts'

export type AdminRoutesOptions = UserAdministrationOptions &
  SecondFactorAdministrationOptions &
  RoleAdministrationOptions &
  MailAdministrationOptions &
  SprayAdministrationOptions

/** Everything below `/admin`. The pipeline has checked the route's permission against the token before. */
export function createAdminRoutes(options: AdminRoutesOptions): Route[] {
  const users = createUserAdministration(options)
  const secondFactors = createSecondFactorAdministration(options)
  const roles = createRoleAdministration(options)
  const mail = createMailAdministration(options)
  const sprays = createSprayAdministration(options)

  return [
    serve(routes.listUsers, async ({ query: { cursor, limit, ...filter } }) => {
      return { status: 200, body: await users.list(filter, { cursor, limit }) }
    }),
    serve(routes.createUser, async ({ body, ...call }) => {
      return { status: 201, body: await users.create(actorOf(call), body) }
    }),
    serve(routes.getUser, async ({ params }) => ({ status: 200, body: await users.get(idOf(params)) })),
    serve(routes.replaceUser, async ({ params, body, ...call }) => {
      return { status: 200, body: await users.change(actorOf(call), idOf(params), body) }
    }),
    serve(routes.updateUser, async ({ params, body, ...call }) => {
      return { status: 200, body: await users.change(actorOf(call), idOf(params), body) }
    }),
    serve(routes.deleteUser, async ({ params, ...call }) => {
      await users.remove(actorOf(call), idOf(params))
      return { status: 204 }
    }),
    serve(routes.disableUser, async ({ params, ...call }) => {
      return { status: 200, body: await users.disable(actorOf(call), idOf(params)) }
    }),
    serve(routes.enableUser, async ({ params, ...call }) => {
      return { status: 200, body: await users.enable(actorOf(call), idOf(params)) }
    }),
    serve(routes.sendUserReset, async ({ params, ...call }) => {
      await users.sendReset(actorOf(call), idOf(params))
      return { status: 202 }
    }),

    serve(routes.getUserSecondFactors, async ({ params }) => ({
      status: 200,
      body: await secondFactors.get(idOf(params)),
    })),
    serve(routes.setUserSecondFactors, async ({ params, body, ...call }) => {
      return { status: 200, body: await secondFactors.require(actorOf(call), idOf(params), body.required) }
    }),
    serve(routes.resetUserSecondFactors, async ({ params, body, ...call }) => {
      await secondFactors.reset(actorOf(call), idOf(params), body.reason)
      return { status: 204 }
    }),

    serve(routes.listUserSessions, async ({ params, query, ...call }) => {
      return { status: 200, body: await users.devices(actorOf(call), idOf(params), query) }
    }),
    serve(routes.endUserSessions, async ({ params, ...call }) => {
      await users.endSessions(actorOf(call), idOf(params))
      return { status: 204 }
    }),
    serve(routes.endUserSession, async ({ params, ...call }) => {
      await users.endSession(actorOf(call), idOf(params), params.sessionId as SessionId)
      return { status: 204 }
    }),

    serve(routes.getUserRoles, async ({ params }) => ({
      status: 200,
      body: await users.rolesOf(idOf(params)),
    })),
    serve(routes.setUserRoles, async ({ params, body, ...call }) => {
      return { status: 200, body: await users.change(actorOf(call), idOf(params), { roles: body.roles }) }
    }),

    serve(routes.listRoles, async ({ query }) => ({ status: 200, body: await roles.list(query) })),
    serve(routes.createRole, async ({ body, ...call }) => {
      return { status: 201, body: await roles.create(actorOf(call), body) }
    }),
    serve(routes.getRole, async ({ params }) => ({ status: 200, body: await roles.get(params.name) })),
    serve(routes.updateRole, async ({ params, body, ...call }) => {
      return { status: 200, body: await roles.change(actorOf(call), params.name, body) }
    }),
    serve(routes.deleteRole, async ({ params, ...call }) => {
      await roles.remove(actorOf(call), params.name)
      return { status: 204 }
    }),
    serve(routes.listPermissions, async ({ query }) => ({
      status: 200,
      body: await roles.permissions(query),
    })),

    serve(routes.listMail, async ({ query }) => ({ status: 200, body: await mail.list(query) })),
    serve(routes.retryMail, async ({ params, ...call }) => {
      await mail.retry(actorOf(call), params.id)
      return { status: 202 }
    }),

    serve(routes.listPasswordSprays, async ({ query }) => ({ status: 200, body: await sprays.list(query) })),
  ]
}

/** The schema has checked that it is a UUID. */
const idOf = ({ id }: { id: string }): UserId => id as UserId
