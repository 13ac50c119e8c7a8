import { requirePresent } from '../../core/request/incoming.ts'
import { AuthError } from '../../core/auth-error.ts'
import { proofsFor } from '../bindings/binding.ts'
import { formatUuid } from '../../core/ports/uuid.ts'
import { hashSecret, type RefreshClaims } from '../tokens/refresh-token.ts'
import { createCookieStepUp } from './cookie-step-up.ts'
import {
  auditSubject,
  genuineCookiesOf,
  newestOf,
  openSession,
  type OpenTokenSession,
} from '../open-session.ts'
import { epochsUpTo } from '../revoke.ts'
import { requireTime } from '../require-time.ts'
import { type Authentication, authenticationOf, notRecent, type SessionRow } from '../session.ts'
import { beforeFence, decideStanding } from '../standing.ts'
import * as store from '../store.ts'
import { noticeReuse, refused } from './refusals.ts'
import type { StepUp, RaiseFence, StepUpOptions } from './raise-fence.ts'

export function createStepUp(options: StepUpOptions): RaiseFence {
  const byToken = createTokenStepUp(options)
  const byCookie = createCookieStepUp(options)

  return async (input) => {
    const cookie = genuineCookiesOf(options.ring, input.tokens).find(
      ({ sessionId }) => formatUuid(sessionId) === input.sessionId,
    )
    return cookie ? await byCookie(input, cookie) : await byToken(input)
  }
}

function createTokenStepUp(options: StepUpOptions): (input: StepUp) => Promise<OpenTokenSession> {
  const { db, ring, ports, revocations, audit, leeway, deviceCookie } = options
  return stepUp

  async function stepUp(input: StepUp): Promise<OpenTokenSession> {
    const claims = newestOf(ring, input.tokens)
    if (!claims || formatUuid(claims.sessionId) !== input.sessionId) throw new AuthError('no_session')
    const done = await db.transaction(async (tx) => {
      requirePresent(input.presentedProofs)
      const found = await store.findSession(tx, claims.sessionId)
      if (!found) return refused('session_revoked')
      const refusal = refusalOf(found, claims, input)
      if (refusal) return refusal
      const session = await store.raiseFence(tx, found.session, fenceOf(found.session, claims, input))
      if (!session) return refused('refresh_token_outdated')
      const more = (await input.within?.(tx)) ?? []
      const before = input.endsEarlier ? epochsUpTo(session.id, found.session.epoch) : []
      const entries = await revocations.append(tx, [...before, ...more])
      // The callback may have raised the session once more.
      const now = input.within ? await store.findSession(tx, session.id) : null
      return { raised: now ?? { ...found, session }, entries }
    })
    if ('code' in done) throw await noticeReuse(options, done, input, claims.generation)
    revocations.remember(done.entries)
    audit.record({ kind: 'session.stepped_up', ...auditSubject(done.raised.session) })
    return openSession(ring, done.raised, claims.secret, input.presentedProofs?.provenKey ?? null)
  }

  /** Refuses a fence above a generation still under way to the client, which would then look like a replay. */
  function refusalOf(found: store.SessionWithAccount, claims: RefreshClaims, { presentedProofs }: StepUp) {
    const { generation } = claims
    const secretHash = hashSecret(claims.secret)
    const proofs = proofsFor(claims.sessionId, presentedProofs, deviceCookie)
    const credential = { kind: 'refresh_token', generation, secretHash, clientId: null, proofs } as const
    const standing = decideStanding(found, credential, ports.now(), { leeway })
    if (standing.standing === 'expired') requireTime(ports)
    switch (standing.standing) {
      case 'current':
        return null
      case 'predecessor':
        return refused('refresh_token_outdated')
      case 'replaced':
        return standing.isReuse ? refused('refresh_token_reused', found) : refused('refresh_token_outdated')
      case 'unproven':
        return refused('no_session')
      case 'ended':
      case 'disabled':
      case 'expired':
      case 'unknown':
        return refused('session_revoked')
    }
  }

  function fenceOf(
    session: SessionRow,
    claims: RefreshClaims,
    { authentication, attempt, endsEarlier = false }: StepUp,
  ): store.Fence {
    // A token from the future is one whose commit was lost: the fence stands above it, too.
    const to = Math.max(session.generation, claims.generation) + 1
    const before = authenticationOf(session)
    const withdrawn = beforeFences(session, before)
    return {
      amr: [...new Set([...before.amr, ...authentication.amr])],
      aal: Math.max(before.aal, authentication.aal),
      authenticatedAt: authentication.authenticatedAt,
      to,
      before: JSON.stringify(endsEarlier ? notRecent(withdrawn, ports.now()) : withdrawn),
      attempt,
      now: ports.now(),
    }
  }

  /**
   * Returns the authentication before all fences that follow each other within the leeway: a predecessor inherits none
   * of them.
   */
  function beforeFences(session: SessionRow, present: Authentication): Authentication {
    const { fenced_at: fencedAt } = session
    return fencedAt !== null && ports.now() - fencedAt <= leeway ? beforeFence(session) : present
  }
}
