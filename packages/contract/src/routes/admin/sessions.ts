import { z } from 'zod'
import { permitted, permittedAct } from '../../asks.ts'
import { defineRoute } from '../../route.ts'
import * as schema from '../../schemas/index.ts'

const users = 'Administration: users'
const byId = z.strictObject({ id: schema.uuid })

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
      description: 'One entry per signed-in device, sorted newest sign-in first.',
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
