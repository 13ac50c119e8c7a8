import { fastJwt, fastJwtCached } from './fast-jwt.ts'
import { jose } from './jose.ts'
import { jsonwebtoken } from './jsonwebtoken.ts'
import { latchkey } from './latchkey.ts'
import { map, raw } from './limits.ts'
import type { Verifier } from './verifier.ts'

/** Each measure has its limit first. */
export const forSeenTokens: readonly Verifier[] = [map, latchkey, fastJwtCached, fastJwt, jose, jsonwebtoken]
export const forNewTokens: readonly Verifier[] = [raw, latchkey, fastJwt, jose, jsonwebtoken]

export function verifierNamed(name: string): Verifier {
  const found = [...forSeenTokens, raw].find((verifier) => verifier.name === name)
  if (found === undefined) throw new TypeError(`no verifier ${name}`)
  return found
}
