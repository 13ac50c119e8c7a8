import type { Migration } from '../../../db/migrations.ts'

export const phoneTable: Migration = {
  id: 'sms-code/0001-phone',
  up: ({ bytes, integer, keyed }) => [
    // One number a user, one user a number: the last to verify it has it.
    `CREATE TABLE phone (
       user_id ${bytes} PRIMARY KEY REFERENCES user_account (id) ON DELETE CASCADE,
       number TEXT NOT NULL UNIQUE,
       verified_at ${integer} NOT NULL,
       proven_at ${integer} NOT NULL,
       second_factor ${integer} NOT NULL
     ) ${keyed}`,
  ],
}
