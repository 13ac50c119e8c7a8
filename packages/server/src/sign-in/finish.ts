import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Factor } from './factor.ts'
import { originOf, type RequestContext } from '../core/request/request-context.ts'
import type { CookieSource } from '../core/request/cookie.ts'
import { raised } from './begin-session.ts'
import { type Pending, stateOf } from './tickets.ts'
import { askedAfter } from './proceed.ts'
import { ask, refuse } from './ask.ts'
import { toAskable, usedMeanwhile } from './ask.ts'
import type { FactorInput, FactorRequest, SignedInStep, WaitingSignIn } from './sign-in-step.ts'
import type { SignInNeeds } from './sign-in-needs.ts'

const purpose = 'second-factor'

export async function waiting(
  services: SignInNeeds,
  ticket: string,
  request: CookieSource,
): Promise<WaitingSignIn | null> {
  const { tickets, policy } = services
  const found = await tickets.find(purpose, ticket, request)
  if (!found) return null
  const { userId, pending } = found
  const { isRequired, factors } = await askedAfter(services, pending.method, userId)
  const canTrust = policy.allowsTrust(isRequired)
  return { factors: factors.map(toAskable), canTrustDevice: canTrust && pending.tokenTransport !== 'body' }
}

export async function begin(
  services: SignInNeeds,
  { ticket, factor: name }: FactorRequest,
  request: CookieSource,
): Promise<Record<string, unknown>> {
  const { tickets } = services
  const { userId, pending } = await tickets.get(purpose, ticket, request)
  const factor = await findAsked(services, name, userId, pending)
  if (!factor) throw new AuthError('second_factor_invalid')
  const pendingChallenge = await ask(services, factor, userId)
  await tickets.ask(purpose, ticket, pending, pendingChallenge)
  return pendingChallenge.options
}

async function findAsked(
  services: SignInNeeds,
  name: string,
  userId: UserId,
  { method }: Pending,
): Promise<Factor | undefined> {
  const { factors } = await askedAfter(services, method, userId)
  return factors.find((factor) => factor.name === name)
}

export async function finish(
  services: SignInNeeds,
  { ticket, factor: name, answer, trustDevice }: FactorRequest & FactorInput & { trustDevice: boolean },
  request: RequestContext,
): Promise<SignedInStep> {
  const { db, ports, audit, tickets, policy, trustedDevices, beginSession, guesses } = services
  // Checked first, at no cost: another browser must not use up tries or limits.
  const { userId } = await tickets.get(purpose, ticket, request)
  const hits = await guesses.take({ userId, subject: userId }, request)
  const { pending } = await tickets.attempt(purpose, ticket, request)
  const factor = await findAsked(services, name, userId, pending)
  const origin = originOf(request)
  const claim = { userId, answer, state: stateOf(pending.pendingChallenge, name), origin }
  const redeem = await factor?.verify(db, claim)
  if (!factor || !redeem) throw refuse(services, userId, name, request)
  const mayTrust = trustDevice && pending.tokenTransport !== 'body'
  const cookies: string[] = []
  const stillValid = async (tx: Queryable): Promise<boolean> => {
    // Both or neither: a code that is used up without a session, or a ticket without its code, would be lost.
    if (!(await redeem(tx))) throw usedMeanwhile(name)
    await tickets.consume(tx, purpose, ticket)
    if (mayTrust && policy.allowsTrust(await policy.isRequired(tx, userId)))
      cookies.push(await trustedDevices.trust(tx, userId, request))
    return true
  }
  const isSecond = pending.isFactor && factor.isFactor !== false
  const authentication = raised(pending.amr, factor, { isSecond, at: ports.now() })
  const open = await beginSession({ ...pending, userId, authentication, stillValid }, request)
  await guesses.forgive(hits)
  factor.afterUse?.(userId, origin)
  if (cookies.length > 0) audit.record({ kind: 'device.trusted', userId, ...origin })
  return {
    next: 'done',
    open,
    tokenTransport: pending.tokenTransport,
    rememberAs: pending.rememberAs,
    cookies,
  }
}
