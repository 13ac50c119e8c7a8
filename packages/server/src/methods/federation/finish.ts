import { AuthError } from '../../core/auth-error.ts'
import { networkOfCaller, type RequestContext } from '../../core/request/request-context.ts'
import type { Queryable } from '../../db/database.ts'
import { type CompletedSignIn, completeSignIn } from './complete-sign-in.ts'
import { getProvider } from './begin.ts'
import type { FederationServices } from './federation-services.ts'
import { finishLink } from './link.ts'
import { answersPerNetwork, linkTtl } from './options.ts'
import { landingPurpose, newSubject, purpose, type Started, toStarted } from './pending.ts'
import type { AuthorizationAnswer } from './protocol/protocol-services.ts'
import { redeem } from './protocol/redeem.ts'
import type { Provider } from './providers.ts'
import { FederationRefusal } from './refusal.ts'

export interface Finished {
  returnTo: string | null
  result: CompletedSignIn | { next: 'linked'; id: string }
}

/**
 * Throws AuthError `challenge_invalid`, and uses nothing up, for an answer that this browser does not wait for. Throws
 * {@link FederationRefusal} if the provider's answer is wrong, or its account may not sign in.
 */
export async function finishFederation(
  services: FederationServices,
  providerId: string,
  answer: AuthorizationAnswer,
  request: RequestContext,
): Promise<Finished> {
  const { limits, protocol } = services
  await limits.take(answersPerNetwork, networkOfCaller(request))
  const provider = await getProvider(services, providerId)
  const { started, landing } = await takeStarted(services, provider, answer.state, request)
  const { returnTo, intent, browser } = started
  try {
    const known = { provider, identity: await redeem(protocol, provider, answer, started) }
    const result =
      intent.kind === 'link'
        ? await finishLink(services, { known, intent, landing }, request)
        : await completeSignIn(services, { known, intent, browser }, request)
    return { returnTo, result }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    throw new FederationRefusal(asAnswered(error), returnTo)
  }
}

/** Checked before it is used up: an answer from another browser or provider consumes nothing. */
async function takeStarted(
  services: FederationServices,
  provider: Provider,
  state: string,
  request: RequestContext,
): Promise<{ started: Started; landing: string | null }> {
  const { db, challenges, browserCookie } = services
  const waiting = await challenges.peek(db, purpose, state)
  const started = waiting && toStarted(waiting)
  if (started?.provider !== provider.id || !browserCookie.recognizes(request, started.browser))
    throw new AuthError('challenge_invalid', { log: { reason: 'nobody waits for this answer' } })
  return await db.transaction(async (tx) => {
    const taken = await challenges.consume(tx, purpose, state)
    if (!taken) throw new AuthError('challenge_invalid')
    return { started: toStarted(taken), landing: await land(services, tx, toStarted(taken)) }
  })
}

/** While the provider is asked, events of the account still end the pending link. */
async function land(
  services: FederationServices,
  tx: Queryable,
  { intent }: Started,
): Promise<string | null> {
  if (intent.kind !== 'link') return null
  const { sid: sessionId, proof } = intent
  const issued = await services.challenges.issue(tx, {
    purpose: landingPurpose,
    subject: newSubject(services),
    userId: proof.userId,
    sessionId,
    payload: {},
    ttl: linkTtl,
  })
  return issued.token
}

/** A disabled account gets the same answer as an identity that the provider's word does not help. */
const asAnswered = (error: AuthError): AuthError =>
  error.code === 'invalid_credentials' ? new AuthError('federation_failed', error.options) : error
