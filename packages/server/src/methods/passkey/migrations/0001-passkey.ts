import type { Migration } from '../../../db/migrations.ts'

export const passkeyTable: Migration = {
  id: 'passkey/0001-passkey',
  up: ({ bytes, integer, hot }) => [
    `CREATE TABLE passkey (
       id ${bytes} PRIMARY KEY,
       user_id ${bytes} NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
       credential_id ${bytes} NOT NULL UNIQUE,
       public_key ${bytes} NOT NULL,
       algorithm ${integer} NOT NULL,
       aaguid ${bytes} NOT NULL,
       transports TEXT NOT NULL,
       name TEXT NOT NULL,
       sign_count ${integer} NOT NULL,
       backup_eligible ${integer} NOT NULL,
       backed_up ${integer} NOT NULL,
       asked_after_password ${integer} NOT NULL,
       created_at ${integer} NOT NULL,
       last_used_at ${integer},
       suspected_at ${integer}
     ) ${hot}`,
    'CREATE INDEX passkey_user_id ON passkey (user_id)',
  ],
}
