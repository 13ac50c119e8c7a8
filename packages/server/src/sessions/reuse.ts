import type { Database, Queryable } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import { about, type DeviceOrigin } from './open-session.ts'
import { createEndWith } from './revoke.ts'
import { sessionIdOf } from './session.ts'
import * as store from './store.ts'

/** A replaced credential has come: two parties hold the session, and which of them is the thief nobody knows. */
export interface Reuse {
  /** Ends the session, tells its user, and returns true; false where it has changed meanwhile, and is to be judged anew. */
  end(reused: Reused, origin: DeviceOrigin): Promise<boolean>
  /** The same within the transaction of somebody else, who calls {@link record} after it. Returns what ended. */
  endWithin(tx: Queryable, reused: Reused, origin: DeviceOrigin): Promise<{ id: Uint8Array }[]>
  record(reused: Reused, origin: DeviceOrigin): void
}

export interface Reused {
  found: store.SessionWithAccount
  /** Of the refresh token that came; session cookies have none. */
  presented?: number
}

export interface ReuseOptions {
  db: Database
  ports: Ports
  revocations: RevocationLog
  audit: Audit
  /** Called in the transaction that ends a session for reuse: the user is told by mail. */
  onReuse: (tx: Queryable, reused: store.SessionWithAccount, origin: DeviceOrigin) => Promise<void>
}

export function createReuse({ db, ports, revocations, audit, onReuse }: ReuseOptions): Reuse {
  const endWith = createEndWith(db, revocations)

  return { end, endWithin, record }

  async function end(reused: Reused, origin: DeviceOrigin): Promise<boolean> {
    const ended = await endWith((tx) => endWithin(tx, reused, origin))
    if (ended === 0) return false
    record(reused, origin)
    return true
  }

  async function endWithin(
    tx: Queryable,
    { found }: Reused,
    origin: DeviceOrigin,
  ): Promise<{ id: Uint8Array }[]> {
    const { id, generation, kind } = found.session
    const reason = kind === 'token' ? 'refresh_token_reused' : 'session_cookie_reused'
    const rows = await store.endReusedSession(tx, { id, generation, now: ports.now(), reason })
    if (rows.length > 0) await onReuse(tx, found, origin)
    return rows
  }

  function record({ found: { session }, presented }: Reused, origin: DeviceOrigin): void {
    const { generation } = session
    const detail = {
      session: sessionIdOf(session),
      ...(presented !== undefined && { generation, presented }),
    }
    audit.record({ kind: 'session.reuse_detected', ...about(session), ...origin, detail })
  }
}
