import type { Migration } from '../../../db/migrations.ts'

/** A row for each process that looks whether the database takes what it writes; nobody else touches it. */
export const heartbeatTable: Migration = {
  id: 'health/0001-heartbeat',
  compatible: true,
  up: ({ bytes, integer, hot }) => [
    `CREATE TABLE heartbeat (
       process ${bytes} PRIMARY KEY,
       at ${integer} NOT NULL,
       filling ${bytes}
     ) ${hot}`,
  ],
}
