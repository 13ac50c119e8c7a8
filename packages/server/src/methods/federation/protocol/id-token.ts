import { hash } from 'node:crypto'
import { parseJws } from '@latchkey/verify/core'
import type { Claims } from '../providers.ts'
import { Untrue } from './untrue.ts'

/** Algorithms accepted for ID tokens: asymmetric, so that no key that we hold can forge one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

interface ReadIdToken {
  payload: Claims
  algorithm: string
}

/** Runs before the library reads the token: accepts only a form that every parser reads alike. Proves nothing yet. */
export async function readIdToken(response: Response): Promise<ReadIdToken> {
  const body: unknown = response.status === 200 ? await response.json() : null
  const token = typeof body === 'object' && body !== null && 'id_token' in body ? body.id_token : null
  // The library refuses an answer without a token.
  if (typeof token !== 'string') return { payload: {}, algorithm: '' }
  const jws = parseJws(token)
  const algorithm = jws?.header['alg']
  if (!jws || typeof algorithm !== 'string' || !algorithms.includes(algorithm))
    throw new Untrue('has sent an ID token of a form or algorithm that is not accepted')
  return { payload: jws.payload, algorithm }
}

/** OpenID Connect Core §3.1.3.8: the left half of the hash, if it is given. */
export function requireHash(claim: unknown, algorithm: string, accessToken: string): void {
  if (claim === undefined) return
  const digest = algorithm === 'EdDSA' ? 'sha512' : `sha${algorithm.slice(2)}`
  const whole = hash(digest, accessToken, 'buffer')
  if (claim !== whole.subarray(0, whole.length / 2).toString('base64url'))
    throw new Untrue('has sent an access token that does not belong to its ID token')
}
