import { z } from 'zod'
import { permitted, permittedAct } from '../asks.ts'
import { defineRoute } from '../route.ts'
import * as schema from '../schemas.ts'

const users = 'Administration: users'
const roles = 'Administration: roles'
const byId = z.strictObject({ id: schema.uuid })
const byName = z.strictObject({ name: schema.roleName })

export const listUsers = defineRoute({
  id: 'listUsers',
  method: 'GET',
  path: '/users',
  access: 'admin',
  asks: permitted('users:read'),
  tag: users,
  summary: 'Find users, newest first',
  query: z.strictObject({
    ...schema.pageQuery,
    search: schema.text(320).optional(),
    role: schema.roleName.optional(),
    status: z.enum(['active', 'disabled']).optional(),
    emailVerified: z.enum(['true', 'false']).optional(),
  }),
  answers: { 200: { description: 'A page of users.', body: schema.page(schema.adminUser) } },
  errors: [],
})

export const createUser = defineRoute({
  id: 'createUser',
  method: 'POST',
  path: '/users',
  access: 'admin',
  hashes: true,
  asks: permittedAct('latchkey:createUser'),
  tag: users,
  summary: 'Create a user',
  description: 'Without a password the user sets one by the link of a reset mail.',
  body: z.strictObject({
    email: schema.email,
    password: schema.password.optional(),
    name: schema.text(200).nullable().optional(),
    locale: schema.locale.nullable().optional(),
    emailVerified: z.boolean().default(false),
    roles: z.array(schema.roleName).max(50).default([]),
  }),
  answers: { 201: { description: 'The user.', body: schema.adminUser } },
  errors: ['email_taken', 'password_too_common', 'role_not_found', 'overloaded'],
})

export const getUser = defineRoute({
  id: 'getUser',
  method: 'GET',
  path: '/users/{id}',
  access: 'admin',
  asks: permitted('users:read'),
  tag: users,
  summary: 'One user',
  params: byId,
  answers: { 200: { description: 'The user.', body: schema.adminUser } },
  errors: ['user_not_found'],
})

const userFields = {
  email: schema.email,
  emailVerified: z.boolean(),
  name: schema.text(200).nullable(),
  locale: schema.locale.nullable(),
  roles: z.array(schema.roleName).max(50),
}

export const replaceUser = defineRoute({
  id: 'replaceUser',
  method: 'PUT',
  path: '/users/{id}',
  access: 'admin',
  asks: permittedAct('latchkey:replaceUser'),
  tag: users,
  summary: 'Set every field of a user',
  params: byId,
  body: z.strictObject(userFields),
  answers: { 200: { description: 'The user as it is now.', body: schema.adminUser } },
  errors: ['user_not_found', 'email_taken', 'role_not_found', 'last_administrator'],
})

export const updateUser = defineRoute({
  id: 'updateUser',
  method: 'PATCH',
  path: '/users/{id}',
  access: 'admin',
  asks: permittedAct('latchkey:updateUser'),
  tag: users,
  summary: 'Change some fields of a user',
  params: byId,
  body: z.strictObject(userFields).partial(),
  answers: { 200: { description: 'The user as it is now.', body: schema.adminUser } },
  errors: ['user_not_found', 'email_taken', 'role_not_found', 'last_administrator'],
})

export const deleteUser = defineRoute({
  id: 'deleteUser',
  method: 'DELETE',
  path: '/users/{id}',
  access: 'admin',
  asks: permittedAct('latchkey:deleteUser'),
  tag: users,
  summary: 'Delete a user and everything of theirs',
  params: byId,
  answers: { 204: { description: 'Gone.' } },
  errors: ['user_not_found', 'last_administrator'],
})

export const disableUser = defineRoute({
  id: 'disableUser',
  method: 'POST',
  path: '/users/{id}/disable',
  access: 'admin',
  asks: permittedAct('latchkey:disableUser'),
  tag: users,
  summary: 'Disable a user; their sessions end at once',
  params: byId,
  answers: { 200: { description: 'The user as it is now.', body: schema.adminUser } },
  errors: ['user_not_found', 'last_administrator'],
})

export const enableUser = defineRoute({
  id: 'enableUser',
  method: 'POST',
  path: '/users/{id}/enable',
  access: 'admin',
  asks: permittedAct('latchkey:enableUser'),
  tag: users,
  summary: 'Enable a user again',
  params: byId,
  answers: { 200: { description: 'The user as it is now.', body: schema.adminUser } },
  errors: ['user_not_found'],
})

export const sendUserReset = defineRoute({
  id: 'sendUserReset',
  method: 'POST',
  path: '/users/{id}/reset-password',
  access: 'admin',
  asks: permitted('users:write'),
  tag: users,
  summary: 'Send the user a link to set a new password',
  params: byId,
  answers: { 202: { description: 'A mail is on its way.' } },
  errors: ['user_not_found'],
})

const userSecondFactors = {
  description: 'What there is, and what there must be.',
  body: z.object({
    /** Whether it was asked of this very user. */
    required: z.boolean(),
    /** By whom a second factor is asked of the user; empty for nobody. */
    requiredBy: z.array(z.enum(['everyone', 'role', 'user'])),
    factors: z.array(schema.enrolledFactor),
    trustedDevices: z.number().int(),
  }),
}

export const getUserSecondFactors = defineRoute({
  id: 'getUserSecondFactors',
  method: 'GET',
  path: '/users/{id}/second-factors',
  access: 'admin',
  asks: permitted('users:read'),
  tag: users,
  summary: "A user's second factors, and whether they must have one",
  params: byId,
  answers: { 200: userSecondFactors },
  errors: ['user_not_found'],
})

export const setUserSecondFactors = defineRoute({
  id: 'setUserSecondFactors',
  method: 'PUT',
  path: '/users/{id}/second-factors',
  access: 'admin',
  asks: permittedAct('latchkey:setUserSecondFactors'),
  tag: users,
  summary: 'Ask a second factor of a user, or no longer',
  description:
    'Counts from the next sign-in: whoever has none enrols one before there is a session. Sessions go on; end them where that is not enough.',
  params: byId,
  body: z.strictObject({ required: z.boolean() }),
  answers: { 200: userSecondFactors },
  errors: ['user_not_found'],
})

export const resetUserSecondFactors = defineRoute({
  id: 'resetUserSecondFactors',
  method: 'POST',
  path: '/users/{id}/reset-second-factors',
  access: 'admin',
  asks: permittedAct('latchkey:resetUserSecondFactors'),
  tag: users,
  summary: 'Remove the second factors of a user who has lost them',
  description:
    'Recovery codes and trusted devices go as well, every session ends, the user is told by mail, and the reason is kept in the audit trail. Be sure that it is the user who asks. Nobody does it for themselves.',
  params: byId,
  body: z.strictObject({ reason: schema.text(500) }),
  answers: { 204: { description: 'Removed; the user signs in without them, or enrols anew.' } },
  errors: ['user_not_found'],
})

export const listUserSessions = defineRoute({
  id: 'listUserSessions',
  method: 'GET',
  path: '/users/{id}/sessions',
  access: 'admin',
  asks: permitted('sessions:read'),
  tag: users,
  summary: "A user's devices",
  params: byId,
  query: z.strictObject(schema.pageQuery),
  answers: {
    200: {
      description: 'One entry per signed-in device, the newest sign-in first.',
      body: schema.page(schema.device),
    },
  },
  errors: ['user_not_found'],
})

export const endUserSessions = defineRoute({
  id: 'endUserSessions',
  method: 'DELETE',
  path: '/users/{id}/sessions',
  access: 'admin',
  asks: permittedAct('latchkey:endUserSessions'),
  tag: users,
  summary: 'End every session of a user',
  params: byId,
  answers: { 204: { description: 'Ended.' } },
  errors: ['user_not_found'],
})

export const endUserSession = defineRoute({
  id: 'endUserSession',
  method: 'DELETE',
  path: '/users/{id}/sessions/{sessionId}',
  access: 'admin',
  asks: permittedAct('latchkey:endUserSession'),
  tag: users,
  summary: 'End one session of a user',
  params: z.strictObject({ id: schema.uuid, sessionId: schema.uuid }),
  answers: { 204: { description: 'Ended.' } },
  errors: ['user_not_found', 'session_not_found'],
})

export const getUserRoles = defineRoute({
  id: 'getUserRoles',
  method: 'GET',
  path: '/users/{id}/roles',
  access: 'admin',
  asks: permitted('users:read'),
  tag: users,
  summary: "A user's roles and the permissions they give",
  params: byId,
  answers: {
    200: {
      description: 'Roles and permissions.',
      body: z.object({ roles: z.array(z.string()), permissions: z.array(z.string()) }),
    },
  },
  errors: ['user_not_found'],
})

export const setUserRoles = defineRoute({
  id: 'setUserRoles',
  method: 'PUT',
  path: '/users/{id}/roles',
  access: 'admin',
  asks: permittedAct('latchkey:setUserRoles'),
  tag: users,
  summary: "Set a user's roles",
  description:
    'Nobody grants more than they hold. Access tokens with the old roles are refused within a second.',
  params: byId,
  body: z.strictObject({ roles: z.array(schema.roleName).max(50) }),
  answers: { 200: { description: 'The user as it is now.', body: schema.adminUser } },
  errors: ['user_not_found', 'role_not_found', 'last_administrator'],
})

export const listRoles = defineRoute({
  id: 'listRoles',
  method: 'GET',
  path: '/roles',
  access: 'admin',
  asks: permitted('roles:read'),
  tag: roles,
  summary: 'All roles',
  query: z.strictObject(schema.pageQuery),
  answers: { 200: { description: 'The roles, by name.', body: schema.page(schema.role) } },
  errors: [],
})

export const createRole = defineRoute({
  id: 'createRole',
  method: 'POST',
  path: '/roles',
  access: 'admin',
  asks: permittedAct('latchkey:createRole'),
  tag: roles,
  summary: 'Create a role',
  description: 'Nobody puts a permission into a role that they do not hold.',
  body: z.strictObject({
    name: schema.roleName,
    description: z.string().max(500).default(''),
    permissions: z.array(schema.permissionName).max(200),
    requiresSecondFactor: z.boolean().default(false),
  }),
  answers: { 201: { description: 'The role.', body: schema.role } },
  errors: ['role_taken'],
})

export const getRole = defineRoute({
  id: 'getRole',
  method: 'GET',
  path: '/roles/{name}',
  access: 'admin',
  asks: permitted('roles:read'),
  tag: roles,
  summary: 'One role',
  params: byName,
  answers: { 200: { description: 'The role.', body: schema.role } },
  errors: ['role_not_found'],
})

export const updateRole = defineRoute({
  id: 'updateRole',
  method: 'PATCH',
  path: '/roles/{name}',
  access: 'admin',
  asks: permittedAct('latchkey:updateRole'),
  tag: roles,
  summary: 'Change a role',
  description: 'Of a built-in role only `requiresSecondFactor` can be changed.',
  params: byName,
  body: z.strictObject({
    description: z.string().max(500).optional(),
    permissions: z.array(schema.permissionName).max(200).optional(),
    requiresSecondFactor: z.boolean().optional(),
  }),
  answers: { 200: { description: 'The role as it is now.', body: schema.role } },
  errors: ['role_not_found', 'role_built_in'],
})

export const deleteRole = defineRoute({
  id: 'deleteRole',
  method: 'DELETE',
  path: '/roles/{name}',
  access: 'admin',
  asks: permittedAct('latchkey:deleteRole'),
  tag: roles,
  summary: 'Delete a role that nobody holds',
  params: byName,
  answers: { 204: { description: 'Gone.' } },
  errors: ['role_not_found', 'role_built_in', 'role_in_use'],
})

export const listPermissions = defineRoute({
  id: 'listPermissions',
  method: 'GET',
  path: '/permissions',
  access: 'admin',
  asks: permitted('roles:read'),
  tag: roles,
  summary: "Latchkey's own permissions, and those that roles name",
  query: z.strictObject(schema.pageQuery),
  answers: { 200: { description: 'The permissions, by name.', body: schema.page(z.string()) } },
  errors: [],
})

export const listMail = defineRoute({
  id: 'listMail',
  method: 'GET',
  path: '/mail',
  access: 'admin',
  asks: permitted('mail:read'),
  tag: 'Administration: mail',
  summary: 'Mails that wait or could not be delivered',
  query: z.strictObject(schema.pageQuery),
  answers: {
    200: {
      description: 'What the outbox holds, those that were given up first, the newest of each first.',
      body: schema.page(
        z.object({
          id: schema.uuid,
          topic: z.string(),
          createdAt: schema.timestamp,
          attempts: z.number().int(),
          dueAt: schema.timestamp,
          expiresAt: schema.timestamp.nullable(),
          deadAt: schema.timestamp.nullable(),
          lastError: z.string().nullable(),
        }),
      ),
    },
  },
  errors: [],
})

export const retryMail = defineRoute({
  id: 'retryMail',
  method: 'POST',
  path: '/mail/{id}/retry',
  access: 'admin',
  asks: permitted('mail:write'),
  tag: 'Administration: mail',
  summary: 'Try a dead mail again, unless it has expired',
  params: byId,
  answers: { 202: { description: 'It is due now.' } },
  errors: ['not_found'],
})

export const listPasswordSprays = defineRoute({
  id: 'listPasswordSprays',
  method: 'GET',
  path: '/password-sprays',
  access: 'admin',
  asks: permitted('audit:read'),
  tag: 'Administration: attacks',
  summary: 'Networks that tried passwords against many accounts',
  query: z.strictObject(schema.pageQuery),
  answers: {
    200: {
      description:
        'One entry for each attack that was noticed, newest first, for as long as the audit trail is kept.',
      body: schema.page(
        z.object({
          id: schema.uuid,
          noticedAt: schema.timestamp,
          network: z.string().nullable().meta({
            description:
              'An IPv4 address or an IPv6 /64; null if more sign-ins fail in the whole system than people account for.',
            example: '192.0.2.1',
          }),
          active: z.boolean().meta({
            description:
              'True while sign-ins by password from this network are slowed down; of the whole system, while every network is slowed down sooner.',
          }),
        }),
      ),
    },
  },
  errors: [],
})
