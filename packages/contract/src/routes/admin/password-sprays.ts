import { z } from 'zod'
import { permitted } from '../../asks.ts'
import { defineRoute } from '../../route.ts'
import * as schema from '../../schemas/index.ts'

export const listPasswordSprays = defineRoute({
  id: 'listPasswordSprays',
  method: 'GET',
  path: '/password-sprays',
  access: 'admin',
  asks: permitted('audit:read'),
  tag: 'Administration: attacks',
  summary: 'List the networks suspected of password spraying',
  query: z.strictObject(schema.pageQuery),
  answers: {
    200: {
      description:
        'One entry for each attack that was noticed, newest first, for as long as the audit trail is kept.',
      body: schema.page(
        z.object({
          id: schema.uuid,
          noticedAt: schema.timestamp,
          network: z.string().nullable().meta({
            description:
              'An IPv4 address or an IPv6 /64; null if more sign-ins fail in the whole system than people account for.',
            example: '192.0.2.1',
          }),
          active: z.boolean().meta({
            description:
              'True while sign-ins by password from this network are slowed down; of the whole system, while every network is slowed down sooner.',
          }),
        }),
      ),
    },
  },
  errors: [],
})
