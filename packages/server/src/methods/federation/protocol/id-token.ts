import { hash } from 'node:crypto'
import { parseJws } from '@latchkey/verify/core'
import type { Claims } from '../providers.ts'
import { Untrue } from './untrue.ts'

/** What ID tokens may be signed with: asymmetric, so that nothing that we hold can forge one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

interface ReadIdToken {
  payload: Claims
  algorithm: string
}

/** Before anything else looks at it: read so that no other reader could read it otherwise. Proves nothing yet. */
export async function readIdToken(response: Response): Promise<ReadIdToken> {
  const body: unknown = response.status === 200 ? await response.json() : null
  const token = typeof body === 'object' && body !== null && 'id_token' in body ? body.id_token : null
  // What is no answer at all is for the library to refuse.
  if (typeof token !== 'string') return { payload: {}, algorithm: '' }
  const jws = parseJws(token)
  const algorithm = jws?.header['alg']
  if (!jws || typeof algorithm !== 'string' || !algorithms.includes(algorithm))
    throw new Untrue('has sent an ID token of a form or algorithm that is not accepted')
  return { payload: jws.payload, algorithm }
}

/** OpenID Connect Core §3.1.3.8: the left half of the hash, where it is given. */
export function requireHash(claim: unknown, algorithm: string, accessToken: string): void {
  if (claim === undefined) return
  const digest = algorithm === 'EdDSA' ? 'sha512' : `sha${algorithm.slice(2)}`
  const whole = hash(digest, accessToken, 'buffer')
  if (claim !== whole.subarray(0, whole.length / 2).toString('base64url'))
    throw new Untrue('has sent an access token that does not belong to its ID token')
}
