import type { Instant } from '@latchkey/contract'
import { findOne, type Queryable } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

/** The public key that a browser has registered for a session. */
export interface DeviceKey {
  session_id: Uint8Array
  /** RFC 7638. */
  thumbprint: string
  algorithm: DeviceAlgorithm
  /** JSON. */
  jwk: string
  created_at: Instant
}

/** The algorithms of the draft (DBSC, "Secure-Session-Registration"). */
export const deviceAlgorithms = ['ES256', 'RS256'] as const
export type DeviceAlgorithm = (typeof deviceAlgorithms)[number]

const columns = 'session_id, thumbprint, algorithm, jwk, created_at'
const insert = statement(`
  INSERT INTO device_key (${columns}) VALUES (:session_id, :thumbprint, :algorithm, :jwk, :created_at)
  ON CONFLICT (session_id) DO NOTHING RETURNING session_id`)
const find = statement(`SELECT ${columns} FROM device_key WHERE session_id = :sessionId`)

/** False if the session has a key already: of several concurrent registrations the first wins, and keeps its place. */
export async function insertDeviceKey(db: Queryable, key: DeviceKey): Promise<boolean> {
  return (await db.all(insert, { ...key })).length > 0
}

export const findDeviceKey = (db: Queryable, sessionId: Uint8Array): Promise<DeviceKey | null> =>
  findOne<DeviceKey>(db, find, { sessionId })
