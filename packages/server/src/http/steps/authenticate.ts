import type { Requirement } from '@latchkey/contract'
import { requireProof } from '../../core/assurance/require-proof.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { CookieSessions } from '../../core/sessions/cookie-session.ts'
import type { AccessTokens } from '../../core/tokens/access-token.ts'
import type { Exchange, Step } from '../exchange.ts'
import { requireUnforgeable } from './source.ts'

/** Who is calling: an access token in `Authorization`, verified and not revoked; else the session cookie. */
export function createAuthenticateStep(accessTokens: AccessTokens, cookieSessions: CookieSessions): Step {
  return (exchange) => {
    const { bearer } = exchange.context
    // Empty: another scheme, such as the Basic that a proxy asks for, says nothing of who this is.
    if (!bearer) return byCookie(exchange)
    exchange.caller = { claims: accessTokens.verify(bearer) }
  }

  async function byCookie(exchange: Exchange): Promise<void> {
    exchange.caller = { claims: await cookieSessions.authenticate(exchange.context) }
    requireUnforgeable(exchange)
  }
}

/** What the route asks of its caller, beyond being somebody. */
export function createRequirementStep(ports: Ports): Step {
  return ({ caller, contract }) => {
    const requirement: Requirement | undefined = contract.requires
    if (requirement && caller) requireProof(caller.claims, requirement, ports.now())
  }
}
