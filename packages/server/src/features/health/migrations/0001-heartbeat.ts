import type { Migration } from '../../../db/migrations.ts'

/** One row for each process that checks whether the database takes its writes; no other process touches it. */
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
