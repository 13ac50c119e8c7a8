import { z } from 'zod'
import { timestamp, uuid } from './values.ts'

export const user = z
  .object({
    id: uuid,
    email: z.string(),
    emailVerified: z.boolean(),
    name: z.string().nullable(),
    locale: z.string().nullable(),
    roles: z.array(z.string()),
    createdAt: timestamp,
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof user>

export const adminUser = user
  .extend({ disabledAt: timestamp.nullable(), updatedAt: timestamp, hasPassword: z.boolean() })
  .meta({ id: 'AdminUser' })
export type AdminUser = z.infer<typeof adminUser>

export const role = z
  .object({
    name: z.string(),
    description: z.string(),
    permissions: z.array(z.string()),
    /** True if holders of the role must have a second factor. */
    requiresSecondFactor: z.boolean(),
    builtIn: z.boolean(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Role' })
export type Role = z.infer<typeof role>
