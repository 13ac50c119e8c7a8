import type { Database, Queryable } from '../db/database.ts'
import { requirePresent, requireWaiting } from '../core/request/incoming.ts'
import type { Audit } from '../core/audit/audit.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Revoked, RevocationLog } from '../core/revocations/log.ts'
import { auditSubject, type DeviceOrigin } from './open-session.ts'
import type { AccountEvents } from '../identity/events/account-events.ts'
import type { Mails } from '../identity/mails/mails.ts'
import { asRevoked } from './revoke.ts'
import { requireTime } from './require-time.ts'
import { sessionIdOf } from './session.ts'
import * as store from './store.ts'

/** Handles a replaced credential: two parties hold the session, and which of them is the thief is unknown. */
export interface Reuse {
  /** Ends the session, tells its user, and returns true; false if it has changed meanwhile and must be judged anew. */
  end(reused: Reused, origin: DeviceOrigin): Promise<boolean>
  /**
   * Does the same in the transaction of a caller, who calls {@link record} after it. Returns the sessions that ended.
   */
  endWithin(tx: Queryable, reused: Reused, origin: DeviceOrigin): Promise<Revoked[]>
  record(reused: Reused, origin: DeviceOrigin): void
}

export interface Reused {
  found: store.SessionWithAccount
  /** The generation of the refresh token that came; session cookies have none. */
  presented?: number
}

export interface ReuseOptions {
  db: Database
  ports: Ports
  revocations: RevocationLog
  audit: Audit
  events: AccountEvents
  mails: Mails
}

export function createReuse({ db, ports, revocations, audit, events, mails }: ReuseOptions): Reuse {
  return { end, endWithin, record }

  async function end(reused: Reused, origin: DeviceOrigin): Promise<boolean> {
    await requireWaiting(origin)
    const entries = await db.transaction(async (tx) =>
      revocations.append(tx, await endWithin(tx, reused, origin)),
    )
    revocations.remember(entries)
    if (entries.length === 0) return false
    record(reused, origin)
    return true
  }

  async function endWithin(tx: Queryable, { found }: Reused, origin: DeviceOrigin): Promise<Revoked[]> {
    // A request whose client has gone must not look like theft when it is carried out late.
    requirePresent(origin)
    // A clock that jumped makes a predecessor of a moment ago look like one of long ago.
    requireTime(ports)
    const { account, session } = found
    const { id, generation, kind, label: device } = session
    const now = ports.now()
    const reason = kind === 'token' ? 'refresh_token_reused' : 'session_cookie_reused'
    const rows = await store.endReusedSession(tx, { id, generation, now, reason })
    // Another request was faster, and tells the user.
    if (rows.length === 0) return []
    const address = mails.sessionReuseDetected({ account, device, at: now, ip: origin.ip })
    const about = { sessionId: sessionIdOf(session), mails: { address } }
    return [...rows.map(asRevoked), ...(await events.apply(tx, account, 'reuse_detected', about))]
  }

  function record({ found: { session }, presented }: Reused, { ip, userAgent }: DeviceOrigin): void {
    const { generation } = session
    const detail = {
      session: sessionIdOf(session),
      ...(presented !== undefined && { generation, presented }),
    }
    audit.record({ kind: 'session.reuse_detected', ...auditSubject(session), ip, userAgent, detail })
  }
}
