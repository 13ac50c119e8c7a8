import { createHmac } from 'node:crypto'
import { type Milliseconds, type TrustedDevice, type UserId } from '@latchkey/contract'
import { sha256 } from '../../core/bytes.ts'
import type { Database, Queryable } from '../../db/database.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { formatUuid, parseUuid, uuidV7 } from '../../core/ports/uuid.ts'
import type { RequestContext } from '../../core/request/request-context.ts'
import { type Cookie, createCookie, type CookieSource } from '../../core/request/cookie.ts'
import { deviceLabel } from '../../core/request/device-label.ts'
import { isoTime } from '../../core/iso-time.ts'
import {
  findTrustedDevices,
  insertTrustedDevice,
  listTrustedDevices,
  removeTrustBeyond,
  removeTrustedDevice,
  type TrustedDeviceRow,
  useTrustedDevice,
} from './store.ts'

/**
 * Browsers that are not asked for the second factor. A table instead of a signed cookie: entries can be listed,
 * removed, and ended at once with everything that ends sessions.
 */
export interface TrustedDevices {
  /** Finds the trust by which this browser may skip the second factor; null if none. Changes nothing. */
  find(request: CookieSource, userId: UserId): Promise<Uint8Array | null>
  /** Notes the use, within the transaction that starts the session. False when the trust has ended meanwhile. */
  use(tx: Queryable, id: Uint8Array): Promise<boolean>
  /** Returns the Set-Cookie value. */
  trust(tx: Queryable, userId: UserId, request: RequestContext): Promise<string>
  list(userId: UserId): Promise<TrustedDevice[]>
  /** False if this user has no such device. */
  end(userId: UserId, id: string): Promise<boolean>
}

export interface TrustedDevicesOptions {
  db: Database
  ring: Keyring
  ports: Ports
  secure: boolean
  ttl: Milliseconds
}

export function createTrustedDevices({
  db,
  ring,
  ports,
  secure,
  ttl,
}: TrustedDevicesOptions): TrustedDevices {
  return { find, use: (tx, id) => useTrustedDevice(tx, id, ports.now()), trust, list, end }

  async function find(request: CookieSource, userId: UserId): Promise<Uint8Array | null> {
    const presented = cookiesFor(userId).flatMap((cookie) => cookie.read(request))
    for (const secret of presented.filter((each) => each.length === secretLength)) {
      const [row] = await findTrustedDevices(db, { userId, secretHash: hashOf(secret), now: ports.now() })
      if (row) return row.id
    }
    return null
  }

  async function trust(tx: Queryable, userId: UserId, request: RequestContext): Promise<string> {
    const secret = Buffer.from(ports.randomBytes(24)).toString('base64url')
    const now = ports.now()
    await insertTrustedDevice(tx, {
      id: uuidV7(ports),
      user_id: parseUuid(userId),
      secret_hash: hashOf(secret),
      label: deviceLabel(request.userAgent),
      ip: request.ip,
      created_at: now,
      last_used_at: now,
      expires_at: now + ttl,
    })
    await removeTrustBeyond(tx, userId, mostDevices)
    return cookiesFor(userId)[0]!.set(secret, ttl)
  }

  async function list(userId: UserId): Promise<TrustedDevice[]> {
    return (await listTrustedDevices(db, userId, ports.now())).map(toTrustedDevice)
  }

  async function end(userId: UserId, id: string): Promise<boolean> {
    return await removeTrustedDevice(db, userId, parseUuid(id))
  }

  /** Returns a cookie for each user, so that people who share a browser are trusted side by side. It names nobody. */
  function cookiesFor(userId: UserId): Cookie[] {
    return ring.keys('device').map(({ key }) => {
      const mark = createHmac('sha256', key).update('trusted').update(userId).digest('hex')
      return createCookie(`latchkey-trusted-${mark.slice(0, 12)}`, { secure, sameSite: 'lax' })
    })
  }
}

/** The number of devices kept for one user: more than anybody has, and few enough to look through. */
export const mostDevices = 50

/** 24 bytes in base64url. */
const secretLength = 32

/** Too long to be guessed from its hash. */
const hashOf = (secret: string): Uint8Array => sha256(secret)

const toTrustedDevice = (row: TrustedDeviceRow): TrustedDevice => ({
  id: formatUuid(row.id),
  label: row.label,
  ip: row.ip,
  createdAt: isoTime(row.created_at),
  lastUsedAt: isoTime(row.last_used_at),
  expiresAt: isoTime(row.expires_at),
})
