import { formatUuid } from '../core/ports/uuid.ts'

/** The unverified contents of a token. */
export type DecodedToken =
  | { kind: 'jwt'; header: Record<string, unknown>; payload: Record<string, unknown> }
  | { kind: 'refresh_token'; version: number; keyId: number; sessionId: string; generation: number }

/** Reads any JWT, or the public parts of a refresh token (never its secret). Null for anything else. */
export function decodeToken(token: string): DecodedToken | null {
  return /^lkr_[A-Za-z0-9_-]{72}$/.test(token) ? decodeRefreshToken(token) : decodeJwt(token)
}

/** version 1 | key id 1 | session id 16 | generation 4 | secret 16 | MAC 16 */
function decodeRefreshToken(token: string): DecodedToken {
  const bytes = Buffer.from(token.slice('lkr_'.length), 'base64url')
  return {
    kind: 'refresh_token',
    version: bytes.readUInt8(0),
    keyId: bytes.readUInt8(1),
    sessionId: formatUuid(bytes.subarray(2, 18)),
    generation: bytes.readUInt32BE(18),
  }
}

function decodeJwt(token: string): DecodedToken | null {
  const [header, payload, signature, more] = token.split('.')
  if (header === undefined || payload === undefined || signature === undefined || more !== undefined)
    return null
  const [headerObject, payloadObject] = [parseSegment(header), parseSegment(payload)]
  return headerObject && payloadObject && { kind: 'jwt', header: headerObject, payload: payloadObject }
}

function parseSegment(segment: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}
