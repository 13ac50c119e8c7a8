import type { Audit } from '../../core/audit/audit.ts'
import { isoTime } from '../../core/iso-time.ts'
import { formatUuid } from '../../core/ports/uuid.ts'
import { type Page, type PageQuery, pageOf, readIdCursor } from '../../core/request/cursor.ts'
import type { Database } from '../../db/database.ts'
import type { Spraying } from '../../methods/password/spraying.ts'
import { listSprayRows, type SprayRow } from './store.ts'

/** An attack that was noticed. */
export interface PasswordSpray {
  id: string
  noticedAt: string
  /** Null for the whole system. */
  network: string | null
  active: boolean
}

export interface SprayAdministration {
  /** Newest first. */
  list(page: PageQuery): Promise<Page<PasswordSpray>>
}

export interface SprayAdministrationOptions {
  db: Database
  audit: Audit
  spraying: Spraying
}

export function createSprayAdministration(options: SprayAdministrationOptions): SprayAdministration {
  const { db, audit, spraying } = options

  return { list }

  async function list({ cursor, limit }: PageQuery): Promise<Page<PasswordSpray>> {
    await audit.flush()
    const rows = await listSprayRows(db, { before: readIdCursor(cursor), limit: limit + 1 })
    const { items, nextCursor } = pageOf(rows, limit, { toItem: (row) => row, endOf: ({ id }) => id })
    return { items: await Promise.all(items.map(toSpray)), nextCursor }
  }

  async function toSpray({ id, at, detail, newest }: SprayRow): Promise<PasswordSpray> {
    const { network = null } = JSON.parse(detail) as { network?: string }
    const active = Boolean(newest) && (await spraying.isActive(network))
    return { id: formatUuid(id), noticedAt: isoTime(at), network, active }
  }
}
