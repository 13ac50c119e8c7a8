import type { Migration } from '../db/migrations.ts'
import { assuranceMigrations } from './sign-in-migrations.ts'

/** The tables of the core, in order. Released steps never change; new ones are added below. */
export const coreMigrations: readonly Migration[] = [
  {
    id: 'users/0001-user-account',
    up: ({ bytes, integer, keyed }) => [
      `CREATE TABLE user_account (
         id ${bytes} PRIMARY KEY,
         email TEXT NOT NULL,
         email_lookup TEXT NOT NULL UNIQUE,
         email_verified_at ${integer},
         name TEXT,
         locale TEXT,
         roles TEXT NOT NULL DEFAULT '[]',
         created_at ${integer} NOT NULL,
         updated_at ${integer} NOT NULL,
         disabled_at ${integer}
       ) ${keyed}`,
    ],
  },
  {
    id: 'users/0002-name-lookup',
    up: () => [
      'ALTER TABLE user_account ADD COLUMN name_lookup TEXT',
      'UPDATE user_account SET name_lookup = lower(name)',
    ],
  },
  {
    id: 'sessions/0001-session',
    up: ({ bytes, integer, hot }) => [
      // No index on a column that a refresh changes: PostgreSQL then updates in place (HOT) and the table stays as it is.
      `CREATE TABLE session (
         id ${bytes} PRIMARY KEY,
         user_id ${bytes} NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
         client_id TEXT,
         parent_id ${bytes} REFERENCES session (id) ON DELETE CASCADE,
         secret_hash ${bytes} NOT NULL,
         generation ${integer} NOT NULL,
         rotated_at ${integer} NOT NULL,
         attempt ${bytes},
         fenced_at ${integer},
         before_fence TEXT,
         authenticated_at ${integer} NOT NULL,
         amr TEXT NOT NULL,
         aal ${integer} NOT NULL,
         epoch ${integer} NOT NULL,
         binding TEXT,
         persistent ${integer} NOT NULL,
         idle_ttl ${integer} NOT NULL,
         expires_at ${integer} NOT NULL,
         user_agent TEXT,
         ip TEXT,
         label TEXT NOT NULL,
         created_at ${integer} NOT NULL,
         revoked_at ${integer},
         revoke_reason TEXT
       ) ${hot}`,
      'CREATE INDEX session_user_id ON session (user_id)',
      'CREATE INDEX session_parent_id ON session (parent_id) WHERE parent_id IS NOT NULL',
      'CREATE INDEX session_expires_at ON session (expires_at)',
    ],
  },
  {
    id: 'sessions/0002-session-cookie',
    up: ({ bytes, integer }) => [
      `ALTER TABLE session ADD COLUMN kind TEXT NOT NULL DEFAULT 'token'`,
      // The secret that a step-up replaced in a session cookie, and the time until which it is known.
      `ALTER TABLE session ADD COLUMN previous_secret_hash ${bytes}`,
      `ALTER TABLE session ADD COLUMN previous_until ${integer}`,
    ],
  },
  {
    id: 'sessions/0003-device-key',
    up: ({ bytes, integer, keyed }) => [
      // The key that a browser has registered for a session (DBSC); none of sessions without one.
      `CREATE TABLE device_key (
         session_id ${bytes} PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
         thumbprint TEXT NOT NULL,
         algorithm TEXT NOT NULL,
         jwk TEXT NOT NULL,
         created_at ${integer} NOT NULL
       ) ${keyed}`,
      // Proofs and challenges that were used, until they would be refused for their age.
      `CREATE TABLE used_proof (
         id ${bytes} PRIMARY KEY,
         expires_at ${integer} NOT NULL
       ) ${keyed}`,
      'CREATE INDEX used_proof_expires_at ON used_proof (expires_at)',
    ],
  },
  {
    id: 'keys/0001-signing-key',
    up: ({ bytes, integer }) => [
      `CREATE TABLE signing_key (
         kid TEXT PRIMARY KEY,
         algorithm TEXT NOT NULL,
         state TEXT NOT NULL,
         private_key ${bytes} NOT NULL,
         created_at ${integer} NOT NULL,
         state_since ${integer} NOT NULL
       )`,
      `CREATE UNIQUE INDEX signing_key_one_current ON signing_key (state) WHERE state = 'current'`,
      `CREATE UNIQUE INDEX signing_key_one_next ON signing_key (state) WHERE state = 'next'`,
    ],
  },
  {
    id: 'revocations/0001-revocation',
    up: ({ bytes, integer }) => [
      `CREATE TABLE revocation (
         seq ${integer} PRIMARY KEY,
         kind TEXT NOT NULL,
         hash ${bytes} NOT NULL,
         at ${integer} NOT NULL,
         until ${integer} NOT NULL
       )`,
      'CREATE INDEX revocation_until ON revocation (until)',
      // The highest number given out, and a count of the changes to keys and roles: one look tells a process both.
      `CREATE TABLE revocation_head (seq ${integer} NOT NULL, changes ${integer} NOT NULL)`,
      'INSERT INTO revocation_head (seq, changes) VALUES (0, 0)',
    ],
  },
  {
    id: 'revocations/0002-log-id',
    // Empty until the first process that reads the log gives it a name.
    up: () => [`ALTER TABLE revocation_head ADD COLUMN log_id TEXT NOT NULL DEFAULT ''`],
  },
  {
    id: 'challenges/0001-challenge',
    up: ({ bytes, integer, keyed }) => [
      `CREATE TABLE challenge (
         id ${bytes} PRIMARY KEY,
         purpose TEXT NOT NULL,
         subject ${bytes} NOT NULL,
         user_id ${bytes} REFERENCES user_account (id) ON DELETE CASCADE,
         secret_hash ${bytes} NOT NULL,
         code_hash ${bytes},
         tries_left ${integer} NOT NULL,
         payload ${bytes} NOT NULL,
         created_at ${integer} NOT NULL,
         expires_at ${integer} NOT NULL
       ) ${keyed}`,
      'CREATE INDEX challenge_subject ON challenge (purpose, subject)',
      'CREATE INDEX challenge_user_id ON challenge (user_id) WHERE user_id IS NOT NULL',
      'CREATE INDEX challenge_expires_at ON challenge (expires_at)',
    ],
  },
  {
    id: 'limits/0001-limit-counter',
    up: ({ bytes, integer, hot }) => [
      `CREATE TABLE limit_counter (
         key ${bytes} PRIMARY KEY,
         slot ${integer} NOT NULL,
         hits ${integer} NOT NULL,
         previous_hits ${integer} NOT NULL,
         expires_at ${integer} NOT NULL
       ) ${hot}`,
    ],
  },
  {
    id: 'mail/0001-outbox',
    up: ({ bytes, integer, keyed }) => [
      `CREATE TABLE outbox (
         id ${bytes} PRIMARY KEY,
         topic TEXT NOT NULL,
         payload ${bytes} NOT NULL,
         created_at ${integer} NOT NULL,
         due_at ${integer} NOT NULL,
         attempts ${integer} NOT NULL,
         last_error TEXT,
         dead_at ${integer}
       ) ${keyed}`,
      'CREATE INDEX outbox_due_at ON outbox (due_at) WHERE dead_at IS NULL',
      `CREATE TABLE inbox_mail (
         id ${bytes} PRIMARY KEY,
         at ${integer} NOT NULL,
         recipient TEXT NOT NULL,
         mail TEXT NOT NULL
       ) ${keyed}`,
    ],
  },
  {
    id: 'audit/0001-audit-event',
    up: ({ bytes, integer, keyed }) => [
      `CREATE TABLE audit_event (
         id ${bytes} PRIMARY KEY,
         at ${integer} NOT NULL,
         kind TEXT NOT NULL,
         user_id ${bytes},
         actor_id ${bytes},
         session_id ${bytes},
         ip TEXT,
         user_agent TEXT,
         detail TEXT NOT NULL
       ) ${keyed}`,
      'CREATE INDEX audit_event_user_id ON audit_event (user_id, id)',
    ],
  },
  {
    id: 'roles/0001-role',
    up: ({ integer }) => [
      `CREATE TABLE role (
         name TEXT PRIMARY KEY,
         description TEXT NOT NULL,
         permissions TEXT NOT NULL,
         built_in ${integer} NOT NULL,
         created_at ${integer} NOT NULL,
         updated_at ${integer} NOT NULL
       )`,
      `INSERT INTO role (name, description, permissions, built_in, created_at, updated_at)
       VALUES ('admin', 'May do everything.', '["*"]', 1, 0, 0)`,
    ],
  },
  {
    id: 'service-accounts/0001-service-account',
    up: ({ bytes, integer, keyed }) => [
      `CREATE TABLE service_account (
         id ${bytes} PRIMARY KEY,
         name TEXT NOT NULL UNIQUE,
         description TEXT NOT NULL,
         roles TEXT NOT NULL,
         created_at ${integer} NOT NULL,
         updated_at ${integer} NOT NULL,
         disabled_at ${integer}
       ) ${keyed}`,
    ],
  },
  {
    id: 'service-accounts/0002-epoch',
    up: ({ integer }) => [`ALTER TABLE service_account ADD COLUMN epoch ${integer} NOT NULL DEFAULT 0`],
  },
  ...assuranceMigrations,
  {
    id: 'mail/0002-lanes',
    compatible: true,
    up: ({ integer }) => [
      // Without one: written by a release that knows no lanes, and as good as any other.
      `ALTER TABLE outbox ADD COLUMN lane TEXT NOT NULL DEFAULT ''`,
      `ALTER TABLE outbox ADD COLUMN expires_at ${integer}`,
      'DROP INDEX outbox_due_at',
      'CREATE INDEX outbox_lane_due_at ON outbox (lane, due_at) WHERE dead_at IS NULL',
      'CREATE INDEX outbox_dead_at ON outbox (dead_at) WHERE dead_at IS NOT NULL',
    ],
  },
  {
    id: 'nodes/0001-node',
    compatible: true,
    up: ({ bytes, integer, hot }) => [
      `CREATE TABLE node (
         id ${bytes} PRIMARY KEY,
         version TEXT NOT NULL,
         secrets TEXT NOT NULL,
         started_at ${integer} NOT NULL,
         seen_at ${integer} NOT NULL,
         stopped_at ${integer}
       ) ${hot}`,
    ],
  },
  {
    id: 'challenges/0002-session',
    up: ({ bytes }) => [`ALTER TABLE challenge ADD COLUMN session_id ${bytes}`],
  },
  {
    id: 'limits/0002-expires-at',
    compatible: true,
    up: () => ['CREATE INDEX limit_counter_expires_at ON limit_counter (expires_at)'],
  },
  {
    id: 'audit/0002-spraying',
    compatible: true,
    up: () => [
      `CREATE INDEX audit_event_spraying ON audit_event (id) WHERE kind = 'login.spraying_suspected'`,
      `CREATE INDEX audit_event_spraying_detail ON audit_event (detail, id) WHERE kind = 'login.spraying_suspected'`,
    ],
  },
]
