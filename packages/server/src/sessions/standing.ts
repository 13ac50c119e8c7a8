import type { Instant, Milliseconds } from '@latchkey/contract'
import { isEqual } from '../core/bytes.ts'
import type { Account } from '../identity/users/account.ts'
import { isBindingProven, type BindingProofs } from './bindings/binding.ts'
import { type Authentication, authenticationOf, type SessionRow } from './session.ts'
import type { SessionWithAccount } from './store.ts'

/** The standing of a session's credential, and the authentication that its bearer may claim. */
export type Standing = LiveStanding | DeadStanding

/** The session may be used. */
export type LiveStanding = (Current | Predecessor) & { authentication: Authentication }

interface Current {
  standing: 'current'
}

/**
 * The predecessor of the current credential: served, with what it could claim itself. `by` says why an honest client
 * may not have the current one: it is on its way, the attempt or the key proves the client, or a fence came between.
 */
interface Predecessor {
  standing: 'predecessor'
  by: 'leeway' | 'attempt' | 'key' | 'fence'
}

export type DeadStanding =
  /**
   * Replaced by another one. This is reuse, two parties hold the session, unless the answer with the current one may
   * have been lost. In that case the client's next refresh, which brings the attempt, decides.
   */
  | { standing: 'replaced'; isReuse: boolean }
  /** The session is bound to a key that the request does not prove. */
  | { standing: 'unproven' }
  | { standing: 'ended' | 'disabled' | 'expired' }
  /** The session is unknown, or not the one that the credential names. */
  | { standing: 'unknown' }

/** The presented credential; its MAC or its signature has been verified. */
export type Credential =
  | {
      kind: 'refresh_token'
      generation: number
      secretHash: Uint8Array
      /** Null for first-party sessions. */
      clientId: string | null
      /** Undefined for reads, which repeat no refresh. */
      attempt?: Uint8Array | null
      proofs: BindingProofs
    }
  | { kind: 'session_cookie'; secretHash: Uint8Array; proofs: BindingProofs }
  /** All that it is bound to has been proven. */
  | { kind: 'access_token'; userId: string; epoch: number }

export interface StandingPolicy {
  leeway: Milliseconds
}

/**
 * Decides the standing of a session's credential, for every kind of credential and every reader. Pure. The secret stays
 * the same for the life of a session: the claims follow from the standing, never from the row alone.
 */
export function decideStanding(
  found: SessionWithAccount,
  credential: Credential,
  now: Instant,
  policy: StandingPolicy,
): Standing {
  const bare = decide(found, credential, now, policy)
  if (bare.standing === 'current') return { ...bare, authentication: authenticationOf(found.session) }
  if (bare.standing !== 'predecessor') return bare
  return { ...bare, authentication: authenticationBefore(bare, found.session) }
}

export const isAlive = (found: SessionWithAccount, now: Instant): boolean =>
  endOf(stateOf(found), now) === null

export const isLive = (standing: Standing): standing is LiveStanding => 'authentication' in standing

function decide(
  found: SessionWithAccount,
  credential: Credential,
  now: Instant,
  policy: StandingPolicy,
): BareStanding {
  const { session, account } = found
  switch (credential.kind) {
    case 'refresh_token':
      return decideTokenStanding(stateOf(found), compare(session, credential), now, policy)
    case 'session_cookie':
      return decideCookieStanding(found, credential, now, policy)
    case 'access_token':
      if (account.id !== credential.userId) return { standing: 'unknown' }
      // A token from before the last fence cannot lead to a session that has lost a commit either.
      if (session.epoch !== credential.epoch) return { standing: 'replaced', isReuse: false }
      return { standing: endOf(stateOf(found), now) ?? 'current' }
  }
}

/** Returns the authentication without the one added by a later fence. */
function authenticationBefore({ by }: Predecessor, session: SessionRow): Authentication {
  return by === 'fence' ? beforeFence(session) : authenticationOf(session)
}

/** Returns the authentication before the last fence; the present one if that fence was withdrawn. */
export const beforeFence = (session: SessionRow): Authentication =>
  session.before_fence === null
    ? authenticationOf(session)
    : (JSON.parse(session.before_fence) as Authentication)

/** The standing without the claims. */
type BareStanding = Current | Predecessor | DeadStanding

/** The state of a session and its user on which the decision depends. */
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

/** A refresh token, compared with the row in constant time. */
export interface Presented {
  generation: number
  secretMatches: boolean
  clientMatches: boolean
  /** True if the attempt id sent along is the row's; null for reads, which send none. */
  attemptMatches: boolean | null
  /**
   * The key that the session is bound to (DPoP, DBSC): proven by the request, not proven, or there is none to prove.
   */
  binding: 'proven' | 'unproven' | 'none'
}

/**
 * The distance is how many generations the presented token is behind; a session is young while its last refresh lies
 * within the leeway.
 */
export function decideTokenStanding(
  row: RotationState,
  presented: Presented,
  now: Instant,
  { leeway }: StandingPolicy,
): BareStanding {
  if (!presented.secretMatches || !presented.clientMatches) return { standing: 'unknown' }
  // A bearer without the key learns and changes nothing, and cannot even end the session, which would serve a thief.
  if (presented.binding === 'unproven') return { standing: 'unproven' }
  const end = endOf(row, now)
  if (end) return { standing: end }

  const isBound = presented.binding === 'proven'
  const distance = row.generation - presented.generation
  const young = isYoung(row, now, leeway)
  const fenceIsYoung = row.fencedAt !== null && now - row.fencedAt <= leeway
  const fenceWasLast = row.fencedAt !== null && row.fencedAt >= row.rotatedAt

  // From the future: only we can have minted it, so the database has lost a commit (failover, restore).
  if (distance <= 0) return { standing: 'current' }
  if (distance === 1 && !fenceWasLast) {
    if (young) return { standing: 'predecessor', by: 'leeway' }
    if (presented.attemptMatches) return { standing: 'predecessor', by: 'attempt' }
    if (isBound) return { standing: 'predecessor', by: 'key' }
  }
  if (distance <= 2 && fenceIsYoung) return { standing: 'predecessor', by: 'fence' }
  // The answer to a step-up was lost: the attempt proves the client that asked for it, and it inherits nothing.
  if (distance === 1 && (presented.attemptMatches || isBound)) return { standing: 'predecessor', by: 'fence' }
  // A read cannot repeat the attempt, and must not sign out the client that could.
  const mayBeLost = distance === 1 && presented.attemptMatches === null && row.attempt !== null
  return { standing: 'replaced', isReuse: !mayBeLost }
}

/** True while the last refresh lies within the leeway, or in the future: a clock that was set back signs nobody out. */
export const isYoung = ({ rotatedAt }: RotationState, now: Instant, leeway: Milliseconds): boolean =>
  now - rotatedAt <= leeway

/**
 * Decides the standing of a session cookie. After a step-up the replaced cookie keeps its old rights and gets no new
 * ones. It is known until the new one has been seen, for its answer may be lost, and a leeway longer, for requests
 * under way. After a password change it is known for one leeway, seen or not.
 */
function decideCookieStanding(
  found: SessionWithAccount,
  { secretHash, proofs }: Extract<Credential, { kind: 'session_cookie' }>,
  now: Instant,
  { leeway }: StandingPolicy,
): BareStanding {
  const { session } = found
  const { previous_secret_hash: previous, previous_until: until, fenced_at: fencedAt } = session
  const isCurrent = isEqual(session.secret_hash, secretHash)
  const wasCurrent = previous !== null && isEqual(previous, secretHash)
  if (session.kind !== 'cookie' || !(isCurrent || wasCurrent)) return { standing: 'unknown' }
  if (!isBindingProven(session.binding, proofs)) return { standing: 'unproven' }
  const end = endOf(stateOf(found), now)
  if (end) return { standing: end }
  if (isCurrent) return { standing: 'current' }
  if (until === null || now < until) return { standing: 'predecessor', by: 'fence' }
  // A leeway after the fence itself if nothing was seen: the new cookie may never have arrived.
  const wasSeen = until > (fencedAt ?? 0) + leeway
  return { standing: 'replaced', isReuse: wasSeen }
}

/** Returns why a session is over; null while its rightful bearer may use it. */
export function endOf(row: RotationState, now: Instant): 'ended' | 'disabled' | 'expired' | null {
  if (row.revokedAt !== null) return 'ended'
  if (row.userDisabled) return 'disabled'
  return row.expiresAt <= now || row.rotatedAt + row.idleTtl <= now ? 'expired' : null
}

/** Returns the input of {@link decideTokenStanding}, and of the refresh, which decides more. */
export const stateOf = ({
  session,
  account,
}: {
  session: SessionRow
  account: Pick<Account, 'disabledAt'>
}): RotationState => ({
  generation: session.generation,
  rotatedAt: session.rotated_at,
  fencedAt: session.fenced_at,
  attempt: session.attempt,
  revokedAt: session.revoked_at,
  expiresAt: session.expires_at,
  idleTtl: session.idle_ttl,
  userDisabled: account.disabledAt !== null,
})

export function compare(
  session: SessionRow,
  { generation, secretHash, clientId, attempt, proofs }: Extract<Credential, { kind: 'refresh_token' }>,
): Presented {
  return {
    generation,
    secretMatches: session.kind === 'token' && isEqual(session.secret_hash, secretHash),
    clientMatches: session.client_id === clientId,
    attemptMatches: attempt === undefined ? null : isSameAttempt(session.attempt, attempt),
    binding:
      session.binding === null ? 'none' : isBindingProven(session.binding, proofs) ? 'proven' : 'unproven',
  }
}

export const isSameAttempt = (known: Uint8Array | null, presented: Uint8Array | null): boolean =>
  known !== null && presented !== null && isEqual(known, presented)
