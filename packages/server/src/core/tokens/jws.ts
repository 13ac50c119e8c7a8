import { parseStrictJson } from '@latchkey/contract/strict-json'

/** The parts of a compact JWS whose form is beyond doubt; nothing has been verified yet. */
export interface ParsedJws {
  header: Record<string, unknown> & { alg: string; kid: string; typ: string }
  payload: Record<string, unknown>
  signingInput: Buffer
  signature: Buffer
}

/** Longest token we read; ours are shorter than 2 KiB with dozens of roles. */
const longest = 8192

const segment = /^[A-Za-z0-9_-]+$/

/**
 * Reads a compact JWS (RFC 7515 §7.1) so that no other reader can read it otherwise: three segments of canonical
 * base64url, a header with single members and only those we know. Null for anything else.
 */
export function parseJws(token: string): ParsedJws | null {
  if (token.length > longest) return null
  const segments = token.split('.')
  if (segments.length !== 3) return null
  const [header, payload, signature] = segments.map(decodeCanonical)
  if (!header || !payload || !signature) return null
  const headerObject = parseObject(header)
  const payloadObject = parseObject(payload)
  if (!headerObject || !payloadObject || !isKnownHeader(headerObject)) return null
  return {
    header: headerObject,
    payload: payloadObject,
    signingInput: Buffer.from(token.slice(0, token.lastIndexOf('.'))),
    signature,
  }
}

/** No padding, no other alphabet, no stray bits in the last character (RFC 4648 §3.5). */
function decodeCanonical(text: string): Buffer | null {
  if (!segment.test(text)) return null
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}

function parseObject(bytes: Buffer): Record<string, unknown> | null {
  try {
    const value = parseStrictJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), 8)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

/** RFC 8725 §3: keys are never taken from the token (jwk, jku, x5u, x5c), and unknown `crit` is a refusal. */
function isKnownHeader(header: Record<string, unknown>): header is ParsedJws['header'] {
  return (
    Object.keys(header).every((name) => name === 'alg' || name === 'kid' || name === 'typ') &&
    typeof header.alg === 'string' &&
    typeof header.kid === 'string' &&
    typeof header.typ === 'string'
  )
}
