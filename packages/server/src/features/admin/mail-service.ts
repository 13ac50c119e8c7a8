import type { Audit } from '../../core/audit/audit.ts'
import { AuthError } from '../../core/auth-error.ts'
import { listOutbox, type OutboxRow, positionInOutbox, reviveOutbox } from '../../core/outbox/outbox-store.ts'
import type { Outbox } from '../../core/outbox/outbox.ts'
import { type Page, type PageQuery, pageOf, readIdCursor } from '../../core/request/cursor.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { formatUuid, parseUuid } from '../../core/ports/uuid.ts'
import { isoTime, isoTimeOrNull } from '../../core/iso-time.ts'
import type { Database } from '../../db/database.ts'
import { type Actor, readAuthority } from '../../accounts/authority/authority.ts'

/** A mail or task that waits or is dead. Its content stays sealed: mails hold live links. */
export interface WaitingMail {
  id: string
  topic: string
  createdAt: string
  attempts: number
  dueAt: string
  /** The time from which it is useless, and neither sent nor tried again. */
  expiresAt: string | null
  deadAt: string | null
  lastError: string | null
}

export interface MailAdministration {
  /** The dead first, then newest first. */
  list(page: PageQuery): Promise<Page<WaitingMail>>
  /** Throws AuthError `not_found` for what is not dead, and for what has expired. */
  retry(actor: Actor, id: string): Promise<void>
}

export interface MailAdministrationOptions {
  db: Database
  ports: Ports
  outbox: Outbox
  audit: Audit
}

export function createMailAdministration(options: MailAdministrationOptions): MailAdministration {
  const { db, ports, outbox, audit } = options

  return { list, retry }

  async function list({ cursor, limit }: PageQuery): Promise<Page<WaitingMail>> {
    const rows = await listOutbox(db, { after: readIdCursor(cursor, 17), limit: limit + 1 })
    return pageOf(rows, limit, { toItem: toWaitingMail, endOf: positionInOutbox })
  }

  async function retry(actor: Actor, id: string): Promise<void> {
    const revived = await db.transaction(async (tx) => {
      await readAuthority(tx, actor, 'mail:write')
      return await reviveOutbox(tx, parseUuid(id), ports.now())
    })
    if (!revived) throw new AuthError('not_found')
    outbox.wake()
    const { claims, ip, userAgent } = actor
    audit.record({ kind: 'mail.retried', actorId: claims.sub, ip, userAgent, detail: { mail: id } })
  }
}

const toWaitingMail = (row: OutboxRow): WaitingMail => ({
  id: formatUuid(row.id),
  topic: row.topic,
  createdAt: isoTime(row.created_at),
  attempts: row.attempts,
  dueAt: isoTime(row.due_at),
  expiresAt: isoTimeOrNull(row.expires_at),
  deadAt: isoTimeOrNull(row.dead_at),
  lastError: row.last_error,
})
