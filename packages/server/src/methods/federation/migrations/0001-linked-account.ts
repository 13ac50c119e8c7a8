import type { Migration } from '../../../db/migrations.ts'

export const linkedAccountTable: Migration = {
  id: 'federation/0001-linked-account',
  up: ({ bytes, integer, keyed }) => [
    `CREATE TABLE linked_account (
       id ${bytes} PRIMARY KEY,
       user_id ${bytes} NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
       provider TEXT NOT NULL,
       issuer TEXT NOT NULL,
       subject TEXT NOT NULL,
       email TEXT,
       name TEXT,
       linked_at ${integer} NOT NULL,
       last_used_at ${integer} NOT NULL,
       tokens ${bytes},
       renewing_until ${integer},
       UNIQUE (provider, issuer, subject)
     ) ${keyed}`,
    'CREATE INDEX linked_account_user_id ON linked_account (user_id)',
  ],
}
