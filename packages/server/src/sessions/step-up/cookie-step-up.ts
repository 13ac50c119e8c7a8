import { requirePresent } from '../../core/request/incoming.ts'
import type { Queryable } from '../../db/database.ts'
import { proofsFor } from '../bindings/binding.ts'
import { hashSecret } from '../tokens/refresh-token.ts'
import type { SessionTokenClaims } from '../tokens/session-token.ts'
import { auditSubject, openCookieSession, type OpenCookieSession } from '../open-session.ts'
import { epochsUpTo } from '../revoke.ts'
import { requireTime } from '../require-time.ts'
import { notRecent, type SessionRow } from '../session.ts'
import { decideStanding, isLive, type LiveStanding } from '../standing.ts'
import { noticeReuse, refused } from './refusals.ts'
import type { StepUp, StepUpOptions } from './raise-fence.ts'
import * as store from '../store.ts'

/** Raises a cookie session after a step-up: its browser gets a new secret, so that the old one inherits nothing. */
export function createCookieStepUp(options: StepUpOptions) {
  const { db, ring, ports, revocations, audit, leeway, deviceCookie } = options
  return stepUp

  async function stepUp(input: StepUp, presented: SessionTokenClaims): Promise<OpenCookieSession> {
    const secret = ports.randomBytes(16)
    const presentedHash = hashSecret(presented.secret)
    const done = await db.transaction(async (tx) => {
      requirePresent(input.presentedProofs)
      const found = await store.findSession(tx, presented.sessionId)
      if (!found) return refused('session_revoked')
      const proofs = proofsFor(found.session.id, input.presentedProofs, deviceCookie)
      const credential = { kind: 'session_cookie', secretHash: presentedHash, proofs } as const
      const standing = decideStanding(found, credential, ports.now(), { leeway })
      if (standing.standing === 'expired') requireTime(ports)
      if (!isLive(standing)) {
        if (standing.standing !== 'replaced') return refused('session_revoked')
        return standing.isReuse ? refused('session_revoked', found) : refused('refresh_token_outdated')
      }
      if (!mayRaise(found.session, standing)) return refused('refresh_token_outdated')
      const session = await raise(tx, found.session, { input, presentedHash, secret, standing })
      if (!session) return refused('refresh_token_outdated')
      const more = (await input.within?.(tx)) ?? []
      const before = input.endsEarlier ? epochsUpTo(session.id, found.session.epoch) : []
      const entries = await revocations.append(tx, [...before, ...more])
      // The callback may have raised the session once more.
      const now = input.within ? await store.findSession(tx, session.id) : null
      return { raised: now ?? { ...found, session }, entries }
    })
    if ('code' in done) throw await noticeReuse(options, done, input)
    revocations.remember(done.entries)
    audit.record({ kind: 'session.stepped_up', ...auditSubject(done.raised.session) })
    return openCookieSession(ring, done.raised, secret)
  }

  /**
   * True for the current cookie, and for its predecessor only if the answer with the current one must have been lost.
   * Otherwise two answers under way could arrive in another order, and leave the browser with the older cookie.
   */
  function mayRaise(row: SessionRow, { standing }: LiveStanding): boolean {
    if (standing === 'current') return true
    return row.previous_until === null && row.fenced_at !== null && ports.now() - row.fenced_at > leeway
  }

  function raise(
    tx: Queryable,
    row: SessionRow,
    raising: { input: StepUp; presentedHash: Uint8Array; secret: Uint8Array; standing: LiveStanding },
  ): Promise<SessionRow | null> {
    const { input, presentedHash, secret, standing } = raising
    const { amr, aal, authenticatedAt } = input.authentication
    // A caller with the cookie from before the last fence lacks what that fence added.
    const before = standing.authentication
    const now = ports.now()
    return store.replaceSecret(tx, row, {
      secretHash: hashSecret(secret),
      previous: presentedHash,
      until: input.endsEarlier ? now + leeway : null,
      before: JSON.stringify(input.endsEarlier ? notRecent(before, now) : before),
      amr: [...new Set([...before.amr, ...amr])],
      aal: Math.max(before.aal, aal),
      authenticatedAt,
      now,
    })
  }
}
