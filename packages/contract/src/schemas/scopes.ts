import { z } from 'zod'

/** RFC 6749 §3.3: printable ASCII without space, double quote and backslash. */
export const scope = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, 'must be 1 to 128 printable characters without space, " and \\')
  .meta({ example: 'notes:read' })

export const scopes = z
  .array(scope)
  .max(50)
  .refine((each) => new Set(each).size === each.length, { message: 'must not name a scope twice' })
  .meta({ example: ['notes:read'] })
