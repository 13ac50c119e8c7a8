import type { UserId } from '@latchkey/contract'
import { AuthError } from '../core/auth-error.ts'
import type { Factor } from './factor.ts'
import { originOf, type RequestContext } from '../core/request/request-context.ts'
import * as limit from './options.ts'
import { type FactorChallengeState } from './tickets.ts'
import type { AskableFactor } from './sign-in-step.ts'
import type { SignInNeeds } from './sign-in-needs.ts'

export async function ask(
  services: SignInNeeds,
  factor: Factor,
  userId: UserId,
): Promise<FactorChallengeState> {
  const { db, limits } = services
  if (!factor.begin) throw new AuthError('second_factor_invalid')
  await limits.take(limit.startsPerAccount, userId)
  return { factor: factor.name, ...(await factor.begin(db, userId)) }
}

export function refuse(
  services: SignInNeeds,
  userId: UserId,
  factor: string,
  request: RequestContext,
): AuthError {
  const { audit } = services
  const reason = 'wrong second factor'
  audit.record({ kind: 'login.failed', userId, ...originOf(request), detail: { reason, factor } })
  return new AuthError('second_factor_invalid', { log: { reason, factor, userId } })
}

export const toAskable = ({ name, begin }: Factor): AskableFactor => ({ name, asks: begin !== undefined })

export const usedMeanwhile = (factor: string): AuthError =>
  new AuthError('second_factor_invalid', { log: { reason: 'the proof was used by another request', factor } })
