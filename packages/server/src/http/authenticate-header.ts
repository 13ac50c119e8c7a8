import { AuthError } from '../core/auth-error.ts'
import type { Dpop, ShownProof } from '../sessions/bindings/dpop.ts'
import type { AccessClaims, AccessTokens } from '../sessions/tokens/access-token.ts'
import { bearerOf, dpopTokenOf } from '../sessions/tokens/bearer.ts'

interface Services {
  accessTokens: AccessTokens
  dpop: Dpop
}

/** What comes along with an `Authorization` header. */
export interface ShownToHeader {
  dpop?: ShownProof | undefined
  certificate?: Uint8Array | undefined
}

/** The claims behind an `Authorization` header. Throws as {@link AccessTokens.verify}, and AuthError `unauthenticated`. */
export async function authenticateHeader(
  { accessTokens, dpop }: Services,
  authorization: string | null,
  shown: ShownToHeader = {},
): Promise<AccessClaims> {
  const dpopToken = dpopTokenOf(authorization)
  if (dpopToken !== null && shown.dpop) {
    const provenKey = await dpop.prove({ ...shown.dpop, token: dpopToken })
    return await accessTokens.verify(dpopToken, { provenKey, certificate: shown.certificate })
  }
  const token = bearerOf(authorization)
  if (!token) throw new AuthError('unauthenticated')
  return await accessTokens.verify(token, { certificate: shown.certificate })
}
