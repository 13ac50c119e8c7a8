import type { StepUp, RaiseFence, StepUpOptions } from './raise-fence.ts'
import { timingSafeEqual } from 'node:crypto'
import { AuthError } from '../../core/auth-error.ts'
import { isProven, shownFor } from '../bindings/binding.ts'
import { formatUuid } from '../../core/ports/uuid.ts'
import { hashSecret, type RefreshClaims } from '../tokens/refresh-token.ts'
import { createCookieStepUp } from './cookie-step-up.ts'
import { about, genuineCookiesOf, newestOf, openSession, type OpenTokenSession } from '../open-session.ts'
import { type Authentication, authenticationOf, type SessionRow } from '../session.ts'
import * as store from '../store.ts'

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

function createTokenStepUp({
  db,
  ring,
  ports,
  revocations,
  audit,
  leeway,
  deviceCookie,
}: StepUpOptions): (input: StepUp) => Promise<OpenTokenSession> {
  return stepUp

  async function stepUp(input: StepUp): Promise<OpenTokenSession> {
    const claims = newestOf(ring, input.tokens)
    if (!claims || formatUuid(claims.sessionId) !== input.sessionId) throw new AuthError('no_session')
    const { raised, code, entries } = await db.transaction(async (tx) => {
      const found = await store.findSession(tx, claims.sessionId)
      if (!found || !isHolder(found, claims)) return refused('session_revoked')
      if (!isProven(found.session.binding, shownFor(found.session.id, input.evidence, deviceCookie)))
        return refused('no_session')
      // A fence above a generation that is still on its way to the client would make that one look like a replay.
      if (found.session.generation > claims.generation) return refused('refresh_token_outdated')
      const session = await store.raiseFence(tx, found.session, fenceOf(found.session, claims, input))
      if (!session) return refused('refresh_token_outdated')
      const more = (await input.within?.(tx)) ?? []
      return { raised: { ...found, session }, code: null, entries: await revocations.append(tx, more) }
    })
    if (!raised) throw new AuthError(code)
    revocations.remember(entries)
    audit.record({ kind: 'session.stepped_up', ...about(raised.session) })
    return openSession(ring, raised, claims.secret, input.evidence?.provenKey ?? null)
  }

  /** Whether the token is of a live session, whatever its generation. */
  function isHolder({ session, account }: store.SessionWithAccount, claims: RefreshClaims): boolean {
    return (
      session.kind === 'token' &&
      session.revoked_at === null &&
      account.disabledAt === null &&
      session.expires_at > ports.now() &&
      session.rotated_at + session.idle_ttl > ports.now() &&
      timingSafeEqual(session.secret_hash, hashSecret(claims.secret))
    )
  }

  function fenceOf(
    session: SessionRow,
    claims: RefreshClaims,
    { authentication, attempt }: StepUp,
  ): store.Fence {
    // A token from the future is one whose commit was lost: the fence stands above it, too.
    const to = Math.max(session.generation, claims.generation) + 1
    const before = authenticationOf(session)
    return {
      amr: [...new Set([...before.amr, ...authentication.amr])],
      aal: Math.max(before.aal, authentication.aal),
      authenticatedAt: authentication.authenticatedAt,
      to,
      before: beforeFence(session, before),
      attempt,
      now: ports.now(),
    }
  }

  /** Of fences that follow each other within the leeway, all are withdrawn at once: a predecessor inherits none. */
  function beforeFence({ before_fence, fenced_at }: SessionRow, present: Authentication): string {
    const followsClosely = fenced_at !== null && ports.now() - fenced_at <= leeway
    return followsClosely && before_fence !== null ? before_fence : JSON.stringify(present)
  }
}

const refused = (code: 'session_revoked' | 'no_session' | 'refresh_token_outdated') => ({
  raised: null,
  code,
  entries: [],
})
