import { minutes } from '@latchkey/contract'
import type { Limit } from '../../core/limits/limits.ts'

/** Prevents a forgotten script from filling a mailbox. */
export const resetsPerUser: Limit = { name: 'admin-resets-per-user', most: 10, window: minutes(60) }

/** A key that may change names cannot grant roles by the same route. */
export const changesRoles = 'latchkey:setUserRoles'
