import { minutes } from '@latchkey/contract'
import type { Limit } from '../../core/limits/limits.ts'

/** So that a forgotten script does not fill somebody's mailbox. */
export const resetsPerUser: Limit = { name: 'admin-resets-per-user', most: 10, window: minutes(60) }

/** A key that may change names gives nobody roles by the same route. */
export const changesRoles = 'latchkey:setUserRoles'
