import { bytesOfBase64url, textOfBase64url } from './crypto.ts'
import { parseStrictJson } from '@latchkey/contract/strict-json'

/** The parts of a compact JWS whose form is beyond doubt; nothing has been verified yet. */
export interface Jws {
  header: Readonly<Record<string, unknown>>
  payload: Record<string, unknown>
  signingInput: string
  signature: Uint8Array
}

/** Longest token that is read, in characters; Latchkey's are shorter than 2,048 with dozens of roles. */
const longest = 8192
const deepest = 8

const alphabet = /^[A-Za-z0-9_-]+$/
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * Reads a compact JWS (RFC 7515 §7.1) so that no other reader can read it differently: three segments of canonical
 * base64url, objects of UTF-8 JSON without duplicate members. Null for anything else.
 */
export function parseJws(token: string): Jws | null {
  if (token.length > longest) return null
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 0 || second < 0) return null
  const signature = token.slice(second + 1)
  const header = isCanonical(signature) ? parseHeader(token.slice(0, first)) : null
  const payload = header && parseObject(token.slice(first + 1, second))
  if (!payload) return null
  return { header, payload, signingInput: token.slice(0, second), signature: bytesOfBase64url(signature) }
}

/** Headers of one issuer are all alike: two or three texts, read once. */
const headers = new Map<string, Readonly<Record<string, unknown>>>()
const mostHeaders = 100

function parseHeader(segment: string): Readonly<Record<string, unknown>> | null {
  const known = headers.get(segment)
  if (known) return known
  const header = parseObject(segment)
  if (!header) return null
  // Garbage headers cost us only this cache.
  if (headers.size >= mostHeaders) headers.clear()
  headers.set(segment, Object.freeze(header))
  return header
}

/** No padding, no other alphabet, no stray bits in the last character (RFC 4648 §3.5). */
function isCanonical(segment: string): boolean {
  const rest = segment.length % 4
  const stray = [0, 63, 15, 3][rest]!
  return rest !== 1 && alphabet.test(segment) && (digits.indexOf(segment.at(-1)!) & stray) === 0
}

function parseObject(segment: string): Record<string, unknown> | null {
  const text = isCanonical(segment) ? textOfBase64url(segment) : null
  if (text === null) return null
  try {
    const value = parseStrictJson(text, deepest)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
