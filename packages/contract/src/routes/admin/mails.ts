import { z } from 'zod'
import { permitted } from '../../asks.ts'
import { defineRoute } from '../../route.ts'
import * as schema from '../../schemas/index.ts'

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
  params: z.strictObject({ id: schema.uuid }),
  answers: { 202: { description: 'It is due now.' } },
  errors: ['not_found'],
})
