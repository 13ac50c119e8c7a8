import type { Migration } from '../../../db/migrations.ts'

export const recoveryCodeTable: Migration = {
  id: 'recovery-codes/0001-recovery-code',
  up: ({ bytes, integer, keyed }) => [
    // Used ones stay until there are new ones: they are counted.
    `CREATE TABLE recovery_code (
       user_id ${bytes} NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
       hash ${bytes} NOT NULL,
       created_at ${integer} NOT NULL,
       used_at ${integer},
       PRIMARY KEY (user_id, hash)
     ) ${keyed}`,
  ],
}
