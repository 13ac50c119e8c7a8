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
  summary: 'List the pending and dead mails',
  query: z.strictObject(schema.pageQuery),
  answers: {
    200: {
      description: 'The mails in the outbox: dead ones first, then newest first.',
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
  summary: 'Retry a dead mail that has not expired',
  params: z.strictObject({ id: schema.uuid }),
  answers: { 202: { description: 'Due now.' } },
  errors: ['not_found'],
})
