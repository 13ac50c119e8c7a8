import { timingSafeEqual } from 'node:crypto'
import type { Queryable } from '../../db/database.ts'
import { AuthError } from '../../core/auth-error.ts'
import { isProven, shownFor } from '../bindings/binding.ts'
import { hashSecret } from '../tokens/refresh-token.ts'
import type { SessionTokenClaims } from '../tokens/session-token.ts'
import { beforeFence, decideCookie } from '../cookie-standing.ts'
import { about, openCookieSession, type OpenCookieSession } from '../open-session.ts'
import { authenticationOf, type SessionRow } from '../session.ts'
import type { StepUp, StepUpOptions } from './raise-fence.ts'
import * as store from '../store.ts'

/** Raises a cookie session with a fresh proof: its browser gets a new secret, so that nobody inherits with the old one. */
export function createCookieStepUp(options: StepUpOptions) {
  const { db, ring, ports, revocations, audit, leeway, deviceCookie } = options
  return stepUp

  async function stepUp(input: StepUp, presented: SessionTokenClaims): Promise<OpenCookieSession> {
    const secret = ports.randomBytes(16)
    const presentedHash = hashSecret(presented.secret)
    const { outcome, raised, entries } = await db.transaction(async (tx) => {
      const found = await store.findSession(tx, presented.sessionId)
      if (!found || decideCookie(found.session, found.account, presentedHash, ports.now()).outcome !== 'live')
        return refused('ended')
      if (!isProven(found.session.binding, shownFor(found.session.id, input.evidence, deviceCookie)))
        return refused('ended')
      if (!mayRaise(found.session, presentedHash)) return refused('outdated')
      const session = await raise(tx, found.session, { input, presentedHash, secret })
      if (!session) return refused('outdated')
      const more = (await input.within?.(tx)) ?? []
      return { outcome: 'raised', raised: { ...found, session }, entries: await revocations.append(tx, more) }
    })
    if (outcome === 'outdated') throw new AuthError('refresh_token_outdated')
    if (!raised) throw new AuthError('session_revoked')
    revocations.remember(entries)
    audit.record({ kind: 'session.stepped_up', ...about(raised.session) })
    return openCookieSession(ring, raised, secret)
  }

  /**
   * By the current cookie; by the one before only where the answer with the current one must have been lost: answers
   * that are on their way could arrive in another order, and leave the browser with the older cookie.
   */
  function mayRaise(row: SessionRow, presentedHash: Uint8Array): boolean {
    if (timingSafeEqual(row.secret_hash, presentedHash)) return true
    return row.previous_until === null && row.fenced_at !== null && ports.now() - row.fenced_at > leeway
  }

  function raise(
    tx: Queryable,
    row: SessionRow,
    raising: { input: StepUp; presentedHash: Uint8Array; secret: Uint8Array },
  ): Promise<SessionRow | null> {
    const { presentedHash, secret } = raising
    const { amr, aal, authenticatedAt } = raising.input.authentication
    const isCurrent = timingSafeEqual(row.secret_hash, presentedHash)
    // Whoever comes with the cookie before the last fence has not proven what that one added.
    const before = isCurrent ? authenticationOf(row) : beforeFence(row)
    return store.replaceSecret(tx, row, {
      secretHash: hashSecret(secret),
      previous: presentedHash,
      before: JSON.stringify(before),
      amr: [...new Set([...before.amr, ...amr])],
      aal: Math.max(before.aal, aal),
      authenticatedAt,
      now: ports.now(),
    })
  }
}

const refused = (outcome: 'ended' | 'outdated') => ({ outcome, raised: null, entries: [] })
