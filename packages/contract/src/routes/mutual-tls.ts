import { z } from 'zod'
import { permitted, permittedAct } from '../asks.ts'
import { defineRoute } from '../route.ts'
import * as schema from '../schemas/index.ts'

export const exchangeCertificate = defineRoute({
  id: 'exchangeCertificate',
  method: 'POST',
  path: '/certificates/token',
  access: 'certificate',
  asks: { callers: { certificate: true }, fresh: false, strong: false },
  tag: 'Mutual TLS',
  summary: 'Exchange a client certificate for an access token',
  description:
    'The token is bound to the certificate (`cnf.x5t#S256`, RFC 8705 §3): services take it on a connection with that certificate and on no other. It belongs to no session and cannot be refreshed.',
  answers: {
    200: {
      description: 'The token.',
      body: z.object({
        accessToken: z.string(),
        tokenType: z.literal('Bearer'),
        /** Seconds from now. */
        expiresIn: z.number().int(),
        /** Separated by spaces. */
        scope: z.string(),
      }),
    },
  },
  errors: [],
})

const tag = 'Administration: service accounts'
const byId = z.strictObject({ id: schema.uuid })
const byBoth = z.strictObject({ id: schema.uuid, mappingId: schema.uuid })

export const listCertificateMappings = defineRoute({
  id: 'listCertificateMappings',
  method: 'GET',
  path: '/service-accounts/{id}/certificates',
  access: 'admin',
  asks: permitted('service-accounts:read'),
  tag,
  summary: 'List the certificate mappings of a service account',
  params: byId,
  answers: {
    200: {
      description: 'Sorted newest first, with the certificate authorities that mappings may name.',
      body: z.object({
        items: z.array(schema.certificateMapping),
        issuers: z.array(schema.certificateIssuer),
      }),
    },
  },
  errors: ['service_account_not_found'],
})

export const createCertificateMapping = defineRoute({
  id: 'createCertificateMapping',
  method: 'POST',
  path: '/service-accounts/{id}/certificates',
  access: 'admin',
  asks: permittedAct('latchkey:createCertificateMapping'),
  tag,
  summary: 'Map client certificates to a service account',
  description:
    'Whoever holds such a certificate may do what the service account may: only for those who hold as much. Several mappings go side by side, so that certificates are changed over without a gap. A name counts under one CA: where several are configured, `issuer` says which.',
  params: byId,
  body: z.strictObject(schema.newCertificateMapping),
  answers: { 201: { description: 'The mapping.', body: schema.certificateMapping } },
  errors: ['service_account_not_found', 'certificate_mapping_taken', 'certificate_mapping_limit_reached'],
})

export const removeCertificateMapping = defineRoute({
  id: 'removeCertificateMapping',
  method: 'DELETE',
  path: '/service-accounts/{id}/certificates/{mappingId}',
  access: 'admin',
  asks: permittedAct('latchkey:removeCertificateMapping'),
  tag,
  summary: 'Remove a certificate mapping',
  description: 'Tokens issued for its certificates are refused everywhere within a second.',
  params: byBoth,
  answers: { 204: { description: 'Removed.' } },
  errors: ['service_account_not_found', 'certificate_mapping_not_found'],
})
