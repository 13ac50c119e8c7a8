import { z } from 'zod'
import { defineRoute } from '../route.ts'

const tag = 'Operation'

export const livez = defineRoute({
  id: 'livez',
  method: 'GET',
  path: '/livez',
  access: 'operation',
  tag,
  summary: 'Liveness: the process is up',
  answers: { 200: { description: 'The process is up.', body: z.object({ status: z.literal('ok') }) } },
  errors: [],
})

const check = z.enum(['ok', 'failed'])

export const readyz = defineRoute({
  id: 'readyz',
  method: 'GET',
  path: '/readyz',
  access: 'operation',
  tag,
  summary: 'Readiness: database, migrations, writing and keys',
  answers: {
    200: {
      description: 'Ready.',
      body: z.object({ status: z.literal('ready'), checks: z.record(z.string(), check) }),
    },
    503: {
      description: 'Not ready. `reasons` names each failed check.',
      body: z.object({
        status: z.literal('not_ready'),
        checks: z.record(z.string(), check),
        reasons: z.record(z.string(), z.string()),
      }),
    },
  },
  errors: [],
})

export const metrics = defineRoute({
  id: 'metrics',
  method: 'GET',
  path: '/metrics',
  access: 'operation',
  tag,
  summary: 'Metrics for Prometheus, with the metrics token as bearer',
  answers: {
    200: { description: 'Prometheus text format.', body: z.string(), mediaType: 'text/plain; version=0.0.4' },
  },
  errors: ['not_found'],
})

export const jwks = defineRoute({
  id: 'jwks',
  method: 'GET',
  path: '/.well-known/jwks.json',
  access: 'operation',
  tag,
  summary: 'Public keys that verify access tokens (RFC 7517)',
  answers: {
    200: { description: 'A JWK set.', body: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
  },
  errors: [],
})

export const openApi = defineRoute({
  id: 'openApi',
  method: 'GET',
  path: '/openapi.json',
  access: 'operation',
  tag,
  summary: 'This description (OpenAPI 3.1)',
  answers: {
    200: { description: 'The document.', body: z.record(z.string(), z.unknown()) },
    304: { description: 'Unchanged since the `ETag` in `If-None-Match`.' },
  },
  errors: [],
})
