import { createHmac, type KeyObject } from 'node:crypto'
import { isEqual } from '../../core/bytes.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'

/** The claims of a session cookie, once its MAC has been verified. */
export interface SessionTokenClaims {
  /** 16 bytes. */
  sessionId: Uint8Array
  /** 16 bytes; only the browser holds it. */
  secret: Uint8Array
}

export const sessionTokenPrefix = 'lks_'
const version = 1
const bodyLength = 1 + 1 + 16 + 16
const macLength = 16
/** base64url of 50 bytes, no padding: the last of 67 characters carries four bits, the two to spare are zero. */
const format = /^lks_[A-Za-z0-9_-]{66}[AEIMQUYcgkosw048]$/

/** `lks_` + base64url(version 1 | key id 1 | session id 16 | secret 16 | MAC 16). */
export function mintSessionToken(ring: Keyring, { sessionId, secret }: SessionTokenClaims): string {
  const { id, key } = ring.keys('session-cookie')[0]!
  const body = Buffer.concat([Buffer.of(version, id), sessionId, secret])
  return sessionTokenPrefix + Buffer.concat([body, macOf(key, body)]).toString('base64url')
}

/** Null if no server minted it; asks no database. Throws AuthError `unavailable` if another process may have. */
export function verifySessionToken(ring: Keyring, token: string): SessionTokenClaims | null {
  if (!format.test(token)) return null
  const bytes = Buffer.from(token.slice(sessionTokenPrefix.length), 'base64url')
  const body = bytes.subarray(0, bodyLength)
  if (body[0] !== version) return null
  const mac = bytes.subarray(bodyLength, bodyLength + macLength)
  const genuine = ring
    .keys('session-cookie')
    .some(({ id, key }) => id === body[1] && isEqual(macOf(key, body), mac))
  if (!genuine) ring.requireKnown('session-cookie', body[1])
  return genuine ? { sessionId: body.subarray(2, 18), secret: body.subarray(18, 34) } : null
}

const macOf = (key: KeyObject, body: Uint8Array): Buffer =>
  createHmac('sha256', key).update(sessionTokenPrefix).update(body).digest().subarray(0, macLength)
