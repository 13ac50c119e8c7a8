import type { Migration } from '../../../db/migrations.ts'

export const totpTable: Migration = {
  id: 'totp/0001-totp',
  up: ({ bytes, integer, hot }) => [
    // One seed for each user. `id` changes with the seed: a code checked against the old seed uses up nothing.
    `CREATE TABLE totp (
       user_id ${bytes} PRIMARY KEY REFERENCES user_account (id) ON DELETE CASCADE,
       id ${bytes} NOT NULL,
       seed ${bytes} NOT NULL,
       last_step ${integer} NOT NULL,
       created_at ${integer} NOT NULL,
       last_used_at ${integer} NOT NULL
     ) ${hot}`,
  ],
}
