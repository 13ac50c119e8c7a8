import type { Queryable } from '../db/database.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Revoked } from '../core/revocations/log.ts'
import { originOf, type RequestContext } from '../core/request/request-context.ts'
import type { CookieSource } from '../core/request/cookie.ts'
import { findAccount } from '../identity/users/store.ts'
import { raised } from './begin-session.ts'
import { enrollableOf } from './proceed.ts'
import type { FactorInput, FactorRequest, SignedInStep } from './sign-in-step.ts'
import { stateOf } from './tickets.ts'
import { ask, getFactor } from './ask-to-enrol.ts'
import type { WaitingEnrolment, Enrolled, EnrolmentNeeds } from './enrolment-needs.ts'

const atSignIn = 'second-factor-enrolment'

export async function waiting(
  services: EnrolmentNeeds,
  ticket: string,
  request: CookieSource,
): Promise<WaitingEnrolment | null> {
  const { tickets, methods } = services
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

export async function beginAtSignIn(
  services: EnrolmentNeeds,
  { ticket, factor: name }: FactorRequest,
  request: CookieSource,
): Promise<Record<string, unknown>> {
  const { tickets } = services
  const { userId, pending } = await tickets.get(atSignIn, ticket, request)
  const pendingChallenge = await ask(services, getFactor(services, name), userId)
  await tickets.ask(atSignIn, ticket, pending, pendingChallenge)
  return pendingChallenge.options
}

export async function finishAtSignIn(
  services: EnrolmentNeeds,
  { ticket, factor: name, answer }: FactorRequest & FactorInput,
  request: RequestContext,
): Promise<SignedInStep & Enrolled> {
  const { db, ports, outbox, audit, tickets, secondFactors, beginSession } = services
  const { userId, pending } = await tickets.attempt(atSignIn, ticket, request)
  const factor = getFactor(services, name)
  const origin = originOf(request)
  const claim = { userId, answer, state: stateOf(pending.pendingChallenge, name), origin }
  const keep = await factor.enrolment.verify(db, claim)
  if (!keep) throw new AuthError('second_factor_invalid')
  let recoveryCodes: string[] | null = null
  const stillValid = async (tx: Queryable): Promise<Revoked[]> => {
    // The session's user has been locked, and is not disabled.
    const account = await findAccount(tx, userId)
    if (!account) throw new AuthError('challenge_invalid')
    await tickets.consume(tx, atSignIn, ticket)
    // Several callers may hold a first proof: one enrols, and later ones must use the factor enrolled.
    if (await secondFactors.hasAny(tx, userId)) throw new AuthError('challenge_invalid')
    const kept = await keep(tx, 'first')
    if (!kept) throw new AuthError('challenge_invalid')
    const change = { sessionId: null, isFirst: true, notice: kept.notice, ip: origin.ip }
    const revoked = await secondFactors.added(tx, account, change)
    recoveryCodes = await secondFactors.makeFirstCodes(tx, userId)
    return revoked
  }
  // Both were just verified: the first method, which counts for nothing if it was mail, and the new factor.
  const isSecond = pending.isFactor && factor.isFactor !== false
  const authentication = raised(pending.amr, factor, { isSecond, at: ports.now() })
  const open = await beginSession({ ...pending, userId, authentication, stillValid }, request)
  outbox.wake()
  audit.record({ kind: 'factor.enrolled', userId, ...origin, detail: { factor: name } })
  const { tokenTransport, rememberAs } = pending
  return { next: 'done', open, tokenTransport, rememberAs, cookies: [], recoveryCodes }
}
