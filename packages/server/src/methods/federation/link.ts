import { federationRoutes, freshFor, toSeconds, type UserId } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import { networkOfCaller, type RequestContext } from '../../core/request/request-context.ts'
import type { Queryable } from '../../db/database.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import type { FederationServices } from './federation-services.ts'
import type { KnownIdentity } from './links.ts'
import { answersPerNetwork } from './options.ts'
import { landingPurpose, type LinkIntent, linkPurpose, toPendingLink } from './pending.ts'
import { type LinkedAccount, listLinkedAccounts } from './store.ts'

/** An identity that was proven for the account of a session. */
interface LinkAnswer {
  known: KnownIdentity
  intent: LinkIntent
  /** Pending until an event of the account ends it. */
  landing: string | null
}

/** Throws AuthError `challenge_invalid`, `insufficient_user_authentication`, `linked_elsewhere`, `linked_account_limit_reached`. */
export async function finishLink(
  services: FederationServices,
  { known, intent: { sid: sessionId, proof }, landing }: LinkAnswer,
  request: RequestContext,
): Promise<{ next: 'linked'; id: string }> {
  const { challenges, sessions, cookies, demands, links } = services
  // A copy of the cookies that comes back in the place of its owner ends the session here.
  await sessions.readStanding(cookies.read(request), request)
  const { userId } = proof
  // The round trip took time, and a second factor may have been added meanwhile.
  await demands.requireProven(proof, federationRoutes.beginLink.asks)
  const alongside = async (tx: Queryable): Promise<void> => {
    if (landing === null || !(await challenges.consume(tx, landingPurpose, landing)))
      throw new AuthError('challenge_invalid', { log: { reason: 'the link was ended meanwhile' } })
  }
  const { id } = await links
    .add({ ...known, userId, sessionId, alongside }, request)
    .catch((error: unknown) => {
      if (!(error instanceof AuthError) || error.code !== 'token_revoked') throw error
      throw new AuthError('challenge_invalid', { log: { reason: 'the session has ended' }, cause: error })
    })
  return { next: 'linked', id }
}

/**
 * Throws AuthError `challenge_invalid`, `insufficient_user_authentication`, `linked_elsewhere`,
 * `linked_account_limit_reached`, `rate_limited`.
 */
export async function confirmLink(
  services: FederationServices,
  ticket: string,
  claims: SessionClaims,
  request: RequestContext,
): Promise<LinkedAccount> {
  const { db, challenges, limits, registry, browserCookie, links } = services
  await limits.take(answersPerNetwork, networkOfCaller(request))
  const waiting = await challenges.peek(db, linkPurpose, ticket)
  const pending = waiting && toPendingLink(waiting)
  const provider = pending && (await registry.find(pending.provider))
  if (!waiting?.userId || !provider || !browserCookie.recognizes(request, pending.browser))
    throw new AuthError('challenge_invalid')
  // The account's half of the proof: this browser has just signed in to that account.
  if (waiting.userId !== claims.sub)
    throw new AuthError('insufficient_user_authentication', { stepUp: { maxAge: toSeconds(freshFor) } })
  return await links.add(
    {
      provider,
      identity: pending.identity,
      userId: waiting.userId,
      sessionId: claims.sid,
      async alongside(tx) {
        if (!(await challenges.consume(tx, linkPurpose, ticket))) throw new AuthError('challenge_invalid')
      },
    },
    request,
  )
}

export const linkedAccountsOf = ({ db }: FederationServices, userId: UserId): Promise<LinkedAccount[]> =>
  listLinkedAccounts(db, userId)

/** Throws AuthError `linked_account_not_found`, `last_credential`. */
export async function unlink(
  { db, registry, links }: FederationServices,
  id: string,
  claims: SessionClaims,
  request: RequestContext,
): Promise<void> {
  const accounts = await listLinkedAccounts(db, claims.sub)
  const labels = new Map<string, string>()
  for (const { provider } of accounts)
    labels.set(provider, (await registry.find(provider))?.label ?? provider)
  await links.remove(id, claims, labels, request)
}
