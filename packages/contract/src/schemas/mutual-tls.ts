import { z } from 'zod'
import { scopes } from './scopes.ts'
import { text, timestamp, uuid } from './values.ts'

/**
 * The attribute that certificates are matched by: one thumbprint, a URI or host name among their alternative names, or
 * the subject.
 */
const certificateKind = z.enum(['thumbprint', 'uri', 'dns', 'subject'])

/** The input for a new certificate mapping. */
export const newCertificateMapping = {
  name: text(100),
  kind: certificateKind,
  /** The SHA-256 in hexadecimal or base64url; a URI; a host name; a distinguished name (RFC 4514). */
  value: text(1024).meta({ example: 'spiffe://example.com/builder' }),
  /**
   * The CA that must have issued the certificates, by the SHA-256 of its public key (SPKI) in hexadecimal or base64url.
   * Needed for names if several CAs are configured; defaults to the only one otherwise.
   */
  issuer: text(100).optional(),
  scopes: scopes.default([]),
  /** True if tokens carry the roles and permissions of the service account as well. */
  inheritRoles: z.boolean().default(false),
}

export const certificateMapping = z
  .object({
    id: uuid,
    name: z.string(),
    kind: certificateKind,
    /** In the form in which it is compared. */
    value: z.string().meta({ example: 'spiffe://example.com/builder' }),
    /** The CA that must have issued them; null for thumbprints and for mappings older than this requirement. */
    issuer: z.string().nullable(),
    scopes: z.array(z.string()).meta({ example: ['notes:read'] }),
    inheritRoles: z.boolean(),
    createdAt: timestamp,
    /** The certificates last seen, the most recently used first. */
    certificates: z.array(
      z.object({
        /** The `client_id` of its tokens. */
        id: uuid,
        thumbprint: z.string(),
        /** Hexadecimal. */
        serial: z.string(),
        subject: z.string(),
        expiresAt: timestamp,
        firstUsedAt: timestamp,
        /** To the minute. */
        lastUsedAt: timestamp,
        revokedAt: timestamp.nullable(),
      }),
    ),
  })
  .meta({ id: 'CertificateMapping' })
export type CertificateMapping = z.infer<typeof certificateMapping>

/** A configured CA. */
export const certificateIssuer = z
  .object({
    /** base64url of the SHA-256 of its public key (SPKI). */
    issuer: z.string(),
    subject: z.string(),
    expiresAt: timestamp,
  })
  .meta({ id: 'CertificateIssuer' })
export type CertificateIssuer = z.infer<typeof certificateIssuer>
