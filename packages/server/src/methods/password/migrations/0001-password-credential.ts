import type { Migration } from '../../../db/migrations.ts'

export const passwordCredential: Migration = {
  id: 'password/0001-password-credential',
  up: ({ bytes, integer, keyed }) => [
    `CREATE TABLE password_credential (
       user_id ${bytes} PRIMARY KEY REFERENCES user_account (id) ON DELETE CASCADE,
       hash TEXT NOT NULL,
       version ${integer} NOT NULL,
       changed_at ${integer} NOT NULL
     ) ${keyed}`,
  ],
}
