import { createHmac, hash, type KeyObject } from 'node:crypto'
import { compareBytes, isEqual } from '../../core/bytes.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'

/** The claims of a refresh token, once its MAC has been verified. */
export interface RefreshClaims {
  /** 16 bytes. */
  sessionId: Uint8Array
  generation: number
  /** 16 bytes; only the client's token holds it. */
  secret: Uint8Array
}

const prefix = 'lkr_'
const version = 1
const bodyLength = 1 + 1 + 16 + 4 + 16
const macLength = 16
/** base64url of 54 bytes, no padding: 54 is a multiple of 3, so every encoding is canonical. */
const format = /^lkr_[A-Za-z0-9_-]{72}$/

/**
 * `lkr_` + base64url(version 1 | key id 1 | session id 16 | generation 4 | secret 16 | MAC 16).
 * The secret stays for the life of the session, so the successor can be recomputed from any of its tokens.
 */
export function mintRefreshToken(ring: Keyring, claims: RefreshClaims): string {
  const { id, key } = ring.keys('refresh-token')[0]!
  const body = Buffer.alloc(bodyLength)
  body[0] = version
  body[1] = id
  body.set(claims.sessionId, 2)
  body.writeUInt32BE(claims.generation, 18)
  body.set(claims.secret, 22)
  return prefix + Buffer.concat([body, macOf(key, body)]).toString('base64url')
}

/** True by its form alone: another kind of credential may come as a refresh token. */
export const looksLikeRefreshToken = (token: string): boolean => token.startsWith(prefix)

/**
 * Returns the claims of the tokens that this server minted, the newest session's highest generation first; asks no
 * database. Throws AuthError `unavailable` if another process may have minted a newer one: an honest client with its
 * predecessor would look like a thief.
 */
export function verifyRefreshTokens(ring: Keyring, tokens: readonly string[]): RefreshClaims[] {
  const read = tokens.flatMap((token) => readToken(ring, token) ?? []).toSorted(newestFirst)
  const genuine = read.filter(({ isGenuine }) => isGenuine)
  const [newest] = genuine
  for (const each of read)
    if (!each.isGenuine && (!newest || newestFirst(each, newest) < 0))
      ring.requireKnown('refresh-token', each.keyId)
  return genuine.map(({ sessionId, generation, secret }) => ({ sessionId, generation, secret }))
}

interface ReadToken extends RefreshClaims {
  keyId: number
  /** Until then it may say anything. */
  isGenuine: boolean
}

/** Null for a text that has not the form of a refresh token. */
function readToken(ring: Keyring, token: string): ReadToken | null {
  if (!format.test(token)) return null
  const bytes = Buffer.from(token.slice(prefix.length), 'base64url')
  const body = bytes.subarray(0, bodyLength)
  if (body[0] !== version) return null
  const mac = bytes.subarray(bodyLength)
  const keyId = body.readUInt8(1)
  return {
    sessionId: body.subarray(2, 18),
    generation: body.readUInt32BE(18),
    secret: body.subarray(22, 38),
    keyId,
    isGenuine: ring
      .keys('refresh-token')
      .some(({ id, key }) => id === keyId && isEqual(macOf(key, body), mac)),
  }
}

const newestFirst = (a: RefreshClaims, b: RefreshClaims): number =>
  compareBytes(b.sessionId, a.sessionId) || b.generation - a.generation

/** Returns the only trace of the session's secret in the database. 128 random bits need no slow hash. */
export const hashSecret = (secret: Uint8Array): Uint8Array => hash('sha256', secret, 'buffer')

const macOf = (key: KeyObject, body: Uint8Array): Buffer =>
  createHmac('sha256', key).update(prefix).update(body).digest().subarray(0, macLength)
