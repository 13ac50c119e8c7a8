import { z } from 'zod'
import { permitted, permittedAct } from '../../asks.ts'
import { defineRoute } from '../../route.ts'
import * as schema from '../../schemas/index.ts'

const roles = 'Administration: roles'
const byName = z.strictObject({ name: schema.roleName })

export const listRoles = defineRoute({
  id: 'listRoles',
  method: 'GET',
  path: '/roles',
  access: 'admin',
  asks: permitted('roles:read'),
  tag: roles,
  summary: 'List the roles',
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
  description: 'You can add only permissions that you hold.',
  body: z.strictObject({
    name: schema.roleName,
    description: schema.note(500).default(''),
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
  summary: 'Get a role',
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
  description: 'Only `requiresSecondFactor` can be changed in a built-in role.',
  params: byName,
  body: z.strictObject({
    description: schema.note(500).optional(),
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
  summary: 'Delete an unused role',
  params: byName,
  answers: { 204: { description: 'Deleted.' } },
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
