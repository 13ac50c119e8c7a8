import type { Migration } from '../../../db/migrations.ts'

const mappingColumns = 'id, service_account_id, name, selector, scopes, inherits_roles, created_at'
const certificateColumns =
  'id, mapping_id, thumbprint, issuer, serial, subject, not_after, first_used_at, last_used_at, revoked_at'

/**
 * A name is unique only under the CA that gives it. Earlier mappings of names state no CA, so they fit no certificate:
 * they stay listed, to be made again. A certificate's issuer is now its CA's key: live certificates are rewritten at
 * their next use.
 */
export const mappingIssuer: Migration = {
  id: 'mutual-tls/0002-mapping-issuer',
  up: ({ bytes, integer, keyed, hot }) => [
    'CREATE TABLE mapping_before AS SELECT * FROM certificate_mapping',
    'CREATE TABLE certificate_before AS SELECT * FROM client_certificate WHERE revoked_at IS NOT NULL',
    'DROP TABLE client_certificate',
    'DROP TABLE certificate_mapping',
    // Unique over all service accounts: a certificate belongs to one of them. The issuer is empty for a thumbprint.
    `CREATE TABLE certificate_mapping (
       id ${bytes} PRIMARY KEY,
       service_account_id ${bytes} NOT NULL REFERENCES service_account (id) ON DELETE CASCADE,
       name TEXT NOT NULL,
       selector TEXT NOT NULL,
       issuer TEXT NOT NULL,
       scopes TEXT NOT NULL,
       inherits_roles ${integer} NOT NULL,
       created_at ${integer} NOT NULL,
       UNIQUE (selector, issuer)
     ) ${keyed}`,
    'CREATE INDEX certificate_mapping_service_account_id ON certificate_mapping (service_account_id)',
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
    `INSERT INTO certificate_mapping (${mappingColumns}, issuer) SELECT ${mappingColumns}, '' FROM mapping_before`,
    `INSERT INTO client_certificate (${certificateColumns}) SELECT ${certificateColumns} FROM certificate_before`,
    'DROP TABLE mapping_before',
    'DROP TABLE certificate_before',
  ],
}
