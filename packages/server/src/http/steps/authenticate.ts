import type { Requirement } from '@latchkey/contract'
import { requireProof } from '../../core/assurance/require-proof.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { AccessTokens } from '../../core/tokens/access-token.ts'
import type { Step } from '../exchange.ts'

/** Who is calling: an access token in `Authorization`, verified and not revoked. */
export function createAuthenticateStep(accessTokens: AccessTokens): Step {
  return async (exchange) => {
    const { bearer } = exchange.context
    if (bearer === null) throw new AuthError('unauthenticated')
    exchange.caller = { claims: await accessTokens.verify(bearer) }
  }
}

/** What the route asks of its caller, beyond being somebody. */
export function createRequirementStep(ports: Ports): Step {
  return ({ caller, contract }) => {
    const requirement: Requirement | undefined = contract.requires
    if (requirement && caller) requireProof(caller.claims, requirement, ports.now())
  }
}
