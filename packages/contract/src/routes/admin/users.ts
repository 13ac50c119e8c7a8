import { z } from 'zod'
import { permitted, permittedAct } from '../../asks.ts'
import { defineRoute } from '../../route.ts'
import * as schema from '../../schemas/index.ts'

const users = 'Administration: users'
const byId = z.strictObject({ id: schema.uuid })

export const listUsers = defineRoute({
  id: 'listUsers',
  method: 'GET',
  path: '/users',
  access: 'admin',
  asks: permitted('users:read'),
  tag: users,
  summary: 'Search users, newest first',
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
  description: 'Without `password` the user sets one through the link in a reset mail.',
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
  summary: 'Get a user',
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
  summary: 'Replace all fields of a user',
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
  summary: 'Delete a user and all their data',
  params: byId,
  answers: { 204: { description: 'Deleted.' } },
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
  summary: 'Send a user a link to set a new password',
  params: byId,
  answers: { 202: { description: 'A mail was sent.' } },
  errors: ['user_not_found'],
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
