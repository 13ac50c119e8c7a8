import type { AuditEvent, SessionId, UserId } from '@latchkey/contract'
import type { Database } from '../../db/database.ts'
import type { Ports } from '../ports/ports.ts'
import { formatUuid, parseUuid, uuidV7 } from '../ports/uuid.ts'
import { deviceLabel } from '../request/device-label.ts'
import { isoTime } from '../iso-time.ts'
import { type AuditRow, insertAuditEvents, listAuditEvents } from './store.ts'

/** The kinds of events; the first word names the thing. */
export type AuditKind =
  | 'user.registered'
  | 'user.created'
  | 'user.updated'
  | 'user.deleted'
  | 'user.exported'
  | 'user.disabled'
  | 'user.enabled'
  | 'user.roles_changed'
  | 'email.verified'
  | 'email.change_requested'
  | 'email.changed'
  | 'email.change_undone'
  | 'password.changed'
  | 'password.reset'
  | 'password.reset_requested'
  | 'passkey.added'
  | 'passkey.removed'
  | 'passkey.suspected'
  | 'passkey.asked'
  | 'passkey.not_asked'
  | 'email_factor.enabled'
  | 'email_factor.disabled'
  | 'phone.added'
  | 'phone.removed'
  | 'phone.factor_enabled'
  | 'phone.factor_disabled'
  | 'session.started'
  | 'session.bound'
  | 'session.binding_refused'
  | 'session.stepped_up'
  | 'session.superseded'
  | 'session.fast_forwarded'
  | 'session.reuse_detected'
  | 'session.ended'
  | 'login.failed'
  | 'login.spraying_suspected'
  | 'factor.enrolled'
  | 'factor.replaced'
  | 'factor.removed'
  | 'factor.reset'
  | 'factor.required'
  | 'recovery_code.made'
  | 'recovery_code.used'
  | 'device.trusted'
  | 'device.trust_ended'
  | 'federation.linked'
  | 'federation.unlinked'
  | 'role.created'
  | 'role.updated'
  | 'role.deleted'
  | 'api_key.created'
  | 'api_key.renamed'
  | 'api_key.rotated'
  | 'api_key.revoked'
  | 'api_key.first_used'
  | 'api_key.refused'
  | 'service_account.created'
  | 'service_account.updated'
  | 'service_account.disabled'
  | 'service_account.enabled'
  | 'service_account.deleted'
  | 'certificate_mapping.created'
  | 'certificate_mapping.removed'
  | 'client_certificate.first_used'
  | 'client_certificate.revoked'
  | 'mail.retried'
  | 'key.rotated'
  | 'key.retired'
  | 'revocations.lost'

export interface AuditInput {
  kind: AuditKind
  userId?: UserId | null
  /** The person who did it, if not the user. */
  actorId?: UserId | null
  sessionId?: SessionId | null
  ip?: string | null
  userAgent?: string | null
  /** Never a secret, never a token. */
  detail?: Record<string, unknown>
}

export interface Audit {
  /** Notes an event; it is written with others a moment later, never inside the caller's transaction. */
  record(event: AuditInput): void
  /** Calls `listener` for each event of this process, after it was decided. Returns how to stop. */
  on(listener: (event: AuditInput) => void): () => void
  ofUser(userId: UserId, page: { before: string | null; limit: number }): Promise<AuditEvent[]>
  flush(): Promise<void>
}

/** Events wait at most this long; on shutdown they are flushed. */
const delay = 100
const mostWaiting = 10_000

export interface AuditOptions {
  db: Database
  ports: Ports
  onError: (error: unknown) => void
}

export function createAudit({ db, ports, onError }: AuditOptions): Audit {
  const listeners = new Set<(event: AuditInput) => void>()
  let waiting: AuditRow[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  return {
    record(event) {
      if (waiting.length < mostWaiting) waiting.push(toRow(event, ports))
      else onError(new Error('audit events are lost: the database has not taken any for too long'))
      timer ??= setTimeout(() => void flush(), delay)
      for (const listener of listeners) notify(listener, event)
    },
    on(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async ofUser(userId, page) {
      await flush()
      const rows = await listAuditEvents(db, { userId: parseUuid(userId), ...page })
      return rows.map(toEvent)
    },
    flush,
  }

  function notify(listener: (event: AuditInput) => void, event: AuditInput): void {
    try {
      listener(event)
    } catch (error) {
      onError(error)
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write)
    return writing
  }

  async function write(): Promise<void> {
    const batch = waiting
    if (batch.length === 0) return
    waiting = []
    try {
      await insertAuditEvents(db, batch)
    } catch (error) {
      // Kept for the next try: the database may be away for a moment.
      waiting = [...batch, ...waiting].slice(0, mostWaiting)
      timer ??= setTimeout(() => void flush(), 1000)
      timer.unref()
      onError(error)
    }
  }
}

const toRow = (event: AuditInput, ports: Ports): AuditRow => ({
  id: uuidV7(ports),
  at: ports.now(),
  kind: event.kind,
  user_id: event.userId ? parseUuid(event.userId) : null,
  actor_id: event.actorId ? parseUuid(event.actorId) : null,
  session_id: event.sessionId ? parseUuid(event.sessionId) : null,
  ip: event.ip ?? null,
  user_agent: event.userAgent ?? null,
  detail: JSON.stringify(event.detail ?? {}),
})

const toEvent = (row: AuditRow): AuditEvent => ({
  id: formatUuid(row.id),
  at: isoTime(row.at),
  kind: row.kind,
  userId: row.user_id && formatUuid(row.user_id),
  actorId: row.actor_id && formatUuid(row.actor_id),
  sessionId: row.session_id && formatUuid(row.session_id),
  ip: row.ip,
  device: row.user_agent && deviceLabel(row.user_agent),
  userAgent: row.user_agent,
  detail: JSON.parse(row.detail) as Record<string, unknown>,
})
