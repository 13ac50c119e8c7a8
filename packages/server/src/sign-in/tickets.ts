import { shareUser } from '../identity/users/locks.ts'
import type { UserId } from '@latchkey/contract'
import type { Database, Queryable } from '../db/database.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Challenge } from '../core/challenges/challenge.ts'
import type { Challenges } from '../core/challenges/challenges.ts'
import type { FactorClaim } from './factor.ts'
import type { Ports } from '../core/ports/ports.ts'
import { formatUuid, uuidV7 } from '../core/ports/uuid.ts'
import type { RequestContext } from '../core/request/request-context.ts'
import type { CookieSource } from '../core/request/cookie.ts'

import { requireBindable } from './begin-session.ts'
import { ticketTtl } from './options.ts'
import type { SignInRequest, FirstProof } from './first-proof.ts'
import type { SignInCookie } from './sign-in-cookie.ts'

/** The step that a sign-in waits for. A ticket for one step is not valid for the other. */
export type TicketPurpose = 'second-factor' | 'second-factor-enrolment'

/** The sign-in behind a ticket; sealed at rest. */
export interface Pending extends SignInRequest {
  method: string
  rememberAs: string
  amr: string[]
  /** As in the {@link FirstProof}. */
  isFactor: boolean
  /** The key that the first request has proven to hold: the last one must prove it, too. */
  jkt: string | null
  /** The browser that began; null for clients that keep their tokens, and have no cookies. */
  browser: string | null
  /** The factor that was started last, and what it asked. */
  pendingChallenge: FactorChallengeState | null
}

/** The question of a factor, and the state needed to verify the answer. */
export interface FactorChallengeState {
  factor: string
  state: FactorClaim['state']
  /** The options sent to the client: for pages, which show them again. */
  options: Record<string, unknown>
}

export interface Waiting {
  userId: UserId
  pending: Pending
}

/** The parts of a request that are read when a sign-in begins or goes on. */
type Asking = Pick<RequestContext, 'cookies' | 'provenKey'>

/** Sign-ins that wait for their last step: bound to user, step and browser. */
export interface Tickets {
  /** Throws AuthError `invalid_credentials` when the proof is void by now. */
  issue(
    purpose: TicketPurpose,
    proof: FirstProof,
    request: Asking,
  ): Promise<{ ticket: string; cookies: string[] }>
  /** Returns the sign-in of a ticket, at no cost. Null if it is used, too old, or for another step or browser. */
  find(purpose: TicketPurpose, ticket: string, request: CookieSource): Promise<Waiting | null>
  /** As find. Throws AuthError `challenge_invalid`. */
  get(purpose: TicketPurpose, ticket: string, request: CookieSource): Promise<Waiting>
  /**
   * Does the same at the cost of one of five tries; costs nothing in another browser, or without the key that began the
   * sign-in. Throws AuthError `invalid_dpop_proof` as well.
   */
  attempt(purpose: TicketPurpose, ticket: string, request: Asking): Promise<Waiting>
  /** Keeps the last question; tries already spent stay spent. */
  ask(
    purpose: TicketPurpose,
    ticket: string,
    pending: Pending,
    pendingChallenge: FactorChallengeState,
  ): Promise<void>
  /** At most once. Throws AuthError `challenge_invalid`. */
  consume(tx: Queryable, purpose: TicketPurpose, ticket: string): Promise<void>
}

export interface TicketsOptions {
  db: Database
  ports: Ports
  challenges: Challenges
  signInCookie: SignInCookie
}

export function createTickets({ db, ports, challenges, signInCookie }: TicketsOptions): Tickets {
  return { issue, find, get, attempt, ask, consume }

  /**
   * Issues a ticket. Events that invalidate the first proof (another password, disabling) lock the user and end the
   * tickets. The check under that same lock leaves no ticket whose proof is invalid.
   */
  async function issue(
    purpose: TicketPurpose,
    {
      userId,
      method,
      rememberAs = method,
      amr,
      isFactor = true,
      persistent,
      tokenTransport,
      stillValid,
    }: FirstProof,
    request: Asking,
  ): Promise<{ ticket: string; cookies: string[] }> {
    requireBindable(tokenTransport, request)
    const mark = tokenTransport === 'body' ? null : signInCookie.browserMarkOf(request)
    const browser = mark?.hash ?? null
    const pending: Pending = {
      method,
      rememberAs,
      amr: [...amr],
      isFactor,
      persistent,
      tokenTransport,
      jkt: request.provenKey,
      browser,
      pendingChallenge: null,
    }
    const issued = await db.transaction(async (tx) => {
      if (!(await shareUser(tx, userId))) return null
      if (!(await stillValid(tx))) return null
      return await challenges.issue(tx, {
        purpose,
        // A subject of its own: somebody who knows the password must not be able to end the owner's tickets.
        subject: formatUuid(uuidV7(ports)),
        userId,
        payload: { ...pending },
        ttl: ticketTtl,
      })
    })
    if (!issued) throw new AuthError('invalid_credentials', { log: { reason: 'changed during sign-in' } })
    return { ticket: issued.token, cookies: mark ? [mark.cookie] : [] }
  }

  async function find(
    purpose: TicketPurpose,
    ticket: string,
    request: CookieSource,
  ): Promise<Waiting | null> {
    return toWaiting(await challenges.peek(db, purpose, ticket), request)
  }

  async function get(purpose: TicketPurpose, ticket: string, request: CookieSource): Promise<Waiting> {
    return orThrow(await find(purpose, ticket, request))
  }

  async function attempt(purpose: TicketPurpose, ticket: string, request: Asking): Promise<Waiting> {
    requireSameKey((await get(purpose, ticket, request)).pending, request)
    return orThrow(toWaiting(await challenges.attempt(db, purpose, ticket), request))
  }

  async function ask(
    purpose: TicketPurpose,
    ticket: string,
    pending: Pending,
    pendingChallenge: FactorChallengeState,
  ): Promise<void> {
    await challenges.amend(db, purpose, ticket, { ...pending, pendingChallenge })
  }

  async function consume(tx: Queryable, purpose: TicketPurpose, ticket: string): Promise<void> {
    if (!(await challenges.consume(tx, purpose, ticket))) throw new AuthError('challenge_invalid')
  }

  function toWaiting(challenge: Challenge | null, request: CookieSource): Waiting | null {
    if (!challenge?.userId) return null
    const pending = challenge.payload as unknown as Pending
    if (pending.browser !== null && !signInCookie.isFrom(request, pending.browser)) return null
    return { userId: challenge.userId, pending }
  }
}

function orThrow(waiting: Waiting | null): Waiting {
  if (!waiting) throw new AuthError('challenge_invalid')
  return waiting
}

/** Throws without the sign-in's key: an overheard ticket is not enough by itself. */
function requireSameKey({ jkt }: Pending, { provenKey }: Asking): void {
  if (jkt === null || jkt === provenKey) return
  throw new AuthError('invalid_dpop_proof', {
    log: { reason: 'not the key that the sign-in started with' },
  })
}

/** Returns the state of one factor's question; null for any other factor. */
export const stateOf = (
  pendingChallenge: FactorChallengeState | null,
  factor: string,
): FactorClaim['state'] => (pendingChallenge?.factor === factor ? pendingChallenge.state : null)
