import { createHash, randomUUID } from 'node:crypto'
import type { Confirmation } from '../token/claims.ts'
import type { Presented } from '../token/proof.ts'
import type { Clock } from './clock.ts'
import { compactJws, createSigningKey, signWith } from './signing-key.ts'

/** The request that a proof is for. */
export interface ProofRequest {
  token: string
  method: string
  url: string
  /** Instead of the right ones, for a proof that is wrong: `htm`, `htu`, `iat`, `jti`, `ath`. */
  claims?: Record<string, unknown>
}

/** The key of a client that binds its tokens to itself (RFC 9449). */
export interface DpopKey {
  /** The token's claim: `issuer.token({ cnf: key.cnf })`. */
  cnf: Confirmation
  /** The value of the header `DPoP` for one request. */
  proof(request: ProofRequest): string
  /** Both headers of a request. */
  headers(request: ProofRequest): { authorization: string; dpop: string }
  /** The same for `verifier.verify(token, presented)`. */
  presented(request: ProofRequest): Presented
}

export async function createDpopKey(clock: Clock): Promise<DpopKey> {
  const key = await createSigningKey('ES256')
  const { kty, crv, x, y } = key.publicJwk
  const jwk = { kty, crv, x, y }
  // RFC 7638 §3.2: the required members alone, in lexical order.
  const jkt = sha256(JSON.stringify({ crv, kty, x, y }))

  return {
    cnf: { jkt },
    proof,
    headers: (request) => ({ authorization: `DPoP ${request.token}`, dpop: proof(request) }),
    presented: (request) => ({
      scheme: 'DPoP',
      dpop: { proof: proof(request), method: request.method, url: request.url },
    }),
  }

  /** RFC 9449 §4.2. */
  function proof({ token, method, url, claims }: ProofRequest): string {
    const { origin, pathname } = new URL(url)
    const payload = {
      jti: randomUUID(),
      htm: method,
      htu: origin + pathname,
      iat: Math.floor(clock.now() / 1000),
      ath: sha256(token),
      ...claims,
    }
    return compactJws({ typ: 'dpop+jwt', alg: 'ES256', jwk }, payload, signWith(key))
  }
}

const sha256 = (input: string): string => createHash('sha256').update(input).digest('base64url')
