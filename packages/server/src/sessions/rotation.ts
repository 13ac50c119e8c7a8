import type { Instant, Milliseconds } from '@latchkey/contract'

/** What the decision looks at; a session row has it all. */
export interface RotationState {
  generation: number
  rotatedAt: Instant
  fencedAt: Instant | null
  /** The attempt id of the last refresh. */
  attempt: Uint8Array | null
  revokedAt: Instant | null
  expiresAt: Instant
  idleTtl: Milliseconds
  userDisabled: boolean
}

/** What the caller presented, compared with the row in constant time beforehand. */
export interface Presented {
  generation: number
  secretMatches: boolean
  clientMatches: boolean
  /** Whether the attempt id sent along is the row's. */
  attemptMatches: boolean
  /**
   * The key that the session is bound to (DPoP, DBSC): proven by the request, not proven, or there is none to prove.
   */
  binding: 'proven' | 'unproven' | 'none'
}

export interface RotationPolicy {
  leeway: Milliseconds
}

export type RefreshDecision =
  /** The statement would succeed now: time has passed since it was tried. */
  | { outcome: 'rotate' }
  | { outcome: 'current' }
  | { outcome: 'retry'; restartLeeway: boolean }
  | { outcome: 'superseded' }
  | { outcome: 'fast_forward'; generation: number }
  | { outcome: 'reuse' }
  | {
      outcome: 'refused'
      code: 'refresh_token_invalid' | 'session_revoked' | 'session_expired' | 'user_disabled'
    }

/**
 * Why the rotating statement found no row, and what to answer. Pure. The distance is how many generations the
 * presented token is behind; a session is young while its last refresh lies within the leeway.
 */
export function decideRefresh(
  row: RotationState,
  presented: Presented,
  now: Instant,
  { leeway }: RotationPolicy,
): RefreshDecision {
  if (!presented.secretMatches || !presented.clientMatches) return refused('refresh_token_invalid')
  // Whoever has the token alone learns nothing and changes nothing: not even an end, which would be theirs to bring about.
  if (presented.binding === 'unproven') return refused('refresh_token_invalid')
  if (row.revokedAt !== null) return refused('session_revoked')
  if (row.userDisabled) return refused('user_disabled')
  if (row.expiresAt <= now || row.rotatedAt + row.idleTtl <= now) return refused('session_expired')

  const isBound = presented.binding === 'proven'
  const distance = row.generation - presented.generation
  // A clock that was set back makes the last refresh lie in the future: that counts as young, nobody is signed out.
  const young = now - row.rotatedAt <= leeway
  const fenceIsYoung = row.fencedAt !== null && now - row.fencedAt <= leeway
  const fenceWasLast = row.fencedAt !== null && row.fencedAt >= row.rotatedAt

  if (distance < 0) return fastForward(presented.generation, young)
  if (distance === 0) return { outcome: young && row.generation > 0 ? 'current' : 'rotate' }
  if (distance === 1 && !fenceWasLast) {
    if (young) return { outcome: 'retry', restartLeeway: false }
    if (presented.attemptMatches) return { outcome: 'retry', restartLeeway: true }
    if (isBound) return { outcome: 'retry', restartLeeway: false }
  }
  if (distance <= 2 && fenceIsYoung) return { outcome: 'superseded' }
  // The answer to a step-up was lost: the attempt proves the client that asked for it, and it inherits nothing.
  if (distance === 1 && (presented.attemptMatches || isBound)) return { outcome: 'superseded' }
  return { outcome: 'reuse' }
}

/**
 * A verified token from the future: only we can have minted it, so the database lost a commit (failover, restore).
 */
function fastForward(presented: number, young: boolean): RefreshDecision {
  return { outcome: 'fast_forward', generation: young ? presented : presented + 1 }
}

const refused = (code: Extract<RefreshDecision, { outcome: 'refused' }>['code']): RefreshDecision => ({
  outcome: 'refused',
  code,
})
