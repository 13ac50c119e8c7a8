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
import type { UserServices } from './user-services.ts'
import { changeUser, removeUser, setUserDisabled } from './users-change.ts'
import { createUser, sendUserReset } from './users-create.ts'
import { getUser, listUsers, rolesOfUser } from './users-list.ts'
import { endUserSession, endUserSessions, listUserSessions } from './users-sessions.ts'

export type AdminServices = UserServices &
  SecondFactorAdministrationOptions &
  RoleAdministrationOptions &
  MailAdministrationOptions &
  SprayAdministrationOptions

/** Everything below `/admin`. The pipeline has checked the route's permission against the token before. */
export function createAdminRoutes(services: AdminServices): Route[] {
  const secondFactors = createSecondFactorAdministration(services)
  const roles = createRoleAdministration(services)
  const mail = createMailAdministration(services)
  const sprays = createSprayAdministration(services)

  return [
    serve(routes.listUsers, async ({ query: { cursor, limit, ...filter } }) => {
      return { status: 200, body: await listUsers(services, filter, { cursor, limit }) }
    }),
    serve(routes.createUser, async ({ body, ...call }) => {
      return { status: 201, body: await createUser(services, actorOf(call), body) }
    }),
    serve(routes.getUser, async ({ params }) => ({
      status: 200,
      body: await getUser(services, idOf(params)),
    })),
    serve(routes.replaceUser, async ({ params, body, ...call }) => {
      return { status: 200, body: await changeUser(services, actorOf(call), idOf(params), body) }
    }),
    serve(routes.updateUser, async ({ params, body, ...call }) => {
      return { status: 200, body: await changeUser(services, actorOf(call), idOf(params), body) }
    }),
    serve(routes.deleteUser, async ({ params, ...call }) => {
      await removeUser(services, actorOf(call), idOf(params))
      return { status: 204 }
    }),
    serve(routes.disableUser, async ({ params, ...call }) => {
      return { status: 200, body: await setUserDisabled(services, actorOf(call), idOf(params), true) }
    }),
    serve(routes.enableUser, async ({ params, ...call }) => {
      return { status: 200, body: await setUserDisabled(services, actorOf(call), idOf(params), false) }
    }),
    serve(routes.sendUserReset, async ({ params, ...call }) => {
      await sendUserReset(services, actorOf(call), idOf(params))
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
      return { status: 200, body: await listUserSessions(services, actorOf(call), idOf(params), query) }
    }),
    serve(routes.endUserSessions, async ({ params, ...call }) => {
      await endUserSessions(services, actorOf(call), idOf(params))
      return { status: 204 }
    }),
    serve(routes.endUserSession, async ({ params, ...call }) => {
      await endUserSession(services, actorOf(call), idOf(params), params.sessionId as SessionId)
      return { status: 204 }
    }),

    serve(routes.getUserRoles, async ({ params }) => ({
      status: 200,
      body: await rolesOfUser(services, idOf(params)),
    })),
    serve(routes.setUserRoles, async ({ params, body, ...call }) => {
      return {
        status: 200,
        body: await changeUser(services, actorOf(call), idOf(params), { roles: body.roles }),
      }
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
