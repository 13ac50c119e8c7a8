import { z } from 'zod'
import { permitted, permittedAct } from '../../asks.ts'
import { defineRoute } from '../../route.ts'
import * as schema from '../../schemas/index.ts'

const users = 'Administration: users'
const byId = z.strictObject({ id: schema.uuid })

const userSecondFactors = {
  description: 'The factors enrolled, and whether one is required.',
  body: z.object({
    /** True if it is required of this user individually. */
    required: z.boolean(),
    /** Sources of the requirement for a second factor; empty if there is none. */
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
  summary: 'Require a second factor of a user, or stop',
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
  summary: 'Reset the second factors of a user who lost them',
  description:
    'Recovery codes and trusted devices go as well, every session ends, the user is told by mail, and the reason is kept in the audit trail. Be sure that it is the user who asks. Nobody does it for themselves.',
  params: byId,
  body: z.strictObject({ reason: schema.text(500) }),
  answers: { 204: { description: 'Removed; the user signs in without them, or enrols again.' } },
  errors: ['user_not_found'],
})
