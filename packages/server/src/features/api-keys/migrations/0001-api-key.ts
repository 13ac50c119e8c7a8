import type { Migration } from '../../../db/migrations.ts'

export const apiKeyTable: Migration = {
  id: 'api-keys/0001-api-key',
  up: ({ bytes, integer, hot }) => [
    // No index on last_used_at and refused_at, which change by themselves.
    `CREATE TABLE api_key (
       id ${bytes} PRIMARY KEY,
       user_id ${bytes} REFERENCES user_account (id) ON DELETE CASCADE,
       service_account_id ${bytes} REFERENCES service_account (id) ON DELETE CASCADE,
       name TEXT NOT NULL,
       secret_hash ${bytes} NOT NULL UNIQUE,
       last_four TEXT NOT NULL,
       scopes TEXT NOT NULL,
       inherits_roles ${integer} NOT NULL,
       requests_per_minute ${integer},
       created_at ${integer} NOT NULL,
       expires_at ${integer},
       last_used_at ${integer},
       refused_at ${integer},
       successor_id ${bytes},
       revoked_at ${integer},
       revoke_reason TEXT,
       CHECK ((user_id IS NULL) <> (service_account_id IS NULL))
     ) ${hot}`,
    'CREATE INDEX api_key_user_id ON api_key (user_id) WHERE user_id IS NOT NULL',
    'CREATE INDEX api_key_service_account_id ON api_key (service_account_id) WHERE service_account_id IS NOT NULL',
    'CREATE INDEX api_key_expires_at ON api_key (expires_at) WHERE expires_at IS NOT NULL',
    'CREATE INDEX api_key_revoked_at ON api_key (revoked_at) WHERE revoked_at IS NOT NULL',
  ],
}
