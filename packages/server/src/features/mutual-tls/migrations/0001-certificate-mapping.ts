import type { Migration } from '../../../db/migrations.ts'

export const certificateMappingTable: Migration = {
  id: 'mutual-tls/0001-certificate-mapping',
  up: ({ bytes, integer, keyed, hot }) => [
    // Unique over all service accounts: a certificate belongs to one of them.
    `CREATE TABLE certificate_mapping (
       id ${bytes} PRIMARY KEY,
       service_account_id ${bytes} NOT NULL REFERENCES service_account (id) ON DELETE CASCADE,
       name TEXT NOT NULL,
       selector TEXT NOT NULL UNIQUE,
       scopes TEXT NOT NULL,
       inherits_roles ${integer} NOT NULL,
       created_at ${integer} NOT NULL
     ) ${keyed}`,
    'CREATE INDEX certificate_mapping_service_account_id ON certificate_mapping (service_account_id)',
    // Certificates presented for a mapping. Tokens name them as their client, so that each can be ended separately.
    // There is no index on last_used_at, which changes by itself.
    `CREATE TABLE client_certificate (
       id ${bytes} PRIMARY KEY,
       mapping_id ${bytes} NOT NULL REFERENCES certificate_mapping (id) ON DELETE CASCADE,
       thumbprint TEXT NOT NULL,
       issuer TEXT NOT NULL,
       serial TEXT NOT NULL,
       subject TEXT NOT NULL,
       not_after ${integer} NOT NULL,
       first_used_at ${integer} NOT NULL,
       last_used_at ${integer} NOT NULL,
       revoked_at ${integer},
       UNIQUE (mapping_id, thumbprint)
     ) ${hot}`,
    'CREATE INDEX client_certificate_not_after ON client_certificate (not_after)',
  ],
}
