import type { StepUpMethod, UserId } from '@latchkey/contract'
import { AuthError } from '../core/auth-error.ts'
import type { Factor } from './factor.ts'
import { originOf, type RequestContext } from '../core/request/request-context.ts'
import type { OpenSession } from '../sessions/open-session.ts'
import type { SessionClaims } from '../sessions/tokens/access-token.ts'
import * as limit from './options.ts'
import { raised } from './begin-session.ts'
import { type FactorChallengeState, stateOf } from './tickets.ts'
import { ask, refuse } from './ask.ts'
import { toAskable, usedMeanwhile } from './ask.ts'
import type { FactorReproof } from './sign-in-step.ts'
import type { SignInNeeds } from './sign-in-needs.ts'

export async function stepUpMethods(
  services: SignInNeeds,
  { sub: userId, amr }: SessionClaims,
): Promise<StepUpMethod[]> {
  const { db, methods, readUserFactors } = services
  const usable: StepUpMethod[] = []
  const { enrolled } = await readUserFactors(db, userId)
  for (const { factor } of methods) {
    if (!factor || !(await (factor.canStepUp?.(db, userId) ?? enrolled.has(factor)))) continue
    usable.push({ ...toAskable(factor), isSecondFactor: completes(services, amr, factor) })
  }
  return usable
}

/** As {@link SecondFactors.isStrong} has it: two factors, or mail and a factor. */
function completes(services: SignInNeeds, amr: readonly string[], factor: Factor): boolean {
  const { methods } = services
  if (factor.isFactor !== false) return amr.includes(limit.mailAmr) || hasOtherFactor(amr, factor)
  return methods.some(
    ({ factor }) => factor && factor.isFactor !== false && factor.amr.some((each) => amr.includes(each)),
  )
}

async function canStepUp(services: SignInNeeds, factor: Factor, userId: UserId): Promise<boolean> {
  const { db, readUserFactors } = services
  if (factor.canStepUp) return await factor.canStepUp(db, userId)
  return (await readUserFactors(db, userId)).enrolled.has(factor)
}

export async function beginStepUp(
  services: SignInNeeds,
  { sub: userId, sid }: SessionClaims,
  name: string,
): Promise<{ ticket: string; options: Record<string, unknown> }> {
  const { db, challenges } = services
  const factor = factorOf(services, name)
  if (!factor || !(await canStepUp(services, factor, userId))) throw new AuthError('second_factor_invalid')
  const pendingChallenge = await ask(services, factor, userId)
  const payload = { ...pendingChallenge, sid }
  const { token: ticket } = await db.transaction((tx) =>
    challenges.issue(tx, {
      purpose: 'step-up',
      subject: sid,
      userId,
      sessionId: sid,
      payload,
      ttl: limit.ticketTtl,
    }),
  )
  return { ticket, options: pendingChallenge.options }
}

export async function stepUp(
  services: SignInNeeds,
  input: FactorReproof,
  request: RequestContext,
): Promise<OpenSession> {
  const { db, ports, challenges, sessions, guesses } = services
  const { claims, tokens, attempt, answer, ticket } = input
  const { sub: userId, amr } = claims
  const hits = await guesses.take({ userId, subject: userId }, request)
  const pendingChallenge = ticket === null ? null : await askedWithin(services, claims, ticket)
  const factor = factorOf(services, input.factor)
  const origin = originOf(request)
  const redeem = await factor?.verify(db, {
    userId,
    answer,
    state: stateOf(pendingChallenge, input.factor),
    origin,
  })
  if (!factor || !redeem) throw refuse(services, userId, input.factor, request)
  const isSecond = factor.isFactor !== false && hasOtherFactor(amr, factor)
  const open = await sessions.stepUp({
    tokens,
    sessionId: claims.sid,
    attempt,
    authentication: raised([], factor, { isSecond, at: ports.now() }),
    presentedProofs: request,
    within: async (tx) => {
      if (!(await redeem(tx))) throw usedMeanwhile(input.factor)
      if (ticket !== null && !(await challenges.consume(tx, 'step-up', ticket)))
        throw new AuthError('challenge_invalid')
      return []
    },
  })
  await guesses.forgive(hits)
  factor.afterUse?.(userId, origin)
  return open
}

async function askedWithin(
  services: SignInNeeds,
  { sid }: SessionClaims,
  ticket: string,
): Promise<FactorChallengeState> {
  const { db, challenges } = services
  const challenge = await challenges.attempt(db, 'step-up', ticket)
  if (!challenge || challenge.payload['sid'] !== sid) throw new AuthError('challenge_invalid')
  return challenge.payload as unknown as FactorChallengeState
}

function factorOf(services: SignInNeeds, name: string): Factor | undefined {
  const { methods } = services
  return methods.find(({ factor }) => factor?.name === name)?.factor
}

/**
 * True if the session names a factor other than this one. It does not name its method: a factor that adds nothing to it
 * may be the very same.
 */
const hasOtherFactor = (amr: readonly string[], factor: Factor): boolean =>
  amr.some((value) => value !== 'mfa' && value !== limit.mailAmr && !factor.amr.includes(value))
