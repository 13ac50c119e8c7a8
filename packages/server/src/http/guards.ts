import type { Requirement } from '@latchkey/contract'
import { type CertificateProxies, requireRequirement } from '@latchkey/verify/core'
import { AuthError } from '../core/auth-error.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import type { Dpop } from '../sessions/bindings/dpop.ts'
import type { CookieSessions } from '../sessions/cookie-session.ts'
import { requireProof } from '../sessions/require-proof.ts'
import type { AccessClaims, AccessTokens } from '../sessions/tokens/access-token.ts'
import { bearerOf, dpopTokenOf } from '../sessions/tokens/bearer.ts'
import type { GuardedRequest, Mountable, RequestProofs } from './adapters/mountable.ts'
import { certificateOf, deviceOf } from './request-context.ts'

interface Needs {
  accessTokens: AccessTokens
  cookieSessions: CookieSessions
  revocations: RevocationLog
  dpop: Dpop
  ports: Ports
  certificateProxies: CertificateProxies | null
  isTrustedProxy: (address: string) => boolean
}

/** Creates guards for the application's own routes. */
export function createGuards(services: Needs): Pick<Mountable, 'authenticate' | 'authenticateSession'> {
  const { ports, revocations, cookieSessions, isTrustedProxy } = services
  return { authenticate, authenticateSession }

  async function authenticate(
    authorization: string | null | undefined,
    ...asked: [requirement?: Requirement, proofs?: RequestProofs]
  ): Promise<AccessClaims> {
    const [requirement = {}, proofs = {}] = asked
    if (asked.length > 0) requireRequirement(asked[0])
    const claims = await verifyHeader(services, authorization ?? null, proofs)
    requireProof(claims, requirement, ports.now())
    return claims
  }

  async function authenticateSession(
    request: GuardedRequest,
    ...asked: [requirement?: Requirement]
  ): Promise<AccessClaims> {
    const [requirement = {}] = asked
    if (asked.length > 0) requireRequirement(asked[0])
    await revocations.confirm()
    const claims = await cookieSessions.authenticate({ ...request, ...deviceOf(request, isTrustedProxy) })
    requireProof(claims, requirement, ports.now())
    return claims
  }
}

async function verifyHeader(
  { accessTokens, dpop, certificateProxies }: Needs,
  authorization: string | null,
  { dpop: proof, connection = {} }: RequestProofs,
): Promise<AccessClaims> {
  const dpopToken = dpopTokenOf(authorization)
  const token = dpopToken !== null && proof ? dpopToken : bearerOf(authorization)
  if (!token) throw new AuthError('unauthenticated')
  const provenKey = token === dpopToken && proof ? await dpop.prove({ ...proof, token }) : null
  return await accessTokens.verify(token, {
    provenKey,
    // Read for tokens that are bound to one alone.
    get certificate() {
      return certificateOf(connection, certificateProxies)
    },
  })
}
