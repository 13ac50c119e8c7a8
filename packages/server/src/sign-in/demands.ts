import { type Asks, freshFor, type Instant, minutes, type OwnScope, toSeconds } from '@latchkey/contract'
import { covers, levelOf } from '@latchkey/verify/core'
import { AuthError } from '../core/auth-error.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Database } from '../db/database.ts'
import type { Caller } from '../sessions/route.ts'
import { type AccessClaims, hasSession, type SessionClaims } from '../sessions/tokens/access-token.ts'
import type { SecondFactors, SessionProof } from './second-factors.ts'

/** The authentication of a session, and its time. */
export interface DatedProof extends SessionProof {
  authenticatedAt: Instant
}

/** Checks callers against the requirements of a route. */
export interface Demands {
  /**
   * Throws AuthError `session_required` or `insufficient_scope` for a kind of caller that may not come, `forbidden`
   * without the permission, and as {@link requireProven}. Looks nothing up unless a second factor is asked for.
   */
  require(caller: Caller, asks: Asks): void | Promise<void>
  /** Throws `insufficient_user_authentication` with what is missing and nothing else (RFC 9470 §3). */
  requireProven(proof: DatedProof, asks: Pick<Asks, 'fresh' | 'strong'>): Promise<void>
}

/** More than the difference of clocks that are kept right. */
const clockSkew = minutes(1)

export interface DemandsOptions {
  db: Database
  ports: Ports
  secondFactors: Pick<SecondFactors, 'isStrong'>
}

export function createDemands({ db, ports, secondFactors }: DemandsOptions): Demands {
  return {
    require(caller, asks) {
      requireAdmitted(caller, asks)
      if (asks.permission !== undefined) requirePermission(caller, asks.permission)
      const isAsked = asks.fresh || asks.strong
      if (isAsked && 'claims' in caller && hasSession(caller.claims))
        return requireProven(proofOf(caller.claims), asks)
    },
    requireProven,
  }

  async function requireProven(
    proof: DatedProof,
    { fresh, strong }: Pick<Asks, 'fresh' | 'strong'>,
  ): Promise<void> {
    const age = ports.now() - proof.authenticatedAt
    // A time in the future comes from a clock that was ahead: it would count as recent for as long as that was wrong.
    const isStale = fresh && (age > freshFor || age + clockSkew < 0)
    const isWeak = strong && !(await secondFactors.isStrong(db, proof))
    if (!isStale && !isWeak) return
    throw new AuthError('insufficient_user_authentication', {
      stepUp: { ...(isWeak && { acr: 'aal2' }), ...(isStale && { maxAge: toSeconds(freshFor) }) },
    })
  }
}

type Kind = keyof Asks['callers']

function requireAdmitted(caller: Caller, { callers }: Asks): void {
  const admission = callers[kindOf(caller)]
  if (admission === true || (admission !== undefined && scopesOf(caller).includes(admission))) return
  const scope = Object.values(callers).find((each): each is OwnScope => each !== true)
  // Another credential of a machine would do, or this one with another scope.
  if (scope !== undefined) throw new AuthError('insufficient_scope', { scope })
  throw new AuthError('session_required')
}

function kindOf(caller: Caller): Kind {
  if ('certified' in caller) return 'certificate'
  if ('holder' in caller) return caller.holder.owner.kind === 'user' ? 'apiKey' : 'serviceAccountKey'
  if (hasSession(caller.claims)) return 'session'
  // Among machines' tokens, only those of service accounts have an epoch.
  return caller.claims.epoch === undefined ? 'apiKeyToken' : 'serviceAccountToken'
}

function scopesOf(caller: Caller): readonly string[] {
  if ('certified' in caller) return caller.certified.scopes
  return 'holder' in caller ? caller.holder.scopes : (caller.claims.scope?.split(' ') ?? [])
}

function requirePermission(caller: Caller, permission: string): void {
  const held = 'claims' in caller ? permissionsOf(caller.claims) : []
  if (!covers(held, permission))
    throw new AuthError('forbidden', { detail: `The permission ${permission} is needed.` })
}

const permissionsOf = ({ permissions = [] }: AccessClaims): readonly string[] => permissions

export const proofOf = (claims: SessionClaims): DatedProof => ({
  userId: claims.sub,
  amr: claims.amr,
  aal: levelOf(claims),
  authenticatedAt: claims.auth_time * 1000,
})
