import type { UserId } from '@latchkey/contract'
import type { Database, Queryable } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Challenge } from '../core/challenges/challenge.ts'
import type { Challenges } from '../core/challenges/challenges.ts'
import type { Limits } from '../core/limits/limits.ts'
import type { Outbox } from '../core/outbox/outbox.ts'
import type { Factor, FactorAnswer, FactorClaim } from './factor.ts'
import type { FactorMethod } from './factor.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Revoked, RevocationLog } from '../core/revocations/log.ts'
import { originOf, type RequestContext } from '../core/request/request-context.ts'
import type { CookieSource } from '../core/request/cookie.ts'
import type { SessionClaims } from '../sessions/tokens/access-token.ts'
import { lockHolder } from '../accounts/lock-holder.ts'
import { findAccount } from '../identity/users/store.ts'
import { type BeginSession, raised } from './begin-session.ts'
import { enrolmentsPerAccount, ticketTtl } from './options.ts'
import type { SecondFactors } from './second-factors.ts'
import { enrollableOf } from './proceed.ts'
import type { FactorInput, FactorRequest, SignedInStep } from './sign-in-step.ts'
import { type FactorChallengeState, stateOf, type Tickets } from './tickets.ts'

/** What an enrolment at sign-in has got to. */
export interface WaitingEnrolment {
  /** What can be enrolled. */
  factors: string[]
  /** What was asked last; null before. */
  pendingChallenge: { factor: string; options: Record<string, unknown> } | null
}

export interface Enrolled {
  /** Shown this once; null where there are some already. */
  recoveryCodes: string[] | null
}

/** How people come to have a second factor: within a session, or at a sign-in that has no session without one. */
export interface Enrolments {
  /** Null when the ticket is void here. */
  waiting(ticket: string, request: CookieSource): Promise<WaitingEnrolment | null>
  /** Throws `challenge_invalid`, `second_factor_invalid` for a factor that there is not, `rate_limited`. */
  beginAtSignIn(input: FactorRequest, request: CookieSource): Promise<Record<string, unknown>>
  /** Throws as beginAtSignIn, and `invalid_credentials` when the user was disabled meanwhile. */
  finishAtSignIn(
    input: FactorRequest & FactorInput,
    request: RequestContext,
  ): Promise<SignedInStep & Enrolled>
  /** Throws `second_factor_invalid`, `rate_limited`. */
  begin(claims: SessionClaims, factor: string): Promise<{ ticket: string; options: Record<string, unknown> }>
  /** Throws as begin, and `challenge_invalid`. */
  finish(
    input: { claims: SessionClaims; ticket: string; answer: FactorAnswer; factor: string },
    origin: FactorClaim['origin'],
  ): Promise<Enrolled>
}

export interface EnrolmentsOptions {
  db: Database
  ports: Ports
  challenges: Challenges
  limits: Limits
  revocations: RevocationLog
  outbox: Outbox
  audit: Audit
  tickets: Tickets
  secondFactors: SecondFactors
  beginSession: BeginSession
  /** Looked at anew each time, for methods are wired after this. */
  methods: readonly FactorMethod[]
}

const atSignIn = 'second-factor-enrolment'
const withinSession = 'factor-enrolment'

type Enrollable = Factor & Required<Pick<Factor, 'enrolment'>>

export function createEnrolments(options: EnrolmentsOptions): Enrolments {
  const { db, ports, challenges, limits, revocations, outbox, audit } = options
  const { tickets, secondFactors, beginSession, methods } = options

  return { waiting, beginAtSignIn, finishAtSignIn, begin, finish }

  async function waiting(ticket: string, request: CookieSource): Promise<WaitingEnrolment | null> {
    const found = await tickets.find(atSignIn, ticket, request)
    if (!found) return null
    const { pendingChallenge } = found.pending
    return {
      factors: enrollableOf(methods),
      pendingChallenge: pendingChallenge && {
        factor: pendingChallenge.factor,
        options: pendingChallenge.options,
      },
    }
  }

  async function beginAtSignIn(
    { ticket, factor: name }: FactorRequest,
    request: CookieSource,
  ): Promise<Record<string, unknown>> {
    const { userId, pending } = await tickets.get(atSignIn, ticket, request)
    const pendingChallenge = await ask(getFactor(name), userId)
    await tickets.ask(atSignIn, ticket, pending, pendingChallenge)
    return pendingChallenge.options
  }

  async function ask({ name, enrolment }: Enrollable, userId: UserId): Promise<FactorChallengeState> {
    const account = await findAccount(db, userId)
    if (!account) throw new AuthError('challenge_invalid')
    await limits.take(enrolmentsPerAccount, userId)
    return { factor: name, ...(await enrolment.begin(db, account)) }
  }

  async function finishAtSignIn(
    { ticket, factor: name, answer }: FactorRequest & FactorInput,
    request: RequestContext,
  ): Promise<SignedInStep & Enrolled> {
    const { userId, pending } = await tickets.attempt(atSignIn, ticket, request)
    const factor = getFactor(name)
    const origin = originOf(request)
    const claim = { userId, answer, state: stateOf(pending.pendingChallenge, name), origin }
    const keep = await factor.enrolment.verify(db, claim)
    if (!keep) throw new AuthError('second_factor_invalid')
    let recoveryCodes: string[] | null = null
    const stillValid = async (tx: Queryable): Promise<Revoked[]> => {
      // Whose session it is has been locked, and is not disabled.
      const account = await findAccount(tx, userId)
      if (!account) throw new AuthError('challenge_invalid')
      await tickets.consume(tx, atSignIn, ticket)
      // Of many who hold a first proof, one enrols; whoever comes later proves what was enrolled.
      if (await secondFactors.hasAny(tx, userId)) throw new AuthError('challenge_invalid')
      const kept = await keep(tx, 'first')
      if (!kept) throw new AuthError('challenge_invalid')
      const change = { sessionId: null, isFirst: true, notice: kept.notice, ip: origin.ip }
      const revoked = await secondFactors.added(tx, account, change)
      recoveryCodes = await secondFactors.makeFirstCodes(tx, userId)
      return revoked
    }
    // Both were proven just now: the first proof, which by mail counts for nothing, and the new factor.
    const isSecond = pending.isFactor && factor.isFactor !== false
    const authentication = raised(pending.amr, factor, { isSecond, at: ports.now() })
    const open = await beginSession({ ...pending, userId, authentication, stillValid }, request)
    outbox.wake()
    audit.record({ kind: 'factor.enrolled', userId, ...origin, detail: { factor: name } })
    const { delivery, way } = pending
    return { next: 'done', open, delivery, way, cookies: [], recoveryCodes }
  }

  async function begin(
    claims: SessionClaims,
    name: string,
  ): Promise<{ ticket: string; options: Record<string, unknown> }> {
    const { sub: userId, sid } = claims
    const pendingChallenge = await ask(getFactor(name), userId)
    const { token: ticket } = await db.transaction((tx) =>
      challenges.issue(tx, {
        purpose: withinSession,
        subject: sid,
        userId,
        sessionId: sid,
        payload: { ...pendingChallenge, options: {}, sid },
        ttl: ticketTtl,
      }),
    )
    return { ticket, options: pendingChallenge.options }
  }

  async function finish(
    input: { claims: SessionClaims; ticket: string; answer: FactorAnswer; factor: string },
    origin: FactorClaim['origin'],
  ): Promise<Enrolled> {
    const { claims, ticket, answer, factor: name } = input
    const { sub: userId, sid } = claims
    // Of another session it costs nothing.
    challengeStateOf(await challenges.peek(db, withinSession, ticket), claims)
    const pendingChallenge = challengeStateOf(await challenges.attempt(db, withinSession, ticket), claims)
    const claim = { userId, answer, state: stateOf(pendingChallenge, name), origin }
    const keep = await getFactor(name).enrolment.verify(db, claim)
    if (!keep) throw new AuthError('second_factor_invalid')
    const { kept, recoveryCodes, entries } = await db.transaction(async (tx) => {
      const account = await lockHolder(tx, { userId, sessionId: sid }, ports.now())
      if (!(await challenges.consume(tx, withinSession, ticket))) throw new AuthError('challenge_invalid')
      const isFirst = !(await secondFactors.hasAny(tx, userId))
      // Enrolled elsewhere since: then this session has to prove that one first.
      if (claims.acr === 'aal1' && !isFirst) throw new AuthError('challenge_invalid')
      const kept = await keep(tx, 'any')
      if (!kept) throw new AuthError('challenge_invalid')
      const change = { sessionId: sid, notice: kept.notice, ip: origin.ip }
      const revoked =
        kept.as === 'replaced'
          ? await secondFactors.removed(tx, account, { ...change, was: 'factor' })
          : await secondFactors.added(tx, account, { ...change, isFirst })
      const recoveryCodes = await secondFactors.makeFirstCodes(tx, userId)
      return { kept, recoveryCodes, entries: await revocations.append(tx, revoked) }
    })
    revocations.remember(entries)
    outbox.wake()
    const kind = kept.as === 'replaced' ? 'factor.replaced' : 'factor.enrolled'
    audit.record({ kind, userId, sessionId: sid, ...origin, detail: { factor: name } })
    return { recoveryCodes }
  }

  function getFactor(name: string): Enrollable {
    const found = methods.find(({ factor }) => factor?.name === name)?.factor
    if (!found?.enrolment) throw new AuthError('second_factor_invalid')
    return found as Enrollable
  }
}

/** Throws AuthError `challenge_invalid`. */
function challengeStateOf(challenge: Challenge | null, { sub, sid }: SessionClaims): FactorChallengeState {
  if (!challenge || challenge.userId !== sub || challenge.payload['sid'] !== sid)
    throw new AuthError('challenge_invalid')
  return challenge.payload as unknown as FactorChallengeState
}
