import { AuthError } from '../core/auth-error.ts'
import type { Challenge } from '../core/challenges/challenge.ts'
import type { FactorAnswer, FactorClaim } from './factor.ts'
import type { SessionClaims } from '../sessions/tokens/access-token.ts'
import { lockHolder } from '../accounts/lock-holder.ts'
import { ticketTtl } from './options.ts'
import { type FactorChallengeState, stateOf } from './tickets.ts'
import { ask, getFactor } from './ask-to-enrol.ts'
import type { Enrolled, EnrolmentNeeds } from './enrolment-needs.ts'

const withinSession = 'factor-enrolment'

export async function begin(
  services: EnrolmentNeeds,
  claims: SessionClaims,
  name: string,
): Promise<{ ticket: string; options: Record<string, unknown> }> {
  const { db, challenges } = services
  const { sub: userId, sid } = claims
  const pendingChallenge = await ask(services, getFactor(services, name), userId)
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

export async function finish(
  services: EnrolmentNeeds,
  input: { claims: SessionClaims; ticket: string; answer: FactorAnswer; factor: string },
  origin: FactorClaim['origin'],
): Promise<Enrolled> {
  const { db, ports, challenges, revocations, outbox, audit, secondFactors } = services
  const { claims, ticket, answer, factor: name } = input
  const { sub: userId, sid } = claims
  // A ticket of another session costs no try.
  challengeStateOf(await challenges.peek(db, withinSession, ticket), claims)
  const pendingChallenge = challengeStateOf(await challenges.attempt(db, withinSession, ticket), claims)
  const claim = { userId, answer, state: stateOf(pendingChallenge, name), origin }
  const keep = await getFactor(services, name).enrolment.verify(db, claim)
  if (!keep) throw new AuthError('second_factor_invalid')
  const { kept, recoveryCodes, entries } = await db.transaction(async (tx) => {
    const account = await lockHolder(tx, { userId, sessionId: sid }, ports.now())
    if (!(await challenges.consume(tx, withinSession, ticket))) throw new AuthError('challenge_invalid')
    const isFirst = !(await secondFactors.hasAny(tx, userId))
    // Enrolled elsewhere since: this session has to step up with that factor first.
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

/** Throws AuthError `challenge_invalid`. */
function challengeStateOf(challenge: Challenge | null, { sub, sid }: SessionClaims): FactorChallengeState {
  if (!challenge || challenge.userId !== sub || challenge.payload['sid'] !== sid)
    throw new AuthError('challenge_invalid')
  return challenge.payload as unknown as FactorChallengeState
}
