import type { Migration } from '../../../db/migrations.ts'

export const emailFactor: Migration = {
  id: 'email-code/0001-email-factor',
  up: ({ bytes, integer, keyed }) => [
    `CREATE TABLE email_factor (
       user_id ${bytes} PRIMARY KEY REFERENCES user_account (id) ON DELETE CASCADE,
       enabled_at ${integer} NOT NULL
     ) ${keyed}`,
  ],
}
