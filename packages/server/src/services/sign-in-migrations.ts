import type { Migration } from '../db/migrations.ts'

/** Users who must have a second factor, and browsers that are not asked for it. */
export const assuranceMigrations: readonly Migration[] = [
  {
    id: 'assurance/0001-second-factor-policy',
    up: ({ integer }) => [
      `ALTER TABLE user_account ADD COLUMN second_factor_required ${integer} NOT NULL DEFAULT 0`,
      `ALTER TABLE role ADD COLUMN second_factor_required ${integer} NOT NULL DEFAULT 0`,
    ],
  },
  {
    id: 'assurance/0002-trusted-device',
    up: ({ bytes, integer, keyed }) => [
      `CREATE TABLE trusted_device (
         id ${bytes} PRIMARY KEY,
         user_id ${bytes} NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
         secret_hash ${bytes} NOT NULL,
         label TEXT NOT NULL,
         ip TEXT,
         created_at ${integer} NOT NULL,
         last_used_at ${integer} NOT NULL,
         expires_at ${integer} NOT NULL
       ) ${keyed}`,
      'CREATE INDEX trusted_device_user_id ON trusted_device (user_id)',
      'CREATE INDEX trusted_device_expires_at ON trusted_device (expires_at)',
    ],
  },
]
