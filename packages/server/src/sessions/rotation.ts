import type { Instant } from '@latchkey/contract'
import {
  decideTokenStanding,
  isYoung,
  type Presented,
  type RotationState,
  type StandingPolicy,
} from './standing.ts'

export type { Presented, RotationState }

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

/** Decides why the rotating statement found no row, and the answer, by the standing of the presented token. Pure. */
export function decideRefresh(
  row: RotationState,
  presented: Presented,
  now: Instant,
  policy: StandingPolicy,
): RefreshDecision {
  const standing = decideTokenStanding(row, presented, now, policy)
  switch (standing.standing) {
    case 'current':
      return decideCurrent(row, presented, isYoung(row, now, policy.leeway))
    case 'predecessor':
      if (standing.by === 'fence') return { outcome: 'superseded' }
      return { outcome: 'retry', restartLeeway: standing.by === 'attempt' }
    case 'replaced':
      return { outcome: 'reuse' }
    case 'unknown':
    case 'unproven':
      return refused('refresh_token_invalid')
    case 'ended':
      return refused('session_revoked')
    case 'disabled':
      return refused('user_disabled')
    case 'expired':
      return refused('session_expired')
  }
}

function decideCurrent(row: RotationState, { generation }: Presented, young: boolean): RefreshDecision {
  // A commit was lost: the database follows the token.
  if (generation > row.generation)
    return { outcome: 'fast_forward', generation: young ? generation : generation + 1 }
  return { outcome: young && row.generation > 0 ? 'current' : 'rotate' }
}

const refused = (code: Extract<RefreshDecision, { outcome: 'refused' }>['code']): RefreshDecision => ({
  outcome: 'refused',
  code,
})
